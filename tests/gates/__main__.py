# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run gates: side by side as far as there are cores, one line each, details of those that failed."""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

from . import cores, tree
from .catalogue import GATES, GROUPS, Gate, select

LOGS = tree.WORK / "logs"
SHOWN_LINES = 300
PYTEST_SUMMARY = re.compile(r"^(=+ )?\d+ (passed|failed|error).* in [\d.:]+s?.*$")


class Outcome(NamedTuple):
    """How a gate ended; ``log`` holds everything it printed."""

    gate: Gate
    ok: bool
    seconds: float
    log: Path


def environment_of(gate: Gate) -> dict[str, str]:
    """Return what a gate's command starts with."""
    collections = str(tree.WORK / "collections")
    if gate.name in ("integration", "molecule"):
        # Those start Ansible as a user does; it finds the collection by Ansible's own setting.
        return tree.environment(ANSIBLE_COLLECTIONS_PATH=collections)
    return tree.environment(PYTHONPATH=collections)


class Runner:
    """Runs gates, and ends with all that they started those that hang or are interrupted."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()

    def run_all(self, gates: Sequence[Gate]) -> Iterator[Outcome]:
        """Run gates and yield each as it ends: first those that bear company, then the others one by one."""
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            try:
                for done in as_completed([pool.submit(self._run, gate) for gate in gates if not gate.alone]):
                    yield done.result()
                yield from map(self._run, [gate for gate in gates if gate.alone])
            finally:
                # Nothing is left to do here unless the run was interrupted.
                pool.shutdown(wait=False, cancel_futures=True)
                for process in list(self._running):
                    end_session(process)

    def _run(self, gate: Gate) -> Outcome:
        """Run one gate with its output in a file."""
        log = LOGS / f"{gate.name}.log"
        started = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                gate.command,
                cwd=tree.ROOT,
                env=environment_of(gate),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
            try:
                status = process.wait(gate.timeout)
            except subprocess.TimeoutExpired:
                end_session(process)
                output.write(f"\nended: still running after {gate.timeout} s\n".encode())
                status = 1
            self._running.discard(process)
        return Outcome(gate, status == 0, time.monotonic() - started, log)


def end_session(process: subprocess.Popen[Any]) -> None:
    """End a process that leads a session of its own, with everything in its group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def report(outcome: Outcome) -> None:
    """Print how a gate ended: pytest's own last line, our line, and the log of one that failed."""
    lines = outcome.log.read_text("utf-8", errors="replace").splitlines()
    if not outcome.ok:
        print(f"---- {outcome.gate.name}: {outcome.log.relative_to(tree.ROOT)}")
        if len(lines) > SHOWN_LINES:
            print(f"[{len(lines) - SHOWN_LINES} lines before these are in the log]")
        print(*lines[-SHOWN_LINES:], sep="\n")
    else:
        for line in lines[-3:]:
            if PYTEST_SUMMARY.match(line):
                print(line)
        for line in lines:
            if line.startswith(cores.LEFT_OUT):
                print(line)
    print(f"{outcome.gate.name:<24}{outcome.seconds:>7.1f} s  {'ok' if outcome.ok else 'FAILED'}", flush=True)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="gates",
        description="Run gates by name or by group.",
        epilog="\n".join(f"{gate.name:<24}{gate.about}" for gate in GATES)
        + "\n\n"
        + "\n".join(f"{name:<24}{' '.join(members)}" for name, members in GROUPS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", choices=[*GROUPS, *(gate.name for gate in GATES)])
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; the last line counts the gates. Return the exit status."""
    LOGS.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for outcome in Runner().run_all(select(arguments().names)):
        report(outcome)
        outcomes.append(outcome)
    failed = [outcome.gate.name for outcome in outcomes if not outcome.ok]
    if failed:
        print(f"failed: {' '.join(sorted(failed))}")
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
