# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service reads its secret at start, is refused when the secret is dead, recovers by a restart, and keeps quiet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.testbed import service, service_control
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import ConfigFile, Dependent, Host, Service
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import Package, ServiceUnit, lay_out
from ansible_collections.keyturn.sfmc.tests.testbed.processes import is_running
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import SimulatorAddress
from ansible_collections.keyturn.sfmc.tests.unit.testbed.conftest import TokenServer

OLD, NEW = "the-old-secret-0123456789", "the-new-secret-0123456789"


@pytest.fixture
def unit(tmp_path: Path, token_server: TokenServer) -> Iterator[ServiceUnit]:
    """A service that is installed and not started; it asks every 20 ms."""
    file = ConfigFile("/srv/app/.env", "dotenv", "SFMC_CLIENT_SECRET")
    host = Host("h", "prod", (Dependent("crm_sync", "the app", (file,), Service(0.02)),))
    laid = lay_out(
        tmp_path / "h", host, {"crm_sync": Package("0" * 24, "", OLD)}, SimulatorAddress(token_server.url, "")
    )
    token_server.accepted.add(OLD)
    yield laid.services[0]
    _control(laid.services[0], "stop")


def _control(unit: ServiceUnit, action: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        unit.control(action), capture_output=True, text=True, check=False, env={"http_proxy": "http://127.0.0.1:1"}
    )


def _health(unit: ServiceUnit) -> int:
    return service_control.health(service_control.Unit(**unit.settings()))[0]


def _change_secret(unit: ServiceUnit) -> None:
    config = Path(unit.unit).parents[2] / "srv/app/.env"
    config.write_text(config.read_text().replace(OLD, NEW))


def test_a_life(unit: ServiceUnit, token_server: TokenServer) -> None:
    """I-14: a changed file changes nothing until the restart."""
    assert _control(unit, "status").returncode == 3
    started = _control(unit, "start")
    assert started.returncode == 0, started.stderr
    assert _health(unit) == 200
    _change_secret(unit)
    token_server.accepted = {NEW}
    token_server.wait_for(401)
    token_server.wait_for(401)
    assert _health(unit) == 503
    assert _control(unit, "status").returncode == 1
    assert _control(unit, "restart").returncode == 0
    assert _health(unit) == 200
    record = unit.record()
    assert record["starts"] == 2
    assert record["refused"] >= 2
    assert record["errors"][0]["error"] == "invalid_client"
    assert record["errors"][0]["status"] == 401


def test_no_request_is_refused_when_the_restart_comes_in_the_overlap(
    unit: ServiceUnit, token_server: TokenServer
) -> None:
    _control(unit, "start")
    token_server.accepted.add(NEW)
    _change_secret(unit)
    _control(unit, "restart")
    token_server.accepted.remove(OLD)
    token_server.wait_for(200)
    assert unit.record()["refused"] == 0


def test_an_unclear_answer_is_not_a_refusal(unit: ServiceUnit, token_server: TokenServer) -> None:
    """I-20."""
    token_server.broken = True
    assert _control(unit, "start").returncode == 0
    assert _health(unit) == 200
    assert unit.record()["refused"] == 0
    assert unit.record()["failed"] >= 1


def test_start_and_stop_can_be_repeated(unit: ServiceUnit) -> None:
    _control(unit, "start")
    pid = unit.record()["pid"]
    assert f"already running, pid {pid}" in _control(unit, "start").stdout
    assert _control(unit, "stop").returncode == 0
    assert not is_running(pid)
    assert _control(unit, "stop").stdout == "not running\n"


def test_the_first_20_errors_are_kept(unit: ServiceUnit, token_server: TokenServer) -> None:
    token_server.accepted.clear()
    _control(unit, "start")
    for _request in range(30):
        token_server.next_status()
    record = unit.record()
    assert record["refused"] > 20
    assert len(record["errors"]) == 20


def test_the_secret_is_nowhere_but_in_the_config_file(unit: ServiceUnit, token_server: TokenServer) -> None:
    """I-27, I-29: the server even repeats the secret in its error."""
    token_server.accepted.clear()
    printed = _control(unit, "start")
    token_server.wait_for(401)
    printed_too = _control(unit, "status")
    pid = unit.record()["pid"]
    with pytest.raises(urllib.error.HTTPError) as health:
        urllib.request.urlopen(unit.settings()["health_url"])
    shown = [printed.stdout, printed.stderr, printed_too.stdout, health.value.read().decode()]
    if Path("/proc/self/environ").exists():
        shown += [Path(f"/proc/{pid}/{name}").read_text() for name in ("cmdline", "environ")]
    root = Path(unit.unit).parents[2]
    shown += [path.read_text() for path in root.rglob("*") if path.is_file() and path.name != ".env"]
    assert not any(OLD in text for text in shown)


def test_a_service_without_its_key_does_not_start_and_says_why(unit: ServiceUnit) -> None:
    config = Path(unit.unit).parents[2] / "srv/app/.env"
    config.write_text(f"OTHER={OLD}\n")
    failed = _control(unit, "start")
    assert failed.returncode == 1
    assert f"{config}: no dotenv value at SFMC_CLIENT_SECRET" in failed.stderr
    assert OLD not in failed.stderr


def test_a_service_finds_a_free_port_itself(tmp_path: Path, token_server: TokenServer) -> None:
    config, record = tmp_path / "c.json", tmp_path / "record.json"
    config.write_text(json.dumps({"a": [{"s": OLD}]}))
    options = {"config": config, "format": "json", "key": "a[0].s", "client-id": "x", "record": record}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, service.__file__, *words, "--token-url", f"{token_server.url}/v2/token"]
    token_server.accepted.add(OLD)
    with subprocess.Popen([*command, "--interval", "0.02"]) as process:
        assert [token_server.next_status() for _request in range(2)] == [200, 200]
        port = json.loads(record.read_text())["port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
            assert json.load(answer)["pid"] == process.pid
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("file_format", "text", "key", "value"),
    [
        ("dotenv", "A=1\nexport S = 'x y' # c\n", "S", "x y"),
        ("dotenv", "S=x#y # c\n", "S", "x#y"),
        ("properties", "# S=no\nS : x\n", "S", "x"),
        ("properties", "S=\\ud\n", "S", "\\ud"),
        ("ini", "[Web Services]\nclientsecret: x%y\n", "Web Services.clientsecret", "x%y"),
        ("json", '{"a.b": 1, "l": [0, {"s": "x"}]}', "l[1].s", "x"),
    ],
)
def test_simple_readers(file_format: str, text: str, key: str, value: str) -> None:
    assert service.read_value(text, file_format, key) == value


def test_programs_need_nothing_but_python() -> None:
    for program in (service.__file__, service_control.__file__):
        helped = subprocess.run(
            [sys.executable, "-I", "-S", program, "--help"], capture_output=True, check=False, cwd=os.sep
        )
        assert helped.returncode == 0
