# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.token_test: hands the host one secret of the store as a no_log argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction


class ActionModule(ControlAction):
    """Runs the module on the host."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "integration": {"type": "str", "required": True},
        "stage": {"type": "str", "default": "active", "choices": ["active", "staged"]},
        "scope": {"type": "str"},
    }
    _requires_connection = True

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Ask from the host."""
        host = self.variables["inventory_hostname"]
        (integration,) = self.integrations(arguments["integration"], [host], generating=False)
        module_arguments = {
            **arguments,
            "client_id": integration.client_id,
            "auth_url": integration.auth_url,
            "ca_path": integration.ca_path,
            "client_secret": self.stores.secret(integration, arguments["stage"]).reveal(),
        }
        return self.on_host("keyturn.sfmc.token_test", module_arguments)
