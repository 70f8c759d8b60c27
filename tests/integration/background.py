# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook that runs while the test does something else."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.testbed.processes import kill_all_at_once

PATIENCE_SECONDS = 300.0
_numbers = count(1)


class Background:
    """A playbook in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], stdout: Path, stderr: Path) -> None:
        self._process = process
        self._files = stdout, stderr

    def see(self, step: Callable[[], object], until: Callable[[], object] = bool) -> bool:
        """Take a step again and again; return True when `until` is true, False when the playbook has ended before.

        :raises AssertionError: neither happened for long; the message has what it printed so far.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            step()
            if until():
                return True
            try:
                self._process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            return False
        raise AssertionError(f"nothing happened for {PATIENCE_SECONDS:.0f} seconds: {self._outcome()}")

    def ended(self) -> Outcome:
        """Wait for the end."""
        self.see(lambda: None)
        return self._outcome()

    def kill(self) -> None:
        """End the controller as a power cut does: the playbook, its workers and connections, at once."""
        if self._process.poll() is None:
            kill_all_at_once(self._process.pid)
            self._process.wait()

    def _outcome(self) -> Outcome:
        stdout, stderr = (path.read_text(encoding="utf-8", errors="replace") for path in self._files)
        return Outcome(-1 if self._process.returncode is None else self._process.returncode, stdout, stderr)


@contextmanager
def started(
    operations: Operations, name: str, *arguments: str, env: Mapping[str, str] | None = None, **options: Any
) -> Iterator[Background]:
    """Start a playbook as `Operations.playbook` runs it; nothing of it is left behind."""
    estate, number = operations.estate, next(_numbers)
    stdout, stderr = (estate.root / f"background-{number}.{which}" for which in ("out", "err"))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), *operations.words(name, *arguments, **options)]
    with stdout.open("wb") as out, stderr.open("wb") as err:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=estate.root,
            env=estate.environment(env),
            start_new_session=True,
        )
    running = Background(process, stdout, stderr)
    try:
        yield running
    finally:
        running.kill()
