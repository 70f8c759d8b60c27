# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage: which dependents have shown that they hold a secret and can use it (I-3, I-10 to I-12, I-33, I-34)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Attestation, Dependent

#: Earlier than any attestation: for a coverage that does not age.
EVER = datetime.min.replace(tzinfo=timezone.utc)


def merged_registry(journaled: Iterable[Dependent], declared: Iterable[Dependent]) -> tuple[Dependent, ...]:
    """Return every dependent ever seen, as it is declared now; only an explicit retire takes one out (I-11)."""
    by_id = {dependent.id: dependent for dependent in journaled}
    by_id.update((dependent.id, dependent) for dependent in declared)
    return tuple(by_id[key] for key in sorted(by_id))


def uncovered(
    registry: Iterable[Dependent], attestations: Iterable[Attestation], fingerprint: str, not_before: datetime
) -> tuple[str, ...]:
    """Return the ids of the dependents without an attestation for exactly this fingerprint and all of their places.

    :param not_before: older attestations do not count.
    """
    places: dict[str, set[str]] = {}
    for attestation in attestations:
        if attestation.fingerprint == fingerprint and attestation.at >= not_before:
            places.setdefault(attestation.dependent, set()).update(attestation.places)
    return tuple(
        dependent.id
        for dependent in registry
        if dependent.id not in places or not places[dependent.id].issuperset(dependent.places)
    )


def with_attestations(kept: Iterable[Attestation], added: Iterable[Attestation]) -> tuple[Attestation, ...]:
    """Add attestations; the newest for each dependent and fingerprint stays."""
    newest = {(item.dependent, item.fingerprint): item for item in kept}
    newest.update(((item.dependent, item.fingerprint), item) for item in added)
    return tuple(newest[key] for key in sorted(newest))
