# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.deployed_secret: hands one host its secrets, once, as a no_log argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._host_call import HostCall, rehearsing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS, ONLY, is_meant


class ActionModule(ControlAction):
    """Runs the module on the host with what the journal says its files should hold."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "only": ONLY,
        "prove": {"type": "bool", "default": False},
        "settled": {"type": "bool", "default": False},
        "rehearse": {"type": "bool", "default": False},
        "rehearse_restart": {"type": "bool", "default": True},
    }
    _requires_connection = True

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Make one module call for all files of this host."""
        host = self.variables["inventory_hostname"]
        integrations = [
            item
            for item in self.inventory.known_to(host)
            if arguments["integration"] in (None, item.name, item.client_id)
        ]
        known = {item.client_id for item in integrations}
        dependents = [
            item
            for item in self.inventory.dependents([host])
            if item.client_id in known and item.dependent.kind == FILES and is_meant(item, arguments["only"])
        ]
        if not dependents:
            return {"changed": False, "dependents": []}
        call = HostCall(
            integrations,
            dependents,
            self.stores,
            distributing=arguments["only"] is not None,
            preview=self.check_mode,
        )
        if arguments["settled"]:
            settled = [item for item in dependents if call.is_settled(item)]
            verifying = HostCall(integrations, settled, self.stores, distributing=False)
            return self._verified(verifying, asks=arguments["prove"] or not self.check_mode)
        given = call.arguments(self.check_mode)
        rehearsed = {item.client_id for item in dependents if arguments["rehearse"] or call.is_to_come(item.client_id)}
        given["dependents"] = [
            rehearsing(each, arguments["rehearse_restart"], self.check_mode) if each["client_id"] in rehearsed else each
            for each in given["dependents"]
        ]
        return self.on_host("keyturn.sfmc.deployed_secret", given)

    def _verified(self, call: HostCall, asks: bool) -> dict[str, Any]:
        """Compare, and in earnest mend; what is found is data.

        :param asks: whether SFMC is asked for tokens. To mend without asking could spread a dead secret.
        """
        if not call.dependents:
            return {"changed": False, "dependents": []}
        given = {**call.arguments(check_mode=not asks), "settled": True}
        if not asks:
            given["dependents"] = [{**each, "proof": "fingerprint"} for each in given["dependents"]]
        return self.on_host("keyturn.sfmc.deployed_secret", given)
