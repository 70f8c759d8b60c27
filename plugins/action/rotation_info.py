# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.rotation_info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._looking import LookingAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, SERIAL
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import checked_sizes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.tables import table


class ActionModule(LookingAction):
    """Looks, and changes nothing."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        **SERIAL,
        "to_distribute": {"type": "bool", "default": False},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return where each integration stands."""
        sizes, to_distribute = checked_sizes(arguments["serial"]), arguments["to_distribute"]
        outcomes = self.looked_at(arguments["integration"], generating=not to_distribute)
        if to_distribute:
            # Without their providers, nothing is known of other steps.
            outcomes = [item for item in outcomes if not item.decision or item.decision.step is Step.DISTRIBUTE]
        result = self.reported(outcomes, False, sizes)
        if arguments["integration"] is None and not to_distribute:
            result["integrations"] += self.unclaimed(outcomes)
            result["blocked"] = [item["name"] for item in result["integrations"] if item["step"] == "stop"]
        lines = table(result["integrations"])
        if to_distribute and not outcomes:
            self.tell("nothing is to be distributed; ansible-playbook keyturn.sfmc.status says what is waited for")
            return {**result, "table": lines}
        for line in lines:
            self.tell(line)
        self.tell_more(result["integrations"])
        return {**result, "table": lines}
