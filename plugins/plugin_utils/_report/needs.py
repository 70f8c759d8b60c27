# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an integration needs from a person; those that need something come first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.words import counted, days, listed, short


class Need(NamedTuple):
    """One thing that somebody has to see to. `tone` colours it, `word` says the same for those who see no colour."""

    rank: int
    tone: str
    word: str
    text: str


_BY_URGENCY = {
    "expired": (0, "bad", "expired"),
    "urgent": (1, "bad", "urgent"),
    "due": (5, "warn", "due"),
    "unknown": (6, "warn", "unknown"),
}
_BY_PHASE = {
    "lost": (2, "bad", "the staged secret is lost"),
    "orphaned": (2, "bad", "SFMC knows neither secret for certain"),
    "undeclared": (3, "bad", "the store knows it, and nobody declares it"),
}
#: Steps that nobody takes but a person.
_BY_STEP = {
    "hand_in": "a person generates in Setup and hands the secret in",
    "confirm": "a person activates in Setup",
    "approve": "a person looks at the evidence and approves it",
}


def needs_of(item: Mapping[str, Any]) -> list[Need]:
    """Return what one integration needs, the most pressing first."""
    return sorted([*_of_rotation(item), *_of_dependents(item), *_of_upkeep(item)])


def in_order(integrations: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[Need]]]:
    """Return all integrations with their needs: those that need something first, then those that end first."""
    rows = [(item, needs_of(item)) for item in integrations]
    return sorted(
        rows,
        key=lambda row: (
            row[1][0].rank if row[1] else 99,
            row[0]["expires_at"] or "9",
            row[0]["name"],
            row[0]["environment"],
            row[0]["client_id"],
        ),
    )


def _of_rotation(item: Mapping[str, Any]) -> Iterator[Need]:
    if item["urgency"] in _BY_URGENCY:
        rank, tone, word = _BY_URGENCY[item["urgency"]]
        yield Need(rank, tone, word, _end(item))
    if item["phase"] in _BY_PHASE:
        rank, tone, text = _BY_PHASE[item["phase"]]
        yield Need(rank, tone, item["phase"], text)
    if item["blocked"] or item["blockers"]:
        rules = listed([short(each["rule"]) for each in item["blockers"]], 3)
        yield Need(4, "bad", "blocked", rules or "see what it waits for")
    if item["step"] in _BY_STEP:
        yield Need(4, "warn", "waits for a person", _BY_STEP[item["step"]])


def _end(item: Mapping[str, Any]) -> str:
    left = item["days_left"]
    if left is None:
        return "nobody knows when the secret ends"
    return f"the secret {days(left)}" if left < 0 else f"{days(left)} left"


def _of_dependents(item: Mapping[str, Any]) -> Iterator[Need]:
    for rank, state, tone, text in (
        (4, "failing", "bad", "could not be served or proved"),
        (7, "gone", "warn", "declared no more, and not retired"),
        (7, "person", "warn", "for a person to take over"),
    ):
        found = [short(each["dependent"], 40) for each in item["matrix"] if each["state"] == state]
        if found:
            yield Need(rank, tone, state, f"{counted(len(found), 'dependent')} {text}: {listed(found, 3)}")


def _of_upkeep(item: Mapping[str, Any]) -> Iterator[Need]:
    if item["strays"]:
        places = [short(f"{each['host']}:{each['place']}", 60) for each in item["strays"]]
        number = counted(len(places), "place")
        yield Need(6, "warn", "strays", f"{number} that nobody declares: {listed(places, 3)}")
    if item["unwatched"]:
        yield Need(8, "warn", "unwatched", short(item["unwatched"], 240))
    permissions = item["permissions"]
    if not permissions:
        return
    unit = permissions["business_unit"]
    if unit["declared"] and unit["declared"] != unit["seen"]:
        said = f"declared {short(unit['declared'], 40)}, seen {short(unit['seen'] or 'none', 40)}"
        yield Need(6, "warn", "another business unit", said)
    for rank, key in ((6, "missing"), (9, "excess")):
        if permissions[key]:
            scopes = listed([short(each, 40) for each in permissions[key]], 6)
            yield Need(rank, "warn", f"{key} permissions", scopes)
