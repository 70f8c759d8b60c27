# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation that has not begun, or not reached any host, is going to be about. Pure."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Policy, Step

#: Steps after which a staged secret comes, and then its distribution.
_BEFORE = frozenset({Step.GENERATE, Step.HAND_IN, Step.RETRIEVE, Step.NOTE_OVERLAP, Step.WAIT})


def is_to_come(journal: Journal) -> bool:
    """Tell whether the next distribution brings a staged secret that nobody can use yet, or that does not exist."""
    rotation = journal.open_rotation
    if rotation is None:
        return True
    return not (rotation.overlap_at or rotation.activated_at or rotation.abandoned_at or rotation.lost_at)


def is_settled(journal: Journal) -> bool:
    """Tell whether every place should hold the active secret now: none is known before, or given out meanwhile."""
    rotation = journal.open_rotation
    return journal.active is not None and (rotation is None or rotation.activated_at is not None)


def is_ahead(journal: Journal, decision: Decision) -> bool:
    """Tell whether a rotation is due or open, and its distribution still to come."""
    return is_to_come(journal) and decision.step in _BEFORE


def under_way(journal: Journal) -> Refusal:
    """A rehearsal beside a rotation would restart what is just being given another secret, and prove neither."""
    return Refusal(
        "a rehearsal is for a rotation that has not begun",
        journal.name,
        "no open rotation",
        f"rotation {journal.open_rotation.id if journal.open_rotation else '?'}, which is under way",
        "ansible-playbook keyturn.sfmc.rotate goes on with it and says what it waits for; rehearse when it is closed",
    )


def standing_hold(journal: Journal, policy: Policy, now: datetime) -> Refusal | None:
    """Return why the schedule would not rotate now; None when no hold lasts."""
    hold = policy.hold
    if hold is None or (hold.until is not None and now >= hold.until):
        return None
    return blockers.held(journal, hold)
