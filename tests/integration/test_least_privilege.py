# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who distributes needs the store; who generates and activates needs the provider's credential, too."""

from __future__ import annotations

import secrets
import textwrap
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations

COMMAND = {"integration": "crm_sync", "name": "by command", "kind": "command"}


@pytest.fixture
def provider(pair_of_hosts: Operations) -> str:
    """Lock the provider's credential with a vault secret of its own, and return the option that gives it to a run."""
    root = pair_of_hosts.estate.root
    password = root / "provider-password"
    password.touch(0o600)
    password.write_text(secrets.token_urlsafe(24), encoding="ascii")
    token = pair_of_hosts.estate.simulator.address.console_token
    vault = VaultLib([("provider", VaultSecret(password.read_bytes()))])
    locked = vault.encrypt(token, secret=VaultSecret(password.read_bytes()), vault_id="provider").decode("ascii")
    path = root / "inventory" / "group_vars" / "all.yml"
    kept = yaml.safe_load(_without_token(path))
    text = f"---\n{yaml.safe_dump(kept)}sfmc_console_token: !vault |\n{textwrap.indent(locked, '  ')}"
    path.write_text(text, encoding="utf-8")
    return f"--vault-id=provider@{password}"


def _without_token(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith((" ", "sfmc_console_token")))


def test_who_distributes_cannot_activate(pair_of_hosts: Operations, provider: str) -> None:
    """Three jobs: one stages, one distributes with the store's vault secret only, one activates."""
    operations = pair_of_hosts
    target = operations.estate.host("prod-b") / "srv" / "by-command"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(operations.secret("crm_sync"), encoding="utf-8")
    options = {"read": ["cat", str(target)], "write": ["tee", str(target)]}
    operations.declare_host("prod-b", lambda items: items.append({**COMMAND, "options": options}))

    refused = operations.playbook("stage")
    assert refused.status == 2 and "sfmc_provider or another sfmc variable" in refused.said, str(refused)
    assert operations.sent("crm_sync") == []
    unnamed = operations.playbook("stage", provider)
    assert unnamed.status == 2 and "ids default, provider" in unnamed.said, str(unnamed)
    assert operations.sent("crm_sync") == []
    operations.declare_group(lambda variables: variables["sfmc_store"].update(vault_id="default"))
    staged = operations.playbook("stage", provider)
    assert staged.status == 0, str(staged)
    assert operations.sent("crm_sync") == ["generate"]

    distributed = operations.playbook("distribute")
    assert distributed.status == 0, str(distributed)
    secret = operations.secret("crm_sync", "staged")
    assert operations.held("crm_sync") == {secret}
    assert target.read_text(encoding="utf-8") == secret
    proved = {item.dependent for item in operations.rotation("crm_sync").attestations}
    assert proved == {"prod-a/web shop", "prod-b/mule", "prod-b/by command"}
    again = operations.playbook("distribute")
    assert (again.status, again.changed) == (0, 0), str(again)

    locked = operations.playbook("activate")
    assert locked.status == 2, str(locked)
    assert operations.sent("crm_sync") == ["generate"]
    activated = operations.playbook("activate", provider)
    assert activated.status == 0, str(activated)
    assert operations.sent("crm_sync") == ["generate", "activate"]
    assert operations.secret("crm_sync") == secret


def test_a_host_without_any_provider_is_distributed_to(pair_of_hosts: Operations) -> None:
    """`sfmc_provider` undefined in the run that distributes: it is not among what such a run knows."""
    operations = pair_of_hosts
    assert operations.playbook("stage").status == 0
    operations.declare_group(lambda variables: variables.pop("sfmc_provider"))
    distributed = operations.playbook("distribute")
    assert distributed.status == 0, str(distributed)
    assert operations.held("crm_sync") == {operations.secret("crm_sync", "staged")}
    assert len(operations.rotation("crm_sync").attestations) == 2
    verified = operations.playbook("verify")
    assert verified.status == 0, str(verified)
