# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One file while it is read, and what it comes to."""

import os
from typing import IO, List, NamedTuple, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import ALIKE, shown
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found


class Examined(NamedTuple):
    """What a file came to: its uses, what was skipped of it and why, how many bytes were read."""

    uses: List[Use]
    skipped: List[Tuple[str, str]]
    bytes: int


#: Takes the place of the bytes read of a file that was not read.
UNCHANGED = -1
NOTHING = Examined([], [], 0)


class Where(NamedTuple):
    """A content: what is reported as its place, and the name by which its format is guessed."""

    place: str
    name: str
    packed: bool = False


class Reading:
    """One file while it is read."""

    def __init__(self, found: Found, descriptor: int, read: int) -> None:
        self.shown = shown(found.path)
        self.where = Where(self.shown, found.path.decode("utf-8", "surrogateescape"))
        self.descriptor = descriptor
        self.uses: List[Use] = []
        self.skipped: List[Tuple[str, str]] = []
        self.bytes = self.end = read

    def examined(self) -> Examined:
        """Return what it came to."""
        return Examined(self.uses, self.skipped, self.bytes)

    def read(self, size: int) -> bytes:
        """Return what follows in the file."""
        data = os.read(self.descriptor, max(0, min(size, self.end - self.bytes)))
        self.bytes += len(data)
        return data

    def opened(self) -> IO[bytes]:
        """Return the file from its beginning, to be closed by itself."""
        file = os.fdopen(os.dup(self.descriptor), "rb")
        self.bytes = file.seek(0, os.SEEK_END)
        file.seek(0)
        return file

    def skip(self, why: str, place: str = "") -> None:
        """Note what was not read; an archive says the same thing only so many times."""
        if sum(1 for _place, said in self.skipped if said == why) < ALIKE:
            self.skipped.append((place or self.shown, why))
