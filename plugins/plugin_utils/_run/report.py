# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of itself: evidence for results, tables and messages. Fingerprints only."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.gate_blockers import named
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Rotation, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import text_of


def evidence(outcome: Outcome) -> dict[str, Any]:
    """Return where one integration stands, as plain JSON types."""
    run, decision = outcome.run, outcome.decision
    integration = run.integration
    known: dict[str, Any] = {
        "name": integration.name,
        "client_id": integration.client_id,
        "package": integration.package,
        "owner": integration.owner,
        "effects": list(run.effects),
    }
    if decision is None:
        blockers = [outcome.refusal.as_dict()] if outcome.refusal else []
        return {**known, **NOWHERE, "blockers": blockers, "waits_for": str(outcome.refusal)}
    record = run.keeper.load()
    return {**known, **_standing(run, record, decision), "waits_for": waits_for(run, record, decision)}


#: More lines nobody reads in a terminal.
_PROOFS_AT_MOST = 50

#: What is known of an integration about which nothing can be said.
NOWHERE: dict[str, Any] = {
    "phase": "unknown",
    "step": "stop",
    "not_before": None,
    "due_at": None,
    "expires_at": None,
    "days_left": None,
    "urgency": "unknown",
    "active": None,
    "staged": None,
    "rotation_id": None,
    "desired": "",
    "missing": [],
    "people": [],
    "gone": [],
    "sacrificed": [],
    "evidence": "",
    "proofs": [],
    "seal": None,
    "verified_at": None,
    "unwatched": "",
    "failing": [],
    "dependents": 0,
    "proved": 0,
}


def _standing(run: Run, record: Record, decision: Decision) -> dict[str, Any]:
    journal, now = record.journal, run.client.now()
    rotation = journal.open_rotation
    staged = rotation.staged if rotation and rotation.activated_at is None else None
    left = (decision.expires_at - now).total_seconds() / 86400 if decision.expires_at else None
    idle = decision.step is Step.NONE
    dependents = len(journal.registry if idle else run.registry(journal))
    missing = set(decision.missing)
    return {
        "phase": decision.phase.value,
        "step": decision.step.value,
        "not_before": text_of(decision.not_before),
        "due_at": text_of(decision.due_at),
        "expires_at": text_of(decision.expires_at),
        "days_left": None if left is None else round(left, 1),
        "urgency": decision.urgency,
        "active": journal.active.fingerprint if journal.active else None,
        "staged": staged.fingerprint if staged else None,
        "rotation_id": rotation.id if rotation else None,
        "desired": decision.desired,
        "missing": list(decision.missing),
        "people": list(decision.people),
        "gone": list(decision.gone),
        "sacrificed": list(decision.sacrificed),
        "evidence": decision.evidence,
        "proofs": _proofs(rotation, decision) if rotation and decision.step is Step.APPROVE else [],
        "seal": journal.history[-1].seal if journal.history else None,
        "verified_at": text_of(journal.verified_at),
        "unwatched": str(decision.unwatched or ""),
        "failing": [item.dependent for item in rotation.failures if item.dependent in missing] if rotation else [],
        "dependents": dependents,
        "proved": dependents - len(missing.union(decision.sacrificed)) if _counts(decision) else 0,
        "blockers": [blocker.as_dict() for blocker in decision.blockers],
    }


def _proofs(rotation: Rotation, decision: Decision) -> list[dict[str, Any]]:
    """Return what an approval approves: what each dependent has shown of the staged secret, and who is given up."""
    staged = required(rotation.staged).fingerprint
    shown = [
        {"dependent": item.dependent, "evidence": item.evidence, "at": text_of(item.at), "by": item.by}
        for item in rotation.attestations
        if item.fingerprint == staged and item.dependent not in decision.sacrificed
    ]
    given_up = [
        {"dependent": item.dependent, "evidence": "given up", "at": text_of(item.at), "by": item.by}
        for item in rotation.sacrifices
        if item.dependent in decision.sacrificed
    ]
    return shown + given_up


def proof_lines(item: Mapping[str, Any]) -> list[str]:
    """Return a line for each proof that waits for an approval, the first ones when there are many."""
    proofs = item["proofs"]
    lines = [
        f"{each['dependent']}: {each['evidence']}, {each['at']}" + (f", by {each['by']}" if each["by"] else "")
        for each in proofs[:_PROOFS_AT_MOST]
    ]
    left = len(proofs) - len(lines)
    return [*lines, f"and {left} more: `proofs` in the result has all of them"] if left else lines


def _counts(decision: Decision) -> bool:
    """Whether `missing` is the rest of a count: before the distribution nothing is proved yet."""
    return decision.step is Step.DISTRIBUTE or decision.phase in (Phase.ATTESTED, Phase.SOAKING, Phase.ORPHANED)


def standing(item: Mapping[str, Any]) -> str:
    """Return the line that says where one integration stands, from its evidence."""
    name, waits = item["name"], item["waits_for"]
    if item["step"] == "stop":
        return f"{name}: {item['phase']}; blocked: {waits.removeprefix(f'{name}: ')}"
    return f"{name}: {item['phase']}; waits for {waits}"


def waits_for(run: Run, record: Record, decision: Decision) -> str:
    """Return one sentence: what happens next, when, or who has to do what."""
    step = decision.step
    if step is Step.STOP or (step is Step.NONE and decision.blockers):
        return "; ".join(str(blocker) for blocker in decision.blockers)
    if step is Step.NONE:
        return f"nothing; due {_day(decision.due_at)}"
    if step is Step.WAIT:
        return _clock(record, decision)
    if step is Step.DISTRIBUTE:
        return _proof_from(record, decision)
    if step in (Step.HAND_IN, Step.APPROVE, Step.CONFIRM) or (step is Step.GENERATE and run.provider.operator):
        return _person(run, record, decision)
    return _NEXT[step] + (_given_up(decision, ", and breaks who is given up") if step is Step.ACTIVATE else "")


def _clock(record: Record, decision: Decision) -> str:
    lease, until = record.journal.lease, text_of(decision.not_before)
    if lease is not None and decision.not_before == lease.until:
        return f"another run ({lease.holder}), until {until} at the latest"
    return f"the clock, until {until}"


def _person(run: Run, record: Record, decision: Decision) -> str:
    if decision.step is Step.HAND_IN:
        return run.provider.to_generate(run.order(record), run.integration.name)
    if decision.step is Step.CONFIRM:
        proved = "every dependent is proved" + _given_up(decision, ", or given up")
        aged = _AGED if decision.urgency == "expired" else ""
        return f"a person who activates, as {proved}: {run.provider.to_activate(run.order(record))}{aged}"
    if decision.step is Step.APPROVE:
        return _approval(run, decision)
    return "the next run, which asks a person to generate a staged secret"


#: A dead active secret is no sign of an activation any more (I-36).
_AGED = (
    " The active secret has ended by its age, so no probe can tell: once it is activated, run keyturn.sfmc.rotate with"
    " -e sfmc_activated=true"
)


def _approval(run: Run, decision: Decision) -> str:
    variables = {
        "sfmc_approve_integration": run.integration.name,
        "sfmc_approve_evidence": decision.evidence,
        "sfmc_approve_by": "WHO",
    }
    return (
        "a person who has looked at the evidence"
        + _given_up(decision, ", and at what the activation would break")
        + f": ansible-playbook keyturn.sfmc.approve -e {shlex.quote(json.dumps(variables))}"
    )


def _given_up(decision: Decision, how: str) -> str:
    """Return who is given up in an emergency, after the words for it; nothing where nobody is."""
    return f"{how} ({named(decision.sacrificed, {}, most=5)})" if decision.sacrificed else ""


def _proof_from(record: Record, decision: Decision) -> str:
    rotation = record.journal.open_rotation
    reasons = {failure.dependent: failure.reason for failure in rotation.failures} if rotation else {}
    hosts = tuple(name for name in decision.missing if name not in {*decision.people, *decision.gone})
    sentences = []
    if hosts:
        names = named(hosts, reasons, most=5)
        sentences.append(f"the {decision.desired} secret proved on {len(hosts)} dependent(s): {names}")
    if decision.people:
        names = named(decision.people, {}, most=5)
        sentences.append(
            f"people who put the {decision.desired} secret in at {names}, and then"
            " ansible-playbook keyturn.sfmc.acknowledge"
        )
    if decision.gone:
        names = named(decision.gone, {}, most=5)
        sentences.append(f"somebody who declares again, or retires, what the inventory declares no more: {names}")
    return "; ".join(sentences)


_NEXT = {
    Step.PROBE: "an answer from SFMC",
    Step.GENERATE: "the next run, which generates a staged secret",
    Step.RETRIEVE: "the next run, which asks for the secret whose answer was lost",
    Step.DISCARD: "the next run, which drops a handed-in secret that SFMC does not accept",
    Step.NOTE_OVERLAP: "the next run, which begins to distribute",
    Step.ACTIVATE: "the next run, which activates",
    Step.UNSLICED: "a run that sees the whole inventory: this one is a slice of a job (sfmc_sliced)",
    Step.NOTE_ACTIVATED: "the next run, which records the activation",
    Step.NOTE_LOST: "the next run, which puts the active secret back",
    Step.NOTE_ORPHANED: "a person",
    Step.FORGET: "the next run, which drops the staged secret",
    Step.CLOSE: "the next run, which closes the rotation",
}


def _day(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d") if when else "at an unknown date"
