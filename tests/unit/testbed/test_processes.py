# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes are ended by pid, with their children, also when their starter is gone; strangers are left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed.processes import (
    Processes,
    family,
    is_running,
    kill_all_at_once,
    wait_until,
)

SAY = "open(sys.argv[1], 'w').write(f'{said}\\n')"
CHILD = f"import subprocess, sys; p = subprocess.Popen(['sleep', '600']); said = p.pid; {SAY}; p.wait()"
DEAF = f"import signal, sys; said = 0; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SAY}; signal.pause()"


def _start(tmp_path: Path, program: str) -> tuple[Processes, int, int]:
    """Start a program that writes a number to a file; return its pid and that number."""
    processes = Processes(tmp_path / "run")
    said = tmp_path / "said"
    process = processes.start("one", [sys.executable, "-c", program, str(said)])
    text = wait_until(
        lambda: said.exists() and said.read_text().endswith("\n") and said.read_text(),
        "the program",
        process,
        processes.log("one"),
    )
    return processes, process.pid, int(str(text))


def test_end_takes_the_children_along(tmp_path: Path) -> None:
    processes, pid, child = _start(tmp_path, CHILD)
    assert processes.running() == {"one": pid}
    assert family([pid]) == [pid, child]
    processes.end()
    assert not is_running(pid)
    assert not is_running(child)
    assert processes.running() == {}
    processes.end()


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    processes, pid, _said = _start(tmp_path, DEAF)
    processes.end(grace=0.1)
    assert not is_running(pid)


def test_a_power_cut_ends_a_process_and_its_children_at_once(tmp_path: Path) -> None:
    """Neither has a chance to act on the end of the other: I-13."""
    _processes, pid, child = _start(tmp_path, CHILD)
    kill_all_at_once(pid)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    deadline = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline


def test_another_process_than_the_starter_can_end_them(tmp_path: Path) -> None:
    starter = """
import os, sys
from pathlib import Path
from ansible_collections.keyturn.sfmc.tests.testbed.processes import Processes, wait_until
processes = Processes(Path(sys.argv[1]))
process = processes.start("one", ["sh", "-c", "sleep 600; :", sys.argv[1]])
wait_until(processes.running, "one", process, processes.log("one"))
os.kill(os.getpid(), 9)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", starter, str(tmp_path / "run")], check=False, env=environment)
    processes = Processes(tmp_path / "run")
    pid = processes.running()["one"]
    processes.end()
    assert not is_running(pid)


def test_a_stranger_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "one.pid").write_text(f"{os.getpid()}\n")
    processes = Processes(tmp_path / "run")
    assert processes.running() == {}
    processes.end()
    assert not (tmp_path / "run" / "one.pid").exists()


def test_a_process_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "run")
    process = processes.start("one", ["sh", "-c", "echo no such key >&2; exit 3", str(tmp_path)])
    with pytest.raises(Refusal, match="ended with status 3; no such key"):
        wait_until(lambda: None, "one", process, processes.log("one"))
