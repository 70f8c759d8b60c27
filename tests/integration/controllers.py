# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-playbook` in the background: started, watched through the callback `standing`, killed with its family."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.integration.callbacks.standing import STANDS, STANDS_AT, TRACE
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.testbed.processes import family

_SECONDS = 120.0
_numbers = count(1)
_CALLBACKS = Path(__file__).parent / "callbacks"


class Controller:
    """One rotation in the background.

    :param stands_at: number of the point at which it stands still, counted from 1; 0: nowhere.
    """

    def __init__(self, operations: Operations, stands_at: int = 0) -> None:
        estate = operations.estate
        number = next(_numbers)
        self._trace, self._output = estate.root / f"trace-{number}", estate.root / f"output-{number}"
        self._trace.touch()
        standing = {
            "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "standing",
            TRACE: str(self._trace),
            STANDS_AT: str(stands_at),
        }
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "keyturn.sfmc.rotate", "--limit", "prod"]
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=estate.root,
                env=estate.environment(standing),
                start_new_session=True,
            )

    @property
    def points(self) -> list[str]:
        """The points that it has passed."""
        return [line for line in self._trace.read_text(encoding="utf-8").splitlines() if line != STANDS]

    def wait_until_it_stands(self) -> None:
        """Wait until it stands still."""
        self.wait_until(lambda: self._trace.read_text(encoding="utf-8").endswith(f"{STANDS}\n"))

    def wait_until(self, there: Callable[[], bool]) -> None:
        """Wait until something is there that this controller brings about."""
        deadline = time.monotonic() + _SECONDS
        while not there():
            assert self._process.poll() is None, f"it ended too early, after {self.points}: {self.said}"
            assert time.monotonic() < deadline, f"it takes too long, after {self.points}: {self.said}"
            time.sleep(0.02)

    def wait(self) -> int:
        """Wait for its end; return its status."""
        return self._process.wait(_SECONDS)

    def kill(self) -> None:
        """Send SIGKILL to it and to all that it has started, and reap it."""
        if self._process.poll() is None:
            kill_all(family([self._process.pid]))
        self._process.wait(_SECONDS)

    @property
    def said(self) -> str:
        """All its output so far."""
        return self._output.read_text(encoding="utf-8", errors="replace")


@contextmanager
def started(operations: Operations, stands_at: int = 0) -> Iterator[Controller]:
    """Start a rotation in the background; it is gone at the end of the block, whatever happens."""
    controller = Controller(operations, stands_at)
    try:
        yield controller
    finally:
        controller.kill()


def kill_all(pids: list[int]) -> None:
    """Send SIGKILL to processes that this test, or an estate of it, has started."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
