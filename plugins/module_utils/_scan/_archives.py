# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What is packed, unpacked piece by piece: gzip, bzip2, xz, zip, tar. Nothing is written, nothing is held whole.

Sizes that an archive claims are not believed: what comes out is counted, and a :class:`Budget` ends a bomb.
"""

import io
import os
import struct
import zipfile
import zlib
from typing import IO, Any, Callable, Iterator, List, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._tar import members_of_tar
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._unreadable import Member, Read, Unreadable

try:
    import bz2
except ImportError:  # a Python that was built without it
    bz2 = None  # type: ignore[assignment]
try:
    import lzma
except ImportError:
    lzma = None  # type: ignore[assignment]

__all__ = [
    "DAMAGED",
    "FIRST_BYTES",
    "ZIPPED",
    "Budget",
    "Member",
    "Opened",
    "Read",
    "Unreadable",
    "kind_of",
    "members",
    "unpacked",
]

#: Nothing that people write packs better; 1 MB is allowed in any case.
_RATIO = 250
_ALWAYS = 1024 * 1024
#: An archive within an archive is held in memory if it is a zip, which is read from its end.
_HELD = 16 * 1024 * 1024
_MEMBERS = 50_000
_DIRECTORY = 16 * 1024 * 1024
_CHUNK = 64 * 1024
#: A dictionary of xz may take 1.5 GB; xz -6, its default, takes 9 MB to unpack.
_XZ_MEMORY = 40 * 1024 * 1024

#: Not worth unpacking: what compilers and cameras make.
_POINTLESS = (
    *(".class", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".woff", ".woff2", ".ttf"),
    *(".eot", ".so", ".dll", ".exe", ".pyc", ".o", ".a", ".mp3", ".mp4", ".pdf"),
)
ZIPPED = (".zip", ".jar", ".war", ".ear")
_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)

FIRST_BYTES = tuple(magic for magic, _kind in _MAGIC)

#: What the libraries raise over damaged or hostile archives.
DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    LookupError,
    OverflowError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    *((lzma.LZMAError,) if lzma else ()),
)


def kind_of(head: bytes, name: str) -> str:
    """Return how a content is packed, by its first bytes; empty where it is not.

    :param name: of the file: a program may stand before a zip, as in the jars that start by themselves.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic) and (kind != "bzip2" or head[4:10] == b"1AY&SY"):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    return "zip" if name.lower().endswith(ZIPPED) else ""


class Budget:
    """How much may come out of one file on the disk, in all of its layers.

    :ivar is_spent: nothing more of the file is read.
    """

    def __init__(self, each: int, packed: int) -> None:
        """Set the limits.

        :param each: bytes of one member.
        :param packed: bytes of the file.
        """
        self._each = each
        self._left = min(4 * each, _RATIO * packed + _ALWAYS)
        self._members = _MEMBERS
        self.is_spent = False

    def counted(self, read: Read) -> Read:
        """Return a read that raises Unreadable once too much has come."""
        spent = 0

        def counting(size: int) -> bytes:
            nonlocal spent
            data = read(size)
            spent += len(data)
            self._left -= len(data)
            self.is_spent = self._left < 0
            if spent > self._each or self.is_spent:
                raise Unreadable("it unpacks to too much: the rest was not read")
            return data

        return counting

    def one_more(self) -> None:
        """Count a member."""
        self._members -= 1
        if self._members < 0:
            raise Unreadable(f"it has more than {_MEMBERS} members: the rest was not read")


def unpacked(kind: str, read: Read) -> Read:
    """Return the read of what gzip, bzip2 or xz packed."""
    return _Unpacked(_decoders(kind), read).read


def _decoders(kind: str) -> Callable[[], Any]:
    if kind == "gzip":
        return _Gzip
    if kind == "bzip2" and bz2:
        return bz2.BZ2Decompressor
    if kind == "xz" and lzma:
        return lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
    raise Unreadable(f"packed with {kind}, which the Python of this host lacks")


class _Gzip:
    """zlib's decoder with the manners of the others."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    def decompress(self, data: bytes, size: int) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, size)


class _Unpacked:
    """One stream after the other, as these formats allow them to be put together."""

    def __init__(self, make: Callable[[], Any], read: Read) -> None:
        self._make = make
        self._read = read
        self._decoder = make()

    def read(self, size: int) -> bytes:
        """Return at most so many bytes; none at the end.

        :raises EOFError: what is packed ends too early.
        """
        while True:
            data = b""
            if self._decoder.eof:
                data = (self._decoder.unused_data or self._read(_CHUNK)).lstrip(b"\0")
                if not data:
                    return b""
                self._decoder = self._make()
            elif self._decoder.needs_input:
                data = self._read(_CHUNK)
            found: bytes = self._decoder.decompress(data, size)
            if found:
                return found
            if not data and not self._decoder.eof:
                raise EOFError


#: Opens a file on the disk again, from its beginning.
Opened = Optional[Callable[[], IO[bytes]]]


def members(kind: str, read: Read, opened: Opened, budget: Budget) -> Iterator[Member]:
    """Yield the regular files of a zip or tar; each is read before the next is asked for.

    :param read: the archive from its beginning.
    :param opened: opens the archive as a file that seeks; None where it is a member itself.
    """
    found = members_of_tar(read) if kind == "tar" else _of_zip(opened() if opened else _held(read))
    for member in found:
        budget.one_more()
        if not member.name.lower().endswith(_POINTLESS):
            yield Member(member.name, budget.counted(member.read))


def _held(read: Read) -> IO[bytes]:
    pieces: List[bytes] = []
    size = 0
    while True:
        piece = read(_CHUNK)
        if not piece:
            return io.BytesIO(b"".join(pieces))
        pieces.append(piece)
        size += len(piece)
        if size > _HELD:
            raise Unreadable("a zip within an archive, larger than 16 MB")


def _of_zip(file: IO[bytes]) -> Iterator[Member]:
    with file:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.filename.endswith("/"):
                    continue
                if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    yield Member(info.filename, _refused)
                    continue
                with archive.open(info) as member:
                    yield Member(info.filename, member.read)


def _refused(_size: int) -> bytes:
    # bzip2 and xz within a zip come out without a limit of memory.
    raise Unreadable("encrypted, or packed in a way that is seldom used in a zip")


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a directory that is too large before the library holds all of it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65557))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise Unreadable("it is no zip, or damaged")
    count, length = struct.unpack("<HL", tail[end + 10 : end + 16])
    if count == 0xFFFF or count > _MEMBERS or length > _DIRECTORY:
        raise Unreadable(f"it has more than {_MEMBERS} members, or very long names")
    file.seek(0)
