# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as people write them."""

from __future__ import annotations

from datetime import datetime, timezone

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def moment_of(text: str) -> datetime | None:
    """Return a date (its beginning, in UTC) or a time, UTC unless it names its zone; None when it is neither."""
    try:
        when = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=timezone.utc)


def generated_at(text: str | None) -> datetime | None:
    """Return when a secret was generated, None where nobody knows; Refusal for a text that says no time."""
    if not text:
        return None
    when = moment_of(text)
    if when is None:
        raise Refusal(
            "due dates count from generation",
            "generated_at",
            "a date such as 2026-06-01, or a time with its zone",
            "a text that is neither",
            "take the expiry date from Setup > Installed Packages and subtract 180 days, or leave it out",
        )
    return when


def text_of(when: datetime | None) -> str | None:
    """Return a time as reports have it, to the second; None for none."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if when else None
