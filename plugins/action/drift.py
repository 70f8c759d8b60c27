# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.drift: names what hosts hold instead of the secret that they should hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._batch import BatchAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES, DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._host_call import HostCall
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.permitted import permission_troubles
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsal_report import counted
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsing import Trouble
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.verifying import drift_of, lines_of, looked_at, mended


class ActionModule(BatchAction):
    """Sums up what the hosts of the play have reported; keeps no more than when all of them were looked at."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "variables": {"type": "list", "elements": "str", "default": ["keyturn_verified"]},
        "healed": {"type": "bool", "default": False},
        "prove": {"type": "bool", "default": False},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Name each place, and who did not answer."""
        integrations, troubles = self.integrations(arguments["integration"], generating=False), []
        known: list[Integration] = []
        never: set[str] = set()
        for integration in integrations:
            try:
                if self.stores.record(integration).journal.active is None:
                    never.add(integration.client_id)
                known.append(integration)
            except Refusal as refusal:
                troubles.append(Trouble(integration.name, refusal))
        client_ids = {item.client_id for item in known}
        declared = [each for each in self.inventory.dependents(self.scope, client_ids) if each.client_id in client_ids]
        call = HostCall(known, declared, self.stores, distributing=False)
        files = [item for item in declared if item.dependent.kind == FILES]
        meant = [item for item in files if call.is_settled(item)]
        reports = self.reported_by(dict.fromkeys(item.dependent.host for item in meant), arguments["variables"])
        secrets = {client_id: call.known(client_id) for client_id in {item.client_id for item in meant}}
        troubles += drift_of(reports, meant, secrets, arguments["healed"])
        if arguments["prove"]:
            troubles += self._permissions(arguments["integration"], known)
        found = [trouble.as_dict() for trouble in troubles]
        healed = mended(reports, meant) if arguments["healed"] else []
        if not self.check_mode:
            self._note_verified(arguments["integration"], known, reports)
        seen = looked_at(reports) & {item.dependent.id for item in meant}
        for line in lines_of(found, len(seen), healed, _notes(declared, files, meant, never)):
            self.tell(line)
        return {"changed": False, "drift": found, "mended": healed}

    def _permissions(self, name: str | None, known: list[Integration]) -> list[Trouble]:
        """Return where what tokens are for is not what the inventory declares."""
        ids = {item.client_id for item in known}
        return [
            Trouble(run.integration.name, why)
            for run in self.runs(name, generating=False)
            if run.integration.client_id in ids
            for why in permission_troubles(run, self.check_mode)
        ]

    def _note_verified(
        self, name: str | None, known: list[Integration], reports: Mapping[str, list[Mapping[str, Any]]]
    ) -> None:
        """Keep that each place of an integration was looked at, where the inventory wants to know that (I-43)."""
        watched = {item.client_id for item in known if item.policy.verify_within is not None}
        seen = looked_at(reports)
        for run in self.runs(name, generating=False) if watched else []:
            registry = run.registry(run.keeper.load().journal)
            places = {item.id for item in registry if item.kind == FILES}
            if run.integration.client_id in watched and places <= seen:
                run.note("verified", transitions.verified)


def _notes(
    declared: list[DeclaredDependent],
    files: list[DeclaredDependent],
    meant: list[DeclaredDependent],
    never: set[str],
) -> list[str]:
    """Return what was not looked at.

    :param never: the integrations whose active secret nobody has handed in.
    """
    unknown = [item for item in files if item.client_id in never]
    left_out = {
        "they are no files": len(declared) - len(files),
        "nobody has handed in their active secret": len(unknown),
        "a rotation is open, or an unknown secret is accepted there": len(files) - len(meant) - len(unknown),
    }
    return [f"not looked at, as {why}: {counted(number, 'dependent')}" for why, number in left_out.items() if number]
