# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rotation ends: soaked and closed after its activation, or given up with the active secret back. Pure."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import (
    EVER,
    batches_end_at,
    uncovered,
    written_late,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Rotation, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Phase,
    Situation,
    Step,
    Verdict,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.steps import died_of_age, distribute, stop


def after_activation(situation: Situation, rotation: Rotation) -> Decision:
    """The former secret must be dead, the new one alive; a dependent that was missed is mended at once."""
    journal, policy, probe = situation.journal, situation.policy, situation.probe
    ends = required(rotation.activated_at) + policy.soak
    phase = Phase.ACTIVATED
    if Verdict.NOT_ASKED in (probe.active.verdict, probe.staged.verdict):
        return Decision(phase, Step.PROBE, desired="active")
    for which, sighting in (("former", probe.active), ("activated", probe.staged)):
        if sighting.verdict is Verdict.UNKNOWN:
            return stop(phase, blockers.unknown_answer(journal, which, sighting), desired="active")
    if probe.staged.rejected:
        return stop(phase, blockers.activated_is_dead(journal), desired="active")
    if probe.active.accepted:
        return stop(phase, blockers.former_still_works(journal), desired="active")
    phase = Phase.SOAKING
    missing = uncovered(situation.registry, rotation.attestations, required(rotation.staged).fingerprint, EVER)
    if missing:
        return distribute(situation, phase, missing, "active")
    if situation.now < ends:
        return Decision(phase, Step.WAIT, not_before=ends, desired="active")
    return Decision(phase, Step.CLOSE, desired="active")


def going_back(situation: Situation, rotation: Rotation) -> Decision:
    """Lost or abandoned: the active secret goes back wherever the staged one may be; then that one is dropped."""
    journal, probe = situation.journal, situation.probe
    phase = Phase.ABANDONED if rotation.abandoned_at else Phase.LOST
    if rotation.staged is None and rotation.distribution_at is None:
        return Decision(phase, Step.FORGET)
    if probe.active.verdict is Verdict.NOT_ASKED:
        return Decision(phase, Step.PROBE, desired="active")
    if probe.active.verdict is Verdict.UNKNOWN:
        return stop(phase, blockers.unknown_answer(journal, "active", probe.active))
    if probe.active.rejected:
        return _nothing_to_go_back_to(situation, phase)
    missing = _not_yet_back(situation, rotation)
    if missing:
        return distribute(situation, phase, missing, "active")
    if rotation.abandoned_at is None:
        return stop(phase, blockers.lost(journal), desired="active")
    # An activation may still be on its way; after it, the staged secret is the only one that works. And a batch that
    # another run began may write the staged secret after everything is back.
    lands_until = max(rotation.activations_sent_at, default=EVER) + situation.policy.pace
    until = max(lands_until, batches_end_at(situation))
    if situation.now < until:
        return Decision(phase, Step.WAIT, not_before=until, desired="active")
    late = written_late(situation)
    if late:
        return distribute(situation, phase, late, "active")
    return Decision(phase, Step.FORGET, desired="active")


def _nothing_to_go_back_to(situation: Situation, phase: Phase) -> Decision:
    """The active secret is dead. An abandoned rotation makes room for a person to hand in the present one.

    Both may come back to life, as with a package that was off: what hosts may hold, or what may have been activated, is
    not forgotten for that. The present secret is then taken in beside it.
    """
    staged, rotation = situation.probe.staged, required(situation.journal.open_rotation)
    if rotation.staged is None:
        return stop(phase, blockers.nothing_lives(situation.journal))
    if staged.accepted and died_of_age(situation, rotation):
        return stop(phase, blockers.ended_meanwhile(situation.journal))
    if staged.accepted:
        return Decision(phase, Step.NOTE_ACTIVATED)
    if not staged.rejected:
        return stop(phase, blockers.unknown_answer(situation.journal, "staged", staged))
    if phase is Phase.LOST:
        return stop(phase, blockers.both_dead(situation.journal))
    if rotation.distribution_at is None and not rotation.activations_sent_at:
        return Decision(phase, Step.FORGET)
    return stop(phase, blockers.nothing_lives(situation.journal))


def _not_yet_back(situation: Situation, rotation: Rotation) -> tuple[str, ...]:
    """A host may hold the staged secret without an attestation (a crash came between), so all of them are asked."""
    active = situation.journal.active
    if rotation.distribution_at is None or active is None:
        return ()
    since = min(when for when in (rotation.abandoned_at, rotation.lost_at) if when)
    return uncovered(situation.registry, rotation.attestations, active.fingerprint, since)
