# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose secret is adopted is said without a doubt, and so is its birth; else nothing is read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.action.adopted_secret import ActionModule
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory

_CLIENTS = {"crm": "0a1b2c3d4e5f6g7h8i9j0k1l", "forms": "9z8y7x6w5v4u3t2s1r0q9p8o"}


def _dependent(integration: str) -> dict[str, Any]:
    file = {"path": f"/srv/{integration}/.env", "format": "dotenv", "key": "SECRET"}
    return {"integration": integration, "name": "shop", "files": [file]}


@pytest.fixture
def action() -> ActionModule:
    """Return the action for a host with a dependent `shop` of two integrations."""
    declared = {name: {"client_id": client_id, "subdomain": "mc0-xx"} for name, client_id in _CLIENTS.items()}
    variables = {"sfmc_integrations": declared, "sfmc_dependents": [_dependent(name) for name in _CLIENTS]}
    made: ActionModule = object.__new__(ActionModule)
    made._task = SimpleNamespace(check_mode=False, action="keyturn.sfmc.adopted_secret")
    made.variables = {"inventory_hostname": "web1", "inventory_dir": "/srv"}
    vars(made)["inventory"] = Inventory({"web1": variables}, ["web1"])
    return made


def _arguments(**given: str) -> dict[str, Any]:
    return {"dependent": "web1/shop", "integration": None, "generated_at": None, "rebuild": False, **given}


def test_of_two_dependents_with_one_name_none_is_taken_by_chance(action: ActionModule) -> None:
    """I-19: the secret of one integration is not kept as that of another."""
    with pytest.raises(Refusal, match=r"one dependent of that name.*sfmc_adopt_integration=NAME"):
        action.act(_arguments())


@pytest.mark.parametrize("integration", sorted(_CLIENTS))
def test_the_integration_says_which_one_is_meant(action: ActionModule, integration: str) -> None:
    for name in (integration, _CLIENTS[integration]):
        assert action._declared("web1/shop", name).client_id == _CLIENTS[integration]


def test_a_birth_that_is_no_time_is_not_taken_for_an_unknown_one(action: ActionModule) -> None:
    """I-36: as with a secret that is handed in."""
    with pytest.raises(Refusal, match="due dates count from generation"):
        action.act(_arguments(generated_at="soon"))
