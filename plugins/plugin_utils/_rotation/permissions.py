# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a token was for, beside what the inventory says that the integration needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Permissions


def compared(seen: Permissions | None, scopes: Iterable[str] | None, business_unit: str) -> dict[str, Any] | None:
    """Return both, and where they differ, as plain JSON types; None where no token has been looked at.

    :param scopes: as declared, None where nothing is.
    :param business_unit: as declared (MID), empty where nothing is.
    """
    if seen is None:
        return None
    declared = None if scopes is None else sorted(scopes)
    return {
        "declared": declared,
        "seen": list(seen.scopes),
        "excess": sorted(set(seen.scopes) - set(declared)) if declared is not None else [],
        "missing": sorted(set(declared) - set(seen.scopes)) if declared is not None else [],
        "business_unit": {"declared": business_unit, "seen": seen.business_unit},
        "at": seen.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
