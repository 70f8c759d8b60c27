# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates as the module status returns them, of any size, the same ones each time: for tests, bench and pictures."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any

NOW = datetime(2026, 11, 26, 1, 40, tzinfo=timezone.utc)
_NAMES = (
    *("crm_sync", "loyalty_points", "order_mails", "newsletter_export", "web_consent", "data_cloud_feed"),
    *("support_surveys", "store_finder", "mobile_push", "journey_audit", "warehouse_load", "partner_leads"),
)
_OWNERS = ("crm-team", "loyalty", "shop-platform", "data-office", "support-tools", "marketing-it")
_ENVIRONMENTS = ("prod", "stage", "dev")
_KINDS = ("files", "files", "files", "aws_secretsmanager", "hashi_vault_kv2", "kubernetes_secret", "manual")
_SCOPES = ("email_read", "email_send", "list_and_subscribers_read", "journeys_read", "data_extensions_write")
_LIFE, _DUE = timedelta(days=180), timedelta(days=150)


def estate(integrations: int = 14, dependents: int = 8, seed: int = 1) -> dict[str, Any]:
    """Return an estate in which most is well, every seventh rotation runs, and some need something."""
    chance = random.Random(seed)
    items = [_integration(number, dependents, chance) for number in range(integrations)]
    return whole(items, _forecast(items))


def whole(items: list[dict[str, Any]], forecast: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an estate of these integrations, with its summary."""
    urgency = Counter(item["urgency"] for item in items)
    return {
        "schema": 1,
        "generated_at": text(NOW),
        "collection": "1.0.0",
        "summary": {
            "integrations": len(items),
            "dependents": sum(item["dependents"] for item in items),
            "proved": sum(item["proved"] for item in items),
            "due": urgency["due"],
            "urgent": urgency["urgent"],
            "expired": urgency["expired"],
            "blocked": sum(item["blocked"] for item in items),
            "open": sum(item["rotation_id"] is not None for item in items),
            "undeclared": sum(item["phase"] == "undeclared" for item in items),
            "strays": sum(len(item["strays"]) for item in items),
            "unwatched": sum(bool(item["unwatched"]) for item in items),
        },
        "integrations": items,
        "forecast": forecast or {"herds": [], "proposed": []},
    }


def idle(name: str, client_id: str, **changes: Any) -> dict[str, Any]:
    """Return an integration about which there is nothing to say, but for these changes."""
    return {
        **dict.fromkeys(("package", "environment", "account", "owner", "unwatched"), ""),
        **dict.fromkeys(("phase_since", "not_before", "rotation_id", "active", "staged", "permissions")),
        **dict.fromkeys(("generated_at", "due_at", "expires_at", "days_left", "verified_at", "scanned_at")),
        **{key: [] for key in ("blockers", "matrix", "strays", "history", "rotations")},
        "name": name,
        "client_id": client_id,
        "phase": "idle",
        "step": "none",
        "waits_for": "nothing",
        "blocked": False,
        "urgency": "ok",
        "dependents": 0,
        "proved": 0,
        "verify_within_hours": None,
        **changes,
    }


def dependent(host: str, name: str, **changes: Any) -> dict[str, Any]:
    """Return one row of a matrix."""
    return {
        "dependent": f"{host}/{name}",
        "host": host,
        "name": name,
        "kind": "files",
        "state": "idle",
        "evidence": "",
        "at": None,
        "by": "",
        "reason": "",
        **changes,
    }


def text(moment: datetime) -> str:
    """Return a time as estates have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _integration(number: int, dependents: int, chance: random.Random) -> dict[str, Any]:
    base, turn = _NAMES[number % len(_NAMES)], number // len(_NAMES)
    name = f"{base}_{turn // len(_ENVIRONMENTS) + 1}" if turn >= len(_ENVIRONMENTS) else base
    # Every third is of the herd that was generated on one day.
    age = timedelta(days=112, hours=number % 6) if number % 3 == 0 else timedelta(days=chance.uniform(4, 149))
    age = {1: timedelta(days=155), 4: timedelta(days=174.5), 9: timedelta(days=183)}.get(number % 40, age)
    generated = NOW - age
    running = number % 7 == 1
    rows = [_dependent(number, each, running, chance) for each in range(dependents)]
    left = (generated + _LIFE - NOW).total_seconds() / 86400
    urgency = "expired" if left < 0 else "urgent" if left <= 7 else "due" if left < 30 else "ok"
    fingerprint = f"{chance.getrandbits(48):012x}"
    blocked = running and number % 14 == 1
    item = idle(
        name,
        f"{chance.getrandbits(120):030x}"[:24],
        package=base.replace("_", " ").title(),
        environment=_ENVIRONMENTS[turn % len(_ENVIRONMENTS)],
        account=f"51000{number % 3}",
        owner=f"{_OWNERS[number % len(_OWNERS)]}@example.com" if number % 13 != 12 else "",
        phase="distributing" if running else "closed",
        phase_since=text(NOW - timedelta(hours=5)) if running else text(generated + timedelta(hours=1)),
        step="stop" if blocked else "distribute" if running else "none",
        waits_for="the staged secret proved on its dependents" if running else "nothing",
        blocked=blocked,
        blockers=[_blocker(rows)] if blocked else [],
        urgency=urgency,
        active=fingerprint,
        staged=f"{chance.getrandbits(48):012x}" if running else None,
        generated_at=text(generated),
        due_at=text(generated + _DUE),
        expires_at=text(generated + _LIFE),
        days_left=round(left, 1),
        rotation_id=f"20261125-{number:06x}-1" if running else None,
        dependents=len(rows),
        proved=sum(row["state"] == "proved" for row in rows) if running else 0,
        matrix=rows,
        verified_at=None if number % 11 == 5 else text(NOW - timedelta(hours=6 + number % 9)),
        verify_within_hours=24.0,
        unwatched=f"{name}: no verify has looked at it for 24 hours" if number % 11 == 5 else "",
        permissions=_permissions(number),
        strays=_strays(number, fingerprint),
        scanned_at=text(NOW - timedelta(days=1, hours=2)) if number % 2 == 0 else None,
        history=_history(generated, running),
        rotations=_rotations(number, generated, running),
    )
    return item


def _blocker(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {
        "rule": "I-10: every dependent of the inventory is proved before an activation",
        "offender": rows[0]["dependent"] if rows else "the inventory",
        "expected": "a proof of the staged secret that is not too old",
        "found": "none since the batch of 2026-11-25T20:40:00Z",
        "way_out": "see why the host does not answer, then ansible-playbook keyturn.sfmc.rotate again",
    }


def _dependent(number: int, each: int, running: bool, chance: random.Random) -> dict[str, Any]:
    host = f"{('mule', 'web', 'batch', 'etl')[each % 4]}{number % 90 + 1}-{each // 4 + 1}"
    kind = _KINDS[(number + each) % len(_KINDS)]
    row = dependent(host, f"{('runtime', 'worker', 'nightly job', 'settings')[each % 4]}", kind=kind)
    if not running:
        return row
    state = chance.choices(("proved", "missing", "failing"), (8, 3, 1))[0]
    evidence = {"manual": "acknowledged", "files": "token"}.get(kind, "fingerprint")
    if kind == "manual" and state != "proved":
        return {**row, "state": "person", "by": "vendor@example.org", "reason": "their console, by hand"}
    if state == "proved":
        at = text(NOW - timedelta(hours=4, minutes=each % 50))
        by = "vendor@example.org" if kind == "manual" else ""
        return {**row, "state": state, "evidence": evidence, "at": at, "by": by}
    reason = "the host does not answer over SSH" if state == "failing" else ""
    return {**row, "state": state, "reason": reason}


def _permissions(number: int) -> dict[str, Any] | None:
    if number % 5 == 4:
        return None
    declared = sorted(_SCOPES[: 2 + number % 3])
    excess = ["data_extensions_write"] if number % 6 == 2 else []
    missing = [declared[0]] if number % 17 == 8 else []
    seen = sorted({*declared, *excess} - {*missing})
    at = text(NOW - timedelta(hours=7))
    unit = {"declared": "", "seen": f"51000{number % 3}"}
    return {"declared": declared, "seen": seen, "excess": excess, "missing": missing, "business_unit": unit, "at": at}


def _strays(number: int, fingerprint: str) -> list[dict[str, Any]]:
    if number % 8 != 3:
        return []
    found = {"fingerprint": fingerprint, "found_at": text(NOW - timedelta(days=1))}
    return [
        {"host": "batch7", "place": "/opt/reports/.env", "format": "dotenv", "key": "SFMC_SECRET"}
        | {**found, "secret": "active"},
        {"host": "web3", "place": "/var/backups/app.zip!conf/app.properties", "format": "properties"}
        | {**found, "key": "sfmc.clientSecret", "secret": "previous"},
    ]


def _history(generated: datetime, running: bool) -> list[dict[str, Any]]:
    events = [
        (timedelta(), "generated", "a staged secret"),
        (timedelta(minutes=9), "overlap", "both secrets are accepted"),
        (timedelta(minutes=31), "attested", "every dependent is proved"),
        (timedelta(minutes=33), "activated", ""),
        (timedelta(minutes=55), "closed", "the former secret is dead"),
    ]
    found = [{"at": text(generated + after), "what": what, "detail": detail} for after, what, detail in events]
    opened = {"at": text(NOW - timedelta(hours=5)), "what": "opened", "detail": "a rotation: due"}
    return [*found, opened] if running else found


def _rotations(number: int, generated: datetime, running: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for back in range(2):
        opened = generated - timedelta(days=150 * back)
        found.append(
            {
                "id": f"{opened:%Y%m%d}-{number:06x}-1",
                "reason": "due",
                "opened_at": text(opened),
                "activated_at": text(opened + timedelta(minutes=33)),
                "closed_at": text(opened + timedelta(minutes=55)),
                "outcome": "closed",
            }
        )
    if running:
        opened = NOW - timedelta(hours=5)
        current = {"id": f"20261125-{number:06x}-1", "reason": "due", "opened_at": text(opened)}
        found.append({**current, "activated_at": None, "closed_at": None, "outcome": None})
    return found


def _forecast(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the herd of each account, and a spread of it over the weeks before."""
    herds, proposed = [], []
    for account in sorted({item["account"] for item in items}):
        day = text(NOW + _LIFE - timedelta(days=112))[:10]
        members = [item for item in items if item["account"] == account and item["expires_at"][:10] == day]
        if len(members) < 2:
            continue
        ends = sorted(item["expires_at"] for item in members)
        herd = {"account": account, "from": ends[0], "to": ends[-1], "names": [item["name"] for item in members]}
        herds.append({**herd, "client_ids": [item["client_id"] for item in members]})
        for number, item in enumerate(members):
            due = datetime.strptime(item["due_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
            moved = (number + 1) * 36.0 / (len(members) + 1)
            said = {key: item[key] for key in ("client_id", "name", "account", "expires_at", "due_at")}
            proposed.append({**said, "rotate_at": text(due - timedelta(days=moved)), "moved_days": round(moved, 1)})
    return {"herds": herds, "proposed": proposed}
