# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every decision about a rotation, made here and in the rooms it asks. Pure: the same situation, the same decision."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers, calendar, gate_blockers, limits
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import EVER
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.ending import after_activation, going_back
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.gate import gate
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Rotation, Staged
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Phase,
    Policy,
    Sighting,
    Situation,
    Step,
    Verdict,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.steps import died_of_age, stop

#: What may change a decision after it is made, in this order.
_LIMITS = (
    limits.behind,
    limits.held,
    limits.clocked,
    limits.sliced,
    limits.leased,
    limits.paced,
    calendar.dated,
    calendar.watched,
)


def decide(situation: Situation) -> Decision:
    """Return the phase, the one next legal step and what blocks it."""
    rotation = situation.journal.open_rotation
    decision = _open(situation, rotation) if rotation else _closed(situation)
    for limit in _LIMITS:
        decision = limit(situation, decision)
    return decision


# --- no rotation is open ---------------------------------------------------------------------------------------------


def _closed(situation: Situation) -> Decision:
    journal, policy = situation.journal, situation.policy
    phase = Phase.CLOSED if journal.rotation else Phase.IDLE
    if journal.active is None:
        return stop(phase, blockers.active_secret_unknown(journal))
    if not calendar.is_due(situation):
        return Decision(phase, Step.NONE, not_before=calendar.due_at(journal, policy))
    if _has_none(situation):
        return stop(phase, gate_blockers.no_dependents(journal))
    return _generate(situation, phase)


def _generate(situation: Situation, phase: Phase) -> Decision:
    """Only beside a live active secret: with a dead one, a staged secret would look like an activated one."""
    journal, active = situation.journal, situation.probe.active
    if active.verdict is Verdict.NOT_ASKED:
        return Decision(phase, Step.PROBE)
    if active.accepted:
        return Decision(phase, Step.GENERATE)
    if active.rejected:
        return stop(
            phase, blockers.active_rejected(journal, active.detail, calendar.expires_at(journal, situation.policy))
        )
    return stop(phase, blockers.unknown_answer(journal, "active", active))


# --- a rotation is open ----------------------------------------------------------------------------------------------


def _open(situation: Situation, rotation: Rotation) -> Decision:
    if rotation.activated_at is not None:
        return after_activation(situation, rotation)
    if rotation.abandoned_at is not None or rotation.lost_at is not None:
        return going_back(situation, rotation)
    if rotation.staged is None:
        return _requested(situation, rotation)
    return _staged(situation, rotation, rotation.staged)


def _requested(situation: Situation, rotation: Rotation) -> Decision:
    policy, until = situation.policy, limits.leased_until(situation)
    if until is not None:
        # Also where a person generates: what a call is about to bring would be replaced.
        return Decision(Phase.REQUESTED, Step.WAIT, not_before=until)
    if policy.operator:
        return Decision(Phase.REQUESTED, Step.HAND_IN)
    if rotation.generation_sent_at is None:
        return _generate(situation, Phase.REQUESTED)
    if policy.retrieves:
        return Decision(Phase.REQUESTED, Step.RETRIEVE)
    return stop(Phase.REQUESTED, blockers.answer_lost(situation.journal))


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
            return stop(phase, blockers.unknown_answer(journal, which, sighting))
    if probe.staged.rejected:
        return _not_accepted(situation, rotation, staged, phase)
    if probe.active.rejected and not died_of_age(situation, rotation):
        return Decision(phase, Step.NOTE_ACTIVATED)
    return _overlap(situation, rotation, phase)


def earliest_use(staged: Staged, policy: Policy) -> datetime:
    """Return when the staged secret may first be asked about; a handed-in one may be older than its hand-in."""
    return min(staged.usable_at, staged.generated_at + policy.usable_delay) if policy.operator else staged.usable_at


def _not_accepted(situation: Situation, rotation: Rotation, staged: Staged, phase: Phase) -> Decision:
    """Too young it proves nothing yet, whatever the active secret does; after that it is dead."""
    usable = _surely_usable_at(situation, staged)
    grace_ends = usable + situation.policy.usable_grace
    if rotation.overlap_at is None and situation.now < grace_ends:
        return Decision(phase, Step.WAIT, not_before=usable if situation.now < usable else grace_ends)
    if situation.probe.active.rejected:
        return stop(phase, blockers.both_dead(situation.journal))
    # Right after an activation, SFMC's nodes may know different things.
    settled = max(rotation.activations_sent_at, default=EVER) + situation.policy.pace
    if situation.now < settled:
        return Decision(phase, Step.WAIT, not_before=settled, desired="staged")
    if rotation.overlap_at is None and situation.policy.operator:
        return Decision(phase, Step.DISCARD)
    return Decision(Phase.LOST, Step.NOTE_LOST)


def _surely_usable_at(situation: Situation, staged: Staged) -> datetime:
    """Return when the staged secret's five minutes are over by every clock that was read.

    It is kept before anything else is done, by a clock that was read before SFMC generated; the account's document has
    the time that SFMC gave right after.
    """
    answered = situation.pace.generated_at
    return max(staged.usable_at, answered + situation.policy.usable_delay) if answered else staged.usable_at


def _overlap(situation: Situation, rotation: Rotation, phase: Phase) -> Decision:
    foreign = _foreign(situation.journal, situation.probe.active, situation.probe.staged)
    if foreign:
        return stop(phase, foreign)
    if rotation.overlap_at is None:
        return Decision(Phase.USABLE, Step.NOTE_OVERLAP)
    if _has_none(situation):
        return stop(phase, gate_blockers.no_dependents(situation.journal))
    return gate(situation, rotation, phase)


def _has_none(situation: Situation) -> bool:
    """Tell whether nobody declares where the secret is kept (I-38); a slice of a job cannot know."""
    return not (situation.registry or situation.policy.no_dependents or situation.policy.sliced)


def _phase_before_activation(rotation: Rotation) -> Phase:
    if rotation.distribution_at is not None:
        return Phase.DISTRIBUTING
    return Phase.USABLE if rotation.overlap_at is not None else Phase.STAGED


def _foreign(journal: Journal, active: Sighting, staged: Sighting) -> Refusal | None:
    if active.rejected:
        return None
    if active.enterprise_id != staged.enterprise_id:
        return blockers.foreign_secret(journal, "enterprise", active.enterprise_id, staged.enterprise_id)
    if not set(active.scopes) <= set(staged.scopes):
        return blockers.foreign_secret(journal, "scopes", " ".join(active.scopes), " ".join(staged.scopes))
    return None
