# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command as a whole process: how long, how much memory, and that it did what it should."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol


class Place(Protocol):
    """Where commands run: an estate, or a folder with an inventory."""

    root: Path

    def environment(self) -> dict[str, str]:
        """Return the environment of a command."""


class Failed(Exception):
    """A command that is measured did not do its work; a time of it would mean nothing."""


class Measured(NamedTuple):
    """Wall-clock seconds, the peak memory of the largest process in MB, and what was printed."""

    seconds: float
    megabytes: float
    output: str


def measure(place: Place, *command: str, status: int = 0) -> Measured:
    """Run an Ansible command there.

    :param status: the exit status that it should have.
    :raises Failed: it ended otherwise.
    """
    words = [str(Path(sys.executable).parent / command[0]), *command[1:]]
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(
            words,
            cwd=place.root,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _pid, raw, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(raw)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode != status:
        raise Failed(f"{' '.join(command)}: expected status {status}, found {process.returncode}\n{text[-3000:]}")
    return Measured(seconds, usage.ru_maxrss / 1024, text)


def median(rounds: int, once: Callable[[], Measured]) -> Measured:
    """Measure several times; return the round with the median time."""
    found = sorted((once() for _round in range(rounds)), key=lambda measured: measured.seconds)
    return found[(len(found) - 1) // 2]
