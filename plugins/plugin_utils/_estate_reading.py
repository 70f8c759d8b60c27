# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `keyturn.sfmc.status` returns as `estate`, as metrics and notices read it: what is missing is unknown. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import moment_of

SCHEMA = 1
#: What no line for people, and no label, can hold: control characters, what turns a line around, halves of a character.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def checked_estate(estate: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the integrations of an estate, each client id once.

    :raises Refusal: it is none.
    """
    said = estate if isinstance(estate, Mapping) else {}
    items = said.get("integrations")
    if said.get("schema") != SCHEMA or moment(said.get("generated_at")) is None or not _is_list(items):
        raise _no_estate("`schema`, `generated_at` or `integrations` is missing or of another kind")
    found: dict[str, Mapping[str, Any]] = {}
    for item in items or ():
        if not isinstance(item, Mapping) or not all(isinstance(item.get(key), str) for key in ("name", "client_id")):
            raise _no_estate("an integration without a name or a client id")
        found.setdefault(item["client_id"], item)
    return tuple(found.values())


def moment(value: Any) -> datetime | None:
    """Return a time of an estate; None where there is none, or none that can be read."""
    return moment_of(value) if isinstance(value, str) else None


def text(value: Any) -> str:
    """Return a text of an estate without what cannot be shown."""
    return _UNPRINTABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def items_of(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the mappings of a list of an estate."""
    return tuple(item for item in value if isinstance(item, Mapping)) if _is_list(value) else ()


def number(value: Any) -> float | None:
    """Return a number of an estate; None where there is none."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _no_estate(found: str) -> Refusal:
    return Refusal(
        "an estate is what keyturn.sfmc.status returns",
        "estate",
        f"`estate` of a registered keyturn.sfmc.status, schema {SCHEMA}",
        found,
        "register that module and give its `estate`; nothing was written or sent",
    )
