# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every decision about a rotation, made here and nowhere else. Pure: the same situation, the same decision."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers, calendar, limits
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import (
    EVER,
    batches_end_at,
    for_people,
    missing_before_activation,
    soaked_at,
    uncovered,
    undeclared,
    written_late,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Rotation, Staged, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Phase,
    Policy,
    Sighting,
    Situation,
    Step,
    Verdict,
)

_COUNTS_NO_MORE = "proved, but too long ago, or with another place, proof, restart or check than is declared now"


def decide(situation: Situation) -> Decision:
    """Return the phase, the one next legal step and what blocks it."""
    rotation = situation.journal.open_rotation
    decision = _open(situation, rotation) if rotation else _closed(situation)
    for rule in (limits.held, limits.clocked, limits.paced, calendar.dated):
        decision = rule(situation, decision)
    return decision


# --- no rotation is open ---------------------------------------------------------------------------------------------


def _closed(situation: Situation) -> Decision:
    journal, policy = situation.journal, situation.policy
    phase = Phase.CLOSED if journal.rotation else Phase.IDLE
    if journal.active is None:
        return _stop(phase, blockers.active_secret_unknown(journal))
    if not calendar.is_due(situation):
        return Decision(phase, Step.NONE, not_before=calendar.due_at(journal, policy))
    if not situation.registry and not policy.no_dependents:
        return _stop(phase, blockers.no_dependents(journal))
    return _generate(situation, phase)


def _generate(situation: Situation, phase: Phase) -> Decision:
    """Only beside a live active secret: with a dead one, a staged secret would look like an activated one."""
    journal, active = situation.journal, situation.probe.active
    if active.verdict is Verdict.NOT_ASKED:
        return Decision(phase, Step.PROBE)
    if active.accepted:
        return Decision(phase, Step.GENERATE)
    if active.rejected:
        return _stop(
            phase, blockers.active_rejected(journal, active.detail, calendar.expires_at(journal, situation.policy))
        )
    return _stop(phase, blockers.unknown_answer(journal, "active", active))


# --- a rotation is open ----------------------------------------------------------------------------------------------


def _open(situation: Situation, rotation: Rotation) -> Decision:
    if rotation.activated_at is not None:
        return _activated(situation, rotation)
    if rotation.abandoned_at is not None or rotation.lost_at is not None:
        return _going_back(situation, rotation)
    if rotation.staged is None:
        return _requested(situation, rotation)
    return _staged(situation, rotation, rotation.staged)


def _requested(situation: Situation, rotation: Rotation) -> Decision:
    policy = situation.policy
    if policy.operator:
        return Decision(Phase.REQUESTED, Step.HAND_IN)
    if rotation.generation_sent_at is None:
        return _generate(situation, Phase.REQUESTED)
    if policy.retrieves:
        return Decision(Phase.REQUESTED, Step.RETRIEVE)
    return _stop(Phase.REQUESTED, blockers.answer_lost(situation.journal))


def _staged(situation: Situation, rotation: Rotation, staged: Staged) -> Decision:
    """Read the two-secret probe (table in section 6 of the facts); both secrets are asked, once each."""
    journal, policy, probe = situation.journal, situation.policy, situation.probe
    phase = _phase_before_activation(rotation)
    if rotation.overlap_at is None and situation.now < earliest_use(staged, policy):
        return Decision(phase, Step.WAIT, not_before=earliest_use(staged, policy))
    if Verdict.NOT_ASKED in (probe.active.verdict, probe.staged.verdict):
        return Decision(phase, Step.PROBE)
    for which, sighting in (("active", probe.active), ("staged", probe.staged)):
        if sighting.verdict is Verdict.UNKNOWN:
            return _stop(phase, blockers.unknown_answer(journal, which, sighting))
    if probe.staged.rejected:
        return _not_accepted(situation, rotation, staged, phase)
    if probe.active.rejected and not _died_of_age(situation, rotation):
        return Decision(phase, Step.NOTE_ACTIVATED)
    return _overlap(situation, rotation, phase)


def _died_of_age(situation: Situation, rotation: Rotation) -> bool:
    """Tell whether the active secret may have ended by itself: then the staged one still has to be activated (I-36).

    An activation that was answered, or that a person vouches for, is one. So is a death after an activation was sent,
    as long as the calendar does not explain it.
    """
    if rotation.activation_answered_at is not None or situation.policy.activated:
        return False
    expires = calendar.expires_at(situation.journal, situation.policy)
    return situation.now >= expires if expires else not rotation.activations_sent_at


def earliest_use(staged: Staged, policy: Policy) -> datetime:
    """Return when the staged secret may first be asked about; a handed-in one may be older than its hand-in."""
    return min(staged.usable_at, staged.generated_at + policy.usable_delay) if policy.operator else staged.usable_at


def _not_accepted(situation: Situation, rotation: Rotation, staged: Staged, phase: Phase) -> Decision:
    """Too young it proves nothing yet, whatever the active secret does; after that it is dead."""
    grace_ends = staged.usable_at + situation.policy.usable_grace
    if rotation.overlap_at is None and situation.now < grace_ends:
        usable = staged.usable_at
        return Decision(phase, Step.WAIT, not_before=usable if situation.now < usable else grace_ends)
    if situation.probe.active.rejected:
        return _stop(phase, blockers.both_dead(situation.journal))
    if rotation.overlap_at is None and situation.policy.operator:
        return Decision(phase, Step.DISCARD)
    return Decision(Phase.LOST, Step.NOTE_LOST)


def _overlap(situation: Situation, rotation: Rotation, phase: Phase) -> Decision:
    foreign = _foreign(situation.journal, situation.probe.active, situation.probe.staged)
    if foreign:
        return _stop(phase, foreign)
    if rotation.overlap_at is None:
        return Decision(Phase.USABLE, Step.NOTE_OVERLAP)
    if not (situation.registry or situation.policy.no_dependents):
        return _stop(phase, blockers.no_dependents(situation.journal))
    missing = missing_before_activation(situation)
    if missing:
        return _distribute(situation, phase, missing, "staged")
    soaked = soaked_at(situation)
    if soaked is not None and situation.now < soaked:
        return Decision(phase, Step.WAIT, not_before=soaked, desired="staged")
    if not situation.policy.activate:
        return _stop(Phase.ATTESTED, blockers.activation_off(situation.journal), desired="staged")
    return _activate(situation, rotation)


def _distribute(situation: Situation, phase: Phase, missing: tuple[str, ...], desired: str) -> Decision:
    """Only what is declared can be served; when nothing of the missing is, a person has to say that it is gone."""
    people, gone = for_people(situation.registry, missing), undeclared(situation, missing)
    waits_for_people_only = bool(gone) and set(missing) <= {*people, *gone}
    return Decision(
        phase,
        Step.STOP if waits_for_people_only else Step.DISTRIBUTE,
        missing=missing,
        people=people,
        gone=gone,
        desired=desired,
        blockers=(
            blockers.gone(situation.journal, gone) if waits_for_people_only else _gate(situation, missing, desired),
        ),
    )


def _activate(situation: Situation, rotation: Rotation) -> Decision:
    """The gate is open and both secrets are alive: whatever was sent before has not activated anything."""
    sent, policy = rotation.activations_sent_at, situation.policy
    if rotation.orphaned_at is not None:
        return _stop(Phase.ORPHANED, blockers.orphaned(situation.journal, len(sent)), desired="staged")
    if sent and policy.operator:
        return Decision(Phase.ATTESTED, Step.CONFIRM, desired="staged")
    if sent and situation.now < sent[-1] + policy.pace:
        return Decision(Phase.ATTESTED, Step.WAIT, not_before=sent[-1] + policy.pace, desired="staged")
    if len(sent) >= policy.activations_at_most:
        return Decision(Phase.ORPHANED, Step.NOTE_ORPHANED, desired="staged")
    return Decision(Phase.ATTESTED, Step.ACTIVATE, desired="staged")


def _activated(situation: Situation, rotation: Rotation) -> Decision:
    """The former secret must be dead, the new one alive; a dependent that was missed is mended at once."""
    journal, policy, probe = situation.journal, situation.policy, situation.probe
    ends = required(rotation.activated_at) + policy.soak
    phase = Phase.ACTIVATED
    if Verdict.NOT_ASKED in (probe.active.verdict, probe.staged.verdict):
        return Decision(phase, Step.PROBE, desired="active")
    for which, sighting in (("former", probe.active), ("activated", probe.staged)):
        if sighting.verdict is Verdict.UNKNOWN:
            return _stop(phase, blockers.unknown_answer(journal, which, sighting), desired="active")
    if probe.staged.rejected:
        return _stop(phase, blockers.activated_is_dead(journal), desired="active")
    if probe.active.accepted:
        return _stop(phase, blockers.former_still_works(journal), desired="active")
    phase = Phase.SOAKING
    missing = uncovered(situation.registry, rotation.attestations, required(rotation.staged).fingerprint, EVER)
    if missing:
        return _distribute(situation, phase, missing, "active")
    if situation.now < ends:
        return Decision(phase, Step.WAIT, not_before=ends, desired="active")
    return Decision(phase, Step.CLOSE, desired="active")


def _going_back(situation: Situation, rotation: Rotation) -> Decision:
    """Lost or abandoned: the active secret goes back wherever the staged one may be; then that one is dropped."""
    journal, probe = situation.journal, situation.probe
    phase = Phase.ABANDONED if rotation.abandoned_at else Phase.LOST
    if rotation.staged is None:
        return Decision(phase, Step.FORGET)
    if probe.active.verdict is Verdict.NOT_ASKED:
        return Decision(phase, Step.PROBE, desired="active")
    if probe.active.verdict is Verdict.UNKNOWN:
        return _stop(phase, blockers.unknown_answer(journal, "active", probe.active))
    if probe.active.rejected:
        return _nothing_to_go_back_to(situation, phase)
    missing = _not_yet_back(situation, rotation)
    if missing:
        return _distribute(situation, phase, missing, "active")
    if rotation.abandoned_at is None:
        return _stop(phase, blockers.lost(journal), desired="active")
    # An activation may still be on its way; after it, the staged secret is the only one that works. And a batch that
    # another run began may write the staged secret after everything is back.
    lands_until = max(rotation.activations_sent_at, default=EVER) + situation.policy.pace
    until = max(lands_until, batches_end_at(situation))
    if situation.now < until:
        return Decision(phase, Step.WAIT, not_before=until, desired="active")
    late = written_late(situation)
    if late:
        return _distribute(situation, phase, late, "active")
    return Decision(phase, Step.FORGET, desired="active")


def _nothing_to_go_back_to(situation: Situation, phase: Phase) -> Decision:
    """The active secret is dead. An abandoned rotation makes room for a person to hand in the present one."""
    staged, rotation = situation.probe.staged, required(situation.journal.open_rotation)
    if staged.accepted and _died_of_age(situation, rotation):
        return _stop(phase, blockers.ended_meanwhile(situation.journal))
    if staged.accepted:
        return Decision(phase, Step.NOTE_ACTIVATED)
    if not staged.rejected:
        return _stop(phase, blockers.unknown_answer(situation.journal, "staged", staged))
    if phase is Phase.ABANDONED:
        return Decision(phase, Step.FORGET)
    return _stop(phase, blockers.both_dead(situation.journal))


def _not_yet_back(situation: Situation, rotation: Rotation) -> tuple[str, ...]:
    """A host may hold the staged secret without an attestation (a crash came between), so all of them are asked."""
    active = situation.journal.active
    if rotation.distribution_at is None or active is None:
        return ()
    since = min(when for when in (rotation.abandoned_at, rotation.lost_at) if when)
    return uncovered(situation.registry, rotation.attestations, active.fingerprint, since)


# --- shared ----------------------------------------------------------------------------------------------------------


def _phase_before_activation(rotation: Rotation) -> Phase:
    if rotation.distribution_at is not None:
        return Phase.DISTRIBUTING
    return Phase.USABLE if rotation.overlap_at is not None else Phase.STAGED


def _gate(situation: Situation, missing: tuple[str, ...], desired: str) -> Refusal:
    rotation = situation.journal.rotation
    reasons = {failure.dependent: failure.reason for failure in rotation.failures} if rotation else {}
    if desired == "active":
        return blockers.not_back(situation.journal, missing, reasons)
    staged = required(required(rotation).staged).fingerprint
    for item in required(rotation).attestations:
        if item.fingerprint == staged:
            reasons.setdefault(item.dependent, _COUNTS_NO_MORE)
    return blockers.gate_closed(situation.journal, missing, reasons)


def _foreign(journal: Journal, active: Sighting, staged: Sighting) -> Refusal | None:
    if active.rejected:
        return None
    if active.enterprise_id != staged.enterprise_id:
        return blockers.foreign_secret(journal, "enterprise", active.enterprise_id, staged.enterprise_id)
    if not set(active.scopes) <= set(staged.scopes):
        return blockers.foreign_secret(journal, "scopes", " ".join(active.scopes), " ".join(staged.scopes))
    return None


def _stop(phase: Phase, blocker: Refusal, desired: str = "") -> Decision:
    return Decision(phase, Step.STOP, blockers=(blocker,), desired=desired)
