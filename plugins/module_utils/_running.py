# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Since when what a dependent restarts has been running, as far as this host says (I-14)."""

import os
import subprocess
import time
from typing import Any, Callable, List, Mapping, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import engine_of

_PATIENCE = 10

#: Returns what a program prints, None when it fails.
Ask = Callable[[List[str]], Optional[str]]


def running_since(
    restart: Mapping[str, Any],
    proc: str = "/proc",
    ask: Optional[Ask] = None,
    now: Callable[[], float] = time.time,
) -> Optional[float]:
    """Return when the process began that a restart would end, in seconds since the epoch; None where nobody can tell.

    A command restarts what only its author knows, unless `pid_file` says where its process is.
    """
    pid = _pid_of(restart, ask or _printed)
    return None if pid is None else _started_at(pid, proc, now)


def _pid_of(restart: Mapping[str, Any], ask: Ask) -> Optional[int]:
    if restart.get("pid_file"):
        return _number(_read(restart["pid_file"]))
    if restart.get("supervisor"):
        return _number(ask(["supervisorctl", "pid", restart["supervisor"]]))
    if restart.get("container"):
        engine = engine_of(restart)
        return _number(ask([engine, "inspect", "--format", "{{.State.Pid}}", restart["container"]]))
    if restart.get("service"):
        said = ask(["systemctl", "show", "--property=MainPID", restart["service"]]) or ""
        return _number(said.partition("=")[2])
    return None


def _number(text: Optional[str]) -> Optional[int]:
    """Return a process id; 0 is what programs say of one that does not run."""
    try:
        return int((text or "").strip()) or None
    except ValueError:
        return None


def _started_at(pid: int, proc: str, now: Callable[[], float]) -> Optional[float]:
    """Return when a process began, by the kernel's clock ticks since it booted.

    `btime` would tell the boot to the second only, and a restart takes less than that.
    """
    status, uptime = _read(os.path.join(proc, str(pid), "stat")), _read(os.path.join(proc, "uptime"))
    try:
        # The name of the program may hold blanks and brackets; what follows it does not.
        ticks = int((status or "").rpartition(")")[2].split()[19])
        booted = now() - float((uptime or "").split()[0])
    except (ValueError, IndexError):
        return None
    return booted + ticks / os.sysconf("SC_CLK_TCK")


def _read(path: str) -> Optional[str]:
    try:
        # Whoever runs as the service may have put a pipe there.
        with open(path, encoding="utf-8", errors="replace", opener=_without_waiting) as file:
            return file.read(65536)
    except (OSError, ValueError):
        return None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _printed(command: List[str]) -> Optional[str]:
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function  # no AnsibleModule here
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
