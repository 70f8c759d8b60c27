# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers as processes: started quickly, listened to, stopped, ended; every wait is bounded, every child reaped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from multiprocessing import forkserver
from typing import Any, NamedTuple

import pytest

# By its whole name: the other process knows no other.
from ansible_collections.keyturn.sfmc.tests.unit.run import _controller
from ansible_collections.keyturn.sfmc.tests.unit.run._controller import Errand

_SECONDS = 60.0
#: A process of its own, without threads, has everything imported and forks: a controller starts in milliseconds.
_CONTEXT = multiprocessing.get_context("forkserver")


class Ended(NamedTuple):
    """How a controller ended.

    :ivar status: of the process; 1 after a traceback, minus a signal's number when one ended it.
    :ivar how: `phase` or `refused`; empty when it ended before it could say.
    """

    status: int
    points: list[str]
    how: str
    said: str


class Controller:
    """One controller in a process of its own."""

    def __init__(self, errand: Errand) -> None:
        self._points: list[str] = []
        self._said = ("", "")
        self._connection, its_end = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_controller.run, args=(errand, its_end))
        self._process.start()
        its_end.close()

    def wait(self) -> Ended:
        """Wait for its end."""
        while self._heard() is not None:
            pass
        self._process.join(_SECONDS)
        status = self._process.exitcode
        assert status is not None, "the controller said how it ended, and did not end"
        return Ended(status, self._points, *self._said)

    def wait_until_it_stands(self) -> str:
        """Wait until it stands at its point; return the point."""
        while (heard := self._heard()) is not None:
            if heard[0] == "stands":
                return str(heard[1])
        raise AssertionError(f"it never came to the point where it was to stand: {self.wait()}")

    def stop(self) -> None:
        """Send SIGSTOP; for one that stands at its point and waits for a word."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Send SIGCONT."""
        self._signal(signal.SIGCONT)

    def go_on(self) -> None:
        """Tell one that stands at its point to go on; it does as soon as it runs."""
        self._connection.send("go on")

    def end(self) -> None:
        """Kill it if it still runs, and reap it."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(_SECONDS)
        self._connection.close()

    def _signal(self, number: int) -> None:
        assert self._process.pid is not None and self._process.is_alive()
        os.kill(self._process.pid, number)

    def _heard(self) -> tuple[Any, ...] | None:
        """Return the next thing that it says, None at its end."""
        deadline = time.monotonic() + _SECONDS
        if not self._connection.poll(max(0.0, deadline - time.monotonic())):
            raise AssertionError(f"nothing heard for {_SECONDS:.0f} seconds after {self._points[-1:]}")
        try:
            heard: tuple[Any, ...] = self._connection.recv()
        except (EOFError, ConnectionResetError):
            return None
        if heard[0] == "point":
            self._points.append(heard[1])
        elif heard[0] == "ended":
            self._said = heard[1], heard[2]
        return heard


class Controllers:
    """Those that a test has started."""

    def __init__(self) -> None:
        self._started: list[Controller] = []

    def start(self, errand: Errand) -> Controller:
        """Start one."""
        _import_beforehand()
        controller = Controller(errand)
        self._started.append(controller)
        return controller

    def run(self, errand: Errand) -> Ended:
        """Start one and wait for its end."""
        return self.start(errand).wait()

    def end(self) -> None:
        """End all that still run."""
        for controller in self._started:
            controller.end()


def _import_beforehand() -> None:
    """Start the process that forks, once for all tests of this one; it ends with this one."""
    _CONTEXT.set_forkserver_preload([_controller.__name__])
    # The way to the collection is pytest's own; the new process learns it from its environment only.
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        forkserver.ensure_running()
