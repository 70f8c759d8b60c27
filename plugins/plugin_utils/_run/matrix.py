# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far each dependent of an integration is: one row for each, as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Attestation, Dependent, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import text_of


def matrix(registry: Iterable[Dependent], journal: Journal, decision: Decision) -> list[dict[str, Any]]:
    """Return the rows, in the order of the registry; `docs/estate.md` has the states."""
    rotation = journal.open_rotation
    if rotation is None:
        return [_row(dependent, "idle") for dependent in registry]
    wanted = _wanted(journal, decision)
    proofs = {item.dependent: item for item in rotation.attestations if item.fingerprint == wanted}
    reasons = {item.dependent: item.reason for item in rotation.failures}
    return [
        _row(item, _state(item.id, decision, reasons, item.id in proofs), proofs.get(item.id), reasons.get(item.id, ""))
        for item in registry
    ]


def _wanted(journal: Journal, decision: Decision) -> str:
    """Return the fingerprint of the secret that proofs are of."""
    rotation, active = journal.open_rotation, journal.active
    going_back = decision.desired == "active" and rotation is not None and rotation.activated_at is None
    if rotation is None or rotation.staged is None or going_back:
        return active.fingerprint if active else ""
    return rotation.staged.fingerprint


def _state(dependent: str, decision: Decision, reasons: dict[str, str], proved: bool) -> str:
    for names, state in ((decision.sacrificed, "given up"), (decision.gone, "gone"), (decision.people, "person")):
        if dependent in names:
            return state
    if dependent in reasons:
        return "failing"
    return "proved" if proved and dependent not in decision.missing else "missing"


def _row(dependent: Dependent, state: str, proof: Attestation | None = None, reason: str = "") -> dict[str, Any]:
    return {
        "dependent": dependent.id,
        "host": dependent.host,
        "name": dependent.name,
        "kind": dependent.kind,
        "state": state,
        "evidence": proof.evidence if proof else "",
        "at": text_of(proof.at if proof else None),
        "by": proof.by if proof else "",
        "reason": reason if state == "failing" else "",
    }
