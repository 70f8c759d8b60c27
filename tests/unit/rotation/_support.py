# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations to decide on: one integration on two hosts, and a clock that is a number of seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import decide
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    MANUAL,
    Attestation,
    Dependent,
    Journal,
    Known,
    Rotation,
    Staged,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Policy,
    Probe,
    Sighting,
    Situation,
    Step,
    Verdict,
)

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

YES = Sighting(Verdict.ACCEPTED, "CRM", "100", ("email_read",))
NO = Sighting(Verdict.REJECTED, "client id and secret do not fit")
UNCLEAR = Sighting(Verdict.UNKNOWN, "HTTP 503: the service is not available")
UNASKED = Sighting()

A, B = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
APP1 = Dependent("app1", "mule", ("/opt/a.env#SECRET",))
APP2 = Dependent("app2", "mule", ("/opt/a.env#SECRET", "/opt/b.env#SECRET"))
REGISTRY = (APP1, APP2)
POLICY = Policy()

#: Steps that send something, write something, or ask a person to.
EFFECTS = frozenset(Step) - {Step.NONE, Step.STOP, Step.PROBE, Step.WAIT}
IN_STEP = timedelta(0)


def shown(dependent: Dependent, fingerprint: str = B, at: datetime = NOW) -> Attestation:
    """Return the attestation that a dependent needs, for all of its places."""
    evidence = "acknowledged" if dependent.kind == MANUAL else dependent.proof
    return Attestation(dependent.id, fingerprint, dependent.places, at, evidence, care=dependent.care)


COVERED = tuple(shown(dependent) for dependent in REGISTRY)


def journal(rotation: Rotation | None = None, born: datetime | None = NOW - 170 * DAY, active: str = A) -> Journal:
    """Return the journal of an integration whose active secret is due, unless it was born later."""
    return Journal("0a1b2c3d4e5f6g7h8i9j0k1l", "crm", active=Known(active, born), registry=REGISTRY, rotation=rotation)


def situation(about: Journal, active: Sighting = YES, staged: Sighting = UNASKED, **more: Any) -> Situation:
    """Return a situation with clocks in step, unless `more` says otherwise."""
    given: dict[str, Any] = {"registry": about.registry, "policy": POLICY, "now": NOW, "skew": IN_STEP, **more}
    return Situation(journal=about, probe=Probe(active, staged), **given)


def decided(about: Journal, active: Sighting = YES, staged: Sighting = UNASKED, **more: Any) -> Decision:
    """Decide on a journal and what the probe shows."""
    return decide(situation(about, active, staged, **more))


def rotation(**facts: Any) -> Rotation:
    """Return a rotation that generated its staged secret an hour ago; `facts` come on top."""
    opened = NOW - 60 * MINUTE
    staged = Staged(B, opened, opened + 5 * MINUTE)
    return replace(Rotation("20270104-0a1b2c-1", "due", opened, opened, staged), **facts)


def requested(sent: bool = True) -> Journal:
    """Return a journal whose generation was sent, or taken back; no secret has come."""
    return journal(rotation(staged=None, generation_sent_at=NOW - 60 * MINUTE if sent else None))


def young(age: timedelta) -> Journal:
    """Return a journal with a staged secret of this age that nobody has seen accepted."""
    return journal(rotation(opened_at=NOW - age, staged=Staged(B, NOW - age, NOW - age + 5 * MINUTE)))


def usable(**facts: Any) -> Journal:
    """Return a journal whose two secrets were both seen accepted."""
    return journal(rotation(**{"overlap_at": NOW - 50 * MINUTE, **facts}))


def distributing(**facts: Any) -> Journal:
    """Return a journal whose hosts may hold the staged secret."""
    return usable(**{"distribution_at": NOW - 45 * MINUTE, **facts})


def attested(**facts: Any) -> Journal:
    """Return a journal whose gate is open."""
    return distributing(**{"attestations": COVERED, **facts})


def activated(ago: timedelta = MINUTE, **facts: Any) -> Journal:
    """Return a journal whose staged secret became the active one."""
    about = attested(**{"activations_sent_at": (NOW - ago,), "activated_at": NOW - ago, **facts})
    return replace(about, active=Known(B, NOW - 60 * MINUTE))
