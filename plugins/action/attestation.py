# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.attestation: one journal write for what a batch of hosts proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from uuid import uuid4

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._batch import BatchAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import hosts_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import held_back, stops
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import distributing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.acknowledging import acknowledge
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.blast_radius import coming
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import Evidence, sorted_evidence
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.retiring import has_retired, registered_ids, retire
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import moment_of

#: Seconds for which nobody likes to wait without a word.
_LONG = 10


class ActionModule(BatchAction):
    """Opens a batch of a distribution, records what was proved or vouched for, or retires a dependent."""

    RECORDED = "__distribute_recorded"

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "state": {"type": "str", "default": "present", "choices": ["begun", "present", "acknowledged", "retired"]},
        "variables": {
            "type": "list",
            "elements": "str",
            "default": ["distribute_deployed", "distribute_elsewhere"],
        },
        "only": {"type": "dict"},
        "batch": {"type": "str", "default": ""},
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
            return self._acknowledged(arguments, self.runs(arguments["integration"], generating=False))
        if not 0 <= arguments["max_fail_percentage"] <= 100:
            raise _no_percentage(arguments["max_fail_percentage"])
        runs = self.runs_of(self.batch(), arguments["integration"])
        if arguments["state"] == "begun":
            return self._begun(runs)
        evidence = self._evidence(arguments["variables"], arguments["only"])
        results, refusals = [], []
        for run in [run for run in runs if run.integration.client_id in evidence]:
            try:
                results.append(self._recorded(run, evidence[run.integration.client_id], arguments))
            except Refusal as refusal:
                # What the others proved is recorded all the same.
                refusals.append(refusal)
        failed = {"failed": True, "msg": "\n".join(map(str, refusals))} if refusals else {}
        return {
            **failed,
            "changed": any(item["changed"] for item in results),
            "integrations": results,
            "stopped": self.before("stopped") + [item["client_id"] for item in results if item["stopped"]],
            "silent": self.before("silent") + [each for item in results for each in item["silent"]],
        }

    # --- a batch -----------------------------------------------------------------------------------------------------

    def _begun(self, runs: list[Run]) -> dict[str, Any]:
        """Measure again before each batch: a secret that was lost in between is written nowhere else (I-2)."""
        missing: dict[str, list[dict[str, str]]] = {host: [] for host in self.batch()}
        desired: dict[str, str] = {}
        batch = uuid4().hex[:12]
        for run in runs:
            try:
                decision, own = self._begun_for(run, batch)
            except Refusal as refusal:
                # Its dependents are left alone; the others' are served.
                self.tell(f"{run.integration.name}: {refusal}")
                continue
            client_id = run.integration.client_id
            for name in own:
                missing[name.split("/", 1)[0]].append({"client_id": client_id, "dependent": name})
            desired[client_id] = decision.desired
        return {
            "changed": any(run.effects for run in runs),
            "batch": batch,
            "missing": missing,
            "elsewhere": self.elsewhere(missing, desired),
        }

    def _say_how_long(self, run: Run, hosts: int) -> None:
        """Tell about the turns for token requests, where they take longer than the work."""
        rate = run.integration.tokens_per_second
        if hosts / rate >= _LONG:
            name = run.integration.name
            self.tell(f"{name}: {hosts} host(s) take turns, {rate:g} token requests per second: {hosts / rate:.0f} s")

    def _begun_for(self, run: Run, batch: str) -> tuple[Decision, list[str]]:
        """Look at one integration and record the batch; return its dependents of this batch whose proof is missing."""
        decision = run.look()
        if self.check_mode and (ahead := self.in_batch(coming(run, decision))):
            return replace(decision, desired="staged"), ahead
        if decision.step is not Step.DISTRIBUTE or self._waits(run, decision):
            return decision, []
        own = self.in_batch(decision.missing)
        self._say_how_long(run, len(hosts_of(own)))
        if own and decision.desired == "staged" and not self.check_mode:
            distributing.begin(run, batch)
        return decision, own

    def _waits(self, run: Run, decision: Decision) -> bool:
        """Tell whether an integration's rollout stops before this batch.

        Bringing the active secret back goes on whatever failed: hosts without it will be broken.
        """
        if decision.desired != "staged":
            return False
        if run.integration.client_id in self.before("stopped"):
            return True
        silent = hosts_of(set(self.before("silent")) & set(decision.missing))
        before = held_back(self.batch(), silent, self.inventory.orders(self.scope)) if silent else []
        if before:
            named = ", ".join(before[:5])
            self.tell(f"{run.integration.name}: waits for hosts of a lower sfmc_order that did not answer: {named}")
        return bool(before)

    def _evidence(self, variables: list[str], only: Mapping[str, list[dict[str, str]]] | None) -> dict[str, Evidence]:
        # A host that has left the play since is one that did not answer.
        found = self.reported_by([*self.batch(), *(only or {})], variables)
        meant = list(self.inventory.dependents(found)) if only is None else self.meant(only)
        return sorted_evidence(found, meant)

    def _recorded(self, run: Run, evidence: Evidence, arguments: Mapping[str, Any]) -> dict[str, Any]:
        name, batch = run.integration.name, arguments["batch"]
        recorded: dict[str, Any] = {
            "name": name,
            "client_id": run.integration.client_id,
            "changed": False,
            "proved": [],
            "failed": [],
            "silent": [],
            "stopped": False,
        }
        begun = any(item.id == batch for item in distributing.batches(run))
        if self.check_mode or not (evidence.proved or evidence.failed or begun):
            return recorded
        reasons = distributing.attest(run, evidence, batch)
        tried = [item.dependent.id for item in evidence.proved] + [each for each, _reason in evidence.failed]
        failed = [{"dependent": each, "reason": reasons[each]} for each in tried if each in reasons]
        proved = sorted(each for each in tried if each not in reasons)
        for each in failed:
            self.tell(f"{name}: {each['dependent']} not proved: {each['reason']}")
        if proved:
            self.tell(f"{name}: {len(proved)} dependent(s) proved in this batch")
        onward = desired_secret(run.keeper.load().journal, beginning=True) == "staged"
        told = len(tried) - len(evidence.silent)
        stopped = onward and stops(len(failed) - len(evidence.silent), told, arguments["max_fail_percentage"])
        if stopped:
            self.tell(f"{name}: the rollout stops after this batch; both secrets work, the next run goes on")
        return {
            **recorded,
            "changed": bool(run.effects),
            "proved": proved,
            "failed": failed,
            "silent": sorted(evidence.silent),
            "stopped": stopped,
        }

    # --- what people say ---------------------------------------------------------------------------------------------

    def _acknowledged(self, arguments: Mapping[str, Any], runs: list[Run]) -> dict[str, Any]:
        dependent, until = arguments["dependent"] or "", moment_of(arguments["valid_until"] or "")
        found = [acknowledge(run, dependent, arguments["by"] or "", until, self.check_mode) for run in runs]
        if all(new is None for new in found):
            raise _unknown_dependent(runs, dependent, "I-35: what is acknowledged is a dependent of the registry")
        for name in [run.integration.name for run, new in zip(runs, found, strict=True) if new is not None]:
            self.tell(f"{name}: {arguments['by']} vouches for {dependent} until {arguments['valid_until']}")
        return {"changed": any(found)}

    def _retired(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        dependent, reason = arguments["dependent"], arguments["reason"]
        if not dependent or not reason:
            raise Refusal(
                "I-11: the registry shrinks only by an explicit retire",
                "keyturn.sfmc.attestation",
                "dependent: HOST/NAME and a reason",
                "no dependent" if not dependent else "no reason",
                "say which dependent is gone for good, and why: ansible-playbook keyturn.sfmc.retire -e"
                """ '{"sfmc_retire_dependent": "HOST/NAME", "sfmc_retire_reason": "WHY"}'""",
            )
        runs = self.runs(arguments["integration"], generating=False)
        changed = [retire(run, dependent, reason, self.check_mode) for run in runs]
        if not any(changed) and not any(has_retired(run, dependent) for run in runs):
            raise _unknown_dependent(runs, dependent, "I-11: a dependent that is retired is one of the registry")
        for run, was in zip(runs, changed, strict=True):
            if was or has_retired(run, dependent):
                out = "would be taken" if self.check_mode and was else "is"
                self.tell(f"{run.integration.name}: {dependent} {out} out of the registry")
        return {"changed": any(changed)}


def _no_percentage(found: float) -> Refusal:
    return Refusal(
        "a rollout stops when more than so many percent of a batch fail",
        "sfmc_max_fail_percentage",
        "a number from 0 to 100",
        str(found),
        "correct it; no host was touched",
    )


def _unknown_dependent(runs: list[Run], dependent: str, rule: str) -> Refusal:
    known = sorted(name for run in runs for name in registered_ids(run))
    way_out = "correct the name: it is HOST/NAME, one of these"
    return Refusal(rule, dependent or "no dependent", "one of " + ", ".join(known), "another name", way_out)
