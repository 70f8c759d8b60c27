# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One packed file: its layers and members, each given on as a content."""

import os
from typing import Callable, List, Set

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _archives as archives
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._pieces import PIECE
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._reading import Reading, Where
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import shown

#: Examines one content: its beginning, the rest, and where it is.
Examine = Callable[[bytes, archives.Read, Where], None]

#: Such as a tar.gz in a zip.
_LAYERS = 3
_DAMAGED = "damaged, or no archive: what could be read was searched"

#: The first bytes of what holds no configuration; in all of them a zero follows soon, which tells them from text.
_BINARY = (
    *(b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"!<arch>\n"),
    *(b"\0asm", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\0\0\x01\0", b"II*\0", b"MM\0*", b"wOFF", b"wOF2"),
    *(b"OggS", b"ID3", b"fLaC", b"\x1aE\xdf\xa3", b"SQLite format 3\0", b"LPKSHHRH", b"\xed\xab\xee\xdb", b"PACK"),
)
FIRST_BYTES = (*_BINARY, *archives.FIRST_BYTES)
ENDS = tuple(end.encode("ascii") for end in archives.ZIPPED)
_UNREAD = ("zstd", "7z", "rar")
_HEAD = 512


class Unpacking:
    """One packed file, with all of its layers."""

    def __init__(self, examine: Examine, reading: Reading, budget: archives.Budget) -> None:
        self._examine, self._reading, self._budget = examine, reading, budget
        self._said: Set[str] = set()

    def go(self, kind: str, read: archives.Read, where: Where, opened: archives.Opened = None, layer: int = 1) -> None:
        """Examine what is packed; what is damaged is said, after all before it was read."""
        if kind == "binary":
            self._skip(where, "no text: a program, an image, a database or the like")
        elif kind in _UNREAD:
            self._skip(where, f"packed with {kind}, which is not unpacked")
        elif layer > _LAYERS:
            self._skip(where, "packed several times")
        else:
            try:
                self._unpack(kind, read, where, opened, layer)
            except archives.Unreadable as error:
                self._skip(where, error.why)
            except archives.DAMAGED:
                self._skip(where, _DAMAGED)

    def _skip(self, where: Where, why: str) -> None:
        """Say why something is left out; the first reason is the one that led to others."""
        if where.place not in self._said:
            self._said.add(where.place)
            self._reading.skip(why, where.place)

    def _unpack(self, kind: str, read: archives.Read, where: Where, opened: archives.Opened, layer: int) -> None:
        if kind not in ("zip", "tar"):
            name = where.name.rpartition(".")[0] if "." in os.path.basename(where.name) else where.name
            unpacked = self._budget.counted(archives.unpacked(kind, read))
            self._content(unpacked, Where(where.place, name, True), layer + 1)
            return
        for member in archives.members(kind, read, opened, self._budget):
            inner = f"{where.place}!{shown(member.name)}"
            self._content(member.read, Where(inner, member.name, True), layer + 1)
            if self._budget.is_spent:
                return

    def _content(self, read: archives.Read, where: Where, layer: int) -> None:
        read = self._to_the_damage(read, where)
        first = _filled(read)
        kind = special(first, where.name)
        if kind:
            self.go(kind, again(first, read), where, layer=layer)
        elif first:
            self._examine(first, read, where)

    def _to_the_damage(self, read: archives.Read, where: Where) -> archives.Read:
        """Return a read that ends where nothing more can be read, so that what comes before is searched."""
        ended = False

        def reading(size: int) -> bytes:
            nonlocal ended
            try:
                return b"" if ended else read(size)
            except archives.Unreadable as error:
                self._skip(where, error.why)
            except archives.DAMAGED:
                self._skip(where, _DAMAGED)
            ended = True
            return b""

        return reading


def special(first: bytes, name: str) -> str:
    """Return `binary`, how a content is packed, or nothing for what is searched as it is."""
    head = first[:_HEAD]
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


def again(first: bytes, read: archives.Read) -> archives.Read:
    """Return a read that begins with what was read already."""
    rest = first

    def reading(size: int) -> bytes:
        nonlocal rest
        if rest:
            data, rest = rest[:size], rest[size:]
            return data
        return read(size)

    return reading
