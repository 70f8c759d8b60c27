# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An active secret that ends by age during a rotation: the staged one still has to be activated (I-36)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Pace, Phase, Policy, Step

from ._support import APP1, COVERED, DAY, MINUTE, NO, NOW, POLICY, YES, decided, journal, rotation, shown

ENDED = NOW - 181 * DAY
OPERATOR = Policy(operator=True)


def test_i36_an_active_secret_past_its_end_is_dead_of_age_and_the_rollout_goes_on() -> None:
    about = journal(rotation(overlap_at=NOW, distribution_at=NOW, attestations=(shown(APP1),)), born=ENDED)
    decision = decided(about, NO, YES)
    assert (decision.step, decision.desired) == (Step.DISTRIBUTE, "staged")


def test_i36_past_its_end_the_staged_secret_is_activated_when_all_are_proved() -> None:
    about = journal(rotation(overlap_at=NOW, distribution_at=NOW, attestations=COVERED), born=ENDED)
    assert decided(about, NO, YES).step is Step.ACTIVATE


def test_i36_past_its_end_only_an_answered_activation_counts_as_one() -> None:
    sent = rotation(overlap_at=NOW, distribution_at=NOW, attestations=COVERED, activations_sent_at=(NOW - 6 * MINUTE,))
    assert decided(journal(sent, born=ENDED), NO, YES).step is Step.ACTIVATE
    answered = replace(sent, activation_answered_at=NOW - 6 * MINUTE)
    assert decided(journal(answered, born=ENDED), NO, YES).step is Step.NOTE_ACTIVATED


def test_i36_past_its_end_a_person_who_was_only_asked_has_not_activated() -> None:
    asked = rotation(overlap_at=NOW, distribution_at=NOW, attestations=COVERED, activations_sent_at=(NOW - DAY,))
    assert decided(journal(asked, born=ENDED), NO, YES, policy=OPERATOR).step is Step.CONFIRM
    said = replace(OPERATOR, activated=True)
    assert decided(journal(asked, born=ENDED), NO, YES, policy=said).step is Step.NOTE_ACTIVATED


def test_within_its_life_a_dead_active_secret_beside_a_live_staged_one_was_activated() -> None:
    assert decided(journal(rotation(overlap_at=NOW)), NO, YES).step is Step.NOTE_ACTIVATED


def test_with_an_unknown_birth_an_activation_that_was_sent_explains_the_death() -> None:
    sent = rotation(overlap_at=NOW, distribution_at=NOW, attestations=COVERED, activations_sent_at=(NOW - MINUTE,))
    assert decided(journal(sent, born=None), NO, YES).step is Step.NOTE_ACTIVATED


def test_i36_a_rotation_that_was_given_up_stops_when_the_active_secret_ends_by_age() -> None:
    about = journal(rotation(overlap_at=NOW, abandoned_at=NOW), born=ENDED)
    decision = decided(about, NO, YES)
    assert (decision.phase, decision.step) == (Phase.ABANDONED, Step.STOP)
    assert "sfmc_activated=true" in decision.blockers[0].way_out


def test_i34_evidence_from_the_future_opens_no_gate() -> None:
    later = tuple(replace(item, at=NOW + timedelta(days=1)) for item in COVERED)
    about = journal(rotation(overlap_at=NOW, distribution_at=NOW, attestations=later))
    assert decided(about, YES, YES).step is Step.DISTRIBUTE


def test_the_staged_secret_is_given_out_only_to_a_distribution_or_after_one_began() -> None:
    """Otherwise giving the rotation up would not know which hosts hold it."""
    usable = journal(rotation(overlap_at=NOW))
    assert desired_secret(usable, beginning=False) == "active"
    assert desired_secret(usable, beginning=True) == "staged"
    begun = journal(rotation(overlap_at=NOW, distribution_at=NOW))
    assert desired_secret(begun, beginning=False) == "staged"


def test_a_pace_says_which_step_it_holds_up() -> None:
    """I-8: so that nobody waits for a step that it is not going to take."""
    about = journal()
    decision = decided(about, YES, pace=Pace(generated_at=NOW - MINUTE), policy=POLICY)
    assert (decision.step, decision.then) == (Step.WAIT, Step.GENERATE)
