# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds up a step that would be legal otherwise: a journal that fell back, a hold, clocks, another run, pace."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.calendar import is_emergency
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Hold, Situation, Step

HELD_STEPS = frozenset(
    {Step.GENERATE, Step.HAND_IN, Step.RETRIEVE, Step.DISTRIBUTE, Step.APPROVE, Step.ACTIVATE, Step.CONFIRM}
)
#: What takes a lease counts, too: by a wrong clock it would last for as long as that is wrong.
TIMED_STEPS = frozenset({Step.GENERATE, Step.RETRIEVE, Step.DISCARD, Step.ACTIVATE, Step.CLOSE})
#: A call that another run has sent, or is about to send, may still change what these rest on.
LEASED_STEPS = frozenset({Step.GENERATE, Step.RETRIEVE, Step.ACTIVATE, Step.NOTE_ORPHANED, Step.FORGET})
#: A slice of a job sees a part of the inventory: it brings and proves, and leaves these to a run that sees all of it.
WHOLE_STEPS = frozenset(
    {Step.GENERATE, Step.APPROVE, Step.ACTIVATE, Step.CONFIRM, Step.NOTE_ORPHANED, Step.CLOSE, Step.FORGET}
)


def behind(situation: Situation, decision: Decision) -> Decision:
    """I-45. An older journal came back: what it does not know of may be in use, so that nothing it allows is safe."""
    if situation.journal.fence >= situation.pace.fence:
        return decision
    blocker = blockers.fell_back(situation.journal, situation.pace.fence)
    return Decision(decision.phase, Step.STOP, blockers=(blocker,))


def sliced(situation: Situation, decision: Decision) -> Decision:
    """I-11: a slice never takes a step for which the whole inventory counts."""
    if not situation.policy.sliced or decision.step not in WHOLE_STEPS:
        return decision
    return replace(decision, step=Step.UNSLICED, then=decision.step)


def leased(situation: Situation, decision: Decision) -> Decision:
    """I-7. Who has saved an intent is left in peace until its answer is kept, or its lease has run out."""
    until = leased_until(situation)
    if until is None or decision.step not in LEASED_STEPS:
        return decision
    return replace(decision, step=Step.WAIT, not_before=until, then=decision.step)


def leased_until(situation: Situation) -> datetime | None:
    """Return when the lease of another run ends, None when there is none that lives."""
    lease = situation.journal.lease
    if lease is None or lease.number == situation.fence or situation.now >= lease.until:
        return None
    return lease.until


def paced(situation: Situation, decision: Decision) -> Decision:
    """I-8: one generation and one activation for each account in five minutes, whichever integration it was for."""
    pace = situation.pace
    last = {Step.GENERATE: pace.generated_at, Step.ACTIVATE: pace.activated_at}.get(decision.step)
    if last is None or situation.policy.operator or situation.now >= last + situation.policy.pace:
        return decision
    return replace(decision, step=Step.WAIT, not_before=last + situation.policy.pace, then=decision.step)


def held(situation: Situation, decision: Decision) -> Decision:
    """I-37. A hold never keeps hosts from the active secret: without it they are broken, or will be."""
    hold, mending = situation.policy.hold, decision.desired == "active"
    if hold is None or not _lasts(hold, situation.now) or mending or is_emergency(situation):
        return decision
    if decision.step is Step.PROBE and situation.journal.open_rotation is None:
        return replace(decision, step=Step.NONE, blockers=(blockers.held(situation.journal, hold),))
    if decision.step in HELD_STEPS:
        return replace(decision, step=Step.STOP, blockers=(blockers.held(situation.journal, hold),))
    return decision


def _lasts(hold: Hold, now: datetime) -> bool:
    return hold.until is None or now < hold.until


def clocked(situation: Situation, decision: Decision) -> Decision:
    """I-9. A staged secret that once was accepted is lost whatever the clock says; one that never was, by the clock."""
    skew, bound, rotation = situation.skew, situation.policy.clock_skew, situation.journal.open_rotation
    timed = decision.step in TIMED_STEPS or (
        decision.step is Step.NOTE_LOST and rotation is not None and rotation.overlap_at is None
    )
    if not timed or (skew is not None and abs(skew) <= bound):
        return decision
    blocker = blockers.clocks_differ(situation.journal, skew, bound)
    return Decision(decision.phase, Step.STOP, blockers=(blocker,), desired=decision.desired)
