# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when a dependent's process runs (I-14): a process that is older than its file was not restarted for it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._running import running_since

NOTHING: dict[str, Any] = {"service": None, "supervisor": None, "container": None, "engine": None, "pid_file": None}


def said(command: list[str], answer: str | None) -> Any:
    """Return what answers exactly this command."""
    return lambda asked: answer if asked == command else pytest.fail(f"asked {asked}")


def test_i_14_a_process_named_by_its_file_is_as_old_as_it_is(tmp_path: Path) -> None:
    before = time.time()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        (tmp_path / "pid").write_text(f"{process.pid}\n")
        since = running_since({**NOTHING, "pid_file": str(tmp_path / "pid")})
        assert process.stdin is not None
        process.stdin.close()
    assert since is not None
    # The kernel counts in hundredths.
    assert before - 0.1 <= since <= time.time() + 0.1


@pytest.mark.parametrize(
    ("restart", "command", "answer"),
    [
        ({"supervisor": "etl"}, ["supervisorctl", "pid", "etl"], "{pid}\n"),
        ({"service": "mule"}, ["systemctl", "show", "--property=MainPID", "mule"], "MainPID={pid}\n"),
        (
            {"container": "shop", "engine": "podman"},
            ["podman", "inspect", "--format", "{{{{.State.Pid}}}}", "shop"],
            "{pid}",
        ),
    ],
    ids=["supervisor", "systemd", "container"],
)
def test_each_kind_of_restart_knows_its_process(restart: dict[str, Any], command: list[str], answer: str) -> None:
    command = [word.format() for word in command]
    asked = said(command, answer.format(pid=os.getpid()))
    assert running_since({**NOTHING, **restart}, ask=asked) is not None


@pytest.mark.parametrize("answer", [None, "", "MainPID=0", "MainPID=", "no such process", "MainPID=99999999"])
def test_what_nobody_can_tell_is_unknown(answer: str | None) -> None:
    command = ["systemctl", "show", "--property=MainPID", "mule"]
    assert running_since({**NOTHING, "service": "mule"}, ask=said(command, answer)) is None


def test_a_command_says_nothing_of_its_process() -> None:
    assert running_since({**NOTHING, "command": ["/usr/bin/restart-it"]}) is None


def test_a_program_with_blanks_and_brackets_in_its_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    fields = " ".join(["S", "1", *["0"] * 17, str(100 * os.sysconf("SC_CLK_TCK")), "0"])
    (tmp_path / "7/stat").write_text(f"7 (my (odd) app) {fields}")
    (tmp_path / "uptime").write_text("500.25 900.00\n")
    (tmp_path / "pid").write_text("7")
    assert (
        running_since({**NOTHING, "pid_file": str(tmp_path / "pid")}, proc=str(tmp_path), now=lambda: 1500.25) == 1100.0
    )


def test_a_pipe_in_the_place_of_a_process_id_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pid")
    assert running_since({**NOTHING, "pid_file": str(tmp_path / "pid")}) is None
