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
from typing import Any

import pytest
import yaml
from flask import Flask

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import CORE_MASKS, Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.integration.other_systems import COLLECTIONS, declare, entry, estate
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.standins.gitlab import Gitlab, variable
from ansible_collections.keyturn.sfmc.tests.standins.hostile import Chatty, Moved
from ansible_collections.keyturn.sfmc.tests.standins.serving import Record, serving
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault

#: What would let modules take any certificate.
_CARELESS = {
    "VAULT_SKIP_VERIFY": "true",
    "K8S_AUTH_VERIFY_SSL": "false",
    "CONTROLLER_VERIFY_SSL": "false",
    "TOWER_VERIFY_SSL": "false",
}


class Hostile:
    """The systems, and the one run over them."""

    def __init__(self, operations: Operations, stack: ExitStack) -> None:
        """Start all systems; they end with the stack."""
        self.operations = operations
        self.run = Outcome(0, "", "")
        old, role, self.token = operations.secret("crm_sync"), secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.password = "correct-horse-battery"
        pem = [f"{secrets.token_hex(9)}/{secrets.token_hex(9)}" for _line in range(2)]
        self.hidden = {"old": old, "role": role, "token": self.token, "password": self.password}
        self.hidden.update({f"line {n} of a PEM text": line for n, line in enumerate(pem)})
        self.document = {"client_secret": old, "approle_secret_id": role, "dsn": f"role={role};x=1"}
        self.vault = Vault("kv", "team-a", self.token, ("web-rotation", role), {"apps/shop": self.document})
        self.chatty = Chatty(
            {
                "unread": {"SFMC": old},
                "lines": {"SFMC": old, "pem": "\n".join(["-----BEGIN KEY-----", *pem, "-----END KEY-----"])},
                "nested": {"doc": json.dumps({"s": old, "db": {"password": self.password}}), "echo": self.password},
                "number": f'{{"SFMC": "{old}", "ratio": 0.10000000000000000555}}',
                "twice": f'{{"SFMC": "{old}", "twice": 1, "twice": 2}}',
            }
        )
        hidden = variable("HIDDEN", old, masked=True, hidden=True)
        self.gitlab = Gitlab(self.token, {"projects/1": [variable("OPEN", self.password), hidden]})
        self.elsewhere = Moved()
        self.moved = Moved(self.elsewhere.url.replace("127.0.0.1", "localhost"))
        for server in (self.vault, self.chatty, self.gitlab, self.elsewhere, self.moved):
            stack.enter_context(server)
        self.strangers = Record(Flask("strangers"))
        self.unsigned = stack.enter_context(serving(self.strangers, Authority()))

    def rotate(self) -> None:
        """Declare everything and run."""
        declare(self.operations, "prod-a", self._in_vault(), *self._chatty(), *self._moved(), *self._over_tls())
        self.operations.hand_in_active("crm_sync")
        netrc = self.operations.estate.root / "netrc"
        netrc.touch(0o600)
        netrc.write_text("machine 127.0.0.1 login somebody password something\n")
        environment = {"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "NETRC": str(netrc), **_CARELESS}
        self.run = self.operations.rotate("-vvvv", "--diff", env=environment)
        self.hidden["new"] = self.operations.secret("crm_sync", "staged")

    def _in_vault(self) -> dict[str, Any]:
        login = {"auth_method": "approle", "role_id": "web-rotation", "secret_id": self.hidden["role"]}
        place = {"engine_mount_point": "kv", "path": "apps/shop", "key": "client_secret"}
        return entry("vault", "hashi_vault_kv2", {"url": self.vault.url, "namespace": "team-a", **login, **place})

    def _chatty(self) -> list[dict[str, Any]]:
        whole = {"SFMC": "${secret}"}
        return [
            self._document("unread", whole, "SFMC"),
            self._document("lines", whole, "SFMC"),
            self._document("number", "${merged}", "SFMC"),
            self._document("twice", "${merged}", "SFMC"),
            self._document("nested", {"doc": "${merged}"}, "s", value="doc"),
        ]

    def _document(self, name: str, body: Any, key: str, **read: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        write = {"url": f"{self.chatty.url}/documents/{name}", "body": body, "headers": headers}
        return entry(name, "http", {"write": write, "read": read, "key": key})

    def _moved(self) -> list[dict[str, Any]]:
        moved, owner = {"api_url": self.moved.url, "name": "SFMC"}, {"organization": "o", "repository": "r"}
        lab = {"api_token": self.token, "project": "1"}
        return [
            entry("lab", "gitlab_variable", {**moved, **lab}),
            entry("hub", "github_actions_secret", {**moved, **owner, "token": self.token}),
            entry("open", "gitlab_variable", {"api_url": self.gitlab.url, **lab, "name": "OPEN", "hidden": True}),
            entry("hidden", "gitlab_variable", {"api_url": self.gitlab.url, **lab, "name": "HIDDEN"}),
        ]

    def _over_tls(self) -> list[dict[str, Any]]:
        """Places behind a certificate that nobody vouches for."""
        awx = {"controller_oauthtoken": "a-token", "name": "Shop", "credential_type": "x", "key": "client_secret"}
        cluster = {"cluster": {"server": self.unsigned, "insecure-skip-tls-verify": True}, "name": "web"}
        kubeconfig = self.operations.estate.root / "kubeconfig"
        kubeconfig.write_text(
            yaml.safe_dump(
                {
                    "clusters": [cluster],
                    "users": [{"name": "web", "user": {"token": "a-token"}}],
                    "contexts": [{"name": "web", "context": {"cluster": "web", "user": "web"}}],
                    "current-context": "web",
                }
            )
        )
        secret = {"kubeconfig": str(kubeconfig), "namespace": "shop", "name": "sfmc", "key": "a"}
        return [
            entry("no vault", "hashi_vault_kv2", {"url": self.unsigned, "token": "a-token", "path": "a", "key": "b"}),
            entry("no cluster", "kubernetes_secret", secret),
            entry("no awx", "awx_credential", {"controller_host": self.unsigned, **awx}),
        ]


@pytest.fixture(scope="module")
def hostile(bring_up_once: BringUp) -> Iterator[Hostile]:
    operations = bring_up_once(estate("prod-a"))
    with ExitStack() as stack:
        told = Hostile(operations, stack)
        told.rotate()
        yield told


def test_i22_a_neighbour_that_is_a_credential_of_ours_is_not_overwritten_with_a_mask(hostile: Hostile) -> None:
    """Up to ansible-core 2.21 it is masked in what was read, and refused; from 2.22 on in what is shown only."""
    assert hostile.run.status == 2, hostile.run
    refused = "I-22: a masked text is never written back" in hostile.run.said
    assert refused != CORE_MASKS, hostile.run
    document, new = hostile.vault.current("apps/shop"), {} if refused else {"client_secret": hostile.hidden["new"]}
    assert document == {**hostile.document, **new}
    assert len(hostile.vault.versions["apps/shop"]) == (1 if refused else 2)


def test_i27_messages_that_show_what_a_system_holds_are_shown_without_it(hostile: Hostile) -> None:
    """Before anything was read, in several lines, in JSON within JSON; in what is printed now and told later."""
    status = hostile.operations.playbook("status", "-vvvv")
    assert "broke while it dumped" in hostile.run.said and "cannot put" in hostile.run.said, hostile.run
    assert "cannot put" in status.said, status
    printed = {"run": hostile.run, "status": status}
    assert leaks(hostile.hidden, {name: (run.stdout + run.stderr).encode() for name, run in printed.items()}) == []


def test_i29_a_token_goes_to_no_other_server_and_no_password_of_netrc_in_its_place(hostile: Hostile) -> None:
    token = hostile.token
    assert hostile.moved.came_with == [token, f"Bearer {token}"]
    assert hostile.elsewhere.came_with == []
    assert "Status code was 302" in hostile.run.said and "status 302" in hostile.run.said, hostile.run


def test_i24_a_variable_is_not_overwritten_unread_because_somebody_calls_it_hidden(hostile: Hostile) -> None:
    assert hostile.gitlab.variable("projects/1", "OPEN")["value"] == hostile.password
    assert "Expected True as json.hidden in the answer; found False" in hostile.run.said, hostile.run
    assert hostile.gitlab.writes() == []


def test_a_hidden_variable_that_is_not_declared_so_is_refused_with_the_option_to_correct(hostile: Hostile) -> None:
    assert "does not say json.hidden: true" in hostile.run.said, hostile.run
    assert "correct the options of this dependent: `hidden`" in hostile.run.said


def test_i29_no_variable_of_the_environment_makes_a_certificate_good(hostile: Hostile) -> None:
    assert hostile.strangers.asked == []
    assert hostile.run.said.lower().count("certificate verify failed") >= 3, hostile.run


def test_i23_a_document_that_would_not_survive_is_not_written_back(hostile: Hostile) -> None:
    said = hostile.run.said
    assert "found a number with more digits" in said and "found two members with one name" in said, hostile.run
    assert {call.path.rpartition("/")[2] for call in hostile.chatty.writes()} == {"lines", "nested"}
