# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.staged_secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._handed_file import SECRET_FILE, handed_in
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, SERIAL, WAITING
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import masked_by_core
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import checked_secret, truncation_hint
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.blockers import not_accepted
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import checked_sizes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import hand_in
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import FORGETTING, STAGING, Run


class ActionModule(ControlAction):
    """Brings integrations to a staged secret that is kept and accepted, or away from one."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        **WAITING,
        **SERIAL,
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        **SECRET_FILE,
        "client_secret": {"type": "str", "no_log": True},
        "reason": {"type": "str"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Stage what is due, keep what is handed in, or abandon."""
        checked_sizes(arguments["serial"])
        if arguments["state"] == "absent":
            return self._absent(arguments)
        text = handed_in(arguments)
        if text is None:
            runs = self.runs(arguments["integration"])
            return self.advanced(arguments, runs, lambda run: run.advance(STAGING), STAGING, ahead=True)
        return self._handed_in(arguments, text)

    def _handed_in(self, arguments: Mapping[str, Any], text: str) -> dict[str, Any]:
        run = self.one_run(arguments["integration"])
        masked_by_core([text])
        hint = truncation_hint(checked_secret(text, f"the secret for {run.integration.name}"))
        hand_in(run, text, self.check_mode)
        result = self.advanced(arguments, [run], lambda run: run.advance(STAGING), STAGING | {Step.HAND_IN})
        if "discarded" in run.effects:
            refusal = not_accepted(run.integration.name, hint)
            result.update(failed=True, msg=str(refusal), refusal=refusal.as_dict())
        elif hint:
            result["warnings"] = [f"{run.integration.name}: {hint}"]
        return result

    def _absent(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        run = self.one_run(arguments["integration"])
        reason = arguments["reason"] or "no reason given"

        def abandon(run: Run) -> Decision:
            run.abandon(reason)
            return run.advance(FORGETTING)

        result = self.advanced(arguments, [run], abandon, FORGETTING)
        rotation = run.keeper.load().journal.open_rotation
        if self.check_mode and rotation is not None:
            transitions.abandoned(run.keeper.load().journal, reason, run.client.now())
            result["changed"] = True
        return self.short_of(result, arguments)
