# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every decision, whatever the situation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import decide, earliest_use
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Situation, Step, Verdict

from ._strategies import STEADY, likely, situations
from ._support import EFFECTS, A, B

YES, NO, UNKNOWN = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNKNOWN
any_situation = situations | likely()
GOING_ON_WITHOUT_ASKING = {Step.HAND_IN, Step.RETRIEVE}


def verdicts(situation: Situation) -> tuple[Verdict, Verdict]:
    return situation.probe.active.verdict, situation.probe.staged.verdict


def proved(situation: Situation, fingerprint: str) -> bool:
    """Tell by the definition, place by place, whether the registry is covered freshly."""
    rotation = situation.journal.rotation
    oldest = situation.now - situation.policy.attestation_age
    evidence = rotation.attestations if rotation else ()
    return all(
        any(
            seen.dependent == item.id and seen.fingerprint == fingerprint and seen.at >= oldest and place in seen.places
            for seen in evidence
        )
        for item in situation.registry
        for place in item.places
    )


@STEADY
@given(any_situation)
def test_the_same_situation_gives_the_same_decision_and_never_an_error(situation: Situation) -> None:
    assert repr(decide(situation)) == repr(decide(situation))


@STEADY
@given(any_situation)
def test_unknown_never_justifies_a_step_I_20(situation: Situation) -> None:
    decision, rotation = decide(situation), situation.journal.open_rotation
    active, staged = verdicts(situation)
    if active is UNKNOWN and decision.step in EFFECTS - GOING_ON_WITHOUT_ASKING:
        assert decision.step is Step.FORGET
        assert rotation and rotation.staged is None, "only a rotation that never had a secret ends unasked"
    ended = rotation and (rotation.lost_at or rotation.abandoned_at) and not rotation.activated_at
    if staged is UNKNOWN and rotation and rotation.staged and decision.step in EFFECTS:
        assert ended, decision.step
        assert decision.step in (Step.DISTRIBUTE, Step.FORGET)
        assert active is YES


@STEADY
@given(any_situation)
def test_an_activation_rests_on_fresh_proof_of_this_secret_everywhere_and_on_two_live_secrets_I_3_I_33_I_34(
    situation: Situation,
) -> None:
    if decide(situation).step is not Step.ACTIVATE:
        return
    rotation, policy = situation.journal.open_rotation, situation.policy
    assert rotation and rotation.staged and rotation.overlap_at
    assert not (rotation.activated_at or rotation.lost_at or rotation.abandoned_at or rotation.orphaned_at)
    assert verdicts(situation) == (YES, YES)
    assert situation.probe.active.enterprise_id == situation.probe.staged.enterprise_id
    assert set(situation.probe.active.scopes) <= set(situation.probe.staged.scopes)
    assert proved(situation, rotation.staged.fingerprint)
    assert situation.registry or policy.no_dependents
    assert policy.activate
    assert len(rotation.activations_sent_at) < policy.activations_at_most
    assert situation.skew is not None
    assert abs(situation.skew) <= policy.clock_skew


@STEADY
@given(any_situation)
def test_nothing_is_generated_while_a_staged_secret_is_live_I_1(situation: Situation) -> None:
    decision, rotation = decide(situation), situation.journal.open_rotation
    if decision.step is Step.GENERATE:
        assert situation.probe.active.verdict is YES
        if rotation:
            assert (rotation.staged, rotation.generation_sent_at, rotation.activated_at) == (None, None, None)


@STEADY
@given(any_situation)
def test_nothing_happens_before_its_time_I_8(situation: Situation) -> None:
    decision, rotation, now = decide(situation), situation.journal.open_rotation, situation.now
    policy, pace = situation.policy, situation.pace
    if not policy.operator:
        if decision.step is Step.GENERATE and pace.generated_at:
            assert now >= pace.generated_at + policy.pace
        if decision.step is Step.ACTIVATE and pace.activated_at:
            assert now >= pace.activated_at + policy.pace
    if decision.step is Step.ACTIVATE and rotation and rotation.activations_sent_at:
        assert now >= rotation.activations_sent_at[-1] + policy.pace
    if rotation and rotation.staged and not (rotation.overlap_at or rotation.lost_at or rotation.abandoned_at):
        if now < earliest_use(rotation.staged, policy):
            assert decision.step is Step.WAIT
        if decision.step in (Step.NOTE_LOST, Step.DISCARD):
            assert now >= rotation.staged.usable_at + policy.usable_grace


@STEADY
@given(any_situation)
def test_a_wait_has_an_end_and_does_not_lead_to_itself(situation: Situation) -> None:
    decision = decide(situation)
    if decision.step is Step.WAIT:
        assert decision.not_before is not None
        assert decision.not_before > situation.now
        later = decide(replace(situation, now=decision.not_before))
        assert later.step is not Step.WAIT or (later.not_before is not None and later.not_before > decision.not_before)


@STEADY
@given(any_situation)
def test_hosts_get_the_staged_secret_only_after_both_were_seen_alive_I_2(situation: Situation) -> None:
    decision, rotation = decide(situation), situation.journal.open_rotation
    if decision.step is not Step.DISTRIBUTE:
        return
    assert rotation
    assert decision.missing
    assert set(decision.missing) <= {item.id for item in situation.registry}
    if decision.desired == "staged":
        assert rotation.overlap_at
        assert verdicts(situation) == (YES, YES)
        assert not (rotation.lost_at or rotation.abandoned_at or rotation.activated_at)
    else:
        assert verdicts(situation)[1 if rotation.activated_at else 0] is YES, "hosts get a live secret only"


@STEADY
@given(any_situation)
def test_what_a_decision_wants_on_hosts_is_what_the_journal_says(situation: Situation) -> None:
    decision = decide(situation)
    assert decision.desired in ("", desired_secret(situation.journal, True))


@STEADY
@given(any_situation)
def test_a_staged_secret_is_dropped_only_when_nothing_can_need_it_any_more(situation: Situation) -> None:
    """Beside a live active secret, or when SFMC clearly refuses both."""
    decision, rotation = decide(situation), situation.journal.open_rotation
    if decision.step is Step.FORGET:
        assert rotation and rotation.abandoned_at
        assert rotation.staged is None or verdicts(situation) in {(YES, v) for v in Verdict} | {(NO, NO)}
        sent = max(rotation.activations_sent_at, default=None)
        assert sent is None or situation.now >= sent + situation.policy.pace or verdicts(situation)[0] is NO, (
            "I-6: an activation may be on its way"
        )
    if decision.step is Step.DISCARD:
        assert rotation and rotation.overlap_at is None
        assert verdicts(situation) == (YES, NO)


@STEADY
@given(any_situation)
def test_what_is_recorded_of_the_probe_is_what_it_showed(situation: Situation) -> None:
    shows = {
        Step.NOTE_OVERLAP: (YES, YES),
        Step.NOTE_ACTIVATED: (NO, YES),
        Step.NOTE_LOST: (YES, NO),
        Step.NOTE_ORPHANED: (YES, YES),
    }
    decision = decide(situation)
    assert verdicts(situation) == shows.get(decision.step, verdicts(situation))


@STEADY
@given(any_situation)
def test_closed_means_former_dead_new_alive_soak_over_and_everybody_moved_I_17_I_18(situation: Situation) -> None:
    decision, rotation = decide(situation), situation.journal.open_rotation
    if decision.step is Step.CLOSE:
        assert rotation and rotation.activated_at
        assert verdicts(situation) == (NO, YES)
        assert situation.now >= rotation.activated_at + situation.policy.soak
        age = situation.now - min((seen.at for seen in rotation.attestations), default=situation.now)
        ageless = replace(situation, policy=replace(situation.policy, attestation_age=age + timedelta(1)))
        assert proved(ageless, B)


@STEADY
@given(any_situation, st.sampled_from([B, A]))
def test_a_new_dependent_never_opens_a_closed_gate_I_33(situation: Situation, name: str) -> None:
    joined = Dependent("new", name, ("/etc/x#y",))
    after = decide(replace(situation, registry=(*situation.registry, joined)))
    assert after.step is not Step.ACTIVATE
    assert after.step is not Step.CLOSE


@STEADY
@given(any_situation)
def test_every_stop_names_all_five_texts_and_no_other_decision_hides_one_I_44(situation: Situation) -> None:
    decision = decide(situation)
    assert bool(decision.blockers) or decision.step is not Step.STOP
    for blocker in decision.blockers:
        assert all(text.strip() for text in blocker.as_dict().values()), blocker.as_dict()
    if decision.blockers and decision.step is Step.DISTRIBUTE:
        rule = "I-2" if decision.desired == "active" else "I-3"
        assert decision.blockers[0].rule.startswith(rule), "what keeps the gate closed, or the way back open"
    elif decision.blockers and decision.step is Step.NONE:
        assert decision.blockers[0].rule.startswith("I-37"), "a rotation that is due and held"
    else:
        assert not decision.blockers or decision.step is Step.STOP


@STEADY
@given(any_situation)
def test_a_hold_keeps_things_as_they_are_or_brings_the_active_secret_back_I_37(situation: Situation) -> None:
    hold = situation.policy.hold
    lasting = hold is not None and (hold.until is None or situation.now < hold.until)
    if lasting and not situation.policy.force:
        decision = decide(situation)
        onward = {Step.GENERATE, Step.HAND_IN, Step.RETRIEVE, Step.ACTIVATE, Step.CONFIRM}
        assert decision.step not in onward
        assert decision.step is not Step.DISTRIBUTE or decision.desired == "active"


@STEADY
@given(any_situation)
def test_a_secret_that_is_activated_is_never_left_for_the_former_one(situation: Situation) -> None:
    rotation = situation.journal.open_rotation
    if rotation and rotation.activated_at:
        decision = decide(situation)
        assert decision.phase in (Phase.ACTIVATED, Phase.SOAKING)
        assert decision.step in (Step.PROBE, Step.STOP, Step.WAIT, Step.DISTRIBUTE, Step.CLOSE, Step.UNSLICED)


def test_the_generated_situations_reach_every_step_and_phase() -> None:
    """Without this the properties above could hold of nothing."""
    steps: set[Step] = set()
    phases: set[Phase] = set()

    @settings(STEADY, max_examples=1500)
    @given(any_situation)
    def collect(situation: Situation) -> None:
        decision = decide(situation)
        steps.add(decision.step)
        phases.add(decision.phase)

    collect()
    assert set(Step) - steps == set()
    assert set(Phase) - phases == set()
