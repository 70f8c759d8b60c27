# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation in the background that stands still at a point of its effects, through the callback `standing`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.integration import background
from ansible_collections.keyturn.sfmc.tests.integration.background import Background
from ansible_collections.keyturn.sfmc.tests.integration.callbacks.standing import STANDS, STANDS_AT, TRACE
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome

_numbers = count(1)
_CALLBACKS = Path(__file__).parent / "callbacks"


class Controller:
    """One rotation, and the points that it passes."""

    def __init__(self, running: Background, trace: Path) -> None:
        self._running = running
        self._trace = trace

    @property
    def points(self) -> list[str]:
        """The points that it has passed."""
        return [line for line in self._trace.read_text(encoding="utf-8").splitlines() if line != STANDS]

    def wait_until_it_stands(self) -> None:
        """Wait until it stands still."""
        self.wait_until(lambda: self._trace.read_text(encoding="utf-8").endswith(f"{STANDS}\n"))

    def wait_until(self, there: Callable[[], bool]) -> None:
        """Wait until something is there that this controller brings about."""
        came = self._running.see(lambda: None, there)
        assert came, f"it ended too early, after {self.points}: {self._running.ended()}"

    def ended(self) -> Outcome:
        """Wait for its end."""
        return self._running.ended()

    def kill(self) -> None:
        """End it as a power cut does."""
        self._running.kill()


@contextmanager
def started(operations: Operations, stands_at: int | str = 0) -> Iterator[Controller]:
    """Start a rotation in the background; it is gone at the end of the block, whatever happens.

    :param stands_at: number of the point at which it stands still, counted from 1, or its name; 0: nowhere.
    """
    trace = operations.estate.root / f"trace-{next(_numbers)}"
    trace.touch()
    standing = {
        "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "standing",
        TRACE: str(trace),
        STANDS_AT: str(stands_at),
    }
    with background.started(operations, "rotate", env=standing) as running:
        yield Controller(running, trace)
