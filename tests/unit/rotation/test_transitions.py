# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each effect leaves in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Approval,
    Batch,
    Failure,
    Journal,
    Known,
    Lease,
    Rotation,
    Sacrifice,
    Staged,
    required,
)

from ._support import (
    APP1,
    APP2,
    DAY,
    MINUTE,
    NOW,
    REGISTRY,
    A,
    B,
    activated,
    attested,
    distributing,
    journal,
    requested,
    shown,
    usable,
)

Change = Callable[[Journal], Journal]
SECRET = Staged(B, NOW, NOW + 5 * MINUTE)
BATCH = Batch("b1", NOW)
LEASE = Lease("controller", 7, NOW + 3 * MINUTE)


def holding(about: Journal) -> Journal:
    """Return a journal with a lease."""
    return replace(about, lease=LEASE, fence=LEASE.number)


CHANGES: dict[str, tuple[Journal, Change]] = {
    "adopted": (journal(), lambda about: transitions.adopted(about, Known(B, NOW), NOW)),
    "opened": (journal(), lambda about: transitions.opened(about, "r1", "due", NOW)),
    "generation sent": (requested(sent=False), lambda about: transitions.generation_sent(about, NOW, LEASE)),
    "answer lost": (holding(requested()), lambda about: transitions.answer_lost(about, NOW)),
    "taken over": (holding(requested()), lambda about: transitions.taken_over(about, NOW, LEASE)),
    "generation refused": (requested(), lambda about: transitions.generation_refused(about, NOW)),
    "staged": (requested(), lambda about: transitions.staged(about, SECRET, NOW)),
    "discarded": (usable(overlap_at=None), lambda about: transitions.discarded(about, NOW)),
    "usable": (usable(overlap_at=None), lambda about: transitions.overlapping(about, NOW)),
    "distributing": (usable(), lambda about: transitions.distributing(about, BATCH)),
    "retired": (journal(), lambda about: transitions.retired(about, APP1.id, "sold", NOW)),
    "attested": (distributing(), lambda about: transitions.attested(about, (shown(APP1),), (), NOW)),
    "activation sent": (attested(), lambda about: transitions.activation_sent(about, NOW)),
    "approved": (attested(), lambda about: transitions.approved(about, "0123", "alice", NOW)),
    "sacrificed": (attested(), lambda about: transitions.given_up(about, [APP2.id], "alice", "a leak", NOW)),
    "activation refused": (
        attested(activations_sent_at=(NOW - DAY, NOW)),
        lambda about: transitions.activation_refused(about, NOW),
    ),
    "activated": (attested(), lambda about: transitions.activated(about, NOW)),
    "lost": (usable(), lambda about: transitions.lost(about, NOW)),
    "orphaned": (attested(), lambda about: transitions.orphaned(about, NOW)),
    "abandoned": (usable(), lambda about: transitions.abandoned(about, "no time", NOW)),
    "forgotten": (usable(abandoned_at=NOW), lambda about: transitions.forgotten(about, NOW)),
    "closed": (activated(), lambda about: transitions.closed(about, NOW)),
    "rebuilt": (journal(), lambda about: transitions.rebuilt(about, "r2", 9, NOW)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_effect_adds_one_line_of_history_and_keeps_the_rest(what: str) -> None:
    before, change = CHANGES[what]
    before = transitions.adopted(before, before.active or Known(A, None), NOW - DAY)
    after = change(before)
    assert after.history[:-1] == before.history
    assert (after.history[-1].what, after.history[-1].at) == (what, NOW)
    assert (after.client_id, after.name, after.schema) == (before.client_id, before.name, before.schema)


def changed(what: str) -> Rotation:
    about, change = CHANGES[what]
    rotation = change(about).rotation
    assert rotation
    return rotation


@pytest.mark.parametrize(
    ("what", "field", "value"),
    [
        ("opened", "opened_at", NOW),
        ("generation sent", "generation_sent_at", NOW),
        ("generation refused", "generation_sent_at", None),
        ("staged", "staged", SECRET),
        ("discarded", "staged", None),
        ("usable", "overlap_at", NOW),
        ("distributing", "distribution_at", NOW),
        ("approved", "approval", Approval("0123", "alice", NOW)),
        ("sacrificed", "sacrifices", (Sacrifice(APP2.id, "alice", "a leak", NOW),)),
        ("activation sent", "activations_sent_at", (NOW,)),
        ("activation refused", "activations_sent_at", (NOW - DAY,)),
        ("activated", "activated_at", NOW),
        ("lost", "lost_at", NOW),
        ("orphaned", "orphaned_at", NOW),
        ("abandoned", "abandoned_at", NOW),
        ("forgotten", "closed_at", NOW),
        ("forgotten", "outcome", "abandoned"),
        ("closed", "closed_at", NOW),
        ("closed", "outcome", "rotated"),
        ("rebuilt", "abandoned_at", NOW),
        ("rebuilt", "distribution_at", NOW),
        ("rebuilt", "staged", None),
    ],
)
def test_each_effect_records_its_fact(what: str, field: str, value: object) -> None:
    assert getattr(changed(what), field) == value


def test_the_activated_secret_is_the_active_one_with_its_own_birth_I_36() -> None:
    """Its 180 days count from its generation."""
    about, change = CHANGES["activated"]
    assert about.rotation and about.rotation.staged
    assert change(about).active == Known(B, about.rotation.staged.generated_at)


def test_a_new_rotation_starts_without_the_facts_of_the_one_before() -> None:
    closed = transitions.closed(activated(), NOW)
    assert closed.open_rotation is None
    assert transitions.opened(closed, "r2", "due", NOW).rotation == Rotation("r2", "due", NOW)


def test_distribution_begins_once_I_13() -> None:
    about = distributing()
    after = transitions.distributing(about, Batch("b2", NOW + DAY))
    assert after.rotation == replace(required(about.rotation), batches=(Batch("b2", NOW + DAY),))
    assert after.history == about.history


def test_a_batch_that_was_begun_ends_with_its_result_I_7() -> None:
    about = transitions.distributing(transitions.distributing(usable(), BATCH), Batch("b2", NOW))
    after = transitions.attested(about, (shown(APP1),), (), NOW, "b2")
    assert required(after.rotation).batches == (BATCH,)


def test_the_latest_result_of_a_dependent_replaces_its_failure_I_12() -> None:
    failures = (Failure(APP1.id, NOW, "timeout"), Failure(APP2.id, NOW, "timeout"))
    after = transitions.attested(distributing(failures=failures), (shown(APP1),), (Failure(APP2.id, NOW, "no"),), NOW)
    assert after.rotation
    assert after.rotation.failures == (Failure(APP2.id, NOW, "no"),)
    assert after.rotation.attestations == (shown(APP1),)


def test_what_fails_is_proved_no_more_I_34() -> None:
    """I-12 too: a host that failed is not covered by what it proved before."""
    after = transitions.attested(attested(), (), (Failure(APP1.id, NOW, "timeout"),), NOW)
    assert [item.dependent for item in required(after.rotation).attestations] == [APP2.id]


def test_a_secret_that_is_not_wanted_any_more_is_no_evidence_I_7() -> None:
    """Another run gave the rotation up while a batch was on its way."""
    about = transitions.abandoned(distributing(), "no time", NOW)
    after = required(transitions.attested(about, (shown(APP1),), (), NOW).rotation)
    assert after.attestations == ()
    assert [item.dependent for item in after.failures] == [APP1.id]
    assert A in after.failures[0].reason and B in after.failures[0].reason


def test_a_dependent_leaves_the_registry_only_by_a_retirement_with_a_reason_I_11() -> None:
    after = transitions.retired(transitions.registered(journal(), []), APP1.id, "sold", NOW)
    assert after.registry == (APP2,)
    assert after.history[-1].detail == f"{APP1.id}: sold"
    assert transitions.registered(replace(journal(), registry=()), REGISTRY).registry == REGISTRY


def test_a_rotation_is_given_up_once_I_13() -> None:
    about = usable(abandoned_at=NOW - DAY)
    assert transitions.abandoned(about, "again", NOW) is about


@pytest.mark.parametrize("about", [journal(), transitions.closed(activated(), NOW), activated()])
def test_what_is_not_open_or_is_activated_cannot_be_given_up(about: Journal) -> None:
    with pytest.raises(Refusal) as caught:
        transitions.abandoned(about, "no time", NOW)
    assert all(caught.value.as_dict().values())


@pytest.mark.parametrize(
    "what", [name for name in CHANGES if name not in ("adopted", "opened", "retired", "abandoned", "rebuilt")]
)
def test_without_an_open_rotation_an_effect_of_one_is_a_fault(what: str) -> None:
    with pytest.raises(LookupError):
        CHANGES[what][1](journal())
