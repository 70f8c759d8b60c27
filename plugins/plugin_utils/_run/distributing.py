# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch of hosts that get a secret: recorded before the first write, and with what it came to (I-7, I-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import gate_blockers, transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Attestation,
    Batch,
    Failure,
    Journal,
    required,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import Evidence, Proved
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict


def begin(run: Run, batch: str) -> None:
    """Record that hosts of this batch may hold the staged secret from now on.

    :raises Conflict: another run has given it up, or activated it, since this one decided.
    """

    def change(journal: Journal, at: datetime) -> Journal:
        if journal.open_rotation is None or desired_secret(journal, beginning=True) != "staged":
            raise Conflict(journal.name)
        return transitions.distributing(journal, Batch(batch, at))

    # Told before the first write, so that a journal of before is missed (I-45).
    run.pace.reached(run.note("distributing", change).journal.fence)


def batches(run: Run) -> tuple[Batch, ...]:
    """Return the batches that were begun and have not ended."""
    rotation = run.keeper.load().journal.open_rotation
    return rotation.batches if rotation else ()


def attest(run: Run, evidence: Evidence, batch: str) -> Mapping[str, str]:
    """Record what a batch came to; return what did not work, by dependent, as the journal has it now.

    Outside of a rotation there is nothing to record.

    :param batch: the id of the batch that ends with this.
    :raises Refusal: hosts hold a secret that was given up meanwhile.
    """
    if run.keeper.load().journal.open_rotation is None:
        return _outside(run, evidence)
    now = run.client.measured_now()
    proved = tuple(_attestation(item, now) for item in evidence.proved)
    failures = tuple(Failure(name, now, reason) for name, reason in evidence.failed)

    def change(about: Journal, at: datetime) -> Journal:
        if about.open_rotation is None:
            raise Conflict(about.name)
        return transitions.attested(about, proved, failures, at, batch)

    try:
        record = run.note("attested", change)
    except Conflict:
        if run.keeper.load().journal.open_rotation is not None:
            raise
        # Another run came to the end of it just now.
        return _outside(run, evidence)
    run.pace.reached(record.journal.fence)
    return {item.dependent: item.reason for item in required(record.journal.rotation).failures}


def _outside(run: Run, evidence: Evidence) -> Mapping[str, str]:
    """See that hosts hold the active secret; there is nothing to record."""
    journal = run.keeper.load().journal
    wanted = journal.active.fingerprint if journal.active else ""
    strays = tuple(item.dependent.id for item in evidence.proved if item.fingerprint != wanted)
    if strays:
        raise gate_blockers.given_up(journal, strays)
    return dict(evidence.failed)


def _attestation(proved: Proved, at: datetime) -> Attestation:
    dependent = proved.dependent
    return Attestation(dependent.id, proved.fingerprint, dependent.places, at, proved.kind, care=dependent.care)
