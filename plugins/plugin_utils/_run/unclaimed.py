# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Integrations that the store knows and nobody declares any more: believed unused, and perhaps in use (I-39)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.blockers import moment
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Waiver
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import PACE_PREFIX, Keeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import NOWHERE
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store

#: Beside the phases of a rotation: nobody declares it.
UNDECLARED = "undeclared"


def integrations_in(store: Store) -> set[str]:
    """Return the client ids of all journals of a store."""
    return {name for name in store.names() if not name.startswith(PACE_PREFIX)}


def unclaimed(
    store: Store, declared: Collection[str], waived: Mapping[str, Waiver], now: datetime
) -> list[dict[str, Any]]:
    """Return the integrations of a store that are not declared, as a report shows them; waived ones are no block.

    :param declared: the client ids of the whole inventory.
    """
    found = []
    for client_id in sorted(integrations_in(store) - {*declared}):
        name, unreadable = _name_in(store, client_id)
        waiver = waived.get(client_id)
        known = {**NOWHERE, "name": name, "client_id": client_id, "package": name, "owner": "", "effects": []}
        if waiver is not None and now < waiver.until:
            said = f"nothing; waived until {moment(waiver.until)}: {waiver.reason}"
            found.append({**known, "phase": UNDECLARED, "step": "none", "blockers": [], "waits_for": said})
        else:
            blocker = unreadable or _blocker(store.where(client_id), name, client_id, waiver)
            blockers = [blocker.as_dict()]
            found.append({**known, "phase": UNDECLARED, "blockers": blockers, "waits_for": str(blocker)})
    return found


def _name_in(store: Store, client_id: str) -> tuple[str, Refusal | None]:
    """Return the name in a document; of one that cannot be read, another team's perhaps, why, and nobody is stopped."""
    try:
        return Keeper(store, client_id).load().journal.name, None
    except Refusal as refusal:
        return client_id, refusal


def _blocker(where: str, name: str, client_id: str, waiver: Waiver | None) -> Refusal:
    return Refusal(
        "I-39: every integration that is known is rotated, retired, or waived until a day",
        f"{name} ({client_id})",
        "a declaration of it in sfmc_integrations",
        f"none, and a waiver that ended at {moment(waiver.until)}" if waiver else "none",
        f"declare it again; if its package is deleted in Setup, remove {where}; or vouch for it in sfmc_waived"
        f" ({client_id}: reason and until)",
    )
