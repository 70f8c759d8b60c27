# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.deployed_secret: hands one host its secrets, once, as a no_log argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import INTEGRATIONS, ONLY, ControlAction, is_meant
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import EVER, uncovered
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import kept_record, secret_of


class ActionModule(ControlAction):
    """Runs the module on the host with what the journal says its files should hold."""

    SPEC: ClassVar[Mapping[str, Any]] = {**INTEGRATIONS, "only": ONLY}
    _requires_connection = True

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Make one module call for all files of this host."""
        host = self.variables["inventory_hostname"]
        integrations = {
            item.client_id: item
            for item in self.inventory.integrations([host])
            if arguments["integration"] in (None, item.name, item.client_id)
        }
        dependents = [
            item
            for item in self.inventory.dependents([host])
            if item.client_id in integrations and is_meant(item, arguments["only"])
        ]
        records = {item.client_id: kept_record(integrations[item.client_id], self.vault_secrets) for item in dependents}
        if not dependents:
            return {"changed": False, "dependents": []}
        module_arguments = {
            "dependents": [_module_dependent(item) for item in dependents],
            "targets": [_module_target(integrations[key], record) for key, record in records.items()],
            "secrets": {
                key: secret_of(record, desired_secret(record.journal, arguments["only"] is not None)).reveal()
                for key, record in records.items()
            },
            "fingerprint_keys": {key: record.secrets.key for key, record in records.items()},
        }
        result = self.on_host("keyturn.sfmc.deployed_secret", module_arguments)
        for evidence, item in zip(result.get("dependents", []), dependents, strict=False):
            evidence["restart"] = item.options["restart"]
            evidence["check"] = item.options["check"]
            evidence["restart_owed"] = _restart_owed(item, evidence, records[item.client_id])
        return result


def _restart_owed(item: DeclaredDependent, evidence: Mapping[str, Any], record: Record) -> bool:
    """A restart is owed to a changed file, and to a crash between the write and the attestation (I-14, I-15)."""
    rotation = record.journal.open_rotation
    attestations = rotation.attestations if rotation else ()
    unattested = rotation is not None and bool(uncovered([item.dependent], attestations, evidence["fingerprint"], EVER))
    return item.options["restart"] is not None and evidence["refusal"] is None and (evidence["changed"] or unattested)


def _module_dependent(item: DeclaredDependent) -> dict[str, Any]:
    return {"name": item.dependent.name, "client_id": item.client_id, "files": item.options["files"]}


def _module_target(integration: Integration, record: Record) -> dict[str, Any]:
    secrets = record.secrets
    known = {name: getattr(secrets, name) for name in ("active", "staged", "previous")}
    return {
        "client_id": integration.client_id,
        "auth_url": integration.auth_url,
        "ca_path": integration.ca_path,
        "known": {name: secrets.fingerprint(secret) for name, secret in known.items() if secret is not None},
    }
