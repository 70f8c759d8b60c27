# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation with each store beside the file store: its controller is killed in the midst, and the next one goes on."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.controllers import started
from ansible_collections.keyturn.sfmc.tests.integration.estates import several
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, start_host, stop_host
from ansible_collections.keyturn.sfmc.tests.standins.aws import REGION, Aws, aws
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault
from ansible_collections.keyturn.sfmc.tests.support.opened_stores import opened

CRM = "crm_sync"


def _kept_in(operations: Operations, settings: Mapping[str, Any]) -> None:
    operations.declare_group(lambda variables: variables.update(sfmc_store=dict(settings)))


def _killed_and_finished(operations: Operations, point: str) -> None:
    """Hand in, rotate, kill at a point, rotate again; see that all is well, and that lookups read the new secret."""
    operations.hand_in_active(CRM)
    former = operations.secret(CRM)
    with started(operations, stands_at=point) as controller:
        controller.wait_until_it_stands()
        controller.kill()
    again = operations.rotate()
    assert again.status == 0, again
    done = [(each["kind"], each["outcome"]) for each in operations.effects("generate", "activate")]
    assert done == [("generate", "generated"), ("activate", "activated")]
    assert operations.rotation(CRM).outcome == "rotated"
    assert operations.held(CRM) == {operations.secret(CRM)} != {former}
    assert not operations.store_folder.exists(), "a file store as well"
    _looked_up(operations)


def _looked_up(operations: Operations) -> None:
    path = operations.estate.root / "looked-up"
    written = {
        "ansible.builtin.copy": {
            "content": f"{{{{ lookup('keyturn.sfmc.client_secret', '{CRM}') }}}}",
            "dest": str(path),
            "mode": "0600",
        },
        "no_log": True,
    }
    ended = operations.play([written], limit="prod-a")
    assert ended.status == 0, ended
    assert path.read_text() == operations.secret(CRM)


@pytest.fixture
def on_a_bastion(bring_up: BringUp) -> Operations:
    """A store on a host of another group, which `--limit prod` leaves out; it is reached over SSH."""
    operations = bring_up(several(("prod-a",)))
    root = operations.estate.root
    path = root / "inventory" / "hosts.yml"
    hosts = yaml.safe_load(path.read_text())
    groups = hosts["all"]["children"]
    groups["infra"] = {"hosts": {"bastion": dict(groups["prod"]["hosts"]["prod-a"])}}
    path.write_text(yaml.safe_dump(hosts))
    folder = root / "on-the-bastion"
    _kept_in(operations, {"kind": "host_file", "host": "bastion", "path": str(folder)})
    password = VaultSecret((root / "vault-password").read_bytes().strip())
    operations.store = lambda: FileStore(folder, VaultCipher([("default", password)]))
    return operations


def test_i13_a_store_on_a_bastion_takes_a_rotation_over_a_killed_controller(on_a_bastion: Operations) -> None:
    """I-7, I-13, I-25: the bastion sees encrypted documents only, privately, and keeps nothing else."""
    _killed_and_finished(on_a_bastion, "after save staged")
    looked = on_a_bastion.rotate("--check")
    assert looked.status == 0, looked
    folder = on_a_bastion.estate.root / "on-the-bastion"
    for path in folder.glob("*.txt"):
        assert path.read_bytes().startswith(b"$ANSIBLE_VAULT"), path
        assert path.stat().st_mode & 0o777 == 0o600
    assert {path.suffix or path.name for path in folder.iterdir()} == {".txt", ".lock"}
    stop_host(on_a_bastion, "prod-a")
    status = on_a_bastion.playbook("status")
    assert status.status != 0
    assert "a store on a host is reached as the inventory says" in status.said, status
    start_host(on_a_bastion, "prod-a")


def test_i13_a_store_in_vault_takes_a_rotation_over_a_killed_controller(
    bring_up: BringUp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """I-7, I-13: an AppRole from a file, as AWX hands it over."""
    token, role = f"hvs.{secrets.token_hex(12)}", (secrets.token_hex(8), secrets.token_hex(8))
    file = tmp_path / "credentials.json"
    file.touch(0o600)
    file.write_text(json.dumps({"role_id": role[0], "secret_id": role[1]}))
    monkeypatch.setenv("KEYTURN_VAULT_CREDENTIALS", str(file))
    with Vault("kv", "", token, role, {}) as vault:
        operations = bring_up(several(("prod-a",)))
        settings = {"kind": "hashi_vault", "url": vault.url, "mount": "kv", "path": "teams/web"}
        _kept_in(operations, settings)
        operations.store = lambda: opened(settings)
        _killed_and_finished(operations, "after save staged")
        assert vault.mistakes == []
        assert f"teams/web/{operations.client_id(CRM)}" in vault.versions
        _moved_to_a_folder(operations)


def _moved_to_a_folder(operations: Operations) -> None:
    """The way of docs/stores.md: another store, the active secret handed in, every host still holds it."""
    _kept_in(operations, {"kind": "file", "path": "{{ inventory_dir }}/keyturn"})
    operations.store = Operations(operations.estate).store
    operations.hand_in_active(CRM)
    verified = operations.playbook("verify")
    assert verified.status == 0, verified
    assert operations.history(CRM) == ["adopted"]
    sent = operations.sent(CRM)
    assert operations.rotate().status == 0
    assert operations.sent(CRM) == sent, "a rotation that is not due"


def test_i13_services_that_read_from_aws_follow_although_the_controller_was_killed_before_they_could(
    bring_up: BringUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-7, I-13: killed after the activation was saved, before AWSCURRENT has moved."""
    with aws() as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        operations = bring_up(several(("prod-a",)))
        settings = {"kind": "aws_secretsmanager", "region": REGION, "endpoint_url": cloud.url}
        _kept_in(operations, settings)
        operations.store = lambda: opened(settings)
        _killed_and_finished(operations, "before follow activated")
        client_id = operations.client_id(CRM)
        value = {"client_id": client_id, "client_secret": operations.secret(CRM)}
        assert _service_reads(cloud, client_id) == value


def _service_reads(cloud: Aws, client_id: str) -> Any:
    client = cloud.client("secretsmanager")
    answer = client.get_secret_value(SecretId=f"keyturn/services/{client_id}", VersionStage="AWSCURRENT")
    return json.loads(answer["SecretString"])
