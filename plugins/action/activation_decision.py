# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.activation_decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.approving import approve, sacrifice
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome


class ActionModule(ControlAction):
    """Records what a person decides about one integration's activation."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "state": {"type": "str", "required": True, "choices": ["approved", "sacrificed"]},
        "by": {"type": "str"},
        "evidence": {"type": "str"},
        "dependents": {"type": "list", "elements": "str"},
        "reason": {"type": "str"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Record it, and tell where the integration stands then."""
        run, by = self.one_run(arguments["integration"]), arguments["by"] or ""
        if arguments["state"] == "approved":
            changed = approve(run, arguments["evidence"] or "", by, self.check_mode)
        else:
            named, reason = arguments["dependents"] or [], arguments["reason"] or ""
            changed = sacrifice(run, named, by, reason, self.check_mode)
        result = self.reported([Outcome(run, run.look())], fail=False)
        self.tell_standing(result)
        return {**result, "changed": changed}
