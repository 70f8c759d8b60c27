# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.rotation_info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import host_waivers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.unclaimed import UNDECLARED, integrations_in, unclaimed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import store_for


class ActionModule(ControlAction):
    """Looks, and changes nothing."""

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return where each integration stands."""
        outcomes = []
        for run in self.runs(arguments["integration"]):
            try:
                outcomes.append(Outcome(run, run.look()))
            except Refusal as refusal:
                outcomes.append(Outcome(run, refusal=refusal))
        result = self.reported(outcomes, fail=False)
        if arguments["integration"] is None:
            result["integrations"] += self._unclaimed(outcomes)
            result["blocked"] = [item["name"] for item in result["integrations"] if item["step"] == "stop"]
        lines = table(result["integrations"])
        for line in lines:
            self.tell(line)
        for item in result["integrations"]:
            if item["blockers"] and item["step"] != "distribute":
                self.tell(item["waits_for"])
            elif item["step"] != "none" or item["phase"] == UNDECLARED:
                self.tell(f"{item['name']}: waits for {item['waits_for']}")
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
