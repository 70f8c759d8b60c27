# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The members of a tar, from a stream.

`tarfile` holds names in memory that are as long as an archive says, and keeps all members; it is asked for the header
alone.
"""

import tarfile
from typing import Iterator, List

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._unreadable import Member, Read, Unreadable

_BLOCK = 512
_CHUNK = 64 * 1024
_LONGEST_NAME = 64 * 1024
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_NO_DATA = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)


def members_of_tar(read: Read) -> Iterator[Member]:
    """Yield the regular files; each is read before the next is asked for."""
    name = ""
    while True:
        header = _exactly(read, _BLOCK)
        if not header.strip(b"\0"):
            return
        if len(header) < _BLOCK:
            raise EOFError
        info = _parsed(header)
        body = _Body(read, 0 if info.type in _NO_DATA else info.size)
        if info.type == tarfile.GNUTYPE_LONGNAME:
            name = _text(body.name().partition(b"\0")[0])
        elif info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
            name = _path_of(body.name()) or name
        elif info.type not in (tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK):
            if info.type == tarfile.GNUTYPE_SPARSE:
                _skip_sparse_map(read, header)
            if info.type in _FILES:
                yield Member(name or info.name, body.read)
            name = ""
        body.finish()


def _parsed(header: bytes) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        raise Unreadable("it is no tar, or damaged: the rest was not read") from None
    if info.size < 0:
        raise Unreadable("it is no tar, or damaged: the rest was not read")
    return info


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _path_of(records: bytes) -> str:
    """Return the name in the extended header of a member: lines such as `18 path=conf/x.yml`."""
    for record in records.split(b"\n"):
        keyword, _equals, value = record.partition(b" ")[2].partition(b"=")
        if keyword == b"path":
            return _text(value)
    return ""


def _skip_sparse_map(read: Read, header: bytes) -> None:
    more = header[482]
    while more:
        block = _exactly(read, _BLOCK)
        more = block[504] if len(block) == _BLOCK else 0


class _Body:
    """The data of one member, with the filling up to the next block."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._left = size
        self._filling = -size % _BLOCK

    def read(self, size: int) -> bytes:
        if not self._left:
            return b""
        data = self._read(min(size, self._left))
        if not data:
            raise EOFError
        self._left -= len(data)
        return data

    def name(self) -> bytes:
        if self._left > _LONGEST_NAME:
            raise Unreadable("it has a name that is longer than names get: the rest was not read")
        return _exactly(self.read, self._left)

    def finish(self) -> None:
        while self.read(_CHUNK):
            pass
        _exactly(self._read, self._filling)


def _exactly(read: Read, size: int) -> bytes:
    """Return so many bytes; fewer at the end."""
    pieces: List[bytes] = []
    while size > 0:
        piece = read(size)
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
