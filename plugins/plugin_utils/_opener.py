# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action or a lookup opens stores with: the run's vault secrets, and the hosts of its inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.host_file import Host


def run_stores(loader: Any, variables: Mapping[str, Any]) -> Stores:
    """Return what opens stores in this run.

    :param loader: Ansible's, which has the vault secrets that Ansible was started with.
    :param variables: those of the host whose task this is; `hostvars` among them is the whole inventory.
    """

    def reach(name: str) -> Host:
        # Seldom needed, and slow to import.
        from ansible_collections.keyturn.sfmc.plugins.plugin_utils._reached import ReachedHost

        return ReachedHost(name, variables.get("hostvars"), loader)

    return Stores(list(loader._vault.secrets or []), reach)
