# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of kinds: what tells places apart, and what is never shown."""

from __future__ import annotations

from collections import UserString
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import KINDS, credentials_of, places_of

_TASKS = Path(__file__).absolute().parents[2] / "roles" / "distribute" / "tasks" / "kinds"
_LAB = {"api_url": "https://gitlab.example.com", "api_token": "lab-token", "name": "SECRET"}


class _Vaulted(UserString):
    """A value with `!vault` as ansible-core up to 2.18 hands it on: no text, but it becomes one."""


def _declared(kind: str, options: dict[str, Any]) -> None:
    variables = {
        "sfmc_integrations": {"crm": {"client_id": "0a1b2c3d4e5f6g7h8i9j0k1l"}},
        "sfmc_dependents": [{"integration": "crm", "kind": kind, "options": options}],
    }
    host_dependents(variables, "a-host")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_tasks_and_they_register_the_evidence(kind: str) -> None:
    text = (_TASKS / f"{kind}.yml").read_text(encoding="utf-8")
    assert kind == "manual" or "register: distribute_placed" in text


def _calls(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        yield from _calls(task.get("block", []))
        if "ansible.builtin.uri" in task:
            yield task["ansible.builtin.uri"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_i29_no_call_of_a_kind_follows_a_redirect_or_reads_netrc(kind: str) -> None:
    """Those over remote_secret are seen at work: http and gitlab_variable, in the integration tests."""
    text = (_TASKS / f"{kind}.yml").read_text(encoding="utf-8")
    calls = list(_calls(yaml.safe_load(text)))
    assert all(call["follow_redirects"] == "none" and call["use_netrc"] is False for call in calls)
    expected = text.count("ansible.builtin.uri:") or int("ansible.builtin.uri" in text)
    assert expected <= text.count("follow_redirects: none") == text.count("use_netrc: false")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_i27_no_credential_is_part_of_an_identity(kind: str) -> None:
    for name in KINDS[kind].identity:
        options = KINDS[kind].options
        for step in name.split("."):
            assert step in options, name
            assert not options[step].get("no_log"), name
            options = options[step].get("options", {})


def test_a_place_is_named_by_its_kind_and_what_tells_it_apart() -> None:
    options = {**_LAB, "project": "web/shop", "environment_scope": "production"}
    assert places_of("gitlab_variable", options) == (
        "gitlab_variable#https://gitlab.example.com#web/shop#SECRET#production",
    )


def test_i27_credentials_are_known_at_any_depth() -> None:
    assert credentials_of("gitlab_variable", _LAB) == ["lab-token"]
    call = {"url": "https://x", "headers": {"Authorization": "Bearer a-token", "X": ["another"]}}
    assert credentials_of("http", {"write": call, "read": None}) == ["Bearer a-token", "Bearer", "a-token", "another"]
    assert credentials_of("one_of_my_own", {"token": "x"}) == []


def test_a_variable_belongs_to_exactly_one_owner() -> None:
    _declared("gitlab_variable", {**_LAB, "project": "web/shop"})
    with pytest.raises(Refusal, match="mutually exclusive"):
        _declared("gitlab_variable", {**_LAB, "project": "web/shop", "group": "web"})
    with pytest.raises(Refusal, match="one of the following is required"):
        _declared("gitlab_variable", _LAB)


def test_a_workload_of_another_kind_is_refused_before_anything_happens() -> None:
    options = {"namespace": "shop", "name": "sfmc", "key": "secret"}
    _declared("kubernetes_secret", {**options, "rollout": [{"kind": "Deployment", "name": "web"}]})
    with pytest.raises(Refusal, match=r"DaemonSet.*CronJob"):
        _declared("kubernetes_secret", {**options, "rollout": [{"kind": "CronJob", "name": "web"}]})


@pytest.mark.parametrize(
    ("kubeconfig", "found"),
    [
        ({"users": [{"user": {"token": "a-token-of-a-user"}}]}, "a dict"),
        ("users:\n- user: {token: a-token-of-a-user}\n", "a text that is no path"),
        ('{"users": [{"user": {"token": "a-token-of-a-user"}}]}', "a text that is no path"),
    ],
)
def test_i27_a_kubeconfig_is_named_by_its_path(kubeconfig: Any, found: str) -> None:
    """As an option its content would be masked in all that is read, and the result be useless."""
    options = {"namespace": "shop", "name": "sfmc", "key": "secret"}
    _declared("kubernetes_secret", {**options, "kubeconfig": "/etc/keyturn/kube config.yml"})
    with pytest.raises(Refusal, match=rf"named by its path.*found {found}") as refused:
        _declared("kubernetes_secret", {**options, "kubeconfig": kubeconfig})
    assert "a-token-of-a-user" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://gitlab.example.com", "gitlab.example.com", "https://me:token@gitlab.example.com"]
)
def test_i29_a_secret_goes_over_tls_or_stays_on_this_machine(url: str) -> None:
    with pytest.raises(Refusal, match="secrets travel over TLS") as refused:
        _declared("gitlab_variable", {**_LAB, "project": "web/shop", "api_url": url})
    assert "token@" not in str(refused.value)
    _declared("gitlab_variable", {**_LAB, "project": "web/shop", "api_url": "http://127.0.0.1:8080"})


def test_a_credential_may_be_encrypted_where_it_stands() -> None:
    _declared("gitlab_variable", {**_LAB, "project": "web/shop", "api_token": _Vaulted("lab-token")})
