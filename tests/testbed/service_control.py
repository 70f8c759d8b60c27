# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts, stops and restarts a testbed service on its host, as an init system would. The standard library only.

``service_control.py start|stop|restart|status UNIT``. The unit is a JSON file with ``command`` (list), ``pid_file``,
``log``, ``health_url``, and ``host`` and ``effects_url`` where restarts are written into the simulator's record.
``start`` and ``restart`` return when the health port answers for the new process.
``status``: 0 healthy, 1 running but refused, 3 not running.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE_SECONDS = 20.0
ACTIONS = ("start", "stop", "restart", "status")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Unit(NamedTuple):
    """How a service is run; the unit's own path is where it was read."""

    command: list[str]
    pid_file: str
    log: str
    health_url: str
    host: str = ""
    effects_url: str = ""


class NotDone(Exception):
    """An action that was not done, and why."""


def start(unit: Unit) -> str:
    """Start the service unless it runs; return when it answers."""
    running = pid_of(unit)
    if running is not None:
        return f"already running, pid {running}"
    with open(unit.log, "ab") as log:
        process = subprocess.Popen(
            unit.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True
        )

    def answers() -> bool:
        if process.poll() is not None:
            raise NotDone(f"ended with status {process.returncode}: {_last_line(unit.log)}")
        return health(unit)[1].get("pid") == process.pid

    _wait_for(answers, f"no answer from {unit.health_url}")
    return f"started, pid {process.pid}"


def stop(unit: Unit) -> str:
    """End the service if it runs; return when it is gone."""
    pid = pid_of(unit)
    if pid is None:
        return "not running"
    os.kill(pid, signal.SIGTERM)
    _wait_for(lambda: not _is_running(pid, unit), f"pid {pid} does not end")
    return f"stopped, pid {pid}"


def restart(unit: Unit) -> str:
    """Stop, then start; say in the simulator's record when it begins and when it is done."""
    _record_effect(unit, "stopping")
    done = f"{stop(unit)}; {start(unit)}"
    _record_effect(unit, "restarted")
    return done


def pid_of(unit: Unit) -> int | None:
    """Return the pid of the service if it runs; a process of another program with that pid does not count."""
    try:
        pid = int(Path(unit.pid_file).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_running(pid, unit) else None


def _is_running(pid: int, unit: Unit) -> bool:
    """Tell whether the service has this pid; what has ended and waits for its parent has no command line any more."""
    if not Path("/proc/self/cmdline").exists():
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return unit.pid_file in shown.stdout
    try:
        return unit.pid_file in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _record_effect(unit: Unit, outcome: str) -> None:
    if not unit.effects_url:
        return
    body = json.dumps({"outcome": outcome, "who": unit.host, "note": Path(unit.pid_file).stem}).encode()
    request = urllib.request.Request(unit.effects_url, data=body, headers={"Content-Type": "application/json"})
    try:
        _OPENER.open(request, timeout=5).close()
    except OSError as error:
        # A simulator that is down is some tests' point; the service itself runs.
        print(f"not recorded: {error}", file=sys.stderr)


def health(unit: Unit) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status of the health check and its facts; 0 and nothing when there is no answer."""
    try:
        with _OPENER.open(unit.health_url, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
    except (OSError, ValueError):
        return 0, {}


def _wait_for(done: Callable[[], bool], failure: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise NotDone(f"{failure} within {PATIENCE_SECONDS:.0f} seconds")
        time.sleep(0.02)


def _last_line(path: str) -> str:
    lines = Path(path).read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line), "its log is empty")


def status(unit: Unit) -> tuple[str, int]:
    """Return what to print and the exit status."""
    if pid_of(unit) is None:
        return "not running", 3
    code, facts = health(unit)
    counts = ", ".join(f"{name} {facts[name]}" for name in ("accepted", "refused", "failed") if name in facts)
    return f"running, health {code}: {counts}", 0 if code == 200 else 1


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Starts, stops and restarts a testbed service.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("unit", type=Path)
    options = parser.parse_args()
    unit = Unit(**json.loads(options.unit.read_text(encoding="utf-8")))
    if options.action == "status":
        text, code = status(unit)
        print(text)
        sys.exit(code)
    try:
        print({"start": start, "stop": stop, "restart": restart}[options.action](unit))
    except NotDone as failure:
        sys.exit(f"{options.unit.stem}: {failure}")


if __name__ == "__main__":
    main()
