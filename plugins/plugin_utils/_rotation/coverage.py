# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage: which dependents have shown that they hold a secret and can use it (I-3, I-10 to I-12, I-33, I-34)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    MANUAL,
    Attestation,
    Dependent,
    required,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Situation

#: Evidence that is enough, by the proof that a dependent has to show. What nobody can read back is written.
_ENOUGH = {
    "token": frozenset({"token", "written"}),
    "fingerprint": frozenset({"fingerprint", "token", "soak", "written"}),
    "soak": frozenset({"soak"}),
}
#: What only people reach, they vouch for (I-35).
_VOUCHED = frozenset({"acknowledged"})

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
    """Return the ids of the dependents without an attestation for exactly this fingerprint that covers them.

    :param not_before: older attestations do not count.
    """
    kept: dict[str, list[Attestation]] = {}
    for attestation in attestations:
        if attestation.fingerprint == fingerprint and attestation.at >= not_before:
            kept.setdefault(attestation.dependent, []).append(attestation)
    return tuple(
        dependent.id
        for dependent in registry
        if not any(_covers(attestation, dependent) for attestation in kept.get(dependent.id, ()))
    )


def _covers(attestation: Attestation, dependent: Dependent) -> bool:
    """Tell whether an attestation is of the dependent as it is declared now: its places, proof, restart and check."""
    enough = _VOUCHED if dependent.kind == MANUAL else _ENOUGH.get(dependent.proof, frozenset())
    return (
        set(dependent.places) <= set(attestation.places)
        and attestation.evidence in enough
        and attestation.care == dependent.care
    )


def missing_before_activation(situation: Situation) -> tuple[str, ...]:
    """Return the ids of the dependents without a proof of the staged secret that counts now.

    I-34: evidence is neither too old nor, by another clock or hand, from the future. I-35: an acknowledgement ends.
    """
    rotation, policy, now = required(situation.journal.open_rotation), situation.policy, situation.now
    counting = [
        item
        for item in rotation.attestations
        if item.at <= now + policy.clock_skew
        and (now < item.until if item.until else item.at >= now - policy.attestation_age)
    ]
    return uncovered(situation.registry, counting, required(rotation.staged).fingerprint, EVER)


def unproved(situation: Situation) -> tuple[str, ...]:
    """Return the ids of the dependents of which nobody has shown that they work with what they should hold now.

    For whoever writes outside of a distribution: a restart is owed there although the file is right already, as a run
    may have died between the two (I-14, I-15). Before a rotation has written anything, places hold the active secret or
    are left alone, and nothing is owed.
    """
    rotation, journal = situation.journal.open_rotation, situation.journal
    if rotation is None or not (rotation.distribution_at or rotation.activated_at):
        return ()
    if desired_secret(journal) == "staged":
        return missing_before_activation(situation)
    given_up = min((when for when in (rotation.abandoned_at, rotation.lost_at) if when), default=EVER)
    since = EVER if rotation.activated_at else given_up
    return uncovered(situation.registry, rotation.attestations, required(journal.active).fingerprint, since)


def soaked_at(situation: Situation) -> datetime | None:
    """Return when the last dependent that is not restarted has outlived every token made with the former secret.

    None when there is no such dependent, or an emergency waits for none of them.
    """
    rotation, soak = required(situation.journal.open_rotation), situation.policy.soak
    fingerprint = required(rotation.staged).fingerprint
    registered = {dependent.id for dependent in situation.registry} - set(sacrificed(situation))
    soaking = [
        item.at + soak
        for item in rotation.attestations
        if item.evidence == "soak" and item.fingerprint == fingerprint and item.dependent in registered
    ]
    return max(soaking, default=None)


def sacrificed(situation: Situation) -> tuple[str, ...]:
    """Return the ids of the dependents of the registry that a person gave up, for the activation of this rotation."""
    rotation = required(situation.journal.open_rotation)
    given_up = {item.dependent for item in rotation.sacrifices}
    return tuple(dependent.id for dependent in situation.registry if dependent.id in given_up)


def still_unsafe(situation: Situation) -> tuple[str, ...]:
    """Return the ids of the dependents that an activation now would break, or might: not proved, or not soaked."""
    rotation = required(situation.journal.open_rotation)
    fingerprint, ends = required(rotation.staged).fingerprint, situation.now - situation.policy.soak
    soaking = {
        item.dependent
        for item in rotation.attestations
        if item.evidence == "soak" and item.fingerprint == fingerprint and item.at > ends
    }
    missing = set(missing_before_activation(situation)) | soaking
    return tuple(dependent.id for dependent in situation.registry if dependent.id in missing)


def batches_end_at(situation: Situation) -> datetime:
    """Return until when a batch that was begun and did not end may still write the staged secret somewhere."""
    rotation, life = required(situation.journal.open_rotation), situation.policy.batch_life
    return max((batch.began_at + life for batch in rotation.batches), default=EVER)


def written_late(situation: Situation) -> tuple[str, ...]:
    """Return the ids of the dependents that a batch which never ended may have written after they were brought back."""
    rotation, active = required(situation.journal.open_rotation), situation.journal.active
    if not rotation.batches or active is None:
        return ()
    machines = [item for item in situation.registry if item.kind != MANUAL]
    return uncovered(machines, rotation.attestations, active.fingerprint, batches_end_at(situation))


def undeclared(situation: Situation, missing: Iterable[str]) -> tuple[str, ...]:
    """Return those of the missing dependents that the inventory declares no more: no run can ever prove them."""
    declared = situation.declared
    return () if declared is None else tuple(name for name in missing if name not in declared)


def for_people(registry: Iterable[Dependent], missing: Iterable[str]) -> tuple[str, ...]:
    """Return those of the missing dependents that only a person can bring the secret to."""
    manual = {dependent.id for dependent in registry if dependent.kind == MANUAL}
    return tuple(name for name in missing if name in manual)


def with_attestations(kept: Iterable[Attestation], added: Iterable[Attestation]) -> tuple[Attestation, ...]:
    """Add attestations; the newest for each dependent and fingerprint stays."""
    newest = {(item.dependent, item.fingerprint): item for item in kept}
    newest.update(((item.dependent, item.fingerprint), item) for item in added)
    return tuple(newest[key] for key in sorted(newest))
