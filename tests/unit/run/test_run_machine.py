# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks at random over real runs: limits, crashes, clocks, people, faults. Every effect is looked at (`_watch.py`).

I-6 and I-20: answers are lost and unclear on the way; no step rests on them.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ansible_collections.keyturn.sfmc.tests.unit.rotation._strategies import STEADY

from . import _phases as phases
from ._bench import Bench
from ._faults import play
from ._walk import FAULTS, Walk, subset

#: Few walks on every run, the same each time; as many others as KEYTURN_WALKS says.
WALKS = int(os.environ.get("KEYTURN_WALKS", "0"))

#: Where walks begin: most of them would never get far by themselves.
BEGINNINGS = (phases.idle, phases.usable, phases.partly_distributed, phases.attested, phases.activated, phases.soaking)

hosts = st.sampled_from(["app1", "app2", "app3"])
limits = st.sets(hosts, min_size=1)
#: Minutes that a run may wait for SFMC's clocks.
waits = st.sampled_from([0, 10, 40])
#: The effect at which a run dies, counted from its own first; most live.
crashes = st.none() | st.integers(0, 15)
#: Whose answers have faults; what nobody asks for keeps its fault for later.
kinds = st.sampled_from(["token", "userinfo", "generate", "retrieve", "activate"])


class Runs(RuleBasedStateMachine):
    """One integration on three or four hosts."""

    @initialize(retrieve=st.booleans(), reach=st.sampled_from(BEGINNINGS))
    def begin(self, retrieve: bool, reach: Callable[[Bench], None]) -> None:
        self.walk = Walk(retrieve, reach)

    @rule(wait=waits, crash=crashes)
    def run_stage(self, wait: int, crash: int | None) -> None:
        self.walk.run(self.walk.bench.stage, wait, crash)

    @rule(limit=limits, crash=crashes)
    def run_distribute(self, limit: set[str], crash: int | None) -> None:
        self.walk.run(lambda: self.walk.bench.serve(subset(limit)), 0, crash)

    @rule(wait=waits, crash=crashes)
    def run_finish(self, wait: int, crash: int | None) -> None:
        self.walk.run(self.walk.bench.finish, wait, crash)

    @rule(wait=waits, crash=crashes)
    def run_rotate(self, wait: int, crash: int | None) -> None:
        self.walk.run(lambda: play(self.walk.bench), wait, crash)

    @rule(crash=crashes)
    def abandon(self, crash: int | None) -> None:
        self.walk.run(self.walk.bench.abandon, 0, crash)

    @rule(minutes=st.sampled_from([1, 4, 5, 7, 20, 60, 24 * 60, 73 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.walk.pass_time(minutes)

    @rule(what=st.sampled_from(["generate", "activate"]))
    def somebody_clicks_in_setup(self, what: str) -> None:
        self.walk.click(what)

    @rule()
    def the_package_goes_off_or_on(self) -> None:
        self.walk.bench.package.enabled = not self.walk.bench.package.enabled

    @rule(fault=st.sampled_from(FAULTS), kind=kinds)
    def a_request_meets_a_fault(self, fault: dict[str, object], kind: str) -> None:
        self.walk.order_fault(fault, kind)

    @rule(host=hosts)
    def a_host_goes_down_or_up(self, host: str) -> None:
        self.walk.bench.down ^= {host}

    @rule(host=hosts)
    def a_host_is_rolled_back(self, host: str) -> None:
        self.walk.roll_back(host)

    @rule(host=hosts)
    def somebody_edits_a_file(self, host: str) -> None:
        self.walk.edit(host)

    @rule()
    def a_host_joins(self) -> None:
        self.walk.join("app4")

    @rule(on=st.booleans())
    def a_hold(self, on: bool) -> None:
        self.walk.hold(on)

    @rule()
    def an_emergency(self) -> None:
        self.walk.force()

    @invariant()
    def what_always_holds(self) -> None:
        if hasattr(self, "walk"):
            self.walk.watch.check_rest()

    def teardown(self) -> None:
        if hasattr(self, "walk"):
            try:
                self.walk.come_to_an_end()
            finally:
                self.walk.end()


def test_no_walk_breaks_a_host_and_each_comes_to_an_end_I_1_I_3_I_6_I_13_I_20() -> None:
    size = settings(STEADY, max_examples=WALKS or 30, stateful_step_count=20, derandomize=not WALKS)
    run_state_machine_as_test(Runs, settings=size)
