# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns for token requests, over all processes of one run: 200 hosts do not mean 200 requests at once (I-21)."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable
from pathlib import Path


class Turns:
    """Hands out one turn after the other for each client id, shared through a file of this run."""

    def __init__(self, folder: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take a private folder that all processes of the run share and that ends with it."""
        self._path = folder / "keyturn-turns.json"
        self._monotonic = monotonic

    def wait(self, client_id: str, per_second: float) -> float:
        """Take the next turn; return how many seconds from now it is."""
        with self._path.open("a+", encoding="ascii") as file:
            # Released with the file.
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read()
            turns: dict[str, float] = json.loads(text) if text else {}
            now = self._monotonic()
            turn = max(now, turns.get(client_id, now))
            turns[client_id] = turn + 1 / per_second
            file.seek(0)
            file.truncate()
            json.dump(turns, file)
        return turn - now
