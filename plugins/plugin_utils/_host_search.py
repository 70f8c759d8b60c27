# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one host is told to look for: its integrations, their secrets, and the places that it declares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import RESTARTED
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES, DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secrets
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores

_STAGES = ("active", "staged", "previous")
#: Of a dependent's restart, what names something that runs.
_NAMED = tuple(name for name in RESTARTED if name != "command")


def search_arguments(
    host: str,
    integrations: Iterable[Integration],
    dependents: Iterable[DeclaredDependent],
    stores: Stores,
) -> dict[str, Any]:
    """Return the arguments of `secret_scan` that the controller fills in, secrets among them.

    A host gets no secret of an integration that it does not declare: such a one is found by its form.
    """
    known = list(integrations)
    records = {item.client_id: stores.record(item) for item in known}
    kept = {client_id: record.secrets for client_id, record in records.items()}
    strays = {item.place for record in records.values() for item in record.journal.strays if item.host == host}
    return {
        "integrations": [{"client_id": item.client_id, "auth_url": item.auth_url} for item in known],
        "secrets": {client_id: _texts(secrets) for client_id, secrets in kept.items()},
        "fingerprint_keys": {client_id: secrets.key for client_id, secrets in kept.items()},
        "known": sorted(strays),
        "declared": [_declared(item) for item in dependents],
    }


def _texts(secrets: Secrets) -> dict[str, str]:
    stages = {stage: getattr(secrets, stage) for stage in _STAGES}
    return {stage: secret.reveal() for stage, secret in stages.items() if secret is not None}


def _declared(item: DeclaredDependent) -> dict[str, Any]:
    restart = item.options["restart"] or {}
    files = item.options["files"] if item.dependent.kind == FILES else []
    return {
        "name": item.dependent.name,
        "client_id": item.client_id,
        "files": [
            {name: file[name] for name in ("path", "format", "key", "encoding") if file[name] is not None}
            for file in files
        ],
        "services": [restart[name] for name in _NAMED if restart.get(name)],
    }
