# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a decision rests on, and what it says. Pure data, as the journal is; every time is aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Journal


class Phase(str, Enum):
    """Where a rotation stands. Always derived from the journal's facts, never stored."""

    IDLE = "idle"
    REQUESTED = "requested"
    STAGED = "staged"
    USABLE = "usable"
    DISTRIBUTING = "distributing"
    ATTESTED = "attested"
    ACTIVATED = "activated"
    SOAKING = "soaking"
    CLOSED = "closed"
    LOST = "lost"
    ABANDONED = "abandoned"
    ORPHANED = "orphaned"


class Step(str, Enum):
    """The one next legal step. Check mode reports it, a run takes it."""

    NONE = "none"
    """Nothing is due."""
    STOP = "stop"
    """The blockers say why, and what a person does."""
    PROBE = "probe"
    """Ask SFMC about both secrets, then decide again."""
    WAIT = "wait"
    """Not before `not_before`."""
    GENERATE = "generate"
    """Open a rotation and send the one generation of its intent."""
    HAND_IN = "hand_in"
    """A person generates in Setup and hands the secret in."""
    RETRIEVE = "retrieve"
    """The answer to the generation was lost; ask the endpoint for what it made."""
    DISCARD = "discard"
    """What was handed in is not accepted and was used nowhere: drop it, ask again."""
    NOTE_OVERLAP = "note_overlap"
    """Both secrets are accepted for the first time: record it."""
    DISTRIBUTE = "distribute"
    """Bring `desired` to the dependents in `missing`."""
    ACTIVATE = "activate"
    """The gate is open: send the one activation of a new intent."""
    APPROVE = "approve"
    """A person looks at the evidence and approves it."""
    UNSLICED = "unsliced"
    """A run that is not a slice of a job takes the step in `then`."""
    CONFIRM = "confirm"
    """A person activates in Setup; the probe will see it."""
    NOTE_ACTIVATED = "note_activated"
    """The staged secret turned out to be the active one: record it."""
    NOTE_LOST = "note_lost"
    """The staged secret is dead and was not activated: record it."""
    NOTE_ORPHANED = "note_orphaned"
    """Bounded tries are used up: record it."""
    FORGET = "forget"
    """The active secret is back everywhere: drop the staged one."""
    CLOSE = "close"
    """The soak is over and clean: purge the previous secret."""


class Verdict(str, Enum):
    """What SFMC said of one secret."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Sighting:
    """One secret at the token endpoint: the verdict, and for whom the token was."""

    verdict: Verdict = Verdict.NOT_ASKED
    detail: str = ""
    enterprise_id: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether SFMC clearly said yes."""
        return self.verdict is Verdict.ACCEPTED

    @property
    def rejected(self) -> bool:
        """Whether SFMC clearly said no."""
        return self.verdict is Verdict.REJECTED


@dataclass(frozen=True)
class Probe:
    """The two-secret probe. `active` and `staged` as they were when the rotation opened (A and B)."""

    active: Sighting = Sighting()
    staged: Sighting = Sighting()


@dataclass(frozen=True)
class Hold:
    """No rotation until `until` (None: until the hold is taken away), because of `reason`."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True)
class Waiver:
    """Somebody vouches until a day that an integration which nobody declares needs no rotation."""

    reason: str
    until: datetime


@dataclass(frozen=True)
class Policy:
    """What the inventory asks for, and SFMC's own times. Defaults: docs/fidelity.md."""

    renew_before: timedelta = timedelta(days=30)
    spread: timedelta = timedelta(0)
    urgent_before: timedelta = timedelta(days=7)
    secret_life: timedelta = timedelta(days=180)
    usable_delay: timedelta = timedelta(minutes=5)
    usable_grace: timedelta = timedelta(minutes=2)
    pace: timedelta = timedelta(minutes=5)
    soak: timedelta = timedelta(minutes=20)
    attestation_age: timedelta = timedelta(hours=72)
    batch_life: timedelta = timedelta(hours=1)
    clock_skew: timedelta = timedelta(minutes=2)
    lease: timedelta = timedelta(minutes=3)
    verify_within: timedelta | None = None
    activations_at_most: int = 3
    no_dependents: bool = False
    activate: bool = True
    approval: bool = False
    sliced: bool = False
    strays_block: bool = True
    activated: bool = False
    force: str = ""
    hold: Hold | None = None
    operator: bool = False
    retrieves: bool = False


@dataclass(frozen=True)
class Pace:
    """What is kept beside the journals of an account.

    :param generated_at: when it last generated, whichever integration it was for; `activated_at` likewise.
    :param fence: how far the journal of this integration had come, so that an older one shows.
    """

    generated_at: datetime | None = None
    activated_at: datetime | None = None
    fence: int = 0


@dataclass(frozen=True)
class Situation:
    """All that a decision rests on.

    :param registry: every dependent that was ever seen, and those that the inventory has added.
    :param declared: ids of what the inventory declares now; None when only a part of it was read.
    :param skew: server minus controller, None when no server was asked.
    :param fence: the number of the lease that the run which asks holds; 0 when it holds none.
    """

    journal: Journal
    registry: tuple[Dependent, ...]
    policy: Policy
    now: datetime
    probe: Probe = Probe()
    pace: Pace = Pace()
    skew: timedelta | None = None
    declared: frozenset[str] | None = None
    fence: int = 0


@dataclass(frozen=True)
class Decision:
    """What is legal now.

    :param not_before: when a WAIT ends, and for NONE when the next rotation is due.
    :param missing: ids of the dependents whose attestation the next step needs.
    :param people: those of them that only a person can bring the secret to.
    :param gone: those of them that the inventory declares no more.
    :param then: the step that a WAIT for SFMC's pace, or for another run, is for.
    :param evidence: the digest of what an APPROVE approves.
    :param sacrificed: ids of the dependents that the activation may break, as a person has decided.
    :param unwatched: says that the places were not looked at within the time that the inventory gives.
    :param desired: which secret the dependents should hold: `active`, `staged`, or empty when nothing is to be written.
    """

    phase: Phase
    step: Step
    not_before: datetime | None = None
    blockers: tuple[Refusal, ...] = ()
    missing: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    desired: str = ""
    due_at: datetime | None = None
    expires_at: datetime | None = None
    urgency: str = "ok"
    then: Step = Step.NONE
    evidence: str = ""
    sacrificed: tuple[str, ...] = ()
    unwatched: Refusal | None = None
