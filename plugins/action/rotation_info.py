# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.rotation_info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome


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
        lines = table(result["integrations"])
        for line in lines:
            self.tell(line)
        for item in result["integrations"]:
            if item["blockers"] and item["step"] != "distribute":
                self.tell(item["waits_for"])
            elif item["step"] != "none":
                self.tell(f"{item['name']}: waits for {item['waits_for']}")
        return {**result, "table": lines}
