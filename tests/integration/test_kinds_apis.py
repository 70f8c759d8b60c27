# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependents in Vault, Kubernetes, GitLab, GitHub and AWX: the real modules and libraries, stand-ins for the servers.

One rotation for all of it. In its first run a stranger's secret, a second writer and a rollout that stands still keep
the activation closed; then check mode; then all is well.
"""

from __future__ import annotations

import base64
import json
import secrets
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.standins.awx import Awx
from ansible_collections.keyturn.sfmc.tests.standins.github import Github
from ansible_collections.keyturn.sfmc.tests.standins.gitlab import Gitlab, variable
from ansible_collections.keyturn.sfmc.tests.standins.kubernetes import RESTARTED_AT, Kubernetes
from ansible_collections.keyturn.sfmc.tests.standins.standin import Call, Standin
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, Environment, Host, Integration

_WORK = Path(__file__).absolute().parents[2] / ".work"
_COLLECTIONS = f"{_WORK / 'collections'}:{_WORK / 'ecosystem'}"
_REPO, _ENVIRONMENT, _ORG = "repos/example/shop", "repos/example/shop/environments/live%20shop", "orgs/example"
_SELECTED = list(range(1000, 1150))


class Servers:
    """The stand-ins, holding a secret in each place beside other things."""

    def __init__(self, secret: str) -> None:
        self.tokens = {name: secrets.token_urlsafe(24) for name in ("vault", "role", "cluster", "lab", "hub", "awx")}
        pages = json.dumps({"clientId": "x", "auth": {"clientSecret": secret}, "n": 1.0}, indent=2)
        self.vault = Vault(
            "kv/web",
            "team-a",
            self.tokens["vault"],
            ("web-rotation", self.tokens["role"]),
            {"apps/shop": {"sfmc": {"client_secret": secret}, "db_password": "kept-as-it-is", "retries": 3}},
        )
        self.kubernetes = Kubernetes(
            self.tokens["cluster"],
            "shop",
            {
                "sfmc": {"client.secret": base64_of(secret), "client-id": base64_of("0a1b"), "binary": "/wA="},
                "queue": {"CLIENT_SECRET": base64_of(secret)},
            },
            {"web": "Deployment", "cache": "StatefulSet", "agent": "DaemonSet", "queue": "Deployment"},
        )
        guarded = {"masked": True, "protected": True, "raw": True, "description": "Marketing Cloud"}
        self.gitlab = Gitlab(
            self.tokens["lab"],
            {
                "projects/web/team/shop": [
                    variable("SFMC_CLIENT_SECRET", secret, "production", **guarded),
                    variable("SFMC_CLIENT_SECRET", "another-tenants-secret", "staging"),
                ],
                "groups/web": [variable("SFMC_CONFIG", pages, variable_type="file")],
                "admin/ci": [variable("SFMC_CLIENT_SECRET", base64_of(secret), protected=True)],
                "projects/42": [variable("SFMC_CLIENT_SECRET", secret, masked=True, hidden=True)],
            },
        )
        self.github = Github(
            self.tokens["hub"],
            {
                f"{_REPO}/actions/secrets": ["SFMC_CLIENT_SECRET", "OTHER"],
                f"{_ENVIRONMENT.replace('%20', ' ')}/secrets": ["SFMC_CLIENT_SECRET"],
                f"{_ORG}/actions/secrets": ["SFMC_CLIENT_SECRET"],
            },
            _SELECTED,
        )
        inputs = {"client_id": "0a1b", "client_secret": secret, "signing_key": "kept-as-it-is"}
        self.awx = Awx(self.tokens["awx"], {"client_secret", "signing_key"}, {"Shop": inputs, "Other": dict(inputs)})

    @property
    def all(self) -> tuple[Standin, ...]:
        return (self.vault, self.kubernetes, self.gitlab, self.github, self.awx)

    def writes(self) -> dict[str, list[Call]]:
        """Return by server what was meant to change something; a login is not."""
        return {
            type(server).__name__: [call for call in server.writes() if not call.path.endswith("/login")]
            for server in self.all
        }

    def dependents(self) -> list[dict[str, Any]]:
        """Return the entries of `sfmc_dependents`: those that docs/kinds.md shows, mostly."""
        lab = {"api_url": self.gitlab.url, "api_token": "{{ vault_lab_token }}", "name": "SFMC_CLIENT_SECRET"}
        hub = {
            "api_url": self.github.url,
            "token": self.tokens["hub"],
            "organization": "example",
            "name": "sfmc_client_secret",
        }
        cluster = {"host": self.kubernetes.url, "api_key": self.tokens["cluster"], "namespace": "shop"}
        places: dict[str, tuple[str, dict[str, Any]]] = {
            "vault": (
                "hashi_vault_kv2",
                {
                    "url": self.vault.url,
                    "namespace": "team-a",
                    "auth_method": "approle",
                    "role_id": "web-rotation",
                    "secret_id": self.tokens["role"],
                    "engine_mount_point": "kv/web",
                    "path": "apps/shop",
                    "key": "sfmc.client_secret",
                },
            ),
            "cluster": (
                "kubernetes_secret",
                {
                    **cluster,
                    "name": "sfmc",
                    "key": "client.secret",
                    "wait_sleep": 0,
                    "rollout": [
                        {"kind": "Deployment", "name": "web"},
                        {"kind": "StatefulSet", "name": "cache"},
                        {"kind": "DaemonSet", "name": "agent"},
                    ],
                },
            ),
            "queue": (
                "kubernetes_secret",
                {
                    **cluster,
                    "name": "queue",
                    "key": "CLIENT_SECRET",
                    "wait_sleep": 0,
                    "wait_timeout": 1,
                    "rollout": [{"kind": "Deployment", "name": "queue"}],
                },
            ),
            "project": ("gitlab_variable", {**lab, "project": "web/team/shop", "environment_scope": "production"}),
            "group": ("gitlab_variable", {**lab, "group": "web", "name": "SFMC_CONFIG", "key": "auth.clientSecret"}),
            "instance": ("gitlab_variable", {**lab, "instance": True, "encoding": "base64"}),
            "hidden": ("gitlab_variable", {**lab, "project": 42, "hidden": True}),
            "repository": ("github_actions_secret", {**hub, "repository": "shop"}),
            "environment": ("github_actions_secret", {**hub, "repository": "shop", "environment": "live shop"}),
            "organization": ("github_actions_secret", hub),
            "awx": (
                "awx_credential",
                {
                    "controller_host": self.awx.url,
                    "controller_oauthtoken": self.tokens["awx"],
                    "name": "Shop",
                    "organization": Awx.ORGANIZATION,
                    "credential_type": Awx.TYPE,
                    "key": "client_secret",
                },
            ),
        }
        return [
            {"integration": "crm_sync", "name": name, "kind": kind, "options": options}
            for name, (kind, options) in places.items()
        ]


@dataclass
class Story:
    """What happened, in order, and what stood in the servers then."""

    operations: Operations
    servers: Servers
    old: str
    new: str = ""
    stranger: str = field(default_factory=make_new_secret)
    runs: dict[str, Outcome] = field(default_factory=dict)
    writes: dict[str, list[Call]] = field(default_factory=dict)

    def run(self, name: str, *arguments: str) -> None:
        before = self.servers.writes()
        self.runs[name] = self.operations.rotate(*arguments, env=self.environment)
        after = self.servers.writes()
        self.writes[name] = [call for server, calls in after.items() for call in calls[len(before[server]) :]]

    @property
    def environment(self) -> dict[str, str]:
        # The Kubernetes client keeps what a server can do in a file of the folder for temporary files.
        folder = self.operations.estate.root / "tmp"
        folder.mkdir(exist_ok=True)
        return {"ANSIBLE_COLLECTIONS_PATH": _COLLECTIONS, "TMPDIR": str(folder)}

    def evidence(self, name: str) -> str:
        found = self.operations.rotation("crm_sync").attestations
        return next(each.evidence for each in found if each.dependent == f"prod-a/{name}")


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def story(bring_up_once: BringUp) -> Iterator[Story]:
    estate = Declaration(
        "apis",
        (Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),), "http"),),
        (Host("prod-a", "prod", ()),),
    )
    operations = bring_up_once(estate)
    with ExitStack() as stack:
        old = operations.secret("crm_sync")
        servers = Servers(old)
        for server in servers.all:
            stack.enter_context(server)
        told = Story(operations, servers, old)
        _declare(operations, servers)
        operations.hand_in_active("crm_sync")
        _tell(told)
        yield told


def _declare(operations: Operations, servers: Servers) -> None:
    path = operations.estate.root / "inventory" / "host_vars" / "prod-a.yml"
    variables = {"ansible_connection": "local", "sfmc_dependents": servers.dependents()}
    password = (operations.estate.root / "vault-password").read_bytes().strip()
    vaulted = VaultLib([("default", VaultSecret(password))]).encrypt(servers.tokens["lab"]).decode("ascii")
    token = f"vault_lab_token: !vault |\n{textwrap.indent(vaulted, '  ')}"
    path.write_text(yaml.safe_dump(variables) + token, encoding="utf-8")


def _tell(story: Story) -> None:
    servers = story.servers
    project = servers.gitlab.variable("projects/web/team/shop", "SFMC_CLIENT_SECRET", "production")
    project["value"] = story.stranger
    servers.kubernetes.change_data("sfmc", {"client.secret": base64_of(story.stranger)})
    servers.vault.crowded.add("apps/shop")
    servers.kubernetes.stuck.add("queue")
    story.run("first", "-vvvv", "--diff")
    project["value"] = story.old
    servers.kubernetes.change_data("sfmc", {"client.secret": base64_of(story.old)})
    servers.vault.crowded.clear()
    servers.kubernetes.stuck.clear()
    story.run("check", "--check", "--diff")
    story.run("second", "-vvvv", "--diff")
    story.run("third")
    story.new = story.operations.secret("crm_sync")


# --- the rotation ----------------------------------------------------------------------------------------------------


def test_every_place_is_served_and_the_rotation_ends(story: Story) -> None:
    assert story.runs["second"].status == 0, story.runs["second"]
    assert story.operations.sent("crm_sync") == ["generate", "activate"]
    assert story.new != story.old


def test_i15_a_further_run_changes_nothing_and_writes_nothing(story: Story) -> None:
    assert (story.runs["third"].status, story.runs["third"].changed) == (0, 0), story.runs["third"]
    assert story.writes["third"] == []


def test_no_request_was_one_that_the_real_system_does_not_know(story: Story) -> None:
    assert [mistake for server in story.servers.all for mistake in server.mistakes] == []


def test_i31_check_mode_writes_nothing_and_names_what_it_would_write(story: Story) -> None:
    run = story.runs["check"]
    assert run.status == 0, run
    assert story.writes["check"] == []
    changed = [line for line in run.stdout.splitlines() if line.startswith("changed: [prod-a]")]
    assert len(changed) >= 3, run


def test_each_place_is_proved_as_well_as_its_system_allows(story: Story) -> None:
    readable = ("vault", "cluster", "queue", "project", "group", "instance")
    blind = ("hidden", "repository", "environment", "organization", "awx")
    assert {name: story.evidence(name) for name in readable} == dict.fromkeys(readable, "token")
    assert {name: story.evidence(name) for name in blind} == dict.fromkeys(blind, "written")


def test_i27_no_secret_is_shown_and_no_credential(story: Story) -> None:
    hidden = {"old": story.old, "new": story.new, "stranger": story.stranger, **story.servers.tokens}
    outputs = {f"{name} {kind}": text for name, run in story.runs.items() for kind, text in _output(run).items()}
    assert leaks(hidden, outputs) == []


def _output(run: Outcome) -> dict[str, bytes]:
    return {"stdout": run.stdout.encode(), "stderr": run.stderr.encode()}


def test_a_missing_collection_is_named_with_the_way_to_get_it(story: Story) -> None:
    read = {"module": "community.hashi_vault.vault_kv2_get", "arguments": {"path": "apps/shop"}, "value": "secret"}
    write = {"module": "community.hashi_vault.vault_kv2_write", "arguments": {"path": "apps/shop"}}
    task = {"integration": "crm_sync", "dependent": "vault", "key": "x", "read": read, "write": write}
    run = story.operations.play([{"keyturn.sfmc.remote_secret": task}])
    assert run.status == 2
    assert "ansible-galaxy collection install community.hashi_vault" in run.said


# --- Vault -----------------------------------------------------------------------------------------------------------


def test_i23_one_key_of_a_vault_secret_is_replaced(story: Story) -> None:
    assert story.servers.vault.current("apps/shop") == {
        "sfmc": {"client_secret": story.new},
        "db_password": "kept-as-it-is",
        "retries": 3,
        "somebody": "else",
    }


def test_i7_vault_refuses_a_write_over_a_version_that_was_not_read(story: Story) -> None:
    assert "InvalidRequest writing to 'apps/shop'" in story.runs["first"].said
    (refused,) = [call for call in story.writes["first"] if "/kv/web/data/" in call.path]
    (written,) = [call for call in story.writes["second"] if "/kv/web/data/" in call.path]
    assert (refused.status, written.status) == (400, 200)
    assert written.body["options"] == {"cas": len(story.servers.vault.versions["apps/shop"]) - 1}


# --- Kubernetes ------------------------------------------------------------------------------------------------------


def test_i23_one_key_of_a_secret_is_patched(story: Story) -> None:
    secret = story.servers.kubernetes.object("Secret", "sfmc")
    assert secret["data"] == {
        "client.secret": base64_of(story.new),
        "client-id": base64_of("0a1b"),
        "binary": "/wA=",
    }
    assert secret["type"] == "Opaque"
    assert secret["metadata"]["labels"] == {"team": "web"}
    assert secret["metadata"]["annotations"] == {"example.com/note": "made by hand"}


def test_i7_a_patch_names_the_version_that_was_read_and_nothing_but_its_key(story: Story) -> None:
    (patch,) = [call.body for call in story.writes["second"] if call.path.endswith("/secrets/sfmc")]
    assert set(patch["data"]) == {"client.secret"}
    assert set(patch["metadata"]) == {"name", "namespace", "resourceVersion"}


def test_i14_workloads_are_restarted_once_with_the_new_secret_and_waited_for(story: Story) -> None:
    cluster = story.servers.kubernetes
    for kind, name in (("Deployment", "web"), ("StatefulSet", "cache"), ("DaemonSet", "agent")):
        (held,) = cluster.started_with[name]
        assert held["sfmc"]["client.secret"] == base64_of(story.new)
        workload = cluster.object(kind, name)
        annotations = workload["spec"]["template"]["metadata"]["annotations"]
        assert set(annotations) == {"example.com/keep", RESTARTED_AT}
        assert workload["spec"]["template"]["metadata"]["labels"] == {"app": name}
        assert workload["status"]["observedGeneration"] == 2
    assert cluster.object("Deployment", "web")["status"]["conditions"][0]["reason"] == "NewReplicaSetAvailable"


def test_i14_a_rollout_that_stands_still_proves_nothing_and_is_owed_again(story: Story) -> None:
    """The secret was right after the first run already; the second restarts what the first one could not."""
    assert "prod-a/queue" in story.runs["first"].said and "even after waiting" in story.runs["first"].said
    assert [call.path.rsplit("/", 2)[1] for call in story.writes["first"] if call.path.endswith("/queue")] == [
        "secrets",
        "deployments",
    ]
    assert [call.path.rsplit("/", 2)[1] for call in story.writes["second"] if call.path.endswith("/queue")] == [
        "deployments"
    ]


def test_i24_a_strangers_secret_is_left_alone(story: Story) -> None:
    said = story.runs["first"].said
    assert story.runs["first"].status == 2
    assert "prod-a/cluster" in said and "prod-a/project" in said and "I-24" in said
    touched = [call.path for call in story.writes["first"]]
    assert not [path for path in touched if path.endswith(("/secrets/sfmc", "shop/variables/SFMC_CLIENT_SECRET"))]


# --- GitLab ----------------------------------------------------------------------------------------------------------


def test_a_variable_of_one_scope_is_replaced_and_the_rest_stays(story: Story) -> None:
    gitlab = story.servers.gitlab
    found = gitlab.variable("projects/web/team/shop", "SFMC_CLIENT_SECRET", "production")
    guarded = {"masked": True, "protected": True, "raw": True, "description": "Marketing Cloud"}
    assert found == variable("SFMC_CLIENT_SECRET", story.new, "production", **guarded)
    other = gitlab.variable("projects/web/team/shop", "SFMC_CLIENT_SECRET", "staging")
    assert other["value"] == "another-tenants-secret"


def test_one_member_of_a_file_variable_is_replaced_byte_for_byte(story: Story) -> None:
    text = json.dumps({"clientId": "x", "auth": {"clientSecret": story.new}, "n": 1.0}, indent=2)
    assert story.servers.gitlab.variable("groups/web", "SFMC_CONFIG") == variable(
        "SFMC_CONFIG", text, variable_type="file"
    )


def test_variables_of_the_instance_and_hidden_ones_are_replaced(story: Story) -> None:
    gitlab = story.servers.gitlab
    assert gitlab.variable("admin/ci", "SFMC_CLIENT_SECRET")["value"] == base64_of(story.new)
    assert gitlab.variable("projects/42", "SFMC_CLIENT_SECRET")["value"] == story.new


def test_the_modules_of_community_general_find_nothing_to_change(story: Story) -> None:
    """Another client, python-gitlab, sees what was written as it should be."""
    lab = {"api_url": story.servers.gitlab.url, "api_token": story.servers.tokens["lab"]}
    guarded = {"masked": True, "protected": True, "raw": True, "description": "Marketing Cloud"}
    shop = {"name": "SFMC_CLIENT_SECRET", "value": story.new, "environment_scope": "production", **guarded}
    instance = {"name": "SFMC_CLIENT_SECRET", "value": base64_of(story.new), "protected": True}
    tasks = [
        {"community.general.gitlab_project_variable": {**lab, "project": "web/team/shop", "variables": [shop]}},
        {"community.general.gitlab_instance_variable": {**lab, "variables": [instance]}},
    ]
    run = story.operations.play([{**task, "no_log": True} for task in tasks], "--check", env=story.environment)
    assert (run.status, run.changed) == (0, 0), run


# --- GitHub ----------------------------------------------------------------------------------------------------------


def test_secrets_of_repository_environment_and_organization_open_to_the_new_secret(story: Story) -> None:
    assert story.servers.github.values == {
        f"{_REPO}/actions/secrets": {"SFMC_CLIENT_SECRET": story.new, "OTHER": ""},
        "repos/example/shop/environments/live shop/secrets": {"SFMC_CLIENT_SECRET": story.new},
        f"{_ORG}/actions/secrets": {"SFMC_CLIENT_SECRET": story.new},
    }


def test_who_may_use_an_organizations_secret_stays(story: Story) -> None:
    """All of them, also those on a second page."""
    assert story.servers.github.selected == _SELECTED


# --- AWX -------------------------------------------------------------------------------------------------------------


def test_i22_one_input_of_a_credential_is_replaced_and_no_placeholder_is_stored(story: Story) -> None:
    kept = {"client_id": "0a1b", "signing_key": "kept-as-it-is"}
    assert story.servers.awx.credentials == {
        "Shop": {**kept, "client_secret": story.new},
        "Other": {**kept, "client_secret": story.old},
    }
