# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two-secret probe: every row of what A and B can say, in every phase."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Staged
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Pace,
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
    B,
    activated,
    attested,
    decided,
    distributing,
    journal,
    requested,
    rotation,
    usable,
    young,
)

SAYS = {"yes": YES, "no": NO, "unclear": UNCLEAR, "unasked": UNASKED}
PHASES: dict[str, Journal] = {
    "too young": young(6 * MINUTE),
    "staged": journal(rotation()),
    "usable": usable(),
    "distributing": distributing(),
    "attested": attested(),
    "orphaned": attested(orphaned_at=NOW, activations_sent_at=(NOW - DAY,) * 3),
    "activated": activated(),
    "soaked": activated(20 * MINUTE),
    "abandoned": distributing(abandoned_at=NOW - MINUTE),
    "abandoned before distribution": usable(abandoned_at=NOW - MINUTE),
    "lost": distributing(lost_at=NOW - MINUTE),
    "lost before distribution": usable(lost_at=NOW - MINUTE),
}

# Rows: A, B. Columns: what is legal in the phase. Any unclear answer that is needed stops.
TABLE = """
phase                          yes/yes       yes/no      no/yes          no/no
too young                      note_overlap  wait        note_activated  wait
staged                         note_overlap  note_lost   note_activated  stop
usable                         distribute    note_lost   note_activated  stop
distributing                   distribute    note_lost   note_activated  stop
attested                       activate      note_lost   note_activated  stop
orphaned                       stop          note_lost   note_activated  stop
activated                      stop          stop        wait            stop
soaked                         stop          stop        close           stop
abandoned                      distribute    distribute  note_activated  stop
abandoned before distribution  forget        forget      note_activated  forget
lost                           distribute    distribute  note_activated  stop
lost before distribution       stop          stop        note_activated  stop
"""


def _rows() -> list[tuple[str, str, str, str]]:
    head, *lines = TABLE.strip().splitlines()
    columns = [cell.split("/") for cell in head.split()[1:]]
    rows = []
    for line in lines:
        name = line[:31].strip()
        rows += [(name, a, b, step) for (a, b), step in zip(columns, line[31:].split(), strict=True)]
    return rows


def test_the_table_has_every_phase() -> None:
    assert {row[0] for row in _rows()} == set(PHASES)


@pytest.mark.parametrize(("phase", "active", "staged", "step"), _rows())
def test_what_the_probe_allows(phase: str, active: str, staged: str, step: str) -> None:
    assert decided(PHASES[phase], SAYS[active], SAYS[staged]).step.value == step


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("other", SAYS)
def test_an_unclear_active_secret_stops_whatever_the_other_says_I_20(phase: str, other: str) -> None:
    legal = {Step.STOP, Step.PROBE} if other == "unasked" else {Step.STOP}
    assert decided(PHASES[phase], UNCLEAR, SAYS[other]).step in legal


@pytest.mark.parametrize("phase", [name for name in PHASES if not name.startswith(("lost", "abandoned"))])
@pytest.mark.parametrize("active", ["yes", "no", "unclear"])
def test_an_unclear_staged_secret_stops_whatever_the_other_says_I_20(phase: str, active: str) -> None:
    decision = decided(PHASES[phase], SAYS[active], UNCLEAR)
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-20")


@pytest.mark.parametrize("phase", ["lost", "abandoned", "lost before distribution", "abandoned before distribution"])
def test_a_dead_active_secret_with_an_unclear_staged_one_stops_on_the_way_back_I_20(phase: str) -> None:
    decision = decided(PHASES[phase], NO, UNCLEAR)
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-20")


@pytest.mark.parametrize("phase", PHASES)
def test_before_anything_is_done_sfmc_is_asked_about_the_secrets_I_2(phase: str) -> None:
    assert decided(PHASES[phase], UNASKED, UNASKED).step is Step.PROBE


# --- five minutes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "step", "left"),
    [
        (timedelta(0), Step.WAIT, 5 * MINUTE),
        (5 * MINUTE - SECOND, Step.WAIT, SECOND),
        (5 * MINUTE, Step.PROBE, None),
    ],
)
def test_a_staged_secret_is_not_used_before_its_five_minutes_I_8(
    age: timedelta, step: Step, left: timedelta | None
) -> None:
    decision = decided(young(age), UNASKED, UNASKED)
    assert decision.step is step
    assert decision.not_before == (NOW + left if left else None)


@pytest.mark.parametrize(
    ("age", "step", "left"),
    [
        (5 * MINUTE, Step.WAIT, 2 * MINUTE),
        (7 * MINUTE - SECOND, Step.WAIT, SECOND),
        (7 * MINUTE, Step.NOTE_LOST, None),
    ],
)
@pytest.mark.parametrize("operator", [False, True])
def test_not_yet_accepted_is_waited_for_and_lost_only_after_the_grace_I_8(
    age: timedelta, step: Step, left: timedelta | None, operator: bool
) -> None:
    """What a person handed in was used nowhere: it is dropped, and asked for again."""
    decision = decided(young(age), YES, NO, policy=Policy(operator=operator))
    assert decision.step is (Step.DISCARD if operator and step is Step.NOTE_LOST else step)
    assert decision.not_before == (NOW + left if left else None)


def test_a_secret_of_unknown_age_is_asked_for_at_once_and_waited_for_until_it_must_work_I_8() -> None:
    """A person hands in long after the rotation opened: it may be five minutes old, or fresh."""
    policy = Policy(operator=True)
    about = journal(rotation(opened_at=NOW - DAY, staged=Staged(B, NOW - DAY, NOW + 5 * MINUTE)))
    assert decided(about, UNASKED, UNASKED, policy=policy).step is Step.PROBE
    assert decided(about, YES, YES, policy=policy).step is Step.NOTE_OVERLAP
    decision = decided(about, YES, NO, policy=policy)
    assert (decision.step, decision.not_before) == (Step.WAIT, NOW + 5 * MINUTE)


def test_two_dead_secrets_are_no_verdict_while_the_staged_one_is_too_young_I_8() -> None:
    """The active one ended meanwhile; giving up now would throw away the one that is about to work."""
    assert decided(young(6 * MINUTE), NO, NO).step is Step.WAIT
    decision = decided(young(7 * MINUTE), NO, NO)
    assert decision.step is Step.STOP
    assert "sfmc_abandon_integration=crm" in decision.blockers[0].way_out


def test_a_staged_secret_that_was_accepted_once_and_is_not_any_more_is_lost_at_once_I_2() -> None:
    decision = decided(usable(), YES, NO, policy=Policy(operator=True))
    assert (decision.phase, decision.step) == (Phase.LOST, Step.NOTE_LOST)


# --- the answer to the generation ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "step"),
    [
        (Policy(), Step.STOP),
        (Policy(retrieves=True), Step.RETRIEVE),
        (Policy(operator=True), Step.HAND_IN),
        (Policy(operator=True, retrieves=True), Step.HAND_IN),
    ],
)
def test_a_lost_answer_is_found_out_and_never_asked_for_again_I_6(policy: Policy, step: Step) -> None:
    decision = decided(requested(), policy=policy)
    assert (decision.phase, decision.step) == (Phase.REQUESTED, step)


def test_a_lost_answer_names_both_ways_out_I_6() -> None:
    way_out = decided(requested()).blockers[0].way_out
    assert "keyturn.sfmc.hand_in" in way_out
    assert "keyturn.sfmc.abandon" in way_out


# --- whose secret ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("staged", "is_foreign"),
    [
        (YES, False),
        (replace(YES, scopes=("email_read", "email_write")), False),
        (replace(YES, detail="another label"), False),
        (replace(YES, enterprise_id="200"), True),
        (replace(YES, enterprise_id=""), True),
        (replace(YES, scopes=()), True),
        (replace(YES, scopes=("email_write",)), True),
    ],
)
@pytest.mark.parametrize("phase", ["staged", "usable", "attested"])
def test_a_secret_of_another_package_is_never_used_I_19(phase: str, staged: Sighting, is_foreign: bool) -> None:
    decision = decided(PHASES[phase], YES, staged)
    stopped = bool(decision.blockers) and decision.blockers[0].rule.startswith("I-19")
    assert stopped is is_foreign
    assert (decision.step is Step.STOP) is is_foreign


def test_i8_a_secret_that_was_generated_later_than_the_clock_said_is_not_lost_too_early() -> None:
    """The account's document has the time that SFMC gave after its answer, which took its time."""
    about = young(9 * MINUTE)
    late = Pace(generated_at=NOW - 3 * MINUTE)
    decision = decided(about, YES, NO, pace=late)
    assert (decision.step, decision.not_before) == (Step.WAIT, NOW + 2 * MINUTE)
    assert decided(about, YES, NO).step is Step.NOTE_LOST
