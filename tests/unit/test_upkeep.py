# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts and checks with real commands; nobody waits."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _upkeep
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep, restart_commands
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

NO_RESTART: dict[str, Any] = {
    "service": None,
    "supervisor": None,
    "command": None,
    "container": None,
    "engine": None,
    "daemon_reload": False,
    "timeout": 30,
}
NO_CHECK: dict[str, Any] = {
    "url": None,
    "command": None,
    "service": None,
    "retries": 2,
    "delay": 7,
    "status": 200,
    "validate_certs": True,
    "timeout": 30,
    "settle": None,
}


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _upkeep_of(statuses: list[str] | None = None, secrets: list[str] | None = None) -> tuple[Upkeep, list[float]]:
    answers, slept = iter(statuses or []), []
    return Upkeep(lambda url, certs: next(answers), secrets or [], slept.append), slept


def test_a_restart_by_command_runs_it(tmp_path: Path) -> None:
    upkeep, _slept = _upkeep_of()
    upkeep.restart({**NO_RESTART, "command": ["touch", str(tmp_path / "restarted")]})
    assert (tmp_path / "restarted").exists()


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (_python("print('port in use'); raise SystemExit(3)"), "exit status 3 (port in use)"),
        (["/nowhere/program"], "exit status 127 (/nowhere/program: No such file or directory)"),
        (["false"], "exit status 1"),
    ],
)
def test_i14_a_restart_that_fails_says_how(command: list[str], found: str) -> None:
    upkeep, _slept = _upkeep_of()
    with pytest.raises(Refusal, match="I-14") as refused:
        upkeep.restart({**NO_RESTART, "command": command})
    assert refused.value.found == found


def test_a_restart_that_does_not_end_is_ended() -> None:
    upkeep, _slept = _upkeep_of()
    with pytest.raises(Refusal) as refused:
        upkeep.restart({**NO_RESTART, "command": ["sleep", "60"], "timeout": 0.05})
    assert refused.value.found == "no end within its time"


def test_a_restart_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    upkeep, _slept = _upkeep_of()
    # The background process holds the lock as long as it lives.
    holds = f"exec 9> {tmp_path}/lock; flock -n 9 || exit 1; sleep 60 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(Refusal) as refused:
        upkeep.restart({**NO_RESTART, "command": ["/bin/bash", "-c", holds], "timeout": 1})
    assert refused.value.found == "no end within its time"
    assert (tmp_path / "pid").read_text().strip().isdigit()
    assert subprocess.run(["flock", "-w", "20", tmp_path / "lock", "true"], check=False).returncode == 0


def test_a_restart_of_another_user_that_does_not_end_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`sudo` without a terminal that it could ask: nobody but root may end it."""
    started: list[int] = []

    def refuses(group: int, _signal: int) -> None:
        started.append(group)
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(os, "killpg", refuses)
        upkeep, _slept = _upkeep_of()
        with pytest.raises(Refusal, match="no end within its time"):
            upkeep.restart({**NO_RESTART, "command": ["sleep", "60"], "timeout": 0.05})
    os.killpg(started[0], 9)


def test_a_program_that_is_left_behind_does_not_hold_up_the_restart() -> None:
    """It keeps the output open, as daemons do that were started by a script."""
    upkeep, _slept = _upkeep_of()
    upkeep.restart({**NO_RESTART, "command": ["/bin/sh", "-c", "sleep 5 & exit 0"], "timeout": 3})


def test_i27_what_a_command_prints_is_shown_without_the_secret() -> None:
    secret = make_new_secret()
    upkeep, _slept = _upkeep_of(secrets=[secret])
    with pytest.raises(Refusal) as refused:
        upkeep.restart({**NO_RESTART, "command": ["/bin/sh", "-c", f"echo bad secret {secret}; exit 1"]})
    assert secret not in str(refused.value)
    assert "bad secret (a secret)" in refused.value.found


def test_i27_of_what_a_check_prints_no_secret_is_shown_however_it_stands_there() -> None:
    """The former secret still works until the activation, and a program may log the header that it sent."""
    former, other = make_new_secret(), make_new_secret()
    header = base64.b64encode(f"0a1b2c3d4e5f6g7h8i9j0k1l:{former}".encode()).decode()
    upkeep, _slept = _upkeep_of(secrets=[make_new_secret(), former])
    with pytest.raises(Refusal) as refused:
        said = f"401 for {former} in Basic {header}, token {other}"
        upkeep.check({**NO_CHECK, "command": ["/bin/sh", "-c", 'echo "$0"; exit 1', said], "retries": 0})
    # The words of the declared command are the inventory's own; what the store knows is hidden there too.
    assert former not in str(refused.value) and header[40:60] not in str(refused.value)


def test_i27_what_looks_like_a_secret_is_not_shown(tmp_path: Path) -> None:
    """A token, or a secret that only the program knows."""
    other = make_new_secret()
    (tmp_path / "log").write_text(f"refused: {other}\n")
    upkeep, _slept = _upkeep_of()
    with pytest.raises(Refusal) as refused:
        upkeep.restart({**NO_RESTART, "command": ["/bin/sh", "-c", f"cat {tmp_path}/log; exit 1"]})
    assert refused.value.found == "exit status 1 (refused: (hidden))"


def test_i27_of_a_url_neither_user_nor_query_is_shown() -> None:
    upkeep, _slept = _upkeep_of(["503"] * 3)
    with pytest.raises(Refusal) as refused:
        upkeep.check({**NO_CHECK, "url": "http://me:hush@localhost:8081/health?key=hush#hush"})
    assert refused.value.offender == "http://localhost:8081/health"


@pytest.mark.parametrize(
    ("said", "systemd", "commands"),
    [
        ({"supervisor": "app"}, False, [["supervisorctl", "restart", "app"]]),
        ({"container": "app", "engine": "podman"}, False, [["podman", "restart", "app"]]),
        ({"service": "app"}, True, [["systemctl", "restart", "app"]]),
        (
            {"service": "app", "daemon_reload": True},
            True,
            [["systemctl", "daemon-reload"], ["systemctl", "restart", "app"]],
        ),
        ({"service": "app", "daemon_reload": True}, False, [["service", "app", "restart"]]),
    ],
)
def test_what_a_restart_stands_for(
    said: dict[str, Any], systemd: bool, commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_upkeep, "_SYSTEMD", str(tmp_path if systemd else tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert restart_commands({**NO_RESTART, **said}) == commands


def test_a_service_is_told_by_whatever_init_system_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for `service` and `rc-service`: no init system runs here."""
    monkeypatch.setattr(_upkeep, "_SYSTEMD", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for program in ("service", "rc-service"):
        script = tmp_path / program
        script.write_text(f'#!/bin/sh\necho "{program} $@" >> {tmp_path}/said\n')
        script.chmod(0o755)
        upkeep, _slept = _upkeep_of()
        upkeep.restart({**NO_RESTART, "service": "app"})
        upkeep.check({**NO_CHECK, "service": "app", "settle": 0.0})
    assert (tmp_path / "said").read_text().splitlines() == [
        "service app restart",
        "service app status",
        "rc-service app restart",
        "rc-service app status",
    ]


def test_a_container_is_restarted_by_the_engine_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert restart_commands({**NO_RESTART, "container": "app"}) == [["docker", "restart", "app"]]
    (tmp_path / "podman").touch(0o755)
    assert restart_commands({**NO_RESTART, "container": "app"}) == [["podman", "restart", "app"]]


def test_a_check_is_repeated_until_it_passes() -> None:
    upkeep, slept = _upkeep_of(["no answer (ConnectionRefusedError)", "503", "200"])
    upkeep.check({**NO_CHECK, "url": "http://localhost/health"})
    assert slept == [7, 7]


def test_a_check_that_never_passes_says_what_came_last() -> None:
    upkeep, slept = _upkeep_of(["502", "502", "503"])
    with pytest.raises(Refusal) as refused:
        upkeep.check({**NO_CHECK, "url": "http://localhost/health"})
    assert (refused.value.offender, refused.value.expected) == ("http://localhost/health", "status 200")
    assert refused.value.found == "503, after 3 tries"
    assert slept == [7, 7]


def test_a_check_by_command_wants_exit_status_0(tmp_path: Path) -> None:
    upkeep, slept = _upkeep_of()
    counts = f"echo x >> {tmp_path}/n; test $(wc -l < {tmp_path}/n) -eq 2"
    upkeep.check({**NO_CHECK, "command": ["/bin/sh", "-c", counts]})
    assert slept == [7]
    with pytest.raises(Refusal, match="exit status 1"):
        upkeep.check({**NO_CHECK, "command": ["false"]})


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for systemctl: a unit is active as often as the returned file has lines, one for each look."""
    monkeypatch.setattr(_upkeep, "_SYSTEMD", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    looks, script = tmp_path / "looks", tmp_path / "systemctl"
    script.write_text(f"#!/bin/sh\nstatus=$(head -n 1 {looks}); sed -i 1d {looks}; exit $status\n")
    script.chmod(0o755)
    return looks


def test_a_service_that_dies_a_moment_after_its_start_is_not_well(unit: Path) -> None:
    """It is looked at a second time: many read their configuration when systemd calls them active already."""
    unit.write_text("0\n3\n" * 3)
    upkeep, slept = _upkeep_of()
    with pytest.raises(Refusal) as refused:
        upkeep.check({**NO_CHECK, "service": "app"})
    assert refused.value.found == "well at first, 2 s later exit status 3, after 3 tries"
    assert slept == [2.0, 7, 2.0, 7, 2.0]


def test_a_service_that_comes_up_late_and_stays_is_well(unit: Path) -> None:
    unit.write_text("3\n0\n0\n")
    upkeep, slept = _upkeep_of()
    upkeep.check({**NO_CHECK, "service": "app"})
    assert slept == [7, 2.0] and unit.read_text() == ""


def test_the_second_look_is_the_inventorys_to_choose(unit: Path) -> None:
    unit.write_text("0\n")
    upkeep, slept = _upkeep_of(["200", "502", "200", "200"])
    upkeep.check({**NO_CHECK, "service": "app", "settle": 0.0})
    assert slept == []
    upkeep.check({**NO_CHECK, "url": "http://localhost/health", "settle": 30.0})
    assert slept == [30.0, 7, 30.0]


def test_a_redirect_is_no_health(unit: Path) -> None:
    """Unless it is what the inventory asks for."""
    redirect = "302 (a redirect to http://localhost/login)"
    upkeep, _slept = _upkeep_of([redirect] * 4)
    with pytest.raises(Refusal) as refused:
        upkeep.check({**NO_CHECK, "url": "http://localhost/health"})
    assert refused.value.found == f"{redirect}, after 3 tries"
    upkeep.check({**NO_CHECK, "url": "http://localhost/health", "status": 302})


def test_a_service_of_systemd_is_checked_for_being_active(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for systemctl."""
    monkeypatch.setattr(_upkeep, "_SYSTEMD", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    script = tmp_path / "systemctl"
    script.write_text('#!/bin/sh\ntest "$*" = "is-active --quiet app"\n')
    script.chmod(0o755)
    upkeep, _slept = _upkeep_of()
    upkeep.check({**NO_CHECK, "service": "app"})
    with pytest.raises(Refusal, match="service other"):
        upkeep.check({**NO_CHECK, "service": "other"})


@pytest.mark.parametrize("what", ["restart", "check"])
def test_i27_a_credential_among_the_words_of_a_command_is_not_shown(what: str) -> None:
    """A failure is shown, and kept in the journal."""
    token = "Zx81Kq7Lm2Np" + "4Rt6Vw9Yb3Dc5F"
    command = ["/bin/sh", "-c", "echo using $1; false", "reload", token]
    upkeep, _slept = _upkeep_of()
    with pytest.raises(Refusal) as caught:
        if what == "restart":
            upkeep.restart({**NO_RESTART, "command": command})
        else:
            upkeep.check({**NO_CHECK, "command": command})
    assert "/bin/sh" in str(caught.value) and token not in str(caught.value)
