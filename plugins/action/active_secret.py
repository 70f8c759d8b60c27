# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.active_secret. The gate is inside: `decide` opens it, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._batch import BatchAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._handed_file import SECRET_FILE, handed_in
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, WAITING
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.blast_radius import blast_radius, lines_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import adopt
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import ACTIVATING, Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import generated_at

#: What the role `distribute` registers on hosts.
_REPORTS = ("distribute_deployed", "distribute_elsewhere")


class ActionModule(BatchAction):
    """Activates what is proved, sees it through to the end of the soak, or takes an active secret in."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        **WAITING,
        **SECRET_FILE,
        "client_secret": {"type": "str", "no_log": True},
        "generated_at": {"type": "str"},
        "rebuild": {"type": "bool", "default": False},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Activate and close, or adopt."""
        text = handed_in(arguments)
        if text is None:
            runs = self.runs(arguments["integration"])
            result = self.advanced(arguments, runs, lambda run: run.advance(ACTIVATING), ACTIVATING)
            if self.check_mode:
                result["blast_radius"] = self._blast_radius(runs)
            return self.short_of(result, arguments)
        run = self.one_run(arguments["integration"])
        born = generated_at(arguments["generated_at"])
        rebuild = arguments["rebuild"]
        if self.check_mode:
            adopt(run, text, born, check_mode=True, rebuild=rebuild)
        result = self.advanced(arguments, [run], lambda run: adopt(run, text, born, rebuild=rebuild), frozenset())
        refused = [item["waits_for"] for item in result["integrations"] if item["phase"] == "unknown"]
        if refused and not self.check_mode:
            # Whatever `on_blocked` says of the rotation: a secret that was not taken in is a failure.
            result.update(failed=True, msg=refused[0])
        if self.check_mode:
            active = run.keeper.load().secrets.active
            result["changed"] = active is None or active.reveal() != text
        return result

    def _blast_radius(self, runs: list[Run]) -> list[dict[str, Any]]:
        """Return what would be touched, and show it; hosts that were read in this run have said what they hold."""
        reports = self.reported_by(self.scope, _REPORTS)
        found = []
        for run in runs:
            try:
                declared = self.inventory.dependents(of={run.integration.client_id})
                radius = blast_radius(run, run.look(), declared, reports)
            except Refusal:
                # Said already: it is what its integration waits for.
                continue
            found.append(radius)
            for line in lines_of(radius):
                self.tell(line)
        return found
