# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate: all that is known of all integrations, as plain JSON. What reports, metrics and notices are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.findings import strays_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.forecast import End, herds, proposed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.permissions import compared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.phases import since
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Policy
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.matrix import matrix
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import evidence
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import text_of

SCHEMA = 1
#: What an integration has of which nothing can be said.
_UNKNOWN: dict[str, Any] = {
    "environment": "",
    "account": "",
    "phase_since": None,
    "generated_at": None,
    "matrix": [],
    "verify_within_hours": None,
    "permissions": None,
    "strays": [],
    "scanned_at": None,
    "history": [],
    "rotations": [],
}


def estate(
    outcomes: Iterable[Outcome], unclaimed: Iterable[Mapping[str, Any]], now: datetime, version: str
) -> dict[str, Any]:
    """Return the estate; docs/estate.md says what each field means.

    :param unclaimed: integrations that nobody declares, as `unclaimed` returns them.
    :param version: of this collection.
    """
    looked = list(outcomes)
    integrations = [_integration(outcome) for outcome in looked]
    integrations += [{**_UNKNOWN, **item, "blocked": item["step"] == "stop"} for item in unclaimed]
    return {
        "schema": SCHEMA,
        "generated_at": text_of(now),
        "collection": version,
        "summary": _summary(integrations),
        "integrations": integrations,
        "forecast": _forecast(looked, now),
    }


def _integration(outcome: Outcome) -> dict[str, Any]:
    integration, decision = outcome.run.integration, outcome.decision
    known = {**_UNKNOWN, **evidence(outcome), "environment": integration.environment, "account": integration.account}
    known["blocked"] = known["step"] == "stop"
    within = integration.policy.verify_within
    known["verify_within_hours"] = within.total_seconds() / 3600 if within else None
    return {**known, **_kept(outcome.run, decision)} if decision is not None else known


def _kept(run: Run, decision: Decision) -> dict[str, Any]:
    record = run.keeper.load()
    journal, registry = record.journal, run.registry(record.journal)
    rows = matrix(registry, journal, decision)
    return {
        "phase_since": text_of(since(journal, decision.phase)),
        "generated_at": text_of(journal.active.generated_at if journal.active else None),
        "dependents": len(registry),
        "matrix": rows,
        "permissions": compared(journal.permissions, run.integration.scopes, run.integration.business_unit),
        "strays": _strays(journal, registry),
        "scanned_at": text_of(journal.scanned_at),
        "history": [{"at": text_of(line.at), "what": line.what, "detail": line.detail} for line in journal.history],
        "rotations": _rotations(record),
    }


def _strays(journal: Journal, registry: tuple[Dependent, ...]) -> list[dict[str, Any]]:
    return [
        {
            "host": item.host,
            "place": item.place,
            "format": item.format,
            "key": item.key,
            "secret": _which(journal, item.fingerprint, item.secret),
            "fingerprint": item.fingerprint,
            "found_at": text_of(item.found_at),
        }
        for item in strays_of(journal, registry)
    ]


def _which(journal: Journal, fingerprint: str, then: str) -> str:
    """Return which secret a place holds by today's words: what was staged when it was found may be active now."""
    rotation = journal.open_rotation
    if journal.active is not None and fingerprint == journal.active.fingerprint:
        return "active"
    if rotation is not None and rotation.staged is not None and fingerprint == rotation.staged.fingerprint:
        return "staged"
    return "previous" if then == "active" else then


def _rotations(record: Record) -> list[dict[str, Any]]:
    """Return the rotations that are over, and the one that is open, the latest last."""
    journal, rotation = record.journal, record.journal.open_rotation
    over = [
        {
            "id": item.id,
            "reason": item.reason,
            "opened_at": text_of(item.opened_at),
            "activated_at": text_of(item.activated_at),
            "closed_at": text_of(item.closed_at),
            "outcome": item.outcome,
        }
        for item in journal.past
    ]
    if rotation is None:
        return over
    still = {"id": rotation.id, "reason": rotation.reason, "opened_at": text_of(rotation.opened_at)}
    return [*over, {**still, "activated_at": text_of(rotation.activated_at), "closed_at": None, "outcome": ""}]


def _summary(integrations: list[dict[str, Any]]) -> dict[str, int]:
    urgencies = [item["urgency"] for item in integrations]
    return {
        "integrations": len(integrations),
        "dependents": sum(item["dependents"] for item in integrations),
        "proved": sum(item["proved"] for item in integrations),
        **{name: urgencies.count(name) for name in ("due", "urgent", "expired")},
        "blocked": sum(item["blocked"] for item in integrations),
        "open": sum(item["rotation_id"] is not None for item in integrations),
        "undeclared": sum(item["phase"] == "undeclared" for item in integrations),
        "strays": sum(len(item["strays"]) for item in integrations),
        "unwatched": sum(bool(item["unwatched"]) for item in integrations),
    }


def _forecast(outcomes: list[Outcome], now: datetime) -> dict[str, Any]:
    runs = {outcome.run.integration.client_id: outcome.run for outcome in outcomes}
    names = {client_id: run.integration.name for client_id, run in runs.items()}
    ends = {
        client_id: End(client_id, outcome.run.integration.account, decision.due_at, decision.expires_at)
        for client_id, outcome in zip(runs, outcomes, strict=True)
        if (decision := outcome.decision) and decision.due_at and decision.expires_at
    }
    return {
        "herds": [
            {
                "account": herd.account,
                "from": text_of(herd.begins),
                "to": text_of(herd.ends),
                "names": [names[client_id] for client_id in herd.client_ids],
                "client_ids": list(herd.client_ids),
            }
            for herd in herds(ends.values())
        ],
        "proposed": [
            {
                "client_id": item.client_id,
                "name": names[item.client_id],
                "account": item.account,
                "expires_at": text_of(ends[item.client_id].expires_at),
                "due_at": text_of(ends[item.client_id].due_at),
                "rotate_at": text_of(item.rotate_at),
                "moved_days": round(item.moved.total_seconds() / 86400, 1),
            }
            for item in proposed(ends.values(), now, Policy.pace)
        ],
    }
