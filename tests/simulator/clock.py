# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one clock of the simulated world: it runs at any speed, and it can be moved."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def parse_time(text: object) -> datetime:
    """Read an ISO 8601 time; one without an offset is UTC.

    :raises Refusal: when the text is not such a time.
    """
    try:
        # Python 3.10 does not read the suffix Z.
        moment = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00"))
    except ValueError:
        raise Refusal(
            "a time is written as ISO 8601", "a time", "e.g. 2027-01-31T08:00:00Z", repr(text), "correct the time"
        ) from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


class Clock:
    """Simulated time, in UTC.

    :param start: the first moment; the real time when absent.
    :param speed: simulated seconds per real second; 0 is a clock that stands until it is moved.
    """

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._moment = start if start is not None else datetime.now(timezone.utc)
        self._since = time.monotonic()
        self._speed = _checked_speed(speed)

    def now(self) -> datetime:
        """Return the simulated time."""
        with self._lock:
            return self._current()

    @property
    def speed(self) -> float:
        """Simulated seconds per real second."""
        return self._speed

    def advance(self, seconds: float) -> datetime:
        """Move the clock by so many simulated seconds (backwards when negative); return the new time."""
        with self._lock:
            self._rebase(self._current() + timedelta(seconds=seconds))
            return self._moment

    def set(self, moment: datetime) -> datetime:
        """Move the clock to a moment; return it."""
        with self._lock:
            self._rebase(moment)
            return self._moment

    def run_at(self, speed: float) -> None:
        """Go on from the present moment at another speed."""
        checked = _checked_speed(speed)
        with self._lock:
            self._rebase(self._current())
            self._speed = checked

    def _current(self) -> datetime:
        return self._moment + timedelta(seconds=(time.monotonic() - self._since) * self._speed)

    def _rebase(self, moment: datetime) -> None:
        self._moment = moment
        self._since = time.monotonic()


def _checked_speed(speed: float) -> float:
    if not 0 <= speed <= 1_000_000:
        raise Refusal(
            "time runs forward",
            "the clock's speed",
            "0 to 1000000 simulated seconds per second",
            repr(speed),
            "change it",
        )
    return speed
