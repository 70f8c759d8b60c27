# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of the testbed: started with a pid file, waited for, ended by pid, also by another run than the starter."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

T = TypeVar("T")

#: Below the range from which systems take ports for outgoing connections, so that a port stays free during a restart.
PORTS = range(20_000, 30_000)

#: The process writes its pid file itself, before it becomes the program: no crash of the starter can lose it.
_START = 'echo $$ > "$1" && shift && exec "$@"'


class Processes:
    """The processes whose pid files are in one folder.

    :param folder: where the pid files (``<name>.pid``) and logs (``<name>.log``) are; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def log(self, name: str) -> Path:
        """Return where the standard output and error of a process go."""
        return self._folder / f"{name}.log"

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own.

        :param argv: the command; one of its words holds the path of this folder's parent, by which :meth:`end` tells it
            from a stranger with the same pid.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = ["/bin/sh", "-c", _START, "sh", str(self._pid_file(name)), *argv]
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, start_new_session=True
            )

    def running(self) -> dict[str, int]:
        """Return the pids of those processes that still run, by name."""
        found = {path.stem: _read_pid(path) for path in sorted(self._folder.glob("*.pid"))}
        return {name: pid for name, pid in found.items() if pid is not None and self._is_ours(pid)}

    def end(self, names: Iterable[str] | None = None, grace: float = 5.0) -> None:
        """End these processes (all of them by default) with everything that they started. Fine to call again.

        :param grace: seconds between SIGTERM and SIGKILL.
        """
        running = self.running()
        chosen = set(running if names is None else names)
        end_pids(family([running[name] for name in sorted(chosen & running.keys())]), grace)
        for path in self._folder.glob("*.pid"):
            if path.stem in chosen or path.stem not in running:
                path.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        return str(self._folder.parent) in command_line(pid)

    def _pid_file(self, name: str) -> Path:
        return self._folder / f"{name}.pid"


def end_pids(pids: Iterable[int], grace: float) -> None:
    """Send SIGTERM, wait until all are gone, send SIGKILL to those that are still there after ``grace`` seconds."""
    left = set(pids)
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            _signal(pid, sent)
        deadline = time.monotonic() + grace
        while left and time.monotonic() < deadline:
            left = {pid for pid in left if is_running(pid)}
            if left:
                time.sleep(0.01)


def kill_all_at_once(pid: int) -> None:
    """Send SIGKILL to a process and all of its descendants, none of which gets to act on the end of another."""
    stopped: set[int] = set()
    while found := set(family([pid])) - stopped:
        for each in found:
            _signal(each, signal.SIGSTOP)
        stopped |= found
    for each in stopped:
        _signal(each, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_until(ready: Callable[[], T | None], what: str, process: subprocess.Popen[bytes], log: Path) -> T:
    """Ask again and again, for at most 20 seconds, until the answer is neither None nor false.

    :raises Refusal: the process ended, or the time is over; the message has the end of its log.
    """
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = ready()
        if answer:
            return answer
        if process.poll() is not None:
            raise _not_ready(what, f"it ended with status {process.returncode}", log)
        time.sleep(0.01)
    raise _not_ready(what, "nothing for 20 seconds", log)


def _not_ready(what: str, found: str, log: Path) -> Refusal:
    tail = log.read_text(encoding="utf-8", errors="replace")[-600:].strip() if log.exists() else ""
    return Refusal("a process of the testbed gets ready", what, "an answer", f"{found}; {tail}", f"read {log}")


def free_port() -> int:
    """Return a port on 127.0.0.1 on which nothing listens."""
    for port in random.sample(PORTS, k=200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refusal("servers listen on loopback", "127.0.0.1", f"a free port in {PORTS}", "none", "end other programs")


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and only waits for its parent does not. Reaps own children."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    return pid in _parents()


def family(pids: Sequence[int]) -> list[int]:
    """Return these processes and all of their descendants."""
    parents = _parents()
    members = list(pids)
    for member in members:
        members.extend(pid for pid, parent in parents.items() if parent == member and pid not in members)
    return members


def command_line(pid: int) -> str:
    """Return the words of a process's command, joined by spaces; empty when there is no such process."""
    if _PROC.exists():
        try:
            return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps("-p", str(pid), "-o", "command=")


_PROC = Path("/proc/self").parent if Path("/proc/self/stat").exists() else Path("/nonexistent")


def _parents() -> dict[int, int]:
    """Return the parent of every process that runs."""
    if not _PROC.exists():
        rows = [line.split() for line in _ps("-A", "-o", "pid=,ppid=,stat=").splitlines()]
        return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
    parents = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name of the program, in parentheses, may hold spaces and parentheses.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state not in "ZX":
            parents[int(entry.name)] = int(parent)
    return parents


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout


def _read_pid(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
