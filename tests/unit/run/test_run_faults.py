# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every phase meets every fault of the menu: no wrong step, a message that helps, and a plain rerun gets to the end."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest

from . import _phases as phases
from ._bench import Bench
from ._faults import ACTED, ANSWERS, IGNORED, SLOW, Trouble, ends_well, is_over, play
from ._tape import TapedHttp
from ._watch import Watch

pytestmark = pytest.mark.exhaustive

#: The phases, with the kinds of requests that SFMC and the provider get there from the controller.
KINDS: dict[str, tuple[str, ...]] = {
    "idle": ("token", "userinfo", "generate"),
    "requested": ("token", "userinfo", "generate"),
    "answer_lost": ("userinfo", "retrieve"),
    "staged": ("token", "userinfo"),
    "usable": ("token", "userinfo"),
    "partly_distributed": ("token", "userinfo"),
    "attested": ("token", "userinfo", "activate"),
    "activated": ("token", "userinfo"),
    "soaking": ("token", "userinfo"),
    "lost": ("token", "userinfo"),
    "abandoned": ("token", "userinfo"),
    "orphaned": ("token", "userinfo"),
}
#: A slow answer takes real time: once for each kind of request.
SLOW_AT = {("idle", "token"), ("soaking", "userinfo"), ("idle", "generate"), ("answer_lost", "retrieve")}
SLOW_AT |= {("attested", "activate")}
#: Only the answers to token requests are told apart like this.
SAME_FOR_USERINFO = ("rate_limited_without_retry_after", "rate_limited_for_an_hour", "blocked", "server_error")


class Case(NamedTuple):
    """One phase, one kind of request, one trouble."""

    phase: str
    kind: str
    trouble: Trouble


def menu(phase: str, kind: str) -> list[Trouble]:
    """Return what may happen to this kind of request."""
    faults = ANSWERS + ([SLOW] if (phase, kind) in SLOW_AT else [])
    if kind == "userinfo":
        return [each for each in faults if each.name not in SAME_FOR_USERINFO]
    if kind == "activate":
        # Nobody reads the body of an answer to an activation: 2xx says yes, and the probe has the last word.
        read = [each._replace(words=()) if each.fault["fault"] in ("empty", "not_json") else each for each in ACTED]
        return [each for each in faults if each.name not in ("empty", "not_json")] + read + [IGNORED]
    return faults if kind == "token" else faults + ACTED


CASES = [Case(phase, kind, each) for phase, kinds in KINDS.items() for kind in kinds for each in menu(phase, kind)]


def name_of(case: Case) -> str:
    """Return a case's name."""
    return f"{case.phase}-{case.kind}-{case.trouble.name}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_no_phase_takes_a_wrong_step_on_a_fault_and_says_what_is_wrong(bench: Bench, watch: Watch, case: Case) -> None:
    """I-2, I-6, I-9, I-18, I-20, I-41, I-44: for as long as it lasts, then once; then a plain rerun goes on."""
    getattr(phases, case.phase)(bench)
    before = bench.held()
    if case.trouble is SLOW:
        bench.http = TapedHttp(bench.tape, bench.world, timeout=0.3)
    bench.budget = timedelta(minutes=10)
    bench.world.faults.remove()
    bench.world.faults.add({**case.trouble.fault, "on": case.kind, "times": "forever"})
    ends = play(bench)
    if not is_over(ends[-1]):
        watch.check_helpful(ends, *case.trouble.words)
    if case.kind == "token":
        assert bench.held() == before, "I-20: hosts are left as they are"
    bench.world.faults.remove()
    bench.world.faults.add({**case.trouble.fault, "on": case.kind})
    watch.check_helpful(play(bench))
    bench.world.faults.remove()
    ends_well(bench)


@pytest.mark.parametrize("seconds", [3600, -3600])
@pytest.mark.parametrize("phase", KINDS)
def test_no_phase_takes_a_timed_step_by_a_wrong_clock(bench: Bench, watch: Watch, phase: str, seconds: int) -> None:
    """I-9: every answer has a wrong `Date`; afterwards a plain rerun goes on."""
    getattr(phases, phase)(bench)
    bench.world.faults.remove()
    bench.world.faults.add({"fault": "wrong_date", "offset_seconds": seconds, "on": "*", "times": "forever"})
    watch.clock_is_wrong = True
    for _number in range(2):
        watch.check_helpful(play(bench))
    watch.clock_is_wrong = False
    bench.world.faults.remove()
    ends_well(bench)
