# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.status."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._looking import LookingAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.alarms import ALARMS, alarms
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.tables import status_table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written_json


class ActionModule(LookingAction):
    """Says where everything stands, and changes nothing but the file that it is told to write."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "fail_on": {"type": "list", "elements": "str", "choices": list(ALARMS), "default": []},
        "path": {"type": "path"},
        "details": {"type": "bool", "default": True},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the estate, and fail for what the arguments name."""
        found = self.whole_estate(arguments["integration"])
        lines = status_table(found["integrations"])
        for line in lines:
            self.tell(line)
        self.tell_more(found["integrations"])
        changed = False
        if arguments["path"]:
            changed = written_json(Path(arguments["path"]), found, self.check_mode)
        raised = alarms(found, arguments["fail_on"])
        result = {"changed": changed, "summary": found["summary"], "table": lines, "alarms": raised}
        if arguments["details"]:
            result["estate"] = found
        return {**result, "failed": True, "msg": "; ".join(raised)} if raised else result
