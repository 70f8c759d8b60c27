# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole rotations, any way they can go: crashes, lost answers, hosts that fail, people who meddle in Setup."""

from __future__ import annotations

from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import decide
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Policy,
    Probe,
    Situation,
    Step,
    Verdict,
)

from ._strategies import STEADY, skews
from ._support import APP1, APP2, MINUTE, NO, UNASKED, UNCLEAR, YES
from ._world import DONE, LATE, LOST_AFTER, LOST_BEFORE, REFUSED, World

JOINING = (APP2, Dependent("app3", "tap", ("/srv/config.json#client_secret",)))
ANSWERS = st.sampled_from([DONE, DONE, LOST_AFTER, LOST_BEFORE, REFUSED, LATE])


class Rotations(RuleBasedStateMachine):
    """Honest answers or none; whatever happened, people who follow the ways out get to the end."""

    @initialize(retrieves=st.booleans())
    def begin(self, retrieves: bool) -> None:
        self.world = World(Policy(retrieves=retrieves))

    @rule(answer=ANSWERS, reached=st.sets(st.sampled_from([APP1, *JOINING])) | st.none())
    def run(self, answer: str, reached: set[Dependent] | None) -> None:
        self.world.take(self.world.decision(), answer, reached)

    @rule(foggy=st.sampled_from([("active",), ("staged",), ("active", "staged")]))
    def run_in_fog(self, foggy: tuple[str, ...]) -> None:
        self.world.take(self.world.decision(foggy))

    @rule(minutes=st.sampled_from([1, 4, 5, 7, 20, 60, 73 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.world.pass_time(minutes)

    @rule(decisions=st.integers(2, 8), answer=ANSWERS)
    def run_on(self, decisions: int, answer: str) -> None:
        """Let a run wait for the clocks by itself; only its last answer is lost."""
        for left in reversed(range(decisions)):
            decision = self.world.decision()
            if decision.step is Step.WAIT:
                self.wait_for(required(decision.not_before))
            else:
                self.world.take(decision, DONE if left else answer)

    def wait_for(self, end: datetime) -> None:
        while self.world.now < end:
            self.world.pass_time(1)

    @rule()
    def host_dies_between_file_and_proof(self) -> None:
        decision = self.world.decision()
        if decision.step is Step.DISTRIBUTE and decision.desired == "staged":
            self.world.journal = transitions.distributing(self.world.journal, self.world.begun())
            staged = required(required(self.world.journal.open_rotation).staged)
            self.world.hosts[APP1] = staged.fingerprint

    @rule(item=st.sampled_from(JOINING))
    def host_joins(self, item: Dependent) -> None:
        if item not in self.world.hosts:
            self.world.hosts[item] = self.world.active
            self.world.journal = transitions.registered(self.world.journal, [item])

    @precondition(lambda self: under_way(self.world))
    @rule()
    def person_abandons(self) -> None:
        self.world.journal = transitions.abandoned(self.world.journal, "a person says so", self.world.now)

    @precondition(lambda self: under_way(self.world))
    @rule()
    def person_generates_in_setup(self) -> None:
        self.world.meddled = True
        self.world.generate()

    @precondition(lambda self: self.world.staged == required_staged(self.world))
    @rule()
    def person_activates_in_setup(self) -> None:
        self.world.meddled = True
        self.world.activate()

    @invariant()
    def one_activation_at_a_time_and_three_at_most(self) -> None:
        if not hasattr(self, "world") or self.world.journal.rotation is None:
            return
        sent = self.world.journal.rotation.activations_sent_at
        assert len(sent) <= 3, "I-41"
        assert all(later - earlier >= 5 * MINUTE for earlier, later in zip(sent, sent[1:], strict=False)), "I-8"

    def teardown(self) -> None:
        """From wherever it stands: everything answers, people follow the way out that is named, a rotation closes."""
        if not hasattr(self, "world"):
            return
        for _number in range(120):
            decision = self.world.decision()
            if decision.step is Step.NONE:
                assert set(self.world.hosts.values()) == {self.world.active}, "every host has what works"
                return
            if decision.step is Step.WAIT:
                self.wait_for(required(decision.not_before))
            elif decision.step is Step.STOP and "sfmc_hand_in_stage=active" in decision.blockers[0].way_out:
                assert self.world.meddled, "without somebody in Setup the journal knows the active secret"
                assert self.world.active != required(self.world.journal.active).fingerprint
                return
            elif decision.step is Step.STOP:
                assert "keyturn.sfmc.abandon" in decision.blockers[0].way_out, f"a dead end: {decision}"
                self.world.journal = transitions.abandoned(self.world.journal, "told to", self.world.now)
            else:
                self.world.take(decision)
        raise AssertionError(f"going round in circles: {self.world.decision()}")


def under_way(world: World) -> bool:
    """Tell whether the rotation has come as far as its overlap, and can still be given up."""
    rotation = world.journal.open_rotation
    return bool(rotation and rotation.overlap_at and not rotation.activated_at)


def required_staged(world: World) -> str | None:
    """Return the staged secret that the journal knows of, None when there is none."""
    rotation = world.journal.open_rotation
    return rotation.staged.fingerprint if rotation and rotation.staged else None


class AnyAnswers(RuleBasedStateMachine):
    """SFMC's answers are anything at all, one after the other: nothing raises, nothing is done twice or too early."""

    @initialize()
    def begin(self) -> None:
        self.world = World(Policy(retrieves=True))
        self.world.meddled = True

    @rule(
        probe=st.builds(Probe, *[st.sampled_from([YES, YES, NO, UNCLEAR, UNASKED])] * 2),
        skew=skews,
        minutes=st.sampled_from([0, 1, 5, 7, 20]),
    )
    def run(self, probe: Probe, skew: object, minutes: int) -> None:
        world = self.world
        world.now += minutes * MINUTE
        before = world.journal
        situation = Situation(before, before.registry, world.policy, world.now, probe, world.pace, skew)  # type: ignore[arg-type]
        decision = decide(situation)
        if decision.step is not Step.DISTRIBUTE or decision.desired == "staged":
            world.take(decision)
        after = world.journal
        assert after.history[: len(before.history)] == before.history, "history only grows"
        if Verdict.UNKNOWN in (probe.active.verdict, probe.staged.verdict) and before.rotation == after.rotation:
            assert before.active == after.active
        if before.open_rotation and before.open_rotation.activated_at:
            assert required(after.rotation).activated_at == before.open_rotation.activated_at, "activated once"

    @rule()
    def person_abandons(self) -> None:
        rotation = self.world.journal.open_rotation
        if rotation and not rotation.activated_at:
            self.world.journal = transitions.abandoned(self.world.journal, "a person says so", self.world.now)


def test_no_host_is_broken_and_every_rotation_gets_to_an_end_I_1_I_3_I_6_I_13() -> None:
    run_state_machine_as_test(Rotations, settings=_many(150, 25))


def test_no_answers_at_all_lead_to_an_error_or_a_second_effect_I_13_I_20() -> None:
    run_state_machine_as_test(AnyAnswers, settings=_many(80, 25))


def _many(examples: int, steps: int) -> settings:
    return settings(STEADY, max_examples=examples, stateful_step_count=steps)
