# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions share that work on one batch of a play's hosts: which hosts, what earlier batches came to, reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES, DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import task_file
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import is_meant
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import reports_of

#: Dependents by host, as the option `only` names them.
Named = Mapping[str, list[dict[str, str]]]


class BatchAction(ControlAction):
    """An action between whose calls the hosts of a batch do their work. Subclasses give `RECORDED`."""

    #: The variable in which the role `distribute` keeps what a batch came to.
    RECORDED: ClassVar[str] = ""

    def batch(self) -> list[str]:
        """Return the hosts of this batch."""
        return list(self.variables["ansible_play_batch"] or self.scope)

    def in_batch(self, dependents: Iterable[str]) -> list[str]:
        """Return those of the dependents, named HOST/NAME, that are on hosts of this batch."""
        hosts = set(self.batch())
        return [name for name in dependents if name.split("/", 1)[0] in hosts]

    def recorded(self, host: str) -> Mapping[str, Any]:
        """Return what the batch of a host came to, as it was registered: it is data, and never a template."""
        found: Mapping[str, Any] = self.variables["hostvars"].raw_get(host).get(self.RECORDED) or {}
        return found

    def before(self, what: str) -> list[Any]:
        """Return what the batches before this one have come to, by its name."""
        hosts, batch = self.scope, self.batch()
        before = hosts[: hosts.index(batch[0])] if batch and batch[0] in hosts else []
        for host in reversed(before):
            recorded = self.recorded(host)
            if recorded:
                return list(recorded.get(what) or [])
        return []

    def elsewhere(self, missing: Named, desired: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
        """Return the dependents of this batch that are no files, by host, with the task file of their kind.

        :param desired: which secret each integration's dependents should hold, by client id.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        for item in self.inventory.dependents(host for host, names in missing.items() if names):
            host, kind = item.dependent.host, item.dependent.kind
            if kind != FILES and is_meant(item, missing[host]):
                own = {
                    "name": item.dependent.name,
                    "client_id": item.client_id,
                    "index": item.index,
                    "desired": desired[item.client_id],
                    "file": task_file(kind, self.variables["hostvars"][host].get("sfmc_kinds")),
                }
                found.setdefault(host, []).append(own)
        return found

    def reported_by(self, hosts: Iterable[str], variables: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
        """Return what hosts report in these variables, as it was registered: a report is data, and never a template."""
        raw = self.variables["hostvars"].raw_get
        kept = {host: raw(host) for host in dict.fromkeys(hosts)}
        return {host: [each for name in variables for each in reports_of(own.get(name))] for host, own in kept.items()}

    def meant(self, only: Named) -> list[DeclaredDependent]:
        """Return the declared dependents that the option `only` names."""
        declared = self.inventory.dependents(host for host, names in only.items() if names)
        return [item for item in declared if is_meant(item, only[item.dependent.host])]
