# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One writer at a time for each document of another system, among all runs of one controller (I-23).

Most systems have no compare-and-set: of two writers that read the same document, the second one takes back what the
first one wrote.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Longer than a writer takes: AWS Lambda is waited for twice, five minutes each.
PATIENCE = 900.0
_BETWEEN_TRIES = 0.2
_RULE = "I-23: a document has one writer at a time on this controller"


@contextmanager
def only_writer(
    document: str,
    folder: Path,
    where: str,
    patience: float = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Hold the lock of a document for as long as the `with` lasts; it ends with the process, too.

    :param document: what tells it from all others.
    :param folder: where the locks of this controller are.
    :param where: the place, for messages.
    :raises Refusal: somebody else has held it for all of `patience`, in seconds; or locks cannot be made.
    """
    name = hashlib.sha256(document.encode("utf-8")).hexdigest()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(folder, error) from None
    try:
        ends = monotonic() + patience
        while not _taken(lock, folder):
            if monotonic() >= ends:
                raise Refusal(
                    _RULE,
                    where,
                    f"another writer of this document to be done within {patience:.0f} s",
                    "it is still at work",
                    "look for another run on this controller that hangs and end it, then run again",
                )
            sleep(_BETWEEN_TRIES)
        yield
    finally:
        os.close(lock)


def _taken(lock: int, folder: Path) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _unusable(folder, error) from None
    return True


def _unusable(folder: Path, error: OSError) -> Refusal:
    return Refusal(
        _RULE,
        str(folder),
        "a folder of this controller in which files can be made and locked",
        os.strerror(error.errno or 0),
        "set ANSIBLE_HOME to a folder that this user can write; nothing was written",
    )
