# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each effect adds to the journal. Pure: a journal in, a journal out, one line of history for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.audit import archived
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import merged_registry, with_attestations
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import (
    desired_fingerprint,
    desired_secret,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Approval,
    Attestation,
    Batch,
    Dependent,
    Failure,
    Journal,
    Known,
    Lease,
    Rotation,
    Sacrifice,
    Staged,
    required,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import noted

#: How many secrets that were given up are known again where one of them is found.
_REMEMBERED = 10


def adopted(journal: Journal, secret: Known, at: datetime) -> Journal:
    """A person handed in the active secret."""
    return noted(replace(journal, active=secret), at, "adopted", secret.fingerprint)


def opened(journal: Journal, rotation_id: str, reason: str, at: datetime) -> Journal:
    """A rotation begins."""
    return noted(replace(journal, rotation=Rotation(rotation_id, reason, at)), at, "opened", f"{rotation_id}: {reason}")


def generation_sent(journal: Journal, at: datetime, lease: Lease) -> Journal:
    """The one generation of this rotation is about to be sent (I-6)."""
    return _changed(_holding(journal, lease), at, "generation sent", detail=lease.holder, generation_sent_at=at)


def answer_lost(journal: Journal, at: datetime) -> Journal:
    """The call of an intent was sent, and its holder knows no more than anybody else what came of it (I-6)."""
    return _changed(_released(journal), at, "answer lost")


def taken_over(journal: Journal, at: datetime, lease: Lease) -> Journal:
    """Another run finds out what came of an intent; who held it may wake up, and sends nothing any more (I-7)."""
    return _changed(_holding(journal, lease), at, "taken over", detail=lease.holder)


def generation_refused(journal: Journal, at: datetime) -> Journal:
    """The generation was certainly not carried out, so that another may be sent."""
    return _changed(_released(journal), at, "generation refused", generation_sent_at=None)


def staged(journal: Journal, secret: Staged, at: datetime) -> Journal:
    """The staged secret is kept."""
    journal = _further(_released(journal))
    return _changed(journal, at, "staged", detail=secret.fingerprint, staged=secret)


def discarded(journal: Journal, at: datetime) -> Journal:
    """What was handed in is not accepted; it was used nowhere."""
    rotation = _open(journal)
    fingerprint = rotation.staged.fingerprint if rotation.staged else ""
    return _changed(journal, at, "discarded", detail=fingerprint, staged=None)


def overlapping(journal: Journal, at: datetime) -> Journal:
    """Both secrets are accepted."""
    return _changed(journal, at, "usable", overlap_at=at)


def distributing(journal: Journal, batch: Batch) -> Journal:
    """The hosts of this batch may hold the staged secret from now on."""
    rotation = _open(journal)
    batches = (*rotation.batches, batch)
    if rotation.distribution_at:
        return replace(journal, rotation=replace(rotation, batches=batches))
    journal = _further(journal)
    return _changed(journal, batch.began_at, "distributing", distribution_at=batch.began_at, batches=batches)


def registered(journal: Journal, declared: Iterable[Dependent]) -> Journal:
    """The registry grows by what the inventory declares (I-11)."""
    return replace(journal, registry=merged_registry(journal.registry, declared))


def retired(journal: Journal, dependent_id: str, reason: str, at: datetime) -> Journal:
    """A person says that a dependent is gone for good. Whoever comes back under its name proves itself anew (I-33)."""
    registry = tuple(item for item in journal.registry if item.id != dependent_id)
    adopted = tuple(name for name in journal.adopted if name != dependent_id)
    journal = _without(replace(journal, registry=registry, adopted=adopted), dependent_id)
    return noted(journal, at, "retired", f"{dependent_id}: {reason}")


def _without(journal: Journal, dependent_id: str) -> Journal:
    """Forget what was proved or decided of a dependent: whoever comes back under that name is another one."""
    rotation = journal.open_rotation
    if rotation is None:
        return journal
    attestations = tuple(item for item in rotation.attestations if item.dependent != dependent_id)
    failures = tuple(item for item in rotation.failures if item.dependent != dependent_id)
    sacrifices = tuple(item for item in rotation.sacrifices if item.dependent != dependent_id)
    left = replace(rotation, attestations=attestations, failures=failures, sacrifices=sacrifices)
    return replace(journal, rotation=left)


def attested(
    journal: Journal,
    attestations: tuple[Attestation, ...],
    failures: tuple[Failure, ...],
    at: datetime,
    batch: str = "",
) -> Journal:
    """What a batch of hosts, or a person, came to. The latest result counts: what failed is proved no more (I-34).

    A secret that is not wanted there any more is a failure: another run went on meanwhile (I-7).

    :param batch: the id of the batch that ends with this.
    """
    rotation = _open(journal)
    wanted, goes_on = desired_fingerprint(journal), desired_secret(journal, beginning=True) == "staged"
    late = tuple(
        Failure(item.dependent, at, f"holds {item.fingerprint}: meanwhile another run went back to {wanted}")
        for item in attestations
        if item.fingerprint != wanted
    )
    attestations = tuple(item for item in attestations if item.fingerprint == wanted)
    failures += late
    failed = {item.dependent for item in failures}
    answered = failed | {item.dependent for item in attestations}
    adopted = {*journal.adopted, *(item.dependent for item in attestations)}
    still = [item for item in rotation.attestations if item.dependent not in failed]
    begins = bool(attestations) and goes_on and rotation.distribution_at is None
    return _changed(
        replace(_further(journal) if begins else journal, adopted=tuple(sorted(adopted))),
        at,
        "attested",
        detail=f"{len(attestations)} proved, {len(failures)} failed",
        attestations=with_attestations(still, attestations),
        failures=tuple(item for item in rotation.failures if item.dependent not in answered) + failures,
        distribution_at=at if begins else rotation.distribution_at,
        batches=tuple(item for item in rotation.batches if item.id != batch),
    )


def approved(journal: Journal, evidence: str, by: str, at: datetime) -> Journal:
    """A person has seen the evidence for this activation; when it changes, that counts no more."""
    return _changed(journal, at, "approved", detail=f"{evidence} by {by}", approval=Approval(evidence, by, at))


def given_up(journal: Journal, dependents: Iterable[str], by: str, reason: str, at: datetime) -> Journal:
    """A person decides that the activation of this rotation may break these dependents."""
    names = sorted(set(dependents))
    kept = [item for item in _open(journal).sacrifices if item.dependent not in names]
    sacrifices = (*kept, *(Sacrifice(name, by, reason, at) for name in names))
    return _changed(journal, at, "sacrificed", detail=f"{', '.join(names)} by {by}: {reason}", sacrifices=sacrifices)


def verified(journal: Journal, at: datetime) -> Journal:
    """All places of a run were looked at."""
    return replace(journal, verified_at=at)


def activation_sent(journal: Journal, at: datetime, lease: Lease | None = None) -> Journal:
    """One activation is about to be sent, or a person is asked for it (I-6)."""
    journal = _holding(journal, lease) if lease else journal
    sent, who = (*_open(journal).activations_sent_at, at), lease.holder if lease else "asked of a person"
    return _changed(journal, at, "activation sent", detail=who, activations_sent_at=sent)


def activation_answered(journal: Journal, at: datetime) -> Journal:
    """Whoever activates says that it is done; the probe has the last word."""
    return _changed(_released(journal), at, "activation answered", activation_answered_at=at)


def activation_refused(journal: Journal, at: datetime) -> Journal:
    """The activation was certainly not carried out, so that it does not count as a try."""
    sent = _open(journal).activations_sent_at[:-1]
    return _changed(_released(journal), at, "activation refused", activations_sent_at=sent)


def activated(journal: Journal, at: datetime) -> Journal:
    """The probe shows that the staged secret is the active one.

    Hosts that are being brought back may have lost it after they proved it, so all of them prove it again.
    """
    rotation = _open(journal)
    secret = required(rotation.staged)
    proved = () if rotation.lost_at or rotation.abandoned_at else rotation.attestations
    known = Known(secret.fingerprint, secret.generated_at)
    journal = replace(_released(journal), active=known)
    return _changed(journal, at, "activated", detail=known.fingerprint, activated_at=at, attestations=proved)


def lost(journal: Journal, at: datetime) -> Journal:
    """The staged secret is dead."""
    return _changed(journal, at, "lost", lost_at=at)


def orphaned(journal: Journal, at: datetime) -> Journal:
    """Bounded tries are used up."""
    return _changed(journal, at, "orphaned", orphaned_at=at)


def abandoned(journal: Journal, reason: str, at: datetime) -> Journal:
    """A person gives the rotation up.

    :raises Refusal: none is open, or the staged secret is active already.
    """
    rotation = journal.open_rotation
    if rotation is None or rotation.activated_at is not None:
        raise Refusal(
            "only a rotation that has not been activated can be abandoned",
            journal.name,
            "a rotation before its activation",
            "none" if rotation is None else "an activation: the former secret is dead, there is no way back",
            "nothing to do" if rotation is None else "run keyturn.sfmc.rotate, which finishes it",
        )
    if rotation.abandoned_at is not None:
        return journal
    return _changed(journal, at, "abandoned", detail=reason, abandoned_at=at)


def forgotten(journal: Journal, at: datetime) -> Journal:
    """The staged secret is dropped, the rotation is over without an activation."""
    return archived(_changed(_remembering(_released(journal)), at, "forgotten", closed_at=at, outcome="abandoned"))


def closed(journal: Journal, at: datetime, former: str = "") -> Journal:
    """The former secret is dead, the soak was clean, the previous secret is purged.

    :param former: its fingerprint; where it comes back, it may be replaced (I-32).
    """
    journal = remembered(journal, former) if former else journal
    return archived(_changed(_released(journal), at, "closed", closed_at=at, outcome="rotated"), former)


def rebuilt(journal: Journal, rotation_id: str, fence: int, at: datetime) -> Journal:
    """Nobody knows what came after this journal (I-45): the active secret goes wherever another may be.

    It is a rotation that was given up from its beginning, and of which nobody knows the staged secret.

    :param fence: how far the journal had come that was lost.
    """
    batches = journal.open_rotation.batches if journal.open_rotation else ()
    begun = Rotation(rotation_id, "rebuilt", at, distribution_at=at, abandoned_at=at, batches=batches)
    ahead = max(journal.fence, fence) + 1
    journal = replace(_remembering(_released(journal)), rotation=begun, fence=ahead, adopted=())
    return noted(journal, at, "rebuilt", rotation_id)


def remembered(journal: Journal, fingerprint: str) -> Journal:
    """Know a secret by its fingerprint that is kept no more: where it is found all the same, it may be replaced."""
    return replace(journal, forgotten=(*journal.forgotten, fingerprint)[-_REMEMBERED:])


def _remembering(journal: Journal) -> Journal:
    """Know the staged secret again where it is found although it was given up."""
    staged = journal.open_rotation.staged if journal.open_rotation else None
    if staged is None:
        return journal
    return remembered(journal, staged.fingerprint)


def _further(journal: Journal) -> Journal:
    """A journal that does not know of this is older than what was done (I-45)."""
    return replace(journal, fence=journal.fence + 1)


def _holding(journal: Journal, lease: Lease) -> Journal:
    return replace(journal, lease=lease, fence=lease.number)


def _released(journal: Journal) -> Journal:
    return replace(journal, lease=None)


def _open(journal: Journal) -> Rotation:
    return required(journal.open_rotation)


def _changed(journal: Journal, at: datetime, what: str, detail: str = "", **facts: object) -> Journal:
    rotation = replace(_open(journal), **facts)  # type: ignore[arg-type]
    return noted(replace(journal, rotation=rotation), at, what, detail)
