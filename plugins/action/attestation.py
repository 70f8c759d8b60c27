# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.attestation: one journal write for what a batch of hosts proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import INTEGRATIONS, ControlAction, is_meant
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import task_file
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import stops
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.acknowledging import acknowledge
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import Evidence, reports_of, sorted_evidence
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.retiring import has_retired, registered_ids, retire
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import moment_of

#: What the role registers for a batch, and the next batch looks at.
_RECORDED = "__distribute_recorded"


class ActionModule(ControlAction):
    """Opens a batch of a distribution, records what was proved or vouched for, or retires a dependent."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "state": {"type": "str", "default": "present", "choices": ["begun", "present", "acknowledged", "retired"]},
        "variables": {
            "type": "list",
            "elements": "str",
            "default": ["distribute_deployed", "distribute_elsewhere"],
        },
        "only": {"type": "dict"},
        "max_fail_percentage": {"type": "float", "default": 0.0},
        "dependent": {"type": "str"},
        "reason": {"type": "str"},
        "by": {"type": "str"},
        "valid_until": {"type": "str"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Record for every integration of the play's hosts."""
        if arguments["state"] == "retired":
            return self._retired(arguments)
        if arguments["state"] == "acknowledged":
            return self._acknowledged(arguments, self.runs(arguments["integration"]))
        runs = self.runs_of(self._batch(), arguments["integration"])
        if arguments["state"] == "begun":
            return self._begun(runs)
        evidence = self._evidence(arguments["variables"], arguments["only"])
        results = [
            self._recorded(run, evidence.get(run.integration.client_id, Evidence()), arguments["max_fail_percentage"])
            for run in runs
        ]
        stopped = self._stopped() + [item["client_id"] for item in results if item["stopped"]]
        return {"changed": any(item["changed"] for item in results), "integrations": results, "stopped": stopped}

    # --- a batch -----------------------------------------------------------------------------------------------------

    def _begun(self, runs: list[Run]) -> dict[str, Any]:
        """Measure again before each batch: a secret that was lost in between is written nowhere else (I-2)."""
        missing: dict[str, list[dict[str, str]]] = {host: [] for host in self._batch()}
        desired: dict[str, str] = {}
        stopped = self._stopped()
        for run in runs:
            decision = run.look()
            # Bringing the active secret back goes on whatever failed: hosts without it will be broken.
            if decision.step is not Step.DISTRIBUTE or (
                run.integration.client_id in stopped and decision.desired == "staged"
            ):
                continue
            client_id = run.integration.client_id
            desired[client_id] = decision.desired
            for name in decision.missing:
                missing.get(name.split("/", 1)[0], []).append({"client_id": client_id, "dependent": name})
            if not self.check_mode:
                run.begin_distribution()
        return {
            "changed": any(run.effects for run in runs),
            "missing": missing,
            "elsewhere": self._elsewhere(missing, desired),
        }

    def _batch(self) -> list[str]:
        return list(self.variables["ansible_play_batch"] or self.scope)

    def _stopped(self) -> list[str]:
        """Return the client ids whose rollout an earlier batch of this play stopped."""
        hosts, batch = self.scope, self._batch()
        before = hosts[: hosts.index(batch[0])] if batch and batch[0] in hosts else []
        for host in reversed(before):
            recorded = self.variables["hostvars"].raw_get(host).get(_RECORDED)
            if recorded:
                return list(recorded.get("stopped") or [])
        return []

    def _elsewhere(
        self, missing: Mapping[str, list[dict[str, str]]], desired: Mapping[str, str]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the dependents of this batch that are no files, by host, with the task file of their kind."""
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

    def _evidence(self, variables: list[str], only: Mapping[str, list[dict[str, str]]] | None) -> dict[str, Evidence]:
        # As they were registered: a report is data, and never a template.
        raw = self.variables["hostvars"].raw_get
        kept = {host: raw(host) for host in self._batch()}
        found = {host: [each for name in variables for each in reports_of(own.get(name))] for host, own in kept.items()}
        declared = self.inventory.dependents(found if only is None else [host for host in found if only.get(host)])
        meant = [item for item in declared if only is None or is_meant(item, only[item.dependent.host])]
        return sorted_evidence(found, meant)

    def _recorded(self, run: Run, evidence: Evidence, max_fail_percentage: float) -> dict[str, Any]:
        name, failed, proved = run.integration.name, evidence.failed, evidence.proved
        if (proved or failed) and not self.check_mode:
            run.attest(evidence)
            for dependent, reason in failed:
                self.tell(f"{name}: {dependent} not proved: {reason}")
            if proved:
                self.tell(f"{name}: {len(proved)} dependent(s) proved in this batch")
        onward = desired_secret(run.keeper.load().journal, distributing=True) == "staged" and not self.check_mode
        stopped = onward and stops(len(failed), len(failed) + len(proved), max_fail_percentage)
        if stopped:
            self.tell(f"{name}: the rollout stops after this batch; both secrets work, the next run goes on")
        return {
            "name": name,
            "client_id": run.integration.client_id,
            "changed": bool(run.effects),
            "proved": [] if self.check_mode else sorted(item.dependent.id for item in proved),
            "failed": [] if self.check_mode else [{"dependent": each, "reason": reason} for each, reason in failed],
            "stopped": stopped,
        }

    # --- what people say ---------------------------------------------------------------------------------------------

    def _acknowledged(self, arguments: Mapping[str, Any], runs: list[Run]) -> dict[str, Any]:
        dependent, until = arguments["dependent"] or "", moment_of(arguments["valid_until"] or "")
        found = [acknowledge(run, dependent, arguments["by"] or "", until, self.check_mode) for run in runs]
        if all(new is None for new in found):
            raise _unknown_dependent(runs, dependent, "I-35: what is acknowledged is a dependent of the registry")
        return {"changed": any(found)}

    def _retired(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        dependent, reason = arguments["dependent"], arguments["reason"]
        if not dependent or not reason:
            raise Refusal(
                "I-11: the registry shrinks only by an explicit retire",
                "keyturn.sfmc.attestation",
                "dependent: HOST/NAME and a reason",
                "one of them missing",
                "say which dependent is gone for good, and why: it is kept in the history",
            )
        runs = self.runs(arguments["integration"])
        changed = [retire(run, dependent, reason, self.check_mode) for run in runs]
        if not any(changed) and not any(has_retired(run, dependent) for run in runs):
            raise _unknown_dependent(runs, dependent, "I-11: a dependent that is retired is one of the registry")
        return {"changed": any(changed)}


def _unknown_dependent(runs: list[Run], dependent: str, rule: str) -> Refusal:
    known = sorted(name for run in runs for name in registered_ids(run))
    way_out = "correct the name: it is HOST/NAME, as keyturn.sfmc.status shows it"
    return Refusal(rule, dependent or "no dependent", "one of " + ", ".join(known), "another name", way_out)
