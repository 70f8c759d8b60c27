# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookups share: an integration by its name, read from the variables of the host that asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration, host_integrations
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import masked_by_core
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores

#: One value for one secret within a process, however often a template asks (I-30).
_pinned: dict[tuple[str, str, str], Secret] = {}


def named_integration(name: str, integrations: Any, store: Any, variables: Mapping[str, Any]) -> Integration:
    """Return the integration that a term names.

    :param integrations: the option, a mapping like `sfmc_integrations`.
    :param store: the option, a mapping like `sfmc_store`.
    :raises AnsibleError: there is none of that name, or its declaration is wrong.
    """
    declared = {
        **{key: variables[key] for key in ("inventory_dir", "sfmc_ca_path") if key in variables},
        "sfmc_integrations": integrations,
        "sfmc_store": store,
    }
    host = str(variables.get("inventory_hostname", "this host"))
    try:
        found = {item.name: item for item in host_integrations(declared, host)}
        if name in found:
            return found[name]
        raise Refusal(
            "a lookup names an integration that its host knows",
            f"integration {name!r}",
            "one of " + (", ".join(sorted(found)) or "(this host has no sfmc_integrations)"),
            "another name",
            "correct the term, or declare the integration in the sfmc_integrations of the host's group",
        )
    except Refusal as refusal:
        raise AnsibleError(str(refusal)) from None


def pinned_secret(integration: Integration, stage: str, stores: Stores) -> Secret:
    """Return a secret of the store, the same one for the whole process."""
    key = (repr(sorted(integration.store.items())), integration.client_id, stage)
    if key not in _pinned:
        try:
            _pinned[key] = stores.secret(integration, stage)
        except Refusal as refusal:
            raise AnsibleError(str(refusal)) from None
    masked_by_core([_pinned[key].reveal()])
    return _pinned[key]
