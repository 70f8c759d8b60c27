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
        "gitlab_variable#api_url=https://gitlab.example.com#project=web/shop#name=SECRET#environment_scope=production",
    )


_CALL = {"url": "https://a.example/x", "body": {"a": "${secret}"}}
_VAULT = {"url": "https://vault.example", "path": "a", "key": "k"}
_CLUSTER = {"namespace": "shop", "name": "sfmc", "key": "k"}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("gitlab_variable", {**_LAB, "project": "shop"}, {**_LAB, "group": "shop"}),
        ("gitlab_variable", {**_LAB, "instance": True}, {**_LAB, "group": "True"}),
        ("gitlab_variable", {**_LAB, "environment_scope": "a"}, {**_LAB, "key": "a"}),
        ("hashi_vault_kv2", {**_VAULT, "namespace": "kv"}, {**_VAULT, "engine_mount_point": "kv"}),
        ("kubernetes_secret", {**_CLUSTER, "kubeconfig": "/a"}, {**_CLUSTER, "kubeconfig": "/b"}),
        ("kubernetes_secret", {**_CLUSTER, "context": "https://a"}, {**_CLUSTER, "host": "https://a"}),
        ("aws_ssm_parameter", {"name": "a", "profile": "prod"}, {"name": "a", "region": "prod"}),
        ("aws_ssm_parameter", {"name": "a"}, {"name": "a", "endpoint_url": "https://a.example"}),
        ("awx_credential", {"name": "a", "organization": "b"}, {"name": "a", "credential_type": "b"}),
        ("azure_functionapp", {"name": "a", "slot": "b"}, {"name": "a", "setting": "b"}),
        ("azure_functionapp", {"name": "a", "profile": "b"}, {"name": "a", "subscription_id": "b"}),
        ("gcp_secret_manager", {"name": "a", "location": "b"}, {"name": "a", "key": "b"}),
        ("http", {"write": _CALL}, {"write": {**_CALL, "body": {"b": "${secret}"}}}),
        ("http", {"write": _CALL, "read": {"url": "https://a.example/1"}}, {"write": _CALL, "read": None}),
        ("http", {"write": _CALL, "read": {"value": "k"}}, {"write": _CALL, "key": "k"}),
        ("command", {"write": ["w"], "read": ["a"]}, {"write": ["w"], "read": ["b"]}),
        ("command", {"write": ["w", "a b"]}, {"write": ["w", "a", "b"]}),
        ("github_actions_secret", {"organization": "o", "repository": "r"}, {"organization": "o", "environment": "r"}),
        ("spool", {"place": "a"}, {"place": "b"}),
        ("aws_lambda", {"name": "a#variable=b"}, {"name": "a", "variable": "b"}),
        ("aws_lambda", {"name": "a%23b"}, {"name": "a#b"}),
    ],
)
def test_i4_a_proof_counts_for_its_place_only(kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    """Another option with the same text is another place, and so is another value of any option that leads there."""
    assert places_of(kind, one) != places_of(kind, other)


def test_i27_what_a_body_holds_is_not_in_a_name() -> None:
    (name,) = places_of("http", {"write": {**_CALL, "body": {"password": "in-the-body"}}})
    assert "in-the-body" not in name
    assert name.startswith("http#write.url=https://a.example/x#write.body=")


def test_i27_credentials_are_known_at_any_depth() -> None:
    assert credentials_of("gitlab_variable", _LAB) == ["lab-token"]
    call = {"url": "https://x", "headers": {"Authorization": "Bearer a-token", "X": ["another"]}}
    assert credentials_of("http", {"write": call, "read": None}) == ["Bearer a-token", "Bearer", "a-token", "another"]
    assert credentials_of("one_of_my_own", {"token": "x"}) == []


def test_i29_no_kind_has_an_option_against_the_check_of_certificates() -> None:
    assert [kind for kind in KINDS if "validate_certs" in KINDS[kind].options] == []


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("hashi_vault_kv2", {"path": "a", "key": "b", "url": ""}),
        ("awx_credential", {"name": "a", "credential_type": "b", "key": "c", "controller_host": ""}),
        ("azure_key_vault", {"name": "a", "vault_uri": ""}),
    ],
)
def test_i29_a_server_is_declared_and_reached_over_tls(kind: str, options: dict[str, Any]) -> None:
    """A variable of the environment could name one over plain http."""
    (name,) = [name for name, value in options.items() if value == ""]
    _declared(kind, {**options, name: "https://a.example"})
    with pytest.raises(Refusal, match="secrets travel over TLS"):
        _declared(kind, {**options, name: "http://a.example"})
    with pytest.raises(Refusal, match=name):
        _declared(kind, {key: value for key, value in options.items() if value})


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


@pytest.mark.parametrize(
    ("body", "read", "says"),
    [
        ({"a": "${sercet}"}, {"value": "a"}, "has the secret in it"),
        ("${merged}", None, "was read before"),
        ({"a": "${secret}", "version": "${version}"}, None, "was read before"),
    ],
)
def test_i4_a_body_that_would_not_bring_the_secret_is_refused(body: Any, read: Any, says: str) -> None:
    """Before anything is generated."""
    write = {"url": "https://api.example.com/x", "body": body}
    with pytest.raises(Refusal, match=says):
        _declared("http", {"write": write, **({"read": read} if read else {})})
