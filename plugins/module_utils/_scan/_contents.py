# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What stands in one file: read in pieces, looked at quickly, and read closer where something sought may be."""

import os
import stat
from typing import IO, Callable, Iterable, List, NamedTuple, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _archives as archives
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._gentle import forget
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._needles import Needles
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._pieces import PIECE, Piece, pieces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import ALIKE, shown
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found, reason

#: Names the uses in a content, by path, place and kind: `uses_in` for what is sought.
Name = Callable[[bytes, str, str, str], List[Use]]
#: Names the declared dependent that holds a place.
NameDeclared = Callable[[Use, bytes], str]

#: A larger content is named piece by piece, so its places have lines and no keys: nothing edits such a file, and
#: reading it as a document would take many times its size.
WHOLE = 4 * 1024 * 1024
#: Uses of one file that are reported.
MANY = 500
#: Such as a tar.gz in a zip.
_LAYERS = 3
DIFFERS = "it changed while it was read"

#: The first bytes of what holds no configuration; in all of them a zero follows soon, which tells them from text.
_BINARY = (
    *(b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"!<arch>\n"),
    *(b"\0asm", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\0\0\x01\0", b"II*\0", b"MM\0*", b"wOFF", b"wOF2"),
    *(b"OggS", b"ID3", b"fLaC", b"\x1aE\xdf\xa3", b"SQLite format 3\0", b"LPKSHHRH", b"\xed\xab\xee\xdb", b"PACK"),
)
_FIRST_BYTES = (*_BINARY, *archives.FIRST_BYTES)
_ENDS = tuple(end.encode("ascii") for end in archives.ZIPPED)
_UNREAD = ("zstd", "7z", "rar")
_HEAD = 512


class Limits(NamedTuple):
    """How a file is read.

    :param max_bytes: of a file, and of what comes out of an archive.
    :param gentle: whether the system is told that what was read need not stay in memory.
    """

    max_bytes: int
    gentle: bool = False


class Examined(NamedTuple):
    """What a file came to: its uses, what was skipped of it and why, how many bytes were read."""

    uses: List[Use]
    skipped: List[Tuple[str, str]]
    bytes: int


_NOTHING = Examined([], [], 0)


class _Where(NamedTuple):
    """A content: what is reported as its place, and the name by which its format is guessed."""

    place: str
    name: str
    packed: bool = False


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
            return _NOTHING
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
            reading = _Reading(found, descriptor, len(first))
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                reading.skip(DIFFERS)
                return reading.examined()
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
        return not (first.startswith(_FIRST_BYTES) or path.endswith(_ENDS) or first[257:262] == b"ustar") and not (
            self._needles.may_hold(first)
        )

    def _read(self, first: bytes, status: os.stat_result, reading: "_Reading") -> None:
        kind = _special(first[:_HEAD], reading.where.name)
        if kind:
            budget = archives.Budget(self._limits.max_bytes, status.st_size)
            self._packed(kind, first, reading.read, reading, budget)
        else:
            self._document(first, self._bounded(reading), reading, reading.where)

    def _bounded(self, reading: "_Reading") -> archives.Read:
        """Return the read of a file that grows meanwhile: it ends where the limit is."""

        def read(size: int) -> bytes:
            return reading.read(min(size, max(0, self._limits.max_bytes - reading.bytes)))

        return read

    def _packed(
        self, kind: str, first: bytes, read: archives.Read, reading: "_Reading", budget: archives.Budget
    ) -> None:
        opened = None if kind == "tar" else reading.opened
        _Unpacking(self, reading, budget).go(kind, _again(first, read), reading.where, opened)

    def _document(self, first: bytes, read: archives.Read, reading: "_Reading", where: _Where) -> None:
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

    def _windows(self, kept: List[Piece], more: Iterable[Piece], reading: "_Reading", where: _Where) -> None:
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
        self, window: bytes, lines: int, seen: Set[Tuple[object, ...]], reading: "_Reading", where: _Where
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

    def _add(self, content: bytes, reading: "_Reading", where: _Where) -> None:
        for use in self._name(content, where.name, where.place, "archive" if where.packed else "file"):
            if not where.packed:
                use["declared"] = self._declared(use, content)
            self._keep(use, reading)

    def _keep(self, use: Use, reading: "_Reading") -> None:
        if len(reading.uses) < MANY:
            reading.uses.append(use)
        else:
            reading.skip(f"more than {MANY} uses in one file")


class _Reading:
    """One file while it is read."""

    def __init__(self, found: Found, descriptor: int, read: int) -> None:
        self.shown = shown(found.path)
        self.where = _Where(self.shown, found.path.decode("utf-8", "surrogateescape"))
        self.descriptor = descriptor
        self.uses: List[Use] = []
        self.skipped: List[Tuple[str, str]] = []
        self.bytes = read

    def examined(self) -> Examined:
        """Return what it came to."""
        return Examined(self.uses, self.skipped, self.bytes)

    def read(self, size: int) -> bytes:
        """Return what follows in the file."""
        data = os.read(self.descriptor, size)
        self.bytes += len(data)
        return data

    def opened(self) -> IO[bytes]:
        """Return the file from its beginning, to be closed by itself."""
        file = os.fdopen(os.dup(self.descriptor), "rb")
        file.seek(0)
        return file

    def skip(self, why: str, place: str = "") -> None:
        """Note what was not read; an archive says the same thing only so many times."""
        if sum(1 for _place, said in self.skipped if said == why) < ALIKE:
            self.skipped.append((place or self.shown, why))


class _Unpacking:
    """One packed file, with all of its layers."""

    def __init__(self, contents: Contents, reading: _Reading, budget: archives.Budget) -> None:
        self._contents, self._reading, self._budget = contents, reading, budget

    def go(self, kind: str, read: archives.Read, where: _Where, opened: archives.Opened = None, layer: int = 1) -> None:
        """Examine what is packed; what is damaged is said, after all before it was read."""
        if kind == "binary":
            self._reading.skip("no text: a program, an image, a database or the like", where.place)
        elif kind in _UNREAD:
            self._reading.skip(f"packed with {kind}, which is not unpacked", where.place)
        elif layer > _LAYERS:
            self._reading.skip("packed several times", where.place)
        else:
            try:
                self._unpack(kind, read, where, opened, layer)
            except archives.Unreadable as error:
                self._reading.skip(error.why, where.place)
            except archives.DAMAGED:
                self._reading.skip("damaged, or no archive: what could be read was searched", where.place)

    def _unpack(self, kind: str, read: archives.Read, where: _Where, opened: archives.Opened, layer: int) -> None:
        if kind in ("zip", "tar"):
            for member in archives.members(kind, read, opened, self._budget):
                inner = f"{where.place}!{_printable(member.name)}"
                self._content(member.read, _Where(inner, member.name, True), layer + 1)
        else:
            name = where.name.rpartition(".")[0] if "." in os.path.basename(where.name) else where.name
            self._content(
                self._budget.counted(archives.unpacked(kind, read)), _Where(where.place, name, True), layer + 1
            )

    def _content(self, read: archives.Read, where: _Where, layer: int) -> None:
        try:
            first = _filled(read)
        except archives.Unreadable as error:
            # Of one member; the others may be well.
            self._reading.skip(error.why, where.place)
            return
        kind = _special(first[:_HEAD], where.name)
        if kind:
            self.go(kind, _again(first, read), where, layer=layer)
        elif first:
            self._contents._document(first, read, self._reading, where)


def _special(head: bytes, name: str) -> str:
    """Return `binary`, how a content is packed, or nothing for what is searched as it is."""
    if b"\0" in head and head.startswith(_BINARY):
        return "binary"
    return archives.kind_of(head, name)


def _filled(read: archives.Read) -> bytes:
    """Return a first piece: what is unpacked comes in smaller ones."""
    found: List[bytes] = []
    size = 0
    while size < PIECE:
        data = read(PIECE - size)
        if not data:
            break
        found.append(data)
        size += len(data)
    return b"".join(found)


def _again(first: bytes, read: archives.Read) -> archives.Read:
    """Return a read that begins with what was read already."""
    rest = first

    def reading(size: int) -> bytes:
        nonlocal rest
        if rest:
            data, rest = rest[:size], rest[size:]
            return data
        return read(size)

    return reading


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
