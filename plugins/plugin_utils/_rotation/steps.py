# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that several phases come to: to distribute, to stop. Pure, as all of `decide` is."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import calendar, gate_blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import for_people, undeclared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Rotation, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Situation, Step

_COUNTS_NO_MORE = "proved, but too long ago, or with another place, proof, restart or check than is declared now"


def stop(phase: Phase, blocker: Refusal, desired: str = "", sacrificed: tuple[str, ...] = ()) -> Decision:
    """Return a decision that only a person can get beyond."""
    return Decision(phase, Step.STOP, blockers=(blocker,), desired=desired, sacrificed=sacrificed)


def distribute(situation: Situation, phase: Phase, missing: tuple[str, ...], desired: str) -> Decision:
    """Only what is declared can be served; when nothing of the missing is, a person has to say that it is gone."""
    people, gone = for_people(situation.registry, missing), undeclared(situation, missing)
    waits_for_people_only = bool(gone) and set(missing) <= {*people, *gone}
    step, blocker = Step.DISTRIBUTE, _gate(situation, missing, desired)
    if waits_for_people_only:
        step, blocker = Step.STOP, gate_blockers.gone(situation.journal, gone)
    return Decision(phase, step, missing=missing, people=people, gone=gone, desired=desired, blockers=(blocker,))


def died_of_age(situation: Situation, rotation: Rotation) -> bool:
    """Tell whether the active secret may have ended by itself: then the staged one still has to be activated (I-36).

    An activation that was answered, or that a person vouches for, is one. So is a death after an activation was sent,
    as long as the calendar does not explain it.
    """
    if rotation.activation_answered_at is not None or situation.policy.activated:
        return False
    expires = calendar.expires_at(situation.journal, situation.policy)
    return situation.now >= expires if expires else not rotation.activations_sent_at


def _gate(situation: Situation, missing: tuple[str, ...], desired: str) -> Refusal:
    rotation = situation.journal.rotation
    reasons = {failure.dependent: failure.reason for failure in rotation.failures} if rotation else {}
    if desired == "active":
        return gate_blockers.not_back(situation.journal, missing, reasons)
    staged = required(required(rotation).staged).fingerprint
    for item in required(rotation).attestations:
        if item.fingerprint == staged:
            reasons.setdefault(item.dependent, _COUNTS_NO_MORE)
    return gate_blockers.gate_closed(situation.journal, missing, reasons)
