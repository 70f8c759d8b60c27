# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.rotation_info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import host_waivers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, SERIAL
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import checked_sizes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import proof_lines, table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.unclaimed import UNDECLARED, integrations_in, unclaimed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import store_for


class ActionModule(ControlAction):
    """Looks, and changes nothing."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        **SERIAL,
        "to_distribute": {"type": "bool", "default": False},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return where each integration stands."""
        sizes, to_distribute = checked_sizes(arguments["serial"]), arguments["to_distribute"]
        outcomes = [_looked(run) for run in self.runs(arguments["integration"], generating=not to_distribute)]
        if to_distribute:
            # Without their providers, nothing is known of other steps.
            outcomes = [item for item in outcomes if not item.decision or item.decision.step is Step.DISTRIBUTE]
        result = self.reported(outcomes, False, sizes)
        if arguments["integration"] is None and not to_distribute:
            result["integrations"] += self._unclaimed(outcomes)
            result["blocked"] = [item["name"] for item in result["integrations"] if item["step"] == "stop"]
        lines = table(result["integrations"])
        if to_distribute and not outcomes:
            self.tell("nothing is to be distributed; ansible-playbook keyturn.sfmc.status says what is waited for")
            return {**result, "table": lines}
        for line in lines:
            self.tell(line)
        for item in result["integrations"]:
            if item["blockers"] and item["step"] != "distribute":
                self.tell(item["waits_for"])
            elif item["step"] != "none" or item["phase"] == UNDECLARED:
                self.tell(f"{item['name']}: waits for {item['waits_for']}")
            for line in proof_lines(item):
                self.tell(line)
            if item["unwatched"]:
                self.tell(item["unwatched"])
        return {**result, "table": lines}

    def _unclaimed(self, outcomes: list[Outcome]) -> list[dict[str, Any]]:
        """Return what the stores of this play's integrations hold beside all that the inventory declares (I-39)."""
        host = self.scope[0]
        waivers = host_waivers(self.variables["hostvars"][host], host)
        found: dict[str, dict[str, Any]] = {}
        own = {outcome.run.integration.client_id for outcome in outcomes}
        for outcome in outcomes:
            store = store_for(outcome.run.integration.store, self.vault_secrets)
            if integrations_in(store) <= own:
                continue
            rows = unclaimed(store, self.inventory.client_ids(), waivers, outcome.run.client.now())
            found.update((row["client_id"], row) for row in rows)
        return list(found.values())


def _looked(run: Run) -> Outcome:
    try:
        return Outcome(run, run.look())
    except Refusal as refusal:
        return Outcome(run, refusal=refusal)
