# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an active secret ends, and when a rotation is due."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Policy, Situation


def due_at(journal: Journal, policy: Policy) -> datetime | None:
    """Return when the next rotation is due, None when the birth of the active secret is unknown."""
    expires = expires_at(journal, policy)
    return expires - policy.renew_before - policy.spread * share(journal.client_id) if expires else None


def share(client_id: str) -> float:
    """Return a number from 0 to below 1 that is this client id's own: where in a spread its turn is."""
    return int.from_bytes(hashlib.sha256(client_id.encode("utf-8")).digest()[:4], "big") / 2**32


def expires_at(journal: Journal, policy: Policy) -> datetime | None:
    """Return when SFMC ends the active secret: counted from its generation, not from its activation."""
    born = journal.active.generated_at if journal.active else None
    return born + policy.secret_life if born else None


def is_due(situation: Situation) -> bool:
    """Tell whether a rotation should open: by the calendar, for an unknown birth, once for each forced reason."""
    if is_forced(situation):
        return True
    due = due_at(situation.journal, situation.policy)
    return due is None or situation.now >= due


def is_forced(situation: Situation) -> bool:
    """A reason forces until a rotation for it has been done; one that was given up leaves the emergency open."""
    force, rotation = situation.policy.force, situation.journal.rotation
    if not force or rotation is None:
        return bool(force)
    return rotation.reason != forced(force) or rotation.outcome == "abandoned"


def forced(reason: str) -> str:
    """Return how a forced rotation is journaled; a rerun with the same reason opens no other."""
    return f"forced: {reason}"


def is_emergency(situation: Situation) -> bool:
    """A reason that is done, and only left in the inventory, beats no later hold."""
    return bool(situation.policy.force) and (situation.journal.open_rotation is not None or is_forced(situation))


def dated(situation: Situation, decision: Decision) -> Decision:
    """Add the dates of the active secret to a decision, and how pressing they are (I-36)."""
    journal, policy, now = situation.journal, situation.policy, situation.now
    due, expires = due_at(journal, policy), expires_at(journal, policy)
    if expires is None:
        urgency = "unknown"
    elif now >= expires:
        urgency = "expired"
    elif now >= expires - policy.urgent_before:
        urgency = "urgent"
    else:
        urgency = "due" if is_due(situation) else "ok"
    return replace(decision, due_at=due, expires_at=expires, urgency=urgency)


def watched(situation: Situation, decision: Decision) -> Decision:
    """Say whether nobody has looked at the places for longer than the inventory allows (I-43)."""
    within, verified_at = situation.policy.verify_within, situation.journal.verified_at
    # A look that is still to come was dated by a wrong clock.
    if within is None or (verified_at is not None and abs(situation.now - verified_at) <= within):
        return decision
    return replace(decision, unwatched=blockers.unwatched(situation.journal, within))
