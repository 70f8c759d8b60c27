# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from ansible_collections.keyturn.sfmc.tests.simulator.__main__ import main
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_client_id

MODULE = "ansible_collections.keyturn.sfmc.tests.simulator"


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command; give the process and the URL of its first line; end it by its id."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", MODULE, *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        watchdog = threading.Timer(20, process.kill)
        watchdog.start()
        try:
            assert process.stderr is not None
            yield process, process.stderr.readline()
        finally:
            process.kill()
            watchdog.cancel()


def test_process(tmp_path: Path) -> None:
    client_id = make_client_id()
    packages, port_file, ca, token = (tmp_path / name for name in ("packages.json", "port", "ca.pem", "token"))
    packages.write_text(json.dumps([{"client_id": client_id, "name": "CRM Sync"}]), encoding="utf-8")
    token.write_text("a-console-token\n", encoding="utf-8")
    arguments = ["--packages", str(packages), "--port-file", str(port_file), "--console-token-file", str(token)]
    arguments += ["--tls", "--ca-out", str(ca), "--start", "2027-01-01T00:00:00Z", "--speed", "0"]
    arguments += ["--switch", "pace_scope=package", "--switch", "secret_life_days=30"]
    with started(*arguments) as (process, line):
        url = line.split()[1]
        assert url.startswith("https://127.0.0.1:")
        session = requests.Session()
        # Else REQUESTS_CA_BUNDLE, where it is set, beats the session's own setting.
        session.trust_env = False
        session.verify = str(ca)
        assert session.get(f"{url}/_sim/clock", timeout=10).json()["now"] == "2027-01-01T00:00:00+00:00"
        switches = session.get(f"{url}/_sim/switches", timeout=10).json()["switches"]
        assert (switches["pace_scope"], switches["secret_life_days"]) == ("package", 30)
        session.headers["Authorization"] = "Bearer a-console-token"
        made = session.post(f"{url}/console/packages/{client_id}/staged-secret", json={}, timeout=10)
        assert made.status_code == 201
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        log = process.stderr.read()
        assert process.wait(10) == 0
    assert f"POST /console/packages/{client_id}/staged-secret 201" in log
    assert made.json()["staged"]["secret"] not in log
    assert not port_file.exists()


def test_port_file_holds_the_url(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with started("--port-file", str(port_file), "--quiet") as (process, line):
        url = port_file.read_text(encoding="utf-8").strip()
        assert url == line.split()[1]
        assert requests.get(f"{url}/_sim/clock", timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "0.0.0.0"], "a loopback address"),
        (["--speed", "-1"], "the clock's speed"),
        (["--start", "soon"], "ISO 8601"),
        (["--packages", "/nonexistent/packages.json"], "No such file"),
        (["--switch", "pace_scope"], "NAME=VALUE"),
        (["--switch", "pace_scope=planet"], "account, package"),
        (["--switch", "generate_pace_seconds=soon"], "a whole number"),
        (["--tls"], "--ca-out"),
        (["--ca-out", "ca.pem"], "--tls"),
        (["--tls", "--ca-cert", "ca.pem"], "--ca-key"),
        (["--console-token", "x", "--console-token-file", "y"], "both"),
    ],
)
def test_bad_options(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """I-44."""
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_packages_that_are_no_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("{", "{}", "[1]"):
        (tmp_path / "packages.json").write_text(content, encoding="utf-8")
        assert main(["--packages", str(tmp_path / "packages.json")]) == 2
    assert "a list of objects" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "--port-file" in capsys.readouterr().out
