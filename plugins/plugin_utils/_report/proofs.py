# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of a running rotation: its dependents, and the steps of proof that each has shown. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

#: The steps, in order, with what each says.
STEPS = (
    ("written", "the staged secret was put there"),
    ("read back", "it was seen there afterwards"),
    ("token", "SFMC gave a fresh token for what stands there"),
    ("soak", "one life of a token passes before it counts"),
    ("person", "a person says so"),
)
#: The steps that a kind of evidence has shown.
_SHOWN = {
    "written": {"written"},
    "fingerprint": {"written", "read back"},
    "token": {"written", "read back", "token"},
    "soak": {"written", "soak"},
    "acknowledged": {"person"},
}
#: States of dependents in the order of the picture: a tone for each.
STATES = {
    "proved": "ok",
    "person": "info",
    "missing": "wait",
    "failing": "bad",
    "given up": "warn",
    "gone": "none",
    "idle": "none",
}
#: In words, for those who do not know the states.
STATE_WORDS = {
    "proved": "proved: its evidence counts",
    "missing": "missing: its proof is still to come",
    "failing": "failing: the last attempt did not succeed",
    "person": "person: somebody takes the secret over and says so",
    "given up": "given up: left out by name in an emergency",
    "gone": "gone: declared no more, and not retired",
    "idle": "idle: no rotation is open",
}
_FIRST = ("failing", "missing", "person", "given up", "gone", "proved", "idle")


def is_running(item: Mapping[str, Any]) -> bool:
    """Tell whether a rotation of this integration is open."""
    return item["rotation_id"] is not None and item["phase"] != "closed"


def marks(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one word for each step: yes, not yet, or a dash where it is not asked."""
    shown = _SHOWN.get(row["evidence"], set())
    rest = "not yet" if row["state"] in ("failing", "missing", "person") else "-"
    return tuple("yes" if step in shown else _unasked(step, row, rest) for step, _about in STEPS)


def _unasked(step: str, row: Mapping[str, Any], rest: str) -> str:
    """Return what stands for a step without evidence: a person is asked where no program gets to, and only there."""
    by_person = row["state"] == "person"
    return rest if (step == "person") is by_person and step != "soak" else "-"


def sorted_rows(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the dependents of one integration: what fails or is missing first."""
    rank = {state: number for number, state in enumerate(_FIRST)}
    return sorted(rows, key=lambda row: (rank.get(row["state"], 0), row["host"], row["name"]))


def counts(item: Mapping[str, Any]) -> dict[str, int]:
    """Return how many dependents are in each state, in the order of the picture."""
    found = Counter(row["state"] for row in item["matrix"])
    known = {state: found[state] for state in STATES if found[state]}
    return {**known, **{state: number for state, number in sorted(found.items()) if state not in STATES}}
