# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a journal records. Pure data: no secret is ever in here, only fingerprints; every time is aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

SCHEMA = 4

T = TypeVar("T")


def required(value: T | None) -> T:
    """Return a fact that must be there at this point; its absence is a fault of this collection."""
    if value is None:
        raise LookupError("a fact that the phase implies is missing")
    return value


#: The kind of a dependent that only a person can serve, and vouch for.
MANUAL = "manual"


@dataclass(frozen=True)
class Dependent:
    """A place that holds an integration's secret, identified by host and name.

    :param places: its files and keys, or what its kind calls them.
    :param proof: what it has to show: `token`, `fingerprint` or `soak`.
    :param care: stands for its restart and check, as they are declared; empty when there is neither.
    """

    host: str
    name: str
    places: tuple[str, ...]
    kind: str = "files"
    proof: str = "token"
    care: str = ""

    @property
    def id(self) -> str:
        """`host/name`, unique within an integration."""
        return f"{self.host}/{self.name}"


@dataclass(frozen=True)
class Attestation:
    """Evidence that a dependent held this fingerprint at `at`.

    :param evidence: `token`: it got a fresh token with what was read back; `fingerprint`: it was read back; `written`:
        the place can be written and not read; `soak`: read back, and counts one life of a token later;
        `acknowledged`: a person says so, the weakest.
    :param by: who acknowledged.
    :param until: when an acknowledgement ends; other evidence ages by the policy.
    :param care: the dependent's, as it was declared then.
    """

    dependent: str
    fingerprint: str
    places: tuple[str, ...]
    at: datetime
    evidence: str
    by: str = ""
    until: datetime | None = None
    care: str = ""


@dataclass(frozen=True)
class Batch:
    """Hosts that are being given the staged secret: until it ends, one of them may write it at any moment."""

    id: str
    began_at: datetime


@dataclass(frozen=True)
class Lease:
    """Who has saved the intent of a call to SFMC: nobody else acts on it before `until`, or before its answer is kept.

    :param holder: for people: the controller, its process, the AWX job.
    :param number: fencing: larger than any before, so that a holder that wakes up late finds another one, or none.
    """

    holder: str
    number: int
    until: datetime


@dataclass(frozen=True)
class Approval:
    """A person has seen the evidence with this digest, and says that its activation may follow."""

    evidence: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Sacrifice:
    """A dependent that an emergency activation may break: who decided that, and why."""

    dependent: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Failure:
    """The latest reason why a dependent could not be attested."""

    dependent: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Known:
    """The active secret. `generated_at` is its earliest possible birth, None when nobody knows it."""

    fingerprint: str
    generated_at: datetime | None


@dataclass(frozen=True)
class Staged:
    """A staged secret. It cannot be used before `usable_at`, the latest moment its five minutes can end."""

    fingerprint: str
    generated_at: datetime
    usable_at: datetime


@dataclass(frozen=True)
class Rotation:
    """The facts of one rotation, in the order in which they come to be."""

    id: str
    reason: str
    opened_at: datetime
    generation_sent_at: datetime | None = None
    staged: Staged | None = None
    overlap_at: datetime | None = None
    distribution_at: datetime | None = None
    batches: tuple[Batch, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    failures: tuple[Failure, ...] = ()
    approval: Approval | None = None
    sacrifices: tuple[Sacrifice, ...] = ()
    activations_sent_at: tuple[datetime, ...] = ()
    activation_answered_at: datetime | None = None
    activated_at: datetime | None = None
    lost_at: datetime | None = None
    abandoned_at: datetime | None = None
    orphaned_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Event:
    """One line of an integration's history. `seal` is a digest of it and of the line before."""

    at: datetime
    what: str
    detail: str = ""
    seal: str = ""


@dataclass(frozen=True)
class Stray:
    """A place that holds a secret and that nobody declares, as a discovery found it.

    :param place: as people read it: a path, a member of an archive, the environment of a process.
    :param secret: `active`, `staged`, `previous` or `unknown`, as it was then.
    """

    host: str
    place: str
    format: str
    key: str
    secret: str
    fingerprint: str
    found_at: datetime


@dataclass(frozen=True)
class Permissions:
    """What a fresh token was for: its scopes, and the business unit (MID) that it acts in."""

    scopes: tuple[str, ...]
    business_unit: str
    at: datetime


@dataclass(frozen=True)
class Past:
    """A rotation that is over. `digest` is that of its whole record, as it was when it closed."""

    id: str
    reason: str
    opened_at: datetime
    activated_at: datetime | None
    closed_at: datetime
    outcome: str
    former: str
    secret: str
    digest: str


@dataclass(frozen=True)
class Journal:
    """What is known of one integration; the client id is its identity, the name a label.

    `adopted` are the ids of the dependents that ever were attested: what stands there is known since. `forgotten` are
    fingerprints of staged secrets that were given up, and of active ones that were rotated away: where one is found all
    the same, it may be replaced. `fence` grows with each lease, staged secret and distribution. `verified_at` is when
    the places were last looked at as a whole, `scanned_at` when a discovery last looked for others.
    """

    client_id: str
    name: str
    schema: int = SCHEMA
    active: Known | None = None
    registry: tuple[Dependent, ...] = ()
    adopted: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    rotation: Rotation | None = None
    history: tuple[Event, ...] = ()
    fence: int = 0
    lease: Lease | None = None
    verified_at: datetime | None = None
    scanned_at: datetime | None = None
    strays: tuple[Stray, ...] = ()
    permissions: Permissions | None = None
    past: tuple[Past, ...] = ()

    @property
    def open_rotation(self) -> Rotation | None:
        """The rotation that is under way, None when there is none."""
        return self.rotation if self.rotation and self.rotation.closed_at is None else None
