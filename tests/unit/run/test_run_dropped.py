# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer of SFMC in a rotation, lost once after SFMC has acted: whoever asked, nothing is done twice."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase
from ansible_collections.keyturn.sfmc.tests.simulator.faults import Fault, Faults

from ._bench import Bench, closed_well

#: How often SFMC and the provider's endpoint are asked in a whole rotation, by the controller and by two hosts.
ASKED = {"token": 14, "userinfo": 16, "generate": 1, "activate": 1}
ANSWERS = [(kind, number) for kind, times in ASKED.items() for number in range(1, times + 1)]


class Dropping(Faults):
    """Drops the answers that are named, and counts what is asked.

    :ivar to_drop: kind and number of each answer, counted from 1.
    """

    def __init__(self, *dropped: tuple[str, int]) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.dropped: list[str] = []
        self.to_drop = dropped

    def take(self, kind: str, client_id: str | None, which: str) -> Fault | None:
        """Return the fault for one that is named."""
        self.asked[kind] += 1
        if (kind, self.asked[kind]) in self.to_drop:
            self.add({"fault": "answer_dropped", "on": kind})
            self.dropped.append(kind)
        return super().take(kind, client_id, which)


def test_the_matrix_has_every_answer_of_a_whole_rotation(bench: Bench) -> None:
    """I-6: a request that is added comes into the matrix, or this fails."""
    faults = Dropping()
    bench.world.faults = faults
    assert bench.rotate().phase is Phase.CLOSED
    assert faults.asked == ASKED
    hosts = [line for line in bench.world.effects if line["kind"] == "token" and line["who"] == "keyturn.sfmc"]
    assert len(hosts) == 2, "the requests of hosts are among those that are counted"


@pytest.mark.parametrize(("kind", "number"), ANSWERS, ids=[f"{kind} {number}" for kind, number in ANSWERS])
def test_an_answer_that_is_lost_costs_at_most_a_rerun(bench: Bench, kind: str, number: int) -> None:
    """I-6, I-13, I-20: it ends closed in the same run or in the next, with one generation and one activation."""
    _ends_well_without(bench, (kind, number))


@pytest.mark.parametrize("kind", ["token", "userinfo"])
@pytest.mark.parametrize("sent", ["generate", "activate"])
def test_the_first_question_after_a_lost_answer_may_be_lost_too(bench: Bench, sent: str, kind: str) -> None:
    """I-6, I-20: what came of the call is found out later."""
    faults = Dropping()
    bench.world.faults = faults

    def count(point: int) -> None:
        if bench.tape.points[point] == f"before {sent}":
            faults.to_drop = ((sent, 1), (kind, faults.asked[kind] + 1))

    bench.tape.at = count
    _ends_well(bench, faults, [sent, kind])


def test_a_retrieval_whose_answer_is_lost_is_made_again(bench: Bench) -> None:
    """I-6: it reads, so it may be repeated; the generation is not."""
    _ends_well_without(bench, ("generate", 1), ("retrieve", 1))
    assert bench.outcomes("retrieve") == ["retrieved", "retrieved"]


def _ends_well_without(bench: Bench, *dropped: tuple[str, int]) -> None:
    faults = Dropping(*dropped)
    bench.world.faults = faults
    _ends_well(bench, faults, [kind for kind, _number in dropped])


def _ends_well(bench: Bench, faults: Dropping, dropped: list[str]) -> None:
    try:
        ended = bench.rotate().phase
    except Refusal:
        ended = None
    assert faults.dropped == dropped, "the answer was never given"
    if ended is not Phase.CLOSED:
        assert bench.rotate().phase is Phase.CLOSED
    assert bench.outcomes("generate") == ["generated"]
    assert bench.outcomes("activate") == ["activated"]
    closed_well(bench, bench.package)
