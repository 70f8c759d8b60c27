# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.secret_scan: tells one host what to look for, secrets as a no_log argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._host_search import search_arguments
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, SCAN

_NOTHING_TO_LOOK_FOR = "no such integration in sfmc_integrations of the host"


class ActionModule(ControlAction):
    """Runs the module on the host with what its integrations are known by."""

    SPEC: ClassVar[Mapping[str, Any]] = {**INTEGRATIONS, **SCAN}
    _requires_connection = True

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Look through the host, once, for all integrations that it declares."""
        host = self.variables["inventory_hostname"]
        chosen = self.inventory.known_to(host)
        name = arguments["integration"]
        integrations = [item for item in chosen if name in (None, item.name, item.client_id)]
        if not integrations:
            left_out = [{"place": "everything", "why": _NOTHING_TO_LOOK_FOR}]
            nothing: dict[str, Any] = {"uses": [], "mentions": [], "looked_at": [], "left_out": left_out, "scanned": {}}
            return {"changed": False, "searched_for": [], **nothing}
        dependents = self.inventory.dependents([host])
        searched = search_arguments(host, integrations, dependents, self.stores)
        given = {option: arguments[option] for option in SCAN}
        result = self.on_host("keyturn.sfmc.secret_scan", {**given, **searched})
        return {**result, "searched_for": [item.client_id for item in integrations]}
