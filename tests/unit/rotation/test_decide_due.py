# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a rotation opens, and when it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.calendar import due_at, expires_at, forced
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Hold,
    Phase,
    Policy,
    Sighting,
    Step,
)

from ._support import (
    DAY,
    MINUTE,
    NO,
    NOW,
    SECOND,
    UNASKED,
    UNCLEAR,
    YES,
    activated,
    decided,
    journal,
    requested,
    rotation,
    usable,
)

DUE = NOW - 150 * DAY
LEAK = Policy(force="leak")
CLOSED = {"closed_at": NOW - DAY, "activated_at": NOW - DAY, "outcome": "rotated"}


@pytest.mark.parametrize(("age", "step"), [(150 * DAY - SECOND, Step.NONE), (150 * DAY, Step.GENERATE)])
def test_a_rotation_is_due_thirty_days_before_the_end_to_the_second(age: timedelta, step: Step) -> None:
    assert decided(journal(born=NOW - age)).step is step


def test_a_secret_ends_180_days_after_its_generation_not_after_its_activation_I_36() -> None:
    about = activated()
    assert about.active and about.rotation and about.rotation.activated_at
    assert about.rotation.activated_at != about.active.generated_at
    assert expires_at(about, Policy()) == NOW - 60 * MINUTE + 180 * DAY
    assert due_at(about, Policy()) == NOW - 60 * MINUTE + 150 * DAY


@pytest.mark.parametrize(
    ("age", "urgency"),
    [
        (150 * DAY - SECOND, "ok"),
        (150 * DAY, "due"),
        (173 * DAY - SECOND, "due"),
        (173 * DAY, "urgent"),
        (180 * DAY - SECOND, "urgent"),
        (180 * DAY, "expired"),
    ],
)
def test_urgency_rises_as_the_end_comes_near_I_36(age: timedelta, urgency: str) -> None:
    assert decided(journal(born=NOW - age)).urgency == urgency
    about = replace(usable(), active=journal(born=NOW - age).active)
    assert decided(about, YES, YES).urgency == urgency


def test_nothing_is_due_says_when_it_will_be_and_asks_nobody_I_15() -> None:
    decision = decided(journal(born=NOW), UNASKED, skew=None)
    assert (decision.phase, decision.step, decision.not_before) == (Phase.IDLE, Step.NONE, NOW + 150 * DAY)


def test_an_active_secret_of_unknown_birth_is_due_at_once() -> None:
    decision = decided(journal(born=None))
    assert (decision.step, decision.urgency, decision.expires_at) == (Step.GENERATE, "unknown", None)


def test_without_an_active_secret_a_person_hands_it_in() -> None:
    decision = decided(Journal("id", "crm"))
    assert decision.step is Step.STOP
    assert "sfmc_hand_in_stage=active" in decision.blockers[0].way_out


@pytest.mark.parametrize(
    ("seen", "step"),
    [(UNASKED, Step.PROBE), (YES, Step.GENERATE), (NO, Step.STOP), (UNCLEAR, Step.STOP)],
)
@pytest.mark.parametrize("about", [journal(born=DUE), requested(sent=False)], ids=["idle", "generation refused"])
def test_a_staged_secret_is_only_generated_beside_a_live_active_one_I_20(
    about: Journal, seen: Sighting, step: Step
) -> None:
    """With a dead active secret, a staged one would be taken for an activated one."""
    assert decided(about, seen).step is step


def test_a_dead_active_secret_inside_a_rotation_names_the_whole_way_out_I_44() -> None:
    """An active secret is not handed in while a rotation is open."""
    assert "sfmc_abandon_integration=crm; then" in decided(requested(sent=False), NO).blockers[0].way_out
    assert "abandon" not in decided(journal(), NO).blockers[0].way_out


def test_no_dependents_stop_before_anything_is_asked_unless_the_integration_says_none_I_38() -> None:
    decision = decided(journal(), UNASKED, registry=())
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-38")
    assert decided(journal(), YES, registry=(), policy=Policy(no_dependents=True)).step is Step.GENERATE


def test_a_reason_forces_a_rotation_before_it_is_due() -> None:
    decision = decided(journal(born=NOW), policy=LEAK)
    assert (decision.step, decision.urgency) == (Step.GENERATE, "due")


def test_the_same_reason_forces_no_second_rotation_but_another_reason_does() -> None:
    about = journal(rotation(reason=forced("leak"), **CLOSED), born=NOW)
    assert decided(about, policy=LEAK).step is Step.NONE
    assert decided(about, policy=Policy(force="leak again")).step is Step.GENERATE


def test_a_forced_rotation_that_was_given_up_leaves_its_reason_open() -> None:
    """The secret that leaked is still the active one: silence would be the wrong answer."""
    given_up = rotation(reason=forced("leak"), abandoned_at=NOW - DAY, closed_at=NOW - DAY, outcome="abandoned")
    assert decided(journal(given_up, born=NOW), policy=LEAK).step is Step.GENERATE


def test_a_closed_rotation_is_due_again_by_the_calendar() -> None:
    decision = decided(journal(rotation(**CLOSED), born=DUE))
    assert (decision.phase, decision.step) == (Phase.CLOSED, Step.GENERATE)


# --- holds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "step"), [(None, Step.NONE), (NOW + SECOND, Step.NONE), (NOW, Step.GENERATE), (NOW - DAY, Step.GENERATE)]
)
def test_a_hold_lasts_until_its_end_to_the_second_I_37(until: object, step: Step) -> None:
    hold = Hold("freeze", until)  # type: ignore[arg-type]
    decision = decided(journal(), UNASKED if step is Step.NONE else YES, policy=Policy(hold=hold))
    assert decision.step is step
    assert bool(decision.blockers) is (step is Step.NONE)


HELD = Policy(hold=Hold("freeze"))


@pytest.mark.parametrize(
    ("about", "policy"),
    [
        (requested(sent=False), HELD),
        (requested(), replace(HELD, retrieves=True)),
        (requested(), replace(HELD, operator=True)),
        (usable(), HELD),
        (usable(attestations=(), distribution_at=NOW), HELD),
    ],
)
def test_a_hold_stops_every_step_forward_I_37(about: Journal, policy: Policy) -> None:
    decision = decided(about, YES, YES, policy=policy)
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-37")


def test_a_hold_does_not_keep_broken_hosts_from_the_active_secret_I_37() -> None:
    """Somebody activated in Setup before every host had it: those hosts are down until they get it."""
    for about, seen in ((activated(attestations=()), (NO, YES)), (usable(distribution_at=NOW, lost_at=NOW), (YES, NO))):
        decision = decided(about, *seen, policy=HELD)
        assert (decision.step, decision.desired) == (Step.DISTRIBUTE, "active")


def test_a_hold_does_not_hide_what_the_probe_shows_I_37() -> None:
    assert decided(usable(), NO, YES, policy=HELD).step is Step.NOTE_ACTIVATED
    assert decided(usable(), YES, NO, policy=HELD).step is Step.NOTE_LOST


def test_an_emergency_with_a_reason_beats_a_hold_I_37() -> None:
    policy = replace(HELD, force="leak")
    assert decided(journal(born=NOW), policy=policy).step is Step.GENERATE
    assert decided(usable(), YES, YES, policy=policy).step is Step.DISTRIBUTE


def test_a_reason_that_is_done_and_left_in_the_inventory_beats_no_later_hold_I_37() -> None:
    about = journal(rotation(reason=forced("leak"), **CLOSED), born=DUE)
    assert decided(about, policy=LEAK).step is Step.GENERATE, "due by the calendar"
    decision = decided(about, UNASKED, policy=replace(HELD, force="leak"))
    assert decision.step is Step.NONE
    assert decision.blockers[0].rule.startswith("I-37")


def test_a_look_at_the_places_that_is_overdue_is_said_I_43() -> None:
    """Within the time that the inventory gives; without one nobody is waited for. It changes no step."""
    watched = Policy(verify_within=2 * DAY)
    for verified_at, overdue in ((None, True), (NOW - 2 * DAY - SECOND, True), (NOW - 2 * DAY, False)):
        decision = decided(replace(journal(), verified_at=verified_at), YES, policy=watched)
        assert (bool(decision.unwatched), decision.step) == (overdue, Step.GENERATE)
        assert not decided(replace(journal(), verified_at=verified_at), YES).unwatched


def test_a_look_that_a_wrong_clock_has_dated_far_ahead_silences_nothing_I_43() -> None:
    watched = Policy(verify_within=2 * DAY)
    for ahead, overdue in ((timedelta(minutes=2), False), (300 * DAY, True)):
        kept = replace(journal(), verified_at=NOW + ahead)
        assert bool(decided(kept, YES, policy=watched).unwatched) is overdue


def test_a_slice_without_dependents_leaves_it_to_a_whole_run_whether_there_are_any_I_38() -> None:
    """I-11: it is not asked to declare what other hosts declare."""
    assert decided(journal(), YES, registry=(), policy=Policy(sliced=True)).step is Step.UNSLICED
    assert decided(journal(), YES, registry=(), policy=Policy()).step is Step.STOP
