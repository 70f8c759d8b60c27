# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before the activation, the activation, the soak, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Batch, Dependent, Failure, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Pace,
    Phase,
    Policy,
    Sighting,
    Step,
)

from ._support import (
    APP1,
    APP2,
    COVERED,
    DAY,
    MINUTE,
    NO,
    NOW,
    REGISTRY,
    SECOND,
    UNCLEAR,
    YES,
    A,
    activated,
    attested,
    decided,
    distributing,
    journal,
    requested,
    shown,
    usable,
    young,
)

HOUR = Policy().batch_life
OPERATOR = Policy(operator=True)
NOT_YET = Policy(activate=False)


def test_full_coverage_opens_the_gate_I_3() -> None:
    decision = decided(attested(), YES, YES)
    assert (decision.phase, decision.step, decision.missing) == (Phase.ATTESTED, Step.ACTIVATE, ())


@pytest.mark.parametrize(
    ("attestations", "missing"),
    [
        ((), (APP1.id, APP2.id)),
        ((shown(APP1),), (APP2.id,)),
        ((shown(APP1), shown(APP2, A)), (APP2.id,)),
        ((shown(APP1), replace(shown(APP2), places=APP2.places[:1])), (APP2.id,)),
        ((shown(APP1), replace(shown(APP2), dependent="app2/other")), (APP2.id,)),
        ((shown(APP1), shown(APP2, at=NOW - timedelta(hours=72, seconds=1))), (APP2.id,)),
        ((shown(APP1), shown(APP2, at=NOW - timedelta(hours=72))), ()),
    ],
    ids=["none", "one of two", "another secret", "one of two files", "another dependent", "too old", "just fresh"],
)
def test_the_gate_counts_only_fresh_evidence_for_this_secret_from_every_place_I_3_I_34(
    attestations: tuple[object, ...], missing: tuple[str, ...]
) -> None:
    decision = decided(distributing(attestations=attestations), YES, YES)
    assert decision.missing == missing
    assert decision.step is (Step.DISTRIBUTE if missing else Step.ACTIVATE)
    assert bool(decision.blockers) is bool(missing), "the gate names what is missing"


def test_a_dependent_that_joins_closes_the_gate_again_I_33() -> None:
    joined = Dependent("app3", "mule", ("/opt/a.env#SECRET",))
    decision = decided(attested(), YES, YES, registry=(*REGISTRY, joined))
    assert (decision.step, decision.missing) == (Step.DISTRIBUTE, (joined.id,))


def test_a_file_that_is_added_to_a_dependent_closes_the_gate_again_I_33() -> None:
    grown = replace(APP1, places=(*APP1.places, "/opt/new.env#SECRET"))
    assert decided(attested(), YES, YES, registry=(grown, APP2)).missing == (APP1.id,)


def test_the_closed_gate_says_what_an_activation_would_break_and_why_I_12() -> None:
    about = distributing(attestations=(shown(APP1),), failures=(Failure(APP2.id, NOW, "the host did not answer"),))
    blocker = decided(about, YES, YES).blockers[0]
    assert "app2/mule (the host did not answer)" in blocker.found
    assert APP1.id not in blocker.found


def test_what_is_declared_no_more_is_for_a_person_to_retire_I_11() -> None:
    """A host that was renamed: its former name can never be proved, and nobody is told to try."""
    about = distributing(attestations=(shown(APP2),))
    decision = decided(about, YES, YES, declared=frozenset({APP2.id}))
    assert (decision.step, decision.gone, decision.missing) == (Step.STOP, (APP1.id,), (APP1.id,))
    assert f'"sfmc_retire_dependent": "{APP1.id}"' in decision.blockers[0].way_out


def test_what_is_declared_is_served_before_a_person_is_asked_about_the_rest_I_11() -> None:
    decision = decided(distributing(), YES, YES, declared=frozenset({APP2.id}))
    assert (decision.step, decision.gone) == (Step.DISTRIBUTE, (APP1.id,))


def test_a_run_that_read_a_part_of_the_inventory_takes_nothing_for_gone_I_10() -> None:
    assert decided(distributing(attestations=(shown(APP2),)), YES, YES).step is Step.DISTRIBUTE


def test_an_empty_registry_never_opens_the_gate_by_itself_I_38() -> None:
    assert decided(attested(), YES, YES, registry=()).blockers[0].rule.startswith("I-38")
    assert decided(usable(), YES, YES, registry=(), policy=Policy(no_dependents=True)).step is Step.ACTIVATE


def test_dependents_none_does_not_overrule_a_registry_I_38() -> None:
    assert decided(distributing(), YES, YES, policy=Policy(no_dependents=True)).step is Step.DISTRIBUTE


def test_sfmc_activate_false_stops_at_the_open_gate_only() -> None:
    decision = decided(attested(), YES, YES, policy=NOT_YET)
    assert (decision.phase, decision.step, decision.desired) == (Phase.ATTESTED, Step.STOP, "staged")
    assert "sfmc_activate=true" in decision.blockers[0].way_out
    assert decided(distributing(), YES, YES, policy=NOT_YET).step is Step.DISTRIBUTE
    assert decided(attested(), NO, YES, policy=NOT_YET).step is Step.NOTE_ACTIVATED


# --- bounded activations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [0, 1, 2, 3])
@pytest.mark.parametrize("since", [5 * MINUTE - SECOND, 5 * MINUTE])
def test_activations_are_spaced_and_bounded_then_orphaned_I_8_I_41(sent: int, since: timedelta) -> None:
    last = NOW - since
    decision = decided(attested(activations_sent_at=tuple(last - n * 10 * MINUTE for n in range(sent))[::-1]), YES, YES)
    if sent and since < 5 * MINUTE:
        assert (decision.step, decision.not_before) == (Step.WAIT, last + 5 * MINUTE)
    else:
        assert decision.step is (Step.NOTE_ORPHANED if sent == 3 else Step.ACTIVATE)


def test_orphaned_waits_for_a_person_and_sees_what_they_did_I_41() -> None:
    about = attested(orphaned_at=NOW, activations_sent_at=(NOW - DAY,) * 3)
    decision = decided(about, YES, YES)
    assert (decision.phase, decision.step) == (Phase.ORPHANED, Step.STOP)
    assert "sfmc_abandon_integration=crm" in decision.blockers[0].way_out
    assert decided(about, NO, YES).step is Step.NOTE_ACTIVATED


@pytest.mark.parametrize("sent", [1, 3, 9])
def test_a_person_is_asked_once_for_the_activation_and_then_waited_for(sent: int) -> None:
    about = attested(activations_sent_at=(NOW - DAY,) * sent)
    assert decided(attested(), YES, YES, policy=OPERATOR).step is Step.ACTIVATE
    assert decided(about, YES, YES, policy=OPERATOR).step is Step.CONFIRM


# --- the account's pace and the clocks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "key", "step"),
    [(journal(), "generated_at", Step.GENERATE), (attested(), "activated_at", Step.ACTIVATE)],
)
def test_an_account_generates_and_activates_once_in_five_minutes_I_8(about: Journal, key: str, step: Step) -> None:
    """Whichever integration the last one was for; the two clocks do not mix."""
    other = "activated_at" if key == "generated_at" else "generated_at"
    early = decided(about, YES, YES, pace=Pace(**{key: NOW - 5 * MINUTE + SECOND}))
    assert (early.step, early.not_before) == (Step.WAIT, NOW + SECOND)
    assert decided(about, YES, YES, pace=Pace(**{key: NOW - 5 * MINUTE})).step is step
    assert decided(about, YES, YES, pace=Pace(**{other: NOW})).step is step


def test_a_person_keeps_the_pace_in_setup_themselves() -> None:
    assert decided(journal(), YES, policy=OPERATOR, pace=Pace(NOW, NOW)).step is Step.GENERATE


@pytest.mark.parametrize(
    ("skew", "stops"),
    [
        (None, True),
        (2 * MINUTE, False),
        (-2 * MINUTE, False),
        (2 * MINUTE + SECOND, True),
        (-2 * MINUTE - SECOND, True),
    ],
)
@pytest.mark.parametrize(
    ("about", "active", "staged", "policy", "step"),
    [
        (journal(), YES, YES, Policy(), Step.GENERATE),
        (requested(sent=False), YES, YES, Policy(), Step.GENERATE),
        (attested(), YES, YES, Policy(), Step.ACTIVATE),
        (activated(20 * MINUTE), NO, YES, Policy(), Step.CLOSE),
        (young(7 * MINUTE), YES, NO, Policy(), Step.NOTE_LOST),
        (young(7 * MINUTE), YES, NO, OPERATOR, Step.DISCARD),
    ],
    ids=["generate", "generate again", "activate", "close", "lost by the clock", "discard"],
)
def test_clocks_that_differ_stop_what_rests_on_time_I_9(
    about: Journal, active: Sighting, staged: Sighting, policy: Policy, step: Step, skew: timedelta | None, stops: bool
) -> None:
    decision = decided(about, active, staged, policy=policy, skew=skew)
    assert decision.step is (Step.STOP if stops else step)
    if stops:
        assert decision.blockers[0].rule.startswith("I-9")


@pytest.mark.parametrize("skew", [None, DAY])
def test_clocks_that_differ_do_not_stop_what_the_probe_alone_shows_I_9(skew: timedelta | None) -> None:
    assert decided(usable(), YES, NO, skew=skew).step is Step.NOTE_LOST
    assert decided(usable(), NO, YES, skew=skew).step is Step.NOTE_ACTIVATED
    assert decided(distributing(lost_at=NOW), YES, NO, skew=skew).step is Step.DISTRIBUTE


# --- after the activation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "step"), [(timedelta(0), Step.WAIT), (20 * MINUTE - SECOND, Step.WAIT), (20 * MINUTE, Step.CLOSE)]
)
def test_a_rotation_closes_only_after_the_soak_I_17(since: timedelta, step: Step) -> None:
    decision = decided(activated(since), NO, YES)
    assert (decision.phase, decision.step) == (Phase.SOAKING, step)


@pytest.mark.parametrize("since", [MINUTE, 20 * MINUTE, 90 * DAY])
def test_a_former_secret_that_still_works_keeps_the_rotation_open_I_18(since: timedelta) -> None:
    decision = decided(activated(since), YES, YES)
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-18")


def test_a_dependent_that_was_missed_is_mended_at_once_and_before_the_close() -> None:
    decision = decided(activated(DAY, attestations=(shown(APP1),)), NO, YES)
    assert (decision.step, decision.missing, decision.desired) == (Step.DISTRIBUTE, (APP2.id,), "active")


@pytest.mark.parametrize("end", ["lost_at", "abandoned_at"])
def test_hosts_that_were_brought_back_prove_the_activated_secret_again_I_6(end: str) -> None:
    """The answer to the activation was lost, a person gave up, and then it landed: hosts may hold the dead secret."""
    back = tuple(shown(item, A) for item in REGISTRY)
    about = transitions.activated(attested(attestations=(*COVERED, *back), **{end: NOW}), NOW)
    decision = decided(about, NO, YES, now=NOW + 20 * MINUTE)
    assert (decision.step, decision.missing, decision.desired) == (Step.DISTRIBUTE, (APP1.id, APP2.id), "active")
    about = transitions.attested(about, COVERED, (), NOW)
    assert decided(about, NO, YES, now=NOW + 20 * MINUTE).step is Step.CLOSE


def test_after_the_activation_an_attestation_does_not_age() -> None:
    assert decided(activated(90 * DAY), NO, YES).step is Step.CLOSE


# --- the way back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["lost_at", "abandoned_at"])
def test_hosts_get_the_active_secret_back_and_prove_it_after_the_end_I_2(end: str) -> None:
    ended = NOW - 10 * MINUTE
    before = tuple(shown(item, A, ended - SECOND) for item in REGISTRY)
    after = tuple(shown(item, A, ended) for item in REGISTRY)
    decision = decided(distributing(attestations=(*COVERED, *before), **{end: ended}), YES, NO)
    assert (decision.step, decision.desired, decision.missing) == (Step.DISTRIBUTE, "active", (APP1.id, APP2.id))
    decision = decided(distributing(attestations=(*COVERED, *after), **{end: ended}), YES, NO)
    assert decision.step is (Step.FORGET if end == "abandoned_at" else Step.STOP)


def test_a_lost_rotation_that_is_then_abandoned_does_not_prove_its_hosts_twice() -> None:
    back = tuple(shown(item, A, NOW - 20 * MINUTE) for item in REGISTRY)
    about = distributing(attestations=back, lost_at=NOW - 30 * MINUTE, abandoned_at=NOW - MINUTE)
    assert decided(about, YES, NO).step is Step.FORGET


def test_before_any_host_was_written_there_is_nothing_to_bring_back() -> None:
    assert decided(usable(abandoned_at=NOW), YES, YES).step is Step.FORGET


@pytest.mark.parametrize(
    ("since", "step"), [(timedelta(0), Step.WAIT), (5 * MINUTE - SECOND, Step.WAIT), (5 * MINUTE, Step.FORGET)]
)
def test_a_staged_secret_is_kept_while_an_activation_may_still_be_on_its_way_I_6(since: timedelta, step: Step) -> None:
    """It would be the only one that works, and SFMC shows it only once."""
    decision = decided(usable(activations_sent_at=(NOW - since,), abandoned_at=NOW), YES, YES)
    assert (decision.step, decision.desired) == (step, "active")
    assert decided(usable(activations_sent_at=(NOW,), abandoned_at=NOW), NO, YES).step is Step.NOTE_ACTIVATED


@pytest.mark.parametrize(("since", "step"), [(HOUR - SECOND, Step.WAIT), (HOUR, Step.FORGET)])
def test_a_staged_secret_is_kept_while_another_run_may_still_write_it_I_7(since: timedelta, step: Step) -> None:
    back = tuple(shown(item, A) for item in REGISTRY)
    about = distributing(attestations=back, abandoned_at=NOW - HOUR, batches=(Batch("b1", NOW - since),))
    decision = decided(about, YES, YES)
    assert (decision.step, decision.not_before) == (step, NOW - since + HOUR if step is Step.WAIT else None)


@pytest.mark.parametrize(("proved", "step"), [(HOUR, Step.DISTRIBUTE), (timedelta(0), Step.FORGET)])
def test_what_a_batch_that_died_may_have_written_late_is_brought_back_once_more_I_7(
    proved: timedelta, step: Step
) -> None:
    """Its proof is older than the last moment at which that batch could write."""
    back = tuple(shown(item, A, NOW - proved) for item in REGISTRY)
    about = distributing(attestations=back, abandoned_at=NOW - 2 * HOUR, batches=(Batch("b1", NOW - HOUR),))
    assert decided(about, YES, YES).step is step


def test_an_abandoned_request_ends_without_asking() -> None:
    about = requested()
    assert about.rotation
    ended = replace(about, rotation=replace(about.rotation, abandoned_at=NOW))
    assert decided(ended, UNCLEAR).step is Step.FORGET


def test_a_lost_rotation_names_its_way_out_I_2() -> None:
    decision = decided(usable(lost_at=NOW), YES, NO)
    assert (decision.phase, decision.step) == (Phase.LOST, Step.STOP)
    assert "sfmc_abandon_integration=crm" in decision.blockers[0].way_out
