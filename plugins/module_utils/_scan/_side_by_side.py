# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Files examined two at a time, in the order in which they were met.

The C library's search and the system's reads let go of Python's lock, so threads share the work. Files go in batches:
handing over one costs as much as reading a small one.
"""

import os
from collections import deque
from typing import Callable, Deque, Iterable, Iterator, List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._reading import Examined
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found

#: More would take a host's processors from what it is there for.
_WORKERS = 2
_FILES, _BYTES = 64, 4 * 1024 * 1024

Examine = Callable[[Found], Examined]
Result = Tuple[Found, Examined]


def workers() -> int:
    """Return how many files are examined at a time on this host."""
    try:
        return min(_WORKERS, len(os.sched_getaffinity(0)))
    except (AttributeError, OSError):  # not Linux
        return min(_WORKERS, os.cpu_count() or 1)


def examined(files: Iterable[Found], examine: Examine, at_a_time: int) -> Iterator[Result]:
    """Yield each file with what it came to."""
    if at_a_time < 2:
        for found in files:
            yield found, examine(found)
        return
    # Seldom needed by other modules; a host imports anew in each call.
    from concurrent.futures import Future, ThreadPoolExecutor

    def all_of(batch: List[Found]) -> List[Result]:
        return [(found, examine(found)) for found in batch]

    with ThreadPoolExecutor(at_a_time) as pool:
        waiting: Deque[Future[List[Result]]] = deque()
        for batch in _batches(files):
            waiting.append(pool.submit(all_of, batch))
            if len(waiting) > 2 * at_a_time:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _batches(files: Iterable[Found]) -> Iterator[List[Found]]:
    batch: List[Found] = []
    size = 0
    for found in files:
        batch.append(found)
        size += found.status.st_size
        if len(batch) >= _FILES or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
