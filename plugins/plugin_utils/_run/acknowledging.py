# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person vouches for, where only a person can bring the secret: with a name, and with an end (I-35)."""

from __future__ import annotations

import json
import shlex
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_fingerprint
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    MANUAL,
    Attestation,
    Dependent,
    Journal,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run

_RULE = "I-35: a person vouches for a place that only people reach, by name, and until a day"


def acknowledge(run: Run, dependent_id: str, by: str, until: datetime | None, check_mode: bool) -> bool | None:
    """Record that a person has put the desired secret in, or vouches for it anew; tell whether that is news.

    :return: None when this integration has no such dependent.
    :raises Refusal: no name, no end to come, a dependent of another kind, or nothing that is waited for.
    """
    journal = run.keeper.load().journal
    registry = {item.id: item for item in run.registry(journal)}
    if dependent_id not in registry:
        return None
    dependent, now = registry[dependent_id], run.client.measured_now()
    if dependent.kind != MANUAL:
        raise _refused(
            dependent_id, f"a dependent of the kind {MANUAL}", f"one of the kind {dependent.kind}, which proves itself"
        )
    if not by.strip():
        raise _refused(dependent_id, "who has put the secret in", "no name")
    if until is None or until <= now:
        raise _refused(dependent_id, "a day to come, until which this counts", "none, or one that has passed")
    decision, former = run.look(), _acknowledged(journal, dependent)
    if dependent_id not in decision.people:
        if former is None:
            raise _refused(dependent_id, "a rotation that waits for it", f"the phase {decision.phase.value}")
        if (former.by, former.until) == (by.strip(), until):
            return False
    if not check_mode:
        fingerprint = desired_fingerprint(journal)
        vouched = Attestation(
            dependent_id, fingerprint, dependent.places, now, "acknowledged", by.strip(), until, dependent.care
        )
        record = run.note_on(
            journal.open_rotation, "acknowledged", lambda about, at: transitions.attested(about, (vouched,), (), at)
        )
        run.pace.reached(record.journal.fence)
    return True


def _acknowledged(journal: Journal, dependent: Dependent) -> Attestation | None:
    """Return what was said before of the secret that is wanted now."""
    rotation = journal.open_rotation
    if rotation is None:
        return None
    said = [item for item in rotation.attestations if item.dependent == dependent.id]
    return next((item for item in said if item.fingerprint == desired_fingerprint(journal)), None)


def _refused(dependent_id: str, expected: str, found: str) -> Refusal:
    variables = {
        "sfmc_acknowledge_dependent": dependent_id,
        "sfmc_acknowledge_by": "WHO",
        "sfmc_acknowledge_until": "YYYY-MM-DD",
    }
    return Refusal(
        _RULE,
        dependent_id,
        expected,
        found,
        f"ansible-playbook keyturn.sfmc.acknowledge -e {shlex.quote(json.dumps(variables))}; what is waited for says"
        " ansible-playbook keyturn.sfmc.status",
    )
