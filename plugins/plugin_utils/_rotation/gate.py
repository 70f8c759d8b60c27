# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: the whole registry is proved, or a person has given a part of it up. Then comes the activation. Pure."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import gate_blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import (
    missing_before_activation,
    sacrificed,
    soaked_at,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.findings import in_use
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Rotation
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import evidence_digest
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Situation, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.steps import distribute, stop


def gate(situation: Situation, rotation: Rotation, phase: Phase) -> Decision:
    """Return what is still missing before the activation, or the activation.

    A dependent that an emergency gives up (`sacrificed`) is tried as long as others are missing, and holds up nothing.
    """
    missing, given_up = missing_before_activation(situation), sacrificed(situation)
    if set(missing) - set(given_up):
        return distribute(situation, phase, missing, "staged")
    breaks = tuple(name for name in given_up if name in missing)
    soaked = soaked_at(situation)
    if soaked is not None and situation.now < soaked:
        return Decision(phase, Step.WAIT, not_before=soaked, desired="staged", sacrificed=breaks)
    strays = in_use(situation.journal, situation.registry) if situation.policy.strays_block else ()
    if strays:
        return stop(Phase.ATTESTED, gate_blockers.strays(situation.journal, strays), "staged", breaks)
    if not situation.policy.activate:
        return stop(Phase.ATTESTED, gate_blockers.activation_off(situation.journal), "staged", breaks)
    evidence = evidence_digest(situation, breaks)
    if situation.policy.approval and (rotation.approval is None or rotation.approval.evidence != evidence):
        return Decision(Phase.ATTESTED, Step.APPROVE, desired="staged", evidence=evidence, sacrificed=breaks)
    return _activate(situation, rotation, breaks)


def _activate(situation: Situation, rotation: Rotation, breaks: tuple[str, ...]) -> Decision:
    """The gate is open and both secrets are alive: whatever was sent before has not activated anything."""
    sent, policy = rotation.activations_sent_at, situation.policy
    if rotation.orphaned_at is not None:
        return stop(Phase.ORPHANED, gate_blockers.orphaned(situation.journal, len(sent)), "staged", breaks)
    if sent and policy.operator:
        return Decision(Phase.ATTESTED, Step.CONFIRM, desired="staged", sacrificed=breaks)
    if sent and situation.now < sent[-1] + policy.pace:
        until = sent[-1] + policy.pace
        return Decision(Phase.ATTESTED, Step.WAIT, not_before=until, desired="staged", sacrificed=breaks)
    if len(sent) >= policy.activations_at_most:
        return Decision(Phase.ORPHANED, Step.NOTE_ORPHANED, desired="staged", sacrificed=breaks)
    return Decision(Phase.ATTESTED, Step.ACTIVATE, desired="staged", sacrificed=breaks)
