# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What stands in one file: read in pieces, looked at quickly, and read closer where something sought may be."""

import os
import stat
from typing import Callable, Iterable, List, NamedTuple, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _archives as archives
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._gentle import forget
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._needles import Needles
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._pieces import PIECE, Piece, pieces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._reading import NOTHING, Examined, Reading, Where
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import shown
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._unpacking import (
    ENDS,
    FIRST_BYTES,
    Unpacking,
    again,
    special,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found, reason

#: Names the uses in a content, by path, place and kind: `uses_in` for what is sought.
Name = Callable[[bytes, str, str, str], List[Use]]
#: Names the declared dependent that holds a place.
NameDeclared = Callable[[Use, bytes], str]

#: A larger content is named piece by piece, so its places have lines and no keys: nothing edits such a file, and
#: reading it as a document would take many times its size.
WHOLE = 6 * 1024 * 1024
#: Uses of one file that are reported.
MANY = 500
DIFFERS = "it changed while it was read"


class Limits(NamedTuple):
    """How a file is read.

    :param max_bytes: of a file, and of what comes out of an archive.
    :param gentle: whether the system is told that what was read need not stay in memory.
    """

    max_bytes: int
    gentle: bool = False


class Contents:
    """Examines files.

    :param whole: the real paths, as they are shown, of files that are declared: they are read as a whole, however
        large, so that a declared place is known again.
    """

    def __init__(
        self, needles: Needles, name: Name, declared: NameDeclared, limits: Limits, whole: Iterable[str] = ()
    ) -> None:
        self._needles, self._name, self._declared, self._limits = needles, name, declared, limits
        self._whole = frozenset(whole)

    def examine(self, found: Found) -> Examined:
        """Read a file; what cannot be read is said, and never raises."""
        if found.status.st_size > self._limits.max_bytes:
            return Examined([], [(shown(found.path), self._too_large())], 0)
        if not found.status.st_size and not found.status.st_blocks:
            return NOTHING
        try:
            return self._opened(found)
        except OSError as error:
            return Examined([], [(shown(found.path), reason(error))], 0)

    def _too_large(self) -> str:
        return f"larger than {self._limits.max_bytes / 1_048_576:.3g} MB"

    def _opened(self, found: Found) -> Examined:
        # A pipe put here meanwhile must not block, and a link must not be followed.
        descriptor = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            first = os.read(descriptor, PIECE)
            if len(first) == found.status.st_size < PIECE and self._is_nothing(first, found.path):
                return Examined([], [], len(first))
            reading = Reading(found, descriptor, len(first))
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                reading.skip(DIFFERS)
                return reading.examined()
            # One that grows as fast as it is read would have no end.
            reading.end = min(before.st_size, self._limits.max_bytes)
            self._read(first, before, reading)
            after = os.fstat(descriptor)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                reading.skip(DIFFERS)
            return reading.examined()
        finally:
            if self._limits.gentle:
                forget(descriptor)
            os.close(descriptor)

    def _is_nothing(self, first: bytes, path: bytes) -> bool:
        """Tell the many small files in which nothing is from all others, with as little work as can be."""
        return not (first.startswith(FIRST_BYTES) or path.endswith(ENDS) or first[257:262] == b"ustar") and not (
            self._needles.may_hold(first)
        )

    def _read(self, first: bytes, status: os.stat_result, reading: Reading) -> None:
        kind = special(first, reading.where.name)
        if not kind:
            self._document(first, reading.read, reading, reading.where)
            return

        def examine(beginning: bytes, read: archives.Read, where: Where) -> None:
            self._document(beginning, read, reading, where)

        budget = archives.Budget(self._limits.max_bytes, status.st_size)
        opened = None if kind == "tar" else reading.opened
        Unpacking(examine, reading, budget).go(kind, again(first, reading.read), reading.where, opened)

    def _document(self, first: bytes, read: archives.Read, reading: Reading, where: Where) -> None:
        """Name what is in one content."""
        large = reading.shown in self._whole and not where.packed
        kept: List[Piece] = []
        size, hit = 0, False
        parts = pieces(first, read)
        for piece in parts:
            kept.append(piece)
            size += len(piece.data)
            if size > WHOLE and not large:
                self._windows(kept, parts, reading, where)
                return
            hit = hit or self._may_hold(piece)
        if hit:
            self._add(b"".join(piece.data for piece in kept), reading, where)

    def _may_hold(self, piece: Piece) -> bool:
        return self._needles.may_hold(piece.data) or (
            bool(piece.lead) and self._needles.may_hold(piece.lead + piece.data[: self._needles.reach])
        )

    def _windows(self, kept: List[Piece], more: Iterable[Piece], reading: Reading, where: Where) -> None:
        lines = 0
        seen: Set[Tuple[object, ...]] = set()
        for part in (kept, more):
            for piece in part:
                if self._may_hold(piece):
                    self._add_window(piece.window(), lines - piece.lead.count(b"\n"), seen, reading, where)
                lines += piece.data.count(b"\n")
            kept.clear()
        if any(use["secret"] != "none" for use in reading.uses):
            reading.uses[:] = [use for use in reading.uses if use["place"] != where.place or use["secret"] != "none"]

    def _add_window(
        self, window: bytes, lines: int, seen: Set[Tuple[object, ...]], reading: Reading, where: Where
    ) -> None:
        """Add the uses of a window; a mention of the same integration is said once."""
        for use in self._name(window, where.name, where.place, "archive"):
            line = use["line"] + lines if use["line"] else 0
            use.update(line=line, format="", key="")
            if not where.packed:
                use.update(kind="file", path=reading.shown)
            mention = use["secret"] == "none"
            identity = (use["client_id"],) if mention else (line, use["client_id"], use["secret"], use["fingerprint"])
            if identity not in seen:
                seen.add(identity)
                self._keep(use, reading)

    def _add(self, content: bytes, reading: Reading, where: Where) -> None:
        for use in self._name(content, where.name, where.place, "archive" if where.packed else "file"):
            if not where.packed:
                use["declared"] = self._declared(use, content)
            self._keep(use, reading)

    def _keep(self, use: Use, reading: Reading) -> None:
        if len(reading.uses) < MANY:
            reading.uses.append(use)
        else:
            reading.skip(f"more than {MANY} uses in one file")
