# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of docs/stores.md allow what the stores ask for, and nothing else."""

from __future__ import annotations

import json
import re
import secrets
import textwrap
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Store
from ansible_collections.keyturn.sfmc.tests.standins.aws import Aws
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault

from .conftest import TOKEN, Place

NAME = "0a1b2c3d4e5f6g7h8i9j0k1l"
_PAGE = (Path(__file__).parents[3] / "docs" / "stores.md").read_text(encoding="utf-8")
#: What a request needs, of a document and of what lies beside it.
_CAPABILITIES = {"GET": {"read"}, "POST": {"create", "update"}, "PUT": {"create", "update"}, "LIST": {"list"}}


def _policy(name: str) -> str:
    found = re.search(rf"<!-- policy: {name} -->\n\s*```\w+\n(.*?)\n\s*```", _PAGE, re.DOTALL)
    assert found, f"docs/stores.md has no policy for {name}"
    return textwrap.dedent(found.group(1))


def _everything(store: Store) -> None:
    """Do all that is ever done with a store."""
    document: dict[str, Any] = {"fingerprint_key": "ab" * 16, "secrets": {"active": secrets.token_hex(12)}}
    version = store.save(NAME, document, None)
    store.prove_writable(NAME)
    document["secrets"]["staged"] = secrets.token_hex(12)
    store.save(NAME, document, version)
    with pytest.raises(Conflict):
        store.save(NAME, document, version)
    store.complete(NAME)
    assert store.names() == [NAME]


def test_the_policy_for_aws_has_each_action_that_is_asked_for_and_no_other(cloud: Aws, on_aws: Place) -> None:
    """Least privilege: per secret, too."""
    before = len(cloud.record.asked)
    _everything(on_aws())
    used: dict[str, set[str]] = {}
    for asked in cloud.record.asked[before:]:
        body, action = json.loads(asked.body), asked.headers["X_AMZ_TARGET"].replace("secretsmanager.", "")
        name = body.get("SecretId") or body.get("Name") or "*"
        which = name.removeprefix(on_aws.settings["prefix"]).split("/")[0]
        used.setdefault(which, set()).add(f"secretsmanager:{action}")
    allowed: dict[str, set[str]] = {}
    for statement in json.loads(_policy("aws"))["Statement"]:
        actions = statement["Action"]
        which = statement["Resource"].rpartition(":keyturn/")[2].split("/")[0]
        allowed[which] = {actions} if isinstance(actions, str) else set(actions)
    assert used == allowed


def test_the_policy_for_vault_allows_each_request_and_has_no_line_too_many(in_vault: Place, vault: Vault) -> None:
    """Least privilege."""
    text = _policy("vault").replace("kv/", "secret/").replace("teams/web/keyturn", "keyturn")
    lines = re.findall(r'path "([^"]+)" \{ capabilities = (\[.*?\]) \}', text)
    allowed = {path: set(json.loads(may)) for path, may in lines}
    assert len(allowed) == len(text.splitlines())
    _everything(in_vault())
    used = set()
    for call in vault.calls:
        path = call.path.removeprefix("/v1/")
        needed = _CAPABILITIES[call.method]
        granting = {each for each, may in allowed.items() if fnmatch(path, each) and may & needed}
        assert granting, f"{call.method} {path} is not allowed"
        used |= granting
    # With or without the slash: which of the two a LIST is checked by depends on the version of Vault.
    assert {each.rstrip("/") for each in used} == {each.rstrip("/") for each in allowed}
    assert TOKEN not in text
