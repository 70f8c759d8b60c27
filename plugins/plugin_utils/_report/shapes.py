# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate that a report is made of: seen to be one, and its texts made fit to show. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.words import clean, moment_of, short

#: What this report understands.
SCHEMA = 1
_TIME = re.compile(r"(?:19|20|21)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
#: Takes a value and where it stands; returns it fit to show.
Take = Callable[[Any, str], Any]


class Field(NamedTuple):
    """How a value is taken, and what stands for one that is left out; without that it has to be there."""

    take: Take
    default: Any = ...


def not_an_estate(where: str, expected: str, found: str) -> Refusal:
    return Refusal(
        "a report is made of an estate as the module status returns it",
        clean(where),
        expected,
        found,
        "give it what keyturn.sfmc.status returned as estate, as it is; nothing was written",
    )


def _no(where: str, expected: str, found: object) -> Refusal:
    said = "nothing" if found is ... else f"{type(found).__name__} {short(clean(repr(found)), 60)}"
    return not_an_estate(where, expected, said)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _no(where, "a text", value)
    return clean(value)


def _time(value: Any, where: str) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise _no(where, "a time such as 2026-11-26T01:40:00Z", value)
    try:
        moment_of(value)
    except ValueError:
        raise _no(where, "a time of the calendar", value) from None
    return str(value)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _no(where, "a number", value)
    return value


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _no(where, "a whole number, 0 or more", value)
    return value


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _no(where, "true or false", value)
    return value


def _known_schema(value: Any, where: str) -> int:
    if value != SCHEMA or isinstance(value, bool):
        raise _no(where, f"{SCHEMA}; a newer collection writes newer ones", value)
    return SCHEMA


def _or_none(take: Take) -> Take:
    return lambda value, where: None if value is None else take(value, where)


def _each(take: Take) -> Take:
    def taken(value: Any, where: str) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise _no(where, "a list", value)
        return [take(item, f"{where}[{number}]") for number, item in enumerate(value)]

    return taken


def _parts(fields: Mapping[str, Field]) -> Take:
    """Take a mapping with these keys; others are left out, as a newer collection may have more to say."""

    def taken(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _no(where, "a mapping", value)
        found = {}
        for key, field in fields.items():
            item = value.get(key, field.default)
            if item is ...:
                raise _no(f"{where}.{key}", "a value", item)
            # Most values are plain texts, and there are hundred thousands.
            found[key] = item if item is field.default else field.take(item, f"{where}.{key}")
        return found

    return taken


_TEXT, _COUNT = Field(_text, ""), Field(_count, 0)
_MAYBE_TEXT, _MAYBE_TIME = Field(_or_none(_text), None), Field(_or_none(_time), None)
_MAYBE_NUMBER, _TEXTS = Field(_or_none(_number), None), Field(_each(_text), ())
_BLOCKER = _parts(dict.fromkeys(("rule", "offender", "expected", "found", "way_out"), _TEXT))
_DEPENDENT = _parts(
    {
        **dict.fromkeys(("dependent", "host", "name", "kind", "evidence", "by", "reason"), _TEXT),
        "state": Field(_text, "idle"),
        "at": _MAYBE_TIME,
    }
)
_PERMISSIONS = _parts(
    {
        "declared": Field(_or_none(_each(_text)), None),
        **dict.fromkeys(("seen", "excess", "missing"), _TEXTS),
        "business_unit": Field(_parts(dict.fromkeys(("declared", "seen"), _TEXT)), {"declared": "", "seen": ""}),
        "at": _MAYBE_TIME,
    }
)
_STRAY = _parts(
    {
        **dict.fromkeys(("host", "place", "format", "key", "secret"), _TEXT),
        "fingerprint": _MAYBE_TEXT,
        "found_at": _MAYBE_TIME,
    }
)
_EVENT = _parts({"at": _MAYBE_TIME, "what": _TEXT, "detail": _TEXT})
_ROTATION = _parts(
    {
        **dict.fromkeys(("id", "reason"), _TEXT),
        **dict.fromkeys(("opened_at", "activated_at", "closed_at"), _MAYBE_TIME),
        "outcome": _MAYBE_TEXT,
    }
)
_TIMES = ("phase_since", "not_before", "generated_at", "due_at", "expires_at", "verified_at", "scanned_at")
_INTEGRATION = _parts(
    {
        **dict.fromkeys(("name", "client_id"), Field(_text)),
        **dict.fromkeys(("package", "environment", "account", "owner", "waits_for", "unwatched"), _TEXT),
        **dict.fromkeys(("active", "staged", "rotation_id"), _MAYBE_TEXT),
        **dict.fromkeys(_TIMES, _MAYBE_TIME),
        **dict.fromkeys(("dependents", "proved"), _COUNT),
        **dict.fromkeys(("days_left", "verify_within_hours"), _MAYBE_NUMBER),
        "phase": Field(_text, "unknown"),
        "step": Field(_text, "none"),
        "urgency": Field(_text, "unknown"),
        "blocked": Field(_flag, False),
        "blockers": Field(_each(_BLOCKER), ()),
        "matrix": Field(_each(_DEPENDENT), ()),
        "permissions": Field(_or_none(_PERMISSIONS), None),
        "strays": Field(_each(_STRAY), ()),
        "history": Field(_each(_EVENT), ()),
        "rotations": Field(_each(_ROTATION), ()),
    }
)
_HERD = _parts({"account": _TEXT, **dict.fromkeys(("from", "to"), Field(_time)), "names": _TEXTS, "client_ids": _TEXTS})
_PROPOSED = _parts(
    {
        **dict.fromkeys(("client_id", "name", "account"), _TEXT),
        **dict.fromkeys(("expires_at", "due_at", "rotate_at"), _MAYBE_TIME),
        "moved_days": _MAYBE_NUMBER,
    }
)
#: What the summary counts, in the order of the page.
COUNTED = (
    "integrations",
    "dependents",
    "proved",
    "open",
    "due",
    "urgent",
    "expired",
    "blocked",
    "undeclared",
    "strays",
    "unwatched",
)
_ESTATE = _parts(
    {
        "schema": Field(_known_schema),
        "generated_at": Field(_time),
        "collection": _TEXT,
        "summary": Field(_parts(dict.fromkeys(COUNTED, _COUNT))),
        "integrations": Field(_each(_INTEGRATION)),
        "forecast": Field(
            _parts({"herds": Field(_each(_HERD), ()), "proposed": Field(_each(_PROPOSED), ())}),
            {"herds": (), "proposed": ()},
        ),
    }
)


def fit(estate: object) -> dict[str, Any]:
    """Return an estate whose every value is of the kind that the report expects; Refusal where one is not."""
    taken: dict[str, Any] = _ESTATE(estate, "estate")
    return taken
