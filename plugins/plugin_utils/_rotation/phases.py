# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when an integration has been in its phase, by the facts of its journal. Pure."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Rotation
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase


def since(journal: Journal, phase: Phase) -> datetime | None:
    """Return when the phase began, None where the journal does not know."""
    rotation = journal.rotation
    if phase is Phase.IDLE or rotation is None:
        return journal.history[0].at if journal.history else None
    return _began(rotation, phase) or rotation.opened_at


def _began(rotation: Rotation, phase: Phase) -> datetime | None:
    begins = {
        Phase.REQUESTED: rotation.opened_at,
        Phase.STAGED: rotation.staged.generated_at if rotation.staged else None,
        Phase.USABLE: rotation.overlap_at,
        Phase.DISTRIBUTING: rotation.distribution_at,
        Phase.ATTESTED: max((item.at for item in rotation.attestations), default=rotation.overlap_at),
        Phase.ACTIVATED: rotation.activated_at,
        Phase.SOAKING: rotation.activated_at,
        Phase.CLOSED: rotation.closed_at,
        Phase.LOST: rotation.lost_at,
        Phase.ABANDONED: rotation.abandoned_at,
        Phase.ORPHANED: rotation.orphaned_at,
    }
    return begins.get(phase)
