# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other systems at their worst: neighbours that look like credentials, messages that show what the system holds.

One run over all of it, then a look at what it left.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask, redirect, request

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.integration.test_secrets_stay_secret import leaks
from ansible_collections.keyturn.sfmc.tests.standins.gitlab import Gitlab, variable
from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, Environment, Host, Integration

_WORK = Path(__file__).absolute().parents[2] / ".work"
COLLECTIONS = f"{_WORK / 'collections'}:{_WORK / 'ecosystem'}"


def estate(*hosts: str) -> Declaration:
    """Hosts that stand for the controller, without files."""
    environment = Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),), "http")
    return Declaration("hostile", (environment,), tuple(Host(name, "prod", ()) for name in hosts))


def entry(name: str, kind: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entry of `sfmc_dependents`."""
    return {"integration": "crm_sync", "name": name, "kind": kind, "options": options, **more}


def declare(operations: Operations, host: str, *entries: dict[str, Any]) -> None:
    """Give a host these dependents and no others."""
    path = operations.estate.root / "inventory" / "host_vars" / f"{host}.yml"
    path.write_text(yaml.safe_dump({"ansible_connection": "local", "sfmc_dependents": list(entries)}))


class Chatty(Standin):
    """An API with documents, whose errors tell all that it holds, and all that it was given.

    :param documents: by name; the one called ``unread`` cannot even be read.
    """

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self.documents = documents
        super().__init__()

    def route(self, app: Flask) -> None:
        """Add the documents."""
        app.add_url_rule("/documents/<name>", "get", self._get)
        app.add_url_rule("/documents/<name>", "patch", self._patch, methods=["PATCH"])

    def _get(self, name: str) -> Answer:
        if name == "unread":
            raise Mistake(500, {"message": f"broke while it dumped {self.documents[name]}"})
        return self.documents[name]

    def _patch(self, name: str) -> Answer:
        held = self.documents[name]
        raise Mistake(500, {"message": f"cannot put {request.get_json()} over {list(held.values())[-1]}"})


class Moved(Standin):
    """A server that sends everybody to another one, and notes who came with which credentials."""

    def __init__(self, to: str = "") -> None:
        self._to = to
        self.came_with: list[str] = []
        super().__init__()

    def route(self, app: Flask) -> None:
        """Answer every path."""
        app.add_url_rule("/<path:path>", "any", self._any, methods=["GET", "PUT", "PATCH", "POST"])

    def _any(self, path: str) -> Answer:
        self.came_with.append(request.headers.get("Private-Token") or request.headers.get("Authorization") or "")
        return redirect(f"{self._to}/{path}", 302) if self._to else {"name": "SFMC", "key": "SFMC", "value": "x"}


@dataclass
class Hostile:
    """The systems, and the one run over them."""

    operations: Operations
    moved: Moved
    elsewhere: Moved
    gitlab: Gitlab
    role: str
    vault: Vault
    before: dict[str, Any]
    run: Outcome
    hidden: dict[str, str]


@pytest.fixture(scope="module")
def hostile(bring_up_once: BringUp) -> Iterator[Hostile]:
    operations = bring_up_once(estate("prod-a"))
    old, role = operations.secret("crm_sync"), secrets.token_urlsafe(24)
    before = {"client_secret": old, "approle_secret_id": role, "dsn": f"role={role};x=1"}
    with ExitStack() as stack:
        vault = Vault("kv", "team-a", secrets.token_urlsafe(24), ("web-rotation", role), {"apps/shop": before})
        stack.enter_context(vault)
        hidden = {"token": secrets.token_urlsafe(24), "inner": "correct-horse-battery", "role": role, "old": old}
        pem = [f"{secrets.token_hex(9)}/{secrets.token_hex(9)}" for _ in range(2)]
        hidden.update({f"line {n} of a PEM text": line for n, line in enumerate(pem)})
        chatty = Chatty(
            {
                "unread": {"SFMC": old},
                "lines": {"SFMC": old, "pem": "\n".join(["-----BEGIN KEY-----", *pem, "-----END KEY-----"])},
                "nested": {"doc": json.dumps({"s": old, "db": {"password": hidden["inner"]}}), "echo": hidden["inner"]},
            }
        )
        stack.enter_context(chatty)
        elsewhere = Moved()
        moved = Moved(elsewhere.url.replace("127.0.0.1", "localhost"))
        stack.enter_context(elsewhere)
        stack.enter_context(moved)
        gitlab = Gitlab(hidden["token"], {"projects/1": [variable("OPEN", hidden["inner"]), _hidden_variable(old)]})
        stack.enter_context(gitlab)
        lab = {"api_url": gitlab.url, "api_token": hidden["token"], "project": "1"}
        others = [
            entry("said to be hidden", "gitlab_variable", {**lab, "name": "OPEN", "hidden": True}),
            entry("not said to be hidden", "gitlab_variable", {**lab, "name": "HIDDEN"}),
        ]
        entries = [*others, _in_vault(vault, role), *_chatty(chatty, hidden["token"]), *_moved(moved, hidden["token"])]
        declare(operations, "prod-a", *entries)
        operations.hand_in_active("crm_sync")
        netrc = operations.estate.root / "netrc"
        netrc.touch(0o600)
        netrc.write_text("machine 127.0.0.1 login somebody password something\n")
        run = operations.rotate("-vvvv", "--diff", env={"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "NETRC": str(netrc)})
        hidden["new"] = operations.secret("crm_sync", "staged")
        yield Hostile(operations, moved, elsewhere, gitlab, role, vault, before, run, hidden)


def _in_vault(vault: Vault, role: str) -> dict[str, Any]:
    login = {"auth_method": "approle", "role_id": "web-rotation", "secret_id": role}
    place = {"engine_mount_point": "kv", "path": "apps/shop", "key": "client_secret"}
    return entry("vault", "hashi_vault_kv2", {"url": vault.url, "namespace": "team-a", **login, **place})


def _chatty(server: Chatty, token: str) -> list[dict[str, Any]]:
    def one(name: str, body: Any, key: str, **read: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        write = {"url": f"{server.url}/documents/{name}", "body": body, "headers": headers}
        return entry(name, "http", {"write": write, "read": read, "key": key})

    whole = {"SFMC": "${secret}"}
    nested = one("nested", {"doc": "${merged}"}, "s", value="doc")
    return [one("unread", whole, "SFMC"), one("lines", whole, "SFMC"), nested]


def _hidden_variable(secret: str) -> dict[str, Any]:
    return variable("HIDDEN", secret, masked=True, hidden=True)


def _moved(server: Moved, token: str) -> list[dict[str, Any]]:
    api = {"api_url": server.url, "name": "SFMC"}
    return [
        entry("lab", "gitlab_variable", {**api, "api_token": token, "project": "1"}),
        entry("hub", "github_actions_secret", {**api, "token": token, "organization": "o", "repository": "r"}),
    ]


def test_i22_a_neighbour_that_is_a_credential_of_ours_is_not_overwritten_with_a_mask(hostile: Hostile) -> None:
    """AnsibleModule masks it in what was read; the document cannot be written back."""
    assert hostile.run.status == 2, hostile.run
    assert "I-22: a masked text is never written back" in hostile.run.said
    assert len(hostile.vault.versions["apps/shop"]) == 1
    assert hostile.vault.current("apps/shop") == hostile.before


def test_i27_messages_that_show_what_a_system_holds_are_shown_without_it(hostile: Hostile) -> None:
    """Before anything was read, in several lines, in JSON within JSON; in what is printed now and told later."""
    status = hostile.operations.playbook("status", "-vvvv")
    assert "broke while it dumped" in hostile.run.said and "cannot put" in hostile.run.said, hostile.run
    assert "cannot put" in status.said, status
    printed = {"run": hostile.run, "status": status}
    assert leaks(hostile.hidden, {name: (run.stdout + run.stderr).encode() for name, run in printed.items()}) == []


def test_i29_a_token_goes_to_no_other_server_and_no_password_of_netrc_in_its_place(hostile: Hostile) -> None:
    token = hostile.hidden["token"]
    assert hostile.moved.came_with == [token, f"Bearer {token}"]
    assert hostile.elsewhere.came_with == []
    assert "Status code was 302" in hostile.run.said and "status 302" in hostile.run.said, hostile.run


def test_i24_a_variable_is_not_overwritten_unread_because_somebody_calls_it_hidden(hostile: Hostile) -> None:
    assert hostile.gitlab.variable("projects/1", "OPEN")["value"] == hostile.hidden["inner"]
    assert "Expected True as json.hidden in the answer; found False" in hostile.run.said, hostile.run
    assert hostile.gitlab.writes() == []


def test_a_hidden_variable_that_is_not_declared_so_is_refused_with_the_option_to_correct(hostile: Hostile) -> None:
    assert "does not say json.hidden: true" in hostile.run.said, hostile.run
    assert "correct the options of this dependent: `hidden`" in hostile.run.said
