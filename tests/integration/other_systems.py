# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates of dependents that are no files, for tests: one host for each, which stands for the controller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, Environment, Host, Integration

_WORK = Path(__file__).absolute().parents[2] / ".work"
#: With the collections of others, whose modules the kinds use.
COLLECTIONS = f"{_WORK / 'collections'}:{_WORK / 'ecosystem'}"


def estate(*hosts: str) -> Declaration:
    """Hosts that stand for the controller, without files."""
    environment = Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),), "http")
    return Declaration("hostile", (environment,), tuple(Host(name, "prod", ()) for name in hosts))


def entry(name: str, kind: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entry of `sfmc_dependents`."""
    return {"integration": "crm_sync", "name": name, "kind": kind, "options": options, **more}


def declare(operations: Operations, host: str, *entries: dict[str, Any]) -> None:
    """Give a host these dependents and no others."""
    path = operations.estate.root / "inventory" / "host_vars" / f"{host}.yml"
    path.write_text(yaml.safe_dump({"ansible_connection": "local", "sfmc_dependents": list(entries)}))
