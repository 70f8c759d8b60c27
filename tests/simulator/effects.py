# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one ordered record of everything that happened to the simulated world, and the counts of token requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypedDict

from .clock import Clock


class Caller(NamedTuple):
    """Who asked, the fault that the request meets, how many seconds the node that answers is behind, and the number
    that tells a late call from a later one."""

    who: str
    fault: str | None = None
    lag: float = 0.0
    fence: int | None = None


class Effect(TypedDict):
    """One line of the record. ``n`` never starts again.

    ``at`` is the simulated time in ISO 8601, ``elapsed`` the real seconds since the record began, however fast the
    simulated clock ran meanwhile.
    """

    n: int
    at: str
    elapsed: float
    kind: str
    client_id: str | None
    outcome: str
    who: str
    secret: str
    fault: str | None
    note: str | None


class Effects:
    """The record. It can be looped over and indexed like a list.

    :param hide: takes secrets out of a text; every text of a line goes through it.
    """

    def __init__(self, clock: Clock, hide: Callable[[str], str]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._hide = hide
        self._began = time.monotonic()
        self._lines: list[Effect] = []
        self._made = 0
        self._counts: dict[str, dict[str, int]] = {}

    def __iter__(self) -> Iterator[Effect]:
        return iter(self.as_list())

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, place: int) -> Effect:
        return self._lines[place]

    def add(
        self,
        kind: str,
        client_id: str | None,
        outcome: str,
        by: Caller,
        secret: str = "unknown",
        note: str | None = None,
    ) -> Effect:
        """Write the next line and return it."""
        # Nothing is hidden under the lock: to hide is to wait for the world, in which others wait to write here.
        names = [None if text is None else self._hide(text) for text in (client_id, note)]
        outcome, who = self._hide(outcome), self._hide(by.who)
        with self._lock:
            self._made += 1
            line = Effect(
                n=self._made,
                at=self._clock.now().isoformat(),
                elapsed=round(time.monotonic() - self._began, 4),
                kind=kind,
                client_id=names[0],
                outcome=outcome,
                who=who,
                secret=secret,
                fault=by.fault,
                note=names[1],
            )
            self._lines.append(line)
            if kind == "token":
                self._count(line)
        return line

    def as_list(self, since: int = 0, kind: str | None = None, client_id: str | None = None) -> list[Effect]:
        """Return the lines after number ``since``, of this kind and client id where given."""
        with self._lock:
            return [
                line
                for line in self._lines
                if line["n"] > since and kind in (None, line["kind"]) and client_id in (None, line["client_id"])
            ]

    def clear(self) -> int:
        """Forget all lines, not the counts; return how many there were."""
        with self._lock:
            forgotten = len(self._lines)
            self._lines = []
        return forgotten

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the token requests per client id: ``{client_id: {"accepted": n, "rejected": n, "other": n}}``."""
        with self._lock:
            return {client_id: dict(count) for client_id, count in self._counts.items()}

    def clear_counts(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._counts = {}

    def _count(self, line: Effect) -> None:
        count = self._counts.setdefault(line["client_id"] or "unknown", {"accepted": 0, "rejected": 0, "other": 0})
        count[line["outcome"] if line["outcome"] in count else "other"] += 1
