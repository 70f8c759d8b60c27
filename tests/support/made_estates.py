# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates made by hand, in the shape that the module `status` returns: only what a test is about is said."""

from __future__ import annotations

from typing import Any

#: When a made estate was looked at.
NOW = "2026-11-26T01:40:00Z"


def integration(name: str = "crm_sync", number: int = 1, **said: Any) -> dict[str, Any]:
    """Return an integration at rest, 100 days before its end; `said` replaces what a test is about."""
    quiet: dict[str, Any] = {
        "name": name,
        "client_id": f"{number:024d}",
        "package": name.replace("_", " ").title(),
        "environment": "prod",
        "account": "mc-prod",
        "owner": "crm-team@example.com",
        "phase": "idle",
        "phase_since": "2026-09-07T01:40:00Z",
        "step": "none",
        "not_before": None,
        "waits_for": "nothing; due 2027-02-04",
        "blocked": False,
        "blockers": [],
        "urgency": "ok",
        "active": "1f0c3ab5d2e4",
        "staged": None,
        "generated_at": "2026-09-07T01:40:00Z",
        "due_at": "2027-02-04T01:40:00Z",
        "expires_at": "2027-03-06T01:40:00Z",
        "days_left": 100.0,
        "rotation_id": None,
        "dependents": 3,
        "proved": 0,
        "matrix": [],
        "verified_at": "2026-11-25T13:40:00Z",
        "verify_within_hours": 24.0,
        "unwatched": "",
        "permissions": None,
        "strays": [],
        "scanned_at": None,
        "history": [],
        "rotations": [],
    }
    assert set(said) <= set(quiet), set(said) - set(quiet)
    return {**quiet, **said}


def estate(*integrations: dict[str, Any], at: str = NOW) -> dict[str, Any]:
    """Return an estate of these integrations; its summary counts what readers of this folder need."""
    summary = {"integrations": len(integrations), "dependents": 0}
    return {
        "schema": 1,
        "generated_at": at,
        "collection": "1.0.0",
        "summary": summary,
        "integrations": list(integrations),
        "forecast": {"herds": [], "proposed": []},
    }


def stray(host: str = "web1", place: str = "/srv/old/.env") -> dict[str, Any]:
    """Return a place that holds a secret and that nobody declared."""
    return {
        "host": host,
        "place": place,
        "format": "dotenv",
        "key": "SFMC_CLIENT_SECRET",
        "secret": "active",
        "fingerprint": "1f0c3ab5d2e4",
        "found_at": "2026-11-25T13:40:00Z",
    }


def blocker(rule: str = "I-20: unknown never justifies a step") -> dict[str, str]:
    """Return a refusal as an estate carries it."""
    return {
        "rule": rule,
        "offender": "crm_sync",
        "expected": "an answer of SFMC",
        "found": "HTTP 503",
        "way_out": "see that SFMC answers, run again",
    }


def closed_rotation(closed_at: str = "2026-11-25T20:00:00Z") -> dict[str, Any]:
    """Return a rotation that is closed."""
    return {
        "id": "20261125-000000-1",
        "reason": "due",
        "opened_at": "2026-11-25T18:00:00Z",
        "activated_at": "2026-11-25T19:30:00Z",
        "closed_at": closed_at,
        "outcome": "rotated",
    }
