# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.rehearsal: what would stop a rotation, listed. Records nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._batch import BatchAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import hosts_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, SERIAL
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.preview import under_way
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import Member, checked_sizes, rollout
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsal_report import counted, found_lines, lines_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsing import (
    Preflight,
    Trouble,
    host_troubles,
    is_shaken,
    not_reached,
    preflight,
    unproved,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import Workshop


class ActionModule(BatchAction):
    """Plans a rehearsal, goes with its batches, and says what would stop the rotation."""

    RECORDED = "__distribute_rehearsed"
    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        **SERIAL,
        "state": {"type": "str", "required": True, "choices": ["planned", "begun", "present", "ended"]},
        "only": {"type": "dict", "default": {}},
        "variables": {
            "type": "list",
            "elements": "str",
            "default": ["distribute_deployed", "distribute_elsewhere"],
        },
        "plan": {"type": "dict", "default": {}},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the state says."""
        checked_sizes(arguments["serial"])
        states = {"planned": self._planned_for, "begun": self._begun, "present": self._present, "ended": self._ended}
        return {"changed": False, **states[arguments["state"]](arguments)}

    def _planned_for(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Look at each integration from here; return whose hosts take part, and in which batches."""
        try:
            integrations = self.integrations(arguments["integration"])
        except Refusal as refusal:
            return _plan([Trouble("inventory", refusal)])
        workshop = Workshop(self.inventory, self.stores, self.tell)
        found = {item.client_id: self._preflight(workshop, item) for item in integrations}
        troubles = [trouble for each in found.values() for trouble in each.troubles]
        taking = [item for item in integrations if found[item.client_id].rehearsed]
        try:
            served = self._served(taking)
            orders = self.inventory.orders(dict.fromkeys(item.dependent.host for item in served))
        except Refusal as refusal:
            return _plan([*troubles, Trouble("inventory", refusal)])
        planned = rollout((Member(host, order) for host, order in orders.items()), arguments["serial"])
        hosts, batches = list(planned.hosts), list(planned.batches)
        named = [{"name": item.name, "notes": found[item.client_id].notes} for item in integrations]
        return _plan(troubles, named, hosts, batches, [item.dependent.id for item in served])

    def _preflight(self, workshop: Workshop, integration: Integration) -> Preflight:
        try:
            (run,) = workshop.runs([integration])
        except Refusal as refusal:
            # Its provider or its store is not declared as it should be.
            return Preflight([Trouble(integration.name, refusal)], rehearsed=False)
        found = preflight(run, self.check_mode)
        if found.rehearsed:
            beyond = {item.host for item in run.registry(run.keeper.load().journal)} - set(self.scope)
            if beyond:
                found.notes.append(f"{len(beyond)} host(s) beyond this --limit hold it too: not rehearsed")
        return found

    def _served(self, integrations: Iterable[Integration], hosts: list[str] | None = None) -> list[DeclaredDependent]:
        """Return what these hosts declare for these integrations, but for what only people reach."""
        client_ids = {item.client_id for item in integrations}
        declared = self.inventory.dependents(self.scope if hosts is None else hosts, client_ids)
        return [item for item in declared if item.client_id in client_ids and item.dependent.kind != MANUAL]

    # --- a batch -----------------------------------------------------------------------------------------------------

    def _begun(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the hosts of this batch rehearse: not that of a rotation that has begun meanwhile."""
        batch, troubles, taking = self.batch(), [], []
        for integration in self.inventory.integrations(batch):
            if arguments["integration"] not in (None, integration.name, integration.client_id):
                continue
            try:
                journal = self.stores.record(integration).journal
                if journal.open_rotation is not None:
                    raise under_way(journal)
            except Refusal as refusal:
                troubles.append(Trouble(integration.name, refusal))
            else:
                taking += [integration] if journal.active is not None else []
        missing: dict[str, list[dict[str, str]]] = {host: [] for host in batch}
        for item in self._served(taking, batch):
            name = {"client_id": item.client_id, "dependent": item.dependent.id}
            missing[item.dependent.host].append(name)
        return {
            "batch": "",
            "missing": missing,
            "elsewhere": self.elsewhere(missing, {item.client_id: "active" for item in taking}),
            "restart": not any(self.before("shaken")),
            "troubles": [trouble.as_dict() for trouble in troubles],
        }

    def _present(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the hosts of this batch stumbled over."""
        only = arguments["only"]
        reports, meant = self.reported_by([*self.batch(), *only], arguments["variables"]), self.meant(only)
        troubles = host_troubles(reports, meant)
        shaken = any(is_shaken(trouble) for trouble in troubles)
        if shaken and not any(self.before("shaken")):
            self.tell("a restart or a check failed: hosts of later batches are rehearsed without restarts")
        well = len(meant) - len({item.dependent.id for item in meant if _is_troubled(item, troubles)})
        for line in found_lines(trouble.as_dict() for trouble in troubles):
            self.tell(line)
        if meant:
            self.tell(f"{well} of {counted(len(meant), 'dependent')} of this batch would be served")
        return {
            "troubles": [trouble.as_dict() for trouble in troubles],
            "unproved": unproved(reports, meant),
            "rehearsed": [item.dependent.id for item in meant],
            "shaken": [*self.before("shaken"), *([True] if shaken else [])],
        }

    # --- the end -----------------------------------------------------------------------------------------------------

    def _ended(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """List what would stop the rotation, and what to do."""
        plan = arguments["plan"]
        recorded = [self.recorded(host) for host in plan.get("hosts", [])]
        troubles = [*plan.get("troubles", []), *(each for batch in recorded for each in batch.get("troubles", []))]
        reached = {name for batch in recorded for name in batch.get("rehearsed", [])}
        left = [name for name in plan.get("dependents", []) if name not in reached]
        troubles += [not_reached(host).as_dict() for host in sorted(hosts_of(left))]
        troubles = list({tuple(each.items()): each for each in troubles}.values())
        blind = sorted({name for batch in recorded for name in batch.get("unproved", [])})
        lines = lines_of(troubles, plan.get("integrations", []), plan.get("dependents", []), blind)
        for line in lines:
            self.tell(line)
        return {"troubles": troubles, "unproved": blind, "table": lines}


def _is_troubled(item: DeclaredDependent, troubles: Iterable[Trouble]) -> bool:
    return any(trouble.where in (item.dependent.id, item.dependent.host) for trouble in troubles)


def _plan(
    troubles: Iterable[Trouble],
    integrations: Iterable[Mapping[str, Any]] = (),
    hosts: Iterable[str] = (),
    batches: Iterable[int] = (),
    dependents: Iterable[str] = (),
) -> dict[str, Any]:
    return {
        "troubles": [trouble.as_dict() for trouble in troubles],
        "integrations": list(integrations),
        "hosts": list(hosts),
        "batches": list(batches),
        "dependents": list(dependents),
    }
