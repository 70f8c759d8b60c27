# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Files examined by two processes, in the order in which they were met.

Threads would share Python's lock: to take what was found apart, and to open thousands of small files, is Python's work.
"""

import os
import pickle
from typing import Callable, Iterable, Iterator, List, Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._reading import Examined
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found

_WORKERS = 2
#: Of one batch: a process is made for its second half. Fewer bytes are read sooner than that.
_FILES, _FEW_BYTES = 8192, 4 * 1024 * 1024

Examine = Callable[[Found], Examined]
Result = Tuple[Found, Examined]


def workers() -> int:
    """Return how many processes examine files on this host."""
    try:
        return min(_WORKERS, len(os.sched_getaffinity(0)))
    except (AttributeError, OSError):  # not Linux
        return min(_WORKERS, os.cpu_count() or 1)


def examined(files: Iterable[Found], examine: Examine, at_a_time: int) -> Iterator[Result]:
    """Yield each file with what it came to."""
    for batch in _batches(files):
        middle = _middle(batch) if at_a_time > 1 else len(batch)
        first, second = batch[:middle], batch[middle:]
        helper = _Helper.begun(second, examine) if second else None
        for found in first:
            yield found, examine(found)
        answers = helper.answers() if helper else None
        # Where no process could be made, or it died, its share is examined here.
        for number, found in enumerate(second):
            yield found, answers[number] if answers else examine(found)


class _Helper:
    """A process of this scan that examines some files, and tells what they came to."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid, self._pipe = pid, pipe

    @classmethod
    def begun(cls, files: List[Found], examine: Examine) -> "Optional[_Helper]":
        """Return a process that has begun, None where the host lets none be made."""
        reading, writing = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            return None
        if pid:
            os.close(writing)
            return cls(pid, reading)
        # Nothing of the module's own ending is this process's: it says what it found, and is gone.
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump([examine(found) for found in files], pipe, protocol=4)
            status = 0
        finally:
            os._exit(status)

    def answers(self) -> Optional[List[Examined]]:
        """Return what each file came to, None when the process failed."""
        try:
            with os.fdopen(self._pipe, "rb") as pipe:
                told = pipe.read()
        finally:
            _pid, status = os.waitpid(self._pid, 0)
        if status:
            return None
        found: List[Examined] = pickle.loads(told)
        return found


def _middle(batch: List[Found]) -> int:
    """Return where the second half of the bytes begins; the end where all of them are few."""
    size = sum(found.status.st_size for found in batch)
    if size < _FEW_BYTES:
        return len(batch)
    before = 0
    for number, found in enumerate(batch):
        before += found.status.st_size
        if 2 * before >= size:
            return number + 1
    return len(batch)


def _batches(files: Iterable[Found]) -> Iterator[List[Found]]:
    batch: List[Found] = []
    for found in files:
        batch.append(found)
        if len(batch) >= _FILES:
            yield batch
            batch = []
    if batch:
        yield batch
