# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each step makes of an integration's record: journal and secrets change together. Pure; `Run` saves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret, checked_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers, transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Journal,
    Known,
    Lease,
    Staged,
    required,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Sighting, Verdict
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict


def kept(record: Record, secret: Secret, now: datetime, usable_delay: timedelta, fence: int = 0) -> Record:
    """Return the record with a staged secret that has just come in. Pure; the caller saves it at once.

    Its age is not known to the second: it is not older than the rotation, and not younger than now.

    :param fence: the number of the lease under which it was asked for; 0 for what a person hands in.
    :raises Refusal: no rotation waits for a secret, another run waits for its answer, the form is wrong, or it is one
        that is known already.
    :raises Conflict: another run has taken the lease over, and come to a staged secret of its own.
    """
    rotation, name = record.journal.open_rotation, record.journal.name
    if rotation is None or rotation.overlap_at or rotation.activated_at or rotation.abandoned_at or rotation.lost_at:
        raise _not_asked_for(name, "no open rotation" if rotation is None else "one that has its staged secret")
    _check_new(record, secret, name)
    _check_lease(record, now, fence)
    generated_at = rotation.generation_sent_at or rotation.opened_at
    staged = Staged(record.secrets.fingerprint(secret), generated_at, now + usable_delay)
    return Record(transitions.staged(record.journal, staged, now), replace(record.secrets, staged=secret))


def adopted(record: Record, text: str, generated_at: datetime | None, seen: Sighting, now: datetime) -> Record:
    """Return the record with the active secret that a person handed in.

    :param generated_at: None when nobody knows; then a rotation is due at once, since its end is unknown too.
    :param seen: what SFMC said of it just now.
    :raises Refusal: a rotation is open, or SFMC did not accept the secret.
    """
    name, rotation = record.journal.name, record.journal.open_rotation
    if rotation is not None and rotation.activated_at is not None:
        active = record.secrets.active
        if active is None or active.reveal() != text:
            # What was activated is not what is active: that rotation is over, and its former secret is dead.
            record = closed(record, now)
    elif rotation is not None:
        raise _not_asked_for(name, "an open rotation")
    if seen.verdict is not Verdict.ACCEPTED:
        raise Refusal(
            "the active secret is one that SFMC accepts",
            f"the handed-in secret for {name}",
            "accepted",
            f"{seen.verdict.value} ({seen.detail})",
            "see that it was pasted whole, that it is this package's, and that SFMC answers; nothing was stored",
        )
    if generated_at is not None and generated_at > now:
        raise Refusal(
            "I-36: due dates count from generation",
            f"the handed-in secret for {name}",
            "a time of generation that has passed",
            f"{generated_at:%Y-%m-%d}, which is still to come: the expiry date, perhaps",
            "take the expiry date from Setup > Installed Packages and subtract 180 days, or leave it out",
        )
    secret = checked_secret(text, f"the secret for {name}")
    fingerprint, before = record.secrets.fingerprint(secret), record.journal.active
    same = before is not None and before.fingerprint == fingerprint
    known = Known(fingerprint, before.generated_at if same and before and generated_at is None else generated_at)
    if record.journal.active == known:
        return record
    former, journal = record.secrets.active, transitions.adopted(record.journal, known, now)
    if former is None or former.reveal() == text:
        return Record(journal, replace(record.secrets, active=secret))
    # Hosts still hold the former one: known, it can be replaced there; forgotten, it would be drift.
    return Record(_knowing_previous(journal, record), replace(record.secrets, active=secret, previous=former))


def rebuilt(
    record: Record,
    text: str,
    generated_at: datetime | None,
    seen: Sighting,
    now: datetime,
    fence: int,
    lands: timedelta,
) -> Record:
    """Return the record of an integration whose journal was lost, or fell back: nobody knows what hosts hold (I-45).

    :param fence: how far the journal had come that was lost.
    :param lands: how long an activation may be on its way. What it would activate is dropped here.
    :raises Refusal: as `adopted` does, or a run may still come to an activation.
    """
    _check_nothing_lands(record.journal, now, lands)
    bare = replace(record, journal=replace(record.journal, rotation=None), secrets=replace(record.secrets, staged=None))
    adopting = adopted(bare, text, generated_at, seen, now)
    former = replace(adopting.journal, rotation=record.journal.rotation)
    return adopting.with_journal(transitions.rebuilt(former, _next_id(record, now), fence, now))


def opened(record: Record, reason: str, now: datetime) -> Record:
    """Return the record with a new rotation; its id goes into the description of the generation."""
    if record.journal.open_rotation is not None:
        raise Conflict(record.journal.name)
    return record.with_journal(transitions.opened(record.journal, _next_id(record, now), reason, now))


def _next_id(record: Record, now: datetime) -> str:
    number = 1 + sum(event.what in ("opened", "rebuilt") for event in record.journal.history)
    return f"{now:%Y%m%d}-{record.journal.client_id[:6]}-{number}"


def leased(journal: Journal, holder: str, until: datetime) -> Lease:
    """Return the next lease: its number is larger than any before."""
    return Lease(holder, journal.fence + 1, until)


def taken_over(record: Record, holder: str, now: datetime, life: timedelta) -> Record:
    """Return the record with the lease of an intent in the hands of a run that finds out what came of it."""
    lease = leased(record.journal, holder, now + life)
    return record.with_journal(transitions.taken_over(record.journal, now, lease))


def intending_to_generate(record: Record, reason: str, holder: str, now: datetime, life: timedelta) -> Record:
    """Return the record with the intent of one generation; Conflict when somebody else has it (I-1, I-6)."""
    record = record if record.journal.open_rotation else opened(record, reason, now)
    rotation = record.journal.open_rotation
    if rotation is None or rotation.generation_sent_at or rotation.staged:
        raise Conflict(record.journal.name)
    lease = leased(record.journal, holder, now + life)
    return record.with_journal(transitions.generation_sent(record.journal, now, lease))


def intending_to_activate(record: Record, sent_before: int, holder: str, now: datetime, life: timedelta) -> Record:
    """Return the record with the intent of one activation; Conflict when somebody else has it.

    :param holder: empty when a person activates, who needs no lease.
    """
    rotation = record.journal.open_rotation
    if rotation is None or len(rotation.activations_sent_at) != sent_before:
        raise Conflict(record.journal.name)
    lease = leased(record.journal, holder, now + life) if holder else None
    return record.with_journal(transitions.activation_sent(record.journal, now, lease))


def activated(record: Record, now: datetime) -> Record:
    """Return the record with the staged secret as the active one, and the former kept until it is shown to be dead."""
    secrets = replace(record.secrets, active=record.secrets.staged, previous=record.secrets.active, staged=None)
    return Record(_knowing_previous(transitions.activated(record.journal, now), record), secrets)


def discarded(record: Record, now: datetime) -> Record:
    """Return the record without the staged secret that SFMC does not accept."""
    return Record(transitions.discarded(record.journal, now), replace(record.secrets, staged=None))


def forgotten(record: Record, now: datetime) -> Record:
    """Return the record without the staged secret, its rotation over."""
    return Record(transitions.forgotten(record.journal, now), replace(record.secrets, staged=None))


def closed(record: Record, now: datetime) -> Record:
    """Return the record without the previous secret, its rotation done."""
    previous = record.secrets.previous
    former = record.secrets.fingerprint(previous) if previous is not None else ""
    return Record(transitions.closed(record.journal, now, former), replace(record.secrets, previous=None))


def _knowing_previous(journal: Journal, record: Record) -> Journal:
    """Know the previous secret of a record again, of which another one takes the place."""
    previous = record.secrets.previous
    return journal if previous is None else transitions.remembered(journal, record.secrets.fingerprint(previous))


def _check_new(record: Record, secret: Secret, name: str) -> None:
    for which, known in (("active", record.secrets.active), ("previous", record.secrets.previous)):
        if known is not None and known.reveal() == secret.reveal():
            raise Refusal(
                "a staged secret is a new one",
                f"the secret for {name}",
                "one that the store does not know",
                f"the {which} secret, {record.secrets.fingerprint(secret)}",
                "generate in Setup > Installed Packages > Staged Secret, and hand in what is shown there",
            )


def _check_lease(record: Record, now: datetime, fence: int) -> None:
    """What was asked for under a lease is kept as long as nobody else has come to another; a person waits for runs."""
    journal = record.journal
    if not fence:
        _check_no_lease(journal, now)
    elif fence != journal.fence and required(journal.open_rotation).staged is not None:
        raise Conflict(journal.name)


def _check_no_lease(journal: Journal, now: datetime) -> None:
    if journal.lease is not None and now < journal.lease.until:
        raise blockers.leased(journal, journal.lease)


def _check_nothing_lands(journal: Journal, now: datetime, lands: timedelta) -> None:
    """The staged secret is dropped only when it cannot be the one that works a moment later (I-6, I-7)."""
    rotation = journal.open_rotation
    _check_no_lease(journal, now)
    if rotation is None or rotation.staged is None or rotation.activated_at is not None:
        return
    until = max((sent + lands for sent in rotation.activations_sent_at), default=now)
    if now < until:
        raise blockers.leased(journal, Lease("an activation that may still come through", journal.fence, until))


def _not_asked_for(name: str, found: str) -> Refusal:
    return Refusal(
        "a secret is handed in when one is waited for",
        name,
        "an open rotation without a usable staged secret (stage=staged), or no open rotation (stage=active)",
        found,
        "see ansible-playbook keyturn.sfmc.status; keyturn.sfmc.rotate opens a rotation when it is due,"
        " or at once with -e sfmc_force=REASON",
    )
