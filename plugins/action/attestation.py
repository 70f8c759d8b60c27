# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.attestation: one journal write for what a batch of hosts proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import INTEGRATIONS, ONLY, ControlAction, is_meant
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import Evidence, sorted_evidence
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.retiring import has_retired, registered_ids, retire
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run


class ActionModule(ControlAction):
    """Opens a distribution, records what was proved, or takes a dependent out of the registry."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "state": {"type": "str", "default": "present", "choices": ["begun", "present", "retired"]},
        "variable": {"type": "str", "default": "distribute_evidence"},
        "only": ONLY,
        "dependent": {"type": "str"},
        "reason": {"type": "str"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Record for every integration of the play's hosts."""
        if arguments["state"] == "retired":
            return self._retired(arguments)
        runs = self.runs(arguments["integration"])
        if arguments["state"] == "begun":
            return self._begun(runs)
        evidence = self._evidence(arguments["variable"], arguments["only"])
        results = [self._recorded(run, evidence.get(run.integration.client_id, Evidence())) for run in runs]
        return {"changed": any(item["changed"] for item in results), "integrations": results}

    def _begun(self, runs: list[Run]) -> dict[str, Any]:
        """Measure again before each batch: a secret that was lost in between is written nowhere else (I-2)."""
        missing: list[dict[str, str]] = []
        for run in runs:
            decision = run.look()
            if decision.step is Step.DISTRIBUTE:
                missing += [{"client_id": run.integration.client_id, "dependent": name} for name in decision.missing]
                if not self.check_mode:
                    run.begin_distribution()
        return {"changed": any(run.effects for run in runs), "missing": missing}

    def _evidence(self, variable: str, only: list[dict[str, str]] | None) -> dict[str, Evidence]:
        hostvars = self.variables["hostvars"]
        found = {}
        for host in self.variables["ansible_play_batch"] or self.scope:
            found[host] = hostvars[host].get(variable) or []
        declared = self.inventory.dependents(found)
        return sorted_evidence(found, [item for item in declared if is_meant(item, only)])

    def _recorded(self, run: Run, evidence: Evidence) -> dict[str, Any]:
        if self.check_mode:
            return {"name": run.integration.name, "changed": False, "proved": [], "failed": []}
        if evidence.proved or evidence.failed:
            run.attest(evidence)
        for name, reason in evidence.failed:
            self.tell(f"{run.integration.name}: {name} not proved: {reason}")
        if evidence.proved:
            self.tell(f"{run.integration.name}: {len(evidence.proved)} dependent(s) proved in this batch")
        return {
            "name": run.integration.name,
            "changed": bool(run.effects),
            "proved": sorted(item.id for item, _fingerprint in evidence.proved),
            "failed": [{"dependent": name, "reason": reason} for name, reason in evidence.failed],
        }

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
            known = sorted(name for run in runs for name in registered_ids(run))
            raise Refusal(
                "I-11: a dependent that is retired is one of the registry",
                dependent,
                "one of " + ", ".join(known),
                "another name",
                "correct sfmc_retire_dependent, which is HOST/NAME",
            )
        return {"changed": any(changed)}
