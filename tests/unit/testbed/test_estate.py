# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole estate: hosts that Ansible reaches with host key checking on, services, an end that leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed import sshd
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
    Service,
)
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate, end
from ansible_collections.keyturn.sfmc.tests.testbed.processes import command_line, is_running

pytestmark = pytest.mark.exhaustive

NEEDS_SSHD = pytest.mark.skipif(not sshd.available()[0], reason=sshd.available()[1])
MODULE = [sys.executable, "-m", "ansible_collections.keyturn.sfmc.tests.testbed"]
FILE = ConfigFile("/srv/app/.env", "dotenv", "SFMC_CLIENT_SECRET", 0o600)
OTHER = ConfigFile("/srv/app/app.json", "json", "sfmc.client_secret")


def _small(name: str = "small") -> Declaration:
    return Declaration(
        name,
        (
            Environment("dev", (Integration("crm_sync", "CRM Sync (dev)"),), provider="operator"),
            Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170, secret_format="old"),)),
        ),
        (
            Host("dev1", "dev", (Dependent("crm_sync", "app", (FILE,)),)),
            Host("prod1", "prod", (Dependent("crm_sync", "app", (FILE, OTHER), Service(0.1)),)),
        ),
    )


def _everything_of(root: Path) -> list[int]:
    """Return the pids of all processes whose command names the folder, except our own and Ansible's."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if str(root) in command_line(pid) and is_running(pid) and pid != os.getpid()]


def _connection(estate: Estate) -> dict[str, Any]:
    """Return the connection variables of dev1."""
    inventory = yaml.safe_load(estate.inventory.read_text())
    return dict(inventory["all"]["children"]["dev"]["hosts"]["dev1"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An estate over whatever transport there is. Tests leave it as it was."""
    with Estate(tmp_path_factory.mktemp("estate") / "e", _small()) as up:
        yield up


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """The folder of an estate that the test brings up; down afterwards, whatever happens."""
    yield tmp_path / "e"
    end(tmp_path / "e")


@NEEDS_SSHD
def test_ansible_reaches_every_host_with_host_key_checking_on(estate: Estate) -> None:
    assert estate.transport == "ssh"
    pinged = estate.ansible("ansible", "all", "-m", "ping")
    assert pinged.returncode == 0, pinged.stdout + pinged.stderr
    assert pinged.stdout.count("pong") == 2
    answer = estate.ansible("ansible", "prod", "-m", "ansible.builtin.raw", "-a", "echo on=$KEYTURN_TESTBED_HOST")
    assert "on=prod1" in answer.stdout


@NEEDS_SSHD
def test_a_host_with_another_key_is_not_trusted(estate: Estate) -> None:
    known = estate.root / "ssh" / "known_hosts"
    kept = known.read_text()
    known.write_text("".join(line.replace("AAAAC3", "AAAAC4") + "\n" for line in kept.splitlines()))
    try:
        # A shared connection that is open already would not look at the key again.
        anew = json.dumps(
            {"ansible_ssh_common_args": f"-o ControlPath=none {_connection(estate)['ansible_ssh_common_args']}"}
        )
        pinged = estate.ansible("ansible", "dev1", "-m", "ping", "-e", anew)
    finally:
        known.write_text(kept)
    assert "Host key verification failed" in pinged.stdout + pinged.stderr


@NEEDS_SSHD
def test_nothing_but_the_key_opens_a_host(estate: Estate, tmp_path: Path) -> None:
    connection = _connection(estate)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")], check=True)
    login = subprocess.run(
        ["ssh", "-o", "ControlPath=none", *connection["ansible_ssh_common_args"].split(), "-o", "BatchMode=yes"]
        + ["-i", str(tmp_path / "other"), "-p", str(connection["ansible_port"]), "127.0.0.1", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert login.returncode == 255
    assert "Permission denied (publickey)" in login.stderr


def test_inventory_says_what_the_design_says(estate: Estate) -> None:
    shown = estate.ansible("ansible-inventory", "--host", "prod1")
    variables = json.loads(shown.stdout)
    client_id = estate.client_id("prod", "crm_sync")
    assert variables["sfmc_integrations"]["crm_sync"]["client_id"] == client_id
    assert variables["sfmc_provider"]["kind"] == "http"
    assert "${client_id}" in variables["sfmc_provider"]["generate"]["url"]
    (dependent,) = variables["sfmc_dependents"]
    assert [file["format"] for file in dependent["files"]] == ["dotenv", "json"]
    assert dependent["restart"]["command"][2] == "restart"
    assert estate.client_id("dev", "crm_sync") != client_id


def test_the_console_token_is_vaulted_and_opens_the_console(estate: Estate) -> None:
    token = estate.simulator.address.console_token
    assert token not in (estate.root / "inventory/group_vars/all.yml").read_text()
    # Into a file: from 2.22 on, ansible-core masks in all output what was in a vault.
    kept, header = estate.root / "header", "{{ sfmc_provider.generate.headers.Authorization }}"
    ended = estate.ansible("ansible", "prod1", "-m", "copy", "-a", f"content='{header}' dest={kept} mode=0600")
    assert kept.is_file(), str(ended)
    assert kept.read_text() == f"Bearer {token}"
    kept.unlink()


def test_hosts_hold_the_active_secrets_and_nothing_else_does(estate: Estate) -> None:
    secret = estate.secret("prod", "crm_sync")
    assert set(estate.values("prod", "crm_sync").values()) == {secret}
    assert len(estate.values("prod", "crm_sync")) == 2
    assert secret not in estate.values("dev", "crm_sync").values()
    outside = [path for path in estate.root.rglob("*") if path.is_file() and "hosts" not in path.parts]
    assert not [path for path in outside if secret.encode() in path.read_bytes()]


def test_a_loaded_estate_sees_the_same(estate: Estate) -> None:
    loaded = Estate.load(estate.root)
    assert loaded.transport == estate.transport
    assert loaded.values("prod", "crm_sync") == estate.values("prod", "crm_sync")
    assert loaded.snapshot() == estate.snapshot()
    assert loaded.service("prod1", "app") == estate.service("prod1", "app")


def test_only_a_declared_secret_may_change(estate: Estate) -> None:
    before = estate.snapshot("prod")
    path = estate.host("prod1") / "srv/app/app.json"
    kept = path.read_text()
    path.write_text(kept.replace(estate.secret("prod", "crm_sync"), "another"))
    same = estate.differences(before, estate.snapshot("prod"))
    path.write_text(kept.replace("payment", "Payment"))
    differs = estate.differences(before, estate.snapshot("prod"))
    path.write_text(kept)
    assert same == []
    assert differs == [f"{path}: content differs beside its secrets"]


def test_a_service_is_restarted_on_its_host_by_ansible(estate: Estate) -> None:
    unit = estate.service("prod1", "app")
    before = unit.record()
    restarted = estate.ansible("ansible", "prod1", "-m", "command", "-a", " ".join(unit.control("restart")))
    assert restarted.returncode == 0, restarted.stdout
    after = unit.record()
    assert after["starts"] == before["starts"] + 1
    assert after["pid"] != before["pid"]
    assert after["refused"] == 0
    outcomes = [(line["who"], line["outcome"]) for line in estate.simulator.effects() if line["kind"] == "external"]
    assert outcomes == [("prod1", "stopping"), ("prod1", "restarted")]
    assert estate.control(unit, "status").returncode == 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_down_leaves_no_process_and_can_be_repeated(root: Path) -> None:
    estate = Estate(root, _small()).up()
    estate.ansible("ansible", "all", "-m", "ping")
    estate.control(estate.service("prod1", "app"), "restart")
    sockets = [Path(os.readlink(link)) for link in [root / "ssh/control"] if link.is_symlink()]
    assert _everything_of(root)
    estate.down()
    assert not _everything_of(root)
    assert not any(path.exists() for path in sockets)
    estate.down()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_another_process_ends_what_a_killed_one_began(root: Path) -> None:
    killed_after_start = f"""
import os
from pathlib import Path
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate
from ansible_collections.keyturn.sfmc.tests.testbed.estates import many
Estate._control_all = lambda *ignored: os.kill(os.getpid(), 9)
Estate(Path({str(root)!r}), many(2)).up()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", killed_after_start], check=False, env=environment).returncode == -9
    assert _everything_of(root)
    assert end(root)
    assert not _everything_of(root)


def test_without_sshd_the_hosts_are_local(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sshd, "available", lambda: (False, "there is no sshd"))
    with Estate(root, _small()) as estate:
        assert (estate.transport, estate.transport_reason) == ("local", "there is no sshd")
        pinged = estate.ansible("ansible", "all", "-m", "ping")
        assert pinged.stdout.count("pong") == 2, pinged.stdout + pinged.stderr
        assert list(estate.processes()) == ["simulator"]


def test_ssh_that_was_asked_for_is_not_replaced(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sshd, "available", lambda: (False, "there is no sshd"))
    with pytest.raises(Refusal, match="there is no sshd"):
        Estate(root, _small(), transport="ssh").up()
    assert not (root / "run" / "simulator.pid").exists()


@NEEDS_SSHD
def test_logins_that_fail_are_a_reason_for_local(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.copyfile", lambda _source, target: Path(target).touch())
    servers = sshd.SshHosts(root / "ssh", Estate(root, _small())._processes)
    root.mkdir()
    (root / ".keyturn-testbed").touch()
    with pytest.raises(Refusal, match="Permission denied"):
        servers.start(["one"])


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(root: Path) -> None:
    root.mkdir()
    (root / "mine").touch()
    with pytest.raises(Refusal, match="its own"):
        Estate(root, _small()).up()
    assert not end(root, remove=True)
    assert (root / "mine").exists()


def test_the_command_brings_an_estate_up_and_down(root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*MODULE, *words, "--root", str(root)], capture_output=True, text=True, check=False, env=environment
        )

    up = run("up", "--hosts", "2", "--transport", "local", "--speed", "60")
    assert up.returncode == 0, up.stderr
    assert "prod-0002" in up.stdout
    assert "keyturn.sfmc.status" in up.stdout
    assert run("status").returncode == 0
    assert run("up").returncode == 2
    assert run("down", "--remove").returncode == 0
    assert not root.exists()
    assert run("status").returncode == 2
    assert run("down", "--remove").returncode == 0
    shutil.rmtree(root, ignore_errors=True)
