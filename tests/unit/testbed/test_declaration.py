# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations are consistent, survive JSON, and the ready ones are as large as they say."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import ConfigFile, Dependent, Host, from_dict
from ansible_collections.keyturn.sfmc.tests.testbed.estates import demo, many


def test_the_demo_is_large_enough() -> None:
    declaration = demo()
    declaration.check()
    places = list(declaration.places())
    by_environment = {
        env.name: [h for h in declaration.hosts if h.environment == env.name] for env in declaration.environments
    }
    assert {name: len(hosts) for name, hosts in by_environment.items()} == {"dev": 3, "prod": 5}
    assert {env.name: len(env.integrations) for env in declaration.environments} == {"dev": 2, "prod": 3}
    assert len({(host.name, file.path) for host, _dependent, file in places}) >= 14
    assert {file.format for _host, _dependent, file in places} == {"dotenv", "properties", "ini", "json"}
    assert sum(dependent.service is not None for host in declaration.hosts for dependent in host.dependents) >= 2


def test_every_integration_of_the_demo_has_a_dependent() -> None:
    used = {(host.environment, dependent.integration) for host, dependent, _file in demo().places()}
    assert used == {(env.name, each.name) for env in demo().environments for each in env.integrations}


def test_many_hosts_are_declared_by_number() -> None:
    declaration = many(1000)
    assert len(declaration.hosts) == 1000
    assert declaration.hosts[-1].name == "prod-1000"


def test_a_declaration_survives_json() -> None:
    assert from_dict(json.loads(json.dumps(asdict(demo())))) == demo()


@pytest.mark.parametrize(
    ("dependent", "found"),
    [
        (Dependent("nobody", "app", (ConfigFile("/a", "dotenv", "K"),)), "nobody"),
        (Dependent("crm_sync", "app", (ConfigFile("/a", "word", "K"),)), "word"),
        (Dependent("crm_sync", "app", (ConfigFile("/a/../../b", "dotenv", "K"),)), "/a/../../b"),
        (Dependent("crm_sync", "app", (ConfigFile("a", "dotenv", "K"),)), "a"),
        (Dependent("crm_sync", "app", (ConfigFile("/a", "dotenv", "K"),) * 2), "h:/a:K"),
    ],
    ids=["integration", "format", "outside", "relative", "twice"],
)
def test_an_inconsistent_declaration_is_refused(dependent: Dependent, found: str) -> None:
    declaration = replace(demo(), hosts=(Host("h", "dev", (dependent,)),))
    with pytest.raises(Refusal) as refused:
        declaration.check()
    assert refused.value.found == found
