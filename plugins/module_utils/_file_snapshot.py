# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Reading a file so that it can be told later whether it is still the same, and the words for what goes wrong."""

import errno
import fcntl
import os
import stat
import struct
from typing import List, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Largest file that is read unless the caller says otherwise, in bytes.
DEFAULT_LIMIT = 32 * 1024 * 1024

WHOLE = "I-26: a file is replaced as a whole or not at all, and keeps its owner, mode and attributes"
_READABLE = "a declared file can be read"
_UNCHANGED = "I-24: a file is replaced only if it is still the one that was read"
_CHUNK = 1024 * 1024
#: Linux: FS_IOC_GETFLAGS, and two of its flags.
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20


class Facts(NamedTuple):
    """What tells one state of a file from another. Times in nanoseconds since the epoch."""

    device: int
    inode: int
    mode: int
    uid: int
    gid: int
    links: int
    size: int
    modified: int
    changed: int


class Snapshot(NamedTuple):
    """A file as it was read.

    :param path: as the caller named it.
    :param real_path: the file itself, after all symbolic links.
    """

    path: str
    real_path: str
    content: bytes
    facts: Facts

    def __repr__(self) -> str:
        # The content holds secrets, and representations end up in logs.
        return f"Snapshot({self.path!r}, {len(self.content)} bytes)"


def read(path: str, limit: int = DEFAULT_LIMIT) -> Snapshot:
    """Read a regular file; symbolic links are followed.

    :param limit: bytes; a larger file is refused.
    :raises Refusal: there is no such file, it cannot be read, is not a regular file, or changes meanwhile.
    """
    try:
        _check_regular(path, _facts(os.stat(_native(path))), limit)
        real = real_path(path)
        # A named pipe must not block, and a link put here after realpath must not be followed.
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            before = _facts(os.fstat(descriptor))
            _check_regular(path, before, limit)
            content = _read_all(descriptor, limit + 1)
            after = _facts(os.fstat(descriptor))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise failed(_READABLE, path, "read the file", error) from None
    if before != after or len(content) != after.size:
        raise changed(path, "it changed while it was read")
    return Snapshot(path, real, content, after)


def real_path(path: str) -> str:
    """Return the file that a path leads to, as this host's Python names it."""
    return os.path.realpath(_native(path))


def _native(path: str) -> str:
    """Return a path that becomes UTF-8 on its way to the system, whatever the locale (Python 3.6 with LC_ALL=C)."""
    return os.fsdecode(path.encode("utf-8", "surrogateescape"))


def check_unchanged(snapshot: Snapshot) -> None:
    """Compare the file with the snapshot: by content too, as two writes can fall in one tick of the disk's clock."""
    now = read(snapshot.path, max(len(snapshot.content), DEFAULT_LIMIT))
    if now.real_path != snapshot.real_path:
        raise changed(snapshot.path, "its symbolic links lead elsewhere now")
    if now.facts != snapshot.facts or now.content != snapshot.content:
        raise changed(snapshot.path, "the file was changed or replaced since it was read")


def check_not_locked(snapshot: Snapshot) -> None:
    """Refuse a file that the system lets nobody replace, root neither (`chattr +i`, `+a`), where that can be seen.

    :raises OSError: it cannot be opened.
    """
    descriptor = os.open(snapshot.real_path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        answer = fcntl.ioctl(descriptor, _GET_FLAGS, bytes(struct.calcsize("l")))
    except OSError:
        # Another system than Linux, or a file system without such attributes.
        return
    finally:
        os.close(descriptor)
    flags = struct.unpack("i", answer[: struct.calcsize("i")])[0]
    if flags & (_IMMUTABLE | _APPEND_ONLY):
        raise unfit(
            snapshot.path,
            "a file that may be replaced",
            "an immutable file" if flags & _IMMUTABLE else "a file that can only be appended to",
            "find out who locked it, and why (`lsattr`); `chattr -i -a` unlocks it",
        )


def _check_regular(path: str, facts: Facts, limit: int) -> None:
    if not stat.S_ISREG(facts.mode):
        kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
        kind = next((words for is_kind, words in kinds if is_kind(facts.mode)), "a device")
        raise unfit(path, "a regular file", kind, "correct `path` in `sfmc_dependents`")
    if facts.size > limit:
        raise unfit(
            path, f"at most {limit} bytes", f"{facts.size} bytes", "declare the file that programs read the secret from"
        )


def _facts(s: os.stat_result) -> Facts:
    return Facts(s.st_dev, s.st_ino, s.st_mode, s.st_uid, s.st_gid, s.st_nlink, s.st_size, s.st_mtime_ns, s.st_ctime_ns)


def _read_all(descriptor: int, limit: int) -> bytes:
    pieces: List[bytes] = []
    wanted = limit
    while wanted > 0:
        piece = os.read(descriptor, min(wanted, _CHUNK))
        if not piece:
            break
        pieces.append(piece)
        wanted -= len(piece)
    return b"".join(pieces)


def reason(error: OSError) -> str:
    """Return the system's words for an error, and its name."""
    code = error.errno or 0
    return f"{os.strerror(code)} ({errno.errorcode.get(code, code)})"


def failed(rule: str, path: str, purpose: str, error: OSError) -> Refusal:
    """Return the refusal that follows from a failed system call."""
    return Refusal(
        rule,
        path,
        f"to {purpose} as user {os.geteuid()}",
        reason(error),
        "correct `path` in `sfmc_dependents`, or the rights on this host (`become: true`)",
    )


def unfit(path: str, expected: str, found: str, way_out: str) -> Refusal:
    """Return the refusal of a file that cannot be replaced as it is."""
    # A native path among the words may have letters that no output takes.
    return Refusal(WHOLE, path, expected, found.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), way_out)


def changed(path: str, found: str) -> Refusal:
    """Return the refusal of a file that another program writes at the same time."""
    return Refusal(
        _UNCHANGED, path, "the file as it was read", found, "run again; if this repeats, find out what else writes it"
    )
