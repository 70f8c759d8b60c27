# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The atomic, private write of a file that holds secrets (I-25, I-26).

``read`` takes a snapshot; ``replace`` puts new content in place of exactly what was read, or changes nothing.
"""

import errno
import hashlib
import os
import stat
from typing import Dict

from ansible_collections.keyturn.sfmc.plugins.module_utils._file_snapshot import (
    DEFAULT_LIMIT,
    WHOLE,
    Facts,
    Snapshot,
    check_unchanged,
    failed,
    read,
    real_path,
    reason,
    unfit,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._replaceable import check_replaceable

__all__ = ["DEFAULT_LIMIT", "Facts", "Snapshot", "check_replaceable", "read", "real_path", "rehearse", "replace"]

#: Attributes that the kernel computes from the content by itself; the old ones would be wrong.
_COMPUTED_ATTRIBUTES = ("security.ima", "security.evm")


def replace(snapshot: Snapshot, content: bytes) -> Snapshot:
    """Replace the file by ``content``, and return a snapshot of the new state, read back from the disk.

    Owner, group, mode and extended attributes stay. Until the last step, the rename, the old file is untouched;
    a failure after it says so. Content that is the same is not written.

    :raises Refusal: the file changed since the snapshot, or a step failed; no temporary file is left.
    """
    check_replaceable(snapshot)
    if content == snapshot.content:
        return snapshot
    return _read_back(snapshot, content, _written(snapshot, content, in_place=True))


def rehearse(snapshot: Snapshot) -> None:
    """Do all that :func:`replace` does up to the rename, with blanks for content: the file stays as it is.

    :raises Refusal: a step failed, or the rename would; no temporary file is left.
    """
    check_replaceable(snapshot)
    _written(snapshot, b" " * len(snapshot.content), in_place=False)


def _written(snapshot: Snapshot, content: bytes, in_place: bool) -> int:
    directory, name = os.path.split(snapshot.real_path)
    try:
        directory_fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _remove_leftovers(directory_fd, name, snapshot)
            inode = _write_and_rename(directory_fd, name, snapshot, content, in_place)
            _sync_directory(snapshot, directory_fd)
        finally:
            os.close(directory_fd)
    except OSError as error:
        raise failed(WHOLE, snapshot.path, "replace the file", error) from None
    return inode


def _write_and_rename(directory_fd: int, name: str, snapshot: Snapshot, content: bytes, in_place: bool) -> int:
    """Write a private temporary file, make it the file; return its inode. Nothing temporary stays behind.

    :param in_place: whether it becomes the file; otherwise it is removed where the rename would come.
    """
    # Readable for nobody who could not read the old file; setting attributes takes the owner's right to write.
    mode = stat.S_IMODE(snapshot.facts.mode) & stat.S_IRUSR | stat.S_IWUSR
    temporary = _temporary_prefix(name) + os.urandom(16).hex()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = -1
    try:
        descriptor = os.open(temporary, flags, mode, dir_fd=directory_fd)
        _write_all(descriptor, content)
        _take_over(descriptor, snapshot)
        os.fsync(descriptor)
        inode = os.fstat(descriptor).st_ino
        check_unchanged(snapshot)
        if in_place:
            os.rename(temporary, name, src_dir_fd=directory_fd, dst_dir_fd=directory_fd)
        else:
            _discard(temporary, directory_fd, descriptor, snapshot)
    except BaseException:
        _discard(temporary, directory_fd, descriptor, snapshot)
        raise
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return inode


def _discard(temporary: str, directory_fd: int, descriptor: int, snapshot: Snapshot) -> None:
    """Remove the temporary file; one that the directory keeps is left without its content, and named (I-25)."""
    try:
        _unlink_if_there(temporary, directory_fd)
    except OSError as error:
        emptied = "without its content" if _emptied(descriptor) else "and holds a secret"
        raise _kept(snapshot, temporary, f"the temporary file is still there, {emptied}", error) from None


def _emptied(descriptor: int) -> bool:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        _write_all(descriptor, bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
        os.ftruncate(descriptor, 0)
    except OSError:
        return False
    return True


def _kept(snapshot: Snapshot, temporary: str, found: str, error: OSError) -> Refusal:
    path = os.path.join(os.path.dirname(snapshot.real_path), temporary)
    return unfit(
        snapshot.path,
        "a directory in which files can be renamed and removed",
        f"{reason(error)} for {path}: {found}",
        "see what keeps files there (`lsattr -d`: append-only?), remove that one, then run again",
    )


def _take_over(descriptor: int, snapshot: Snapshot) -> None:
    """Give the new file the owner, attributes and mode of the old one, in an order that never opens it wider."""
    facts = snapshot.facts
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (facts.uid, facts.gid):
        os.fchown(descriptor, facts.uid, facts.gid)
    original = os.open(snapshot.real_path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _copy_attributes(original, descriptor)
    finally:
        os.close(original)
    # Last: an inherited access list, gone by now, would otherwise have come into force with the group's bits.
    os.fchmod(descriptor, stat.S_IMODE(facts.mode))


def _copy_attributes(original: int, descriptor: int) -> None:
    wanted, present = _attributes(original), _attributes(descriptor)
    for name in sorted(set(present) - set(wanted)):
        os.removexattr(descriptor, name)
    for name, value in sorted(wanted.items()):
        if present.get(name) != value:
            os.setxattr(descriptor, name, value)


def _attributes(descriptor: int) -> Dict[str, bytes]:
    if not hasattr(os, "listxattr"):  # not Linux
        return {}
    try:
        names = os.listxattr(descriptor)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return {}
        raise
    return {name: os.getxattr(descriptor, name) for name in names if name not in _COMPUTED_ATTRIBUTES}


def _temporary_prefix(name: str) -> str:
    """Return how temporary files of one file begin, so that a killed run's can be told from another file's."""
    return f".keyturn-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}-"


def _remove_leftovers(directory_fd: int, name: str, snapshot: Snapshot) -> None:
    """Remove what a run that was killed while it wrote this file left behind."""
    prefix = _temporary_prefix(name)
    for entry in os.listdir(directory_fd):
        if entry.startswith(prefix):
            try:
                _unlink_if_there(entry, directory_fd)
            except OSError as error:
                raise _kept(snapshot, entry, "an earlier run left it", error) from None


def _unlink_if_there(name: str, directory_fd: int) -> None:
    try:
        os.unlink(name, dir_fd=directory_fd)
    except FileNotFoundError:
        pass


def _sync_directory(snapshot: Snapshot, directory_fd: int) -> None:
    try:
        os.fsync(directory_fd)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOTSUP):  # file systems that cannot sync a directory
            return
        raise Refusal(
            WHOLE,
            snapshot.path,
            "the new file to be safe on the disk",
            f"the new file in place, but its directory could not be synced: {reason(error)}",
            "check the disk of this host, then run again: what is in the file is found out by reading it",
        ) from None


def _read_back(snapshot: Snapshot, content: bytes, inode: int) -> Snapshot:
    new = read(snapshot.path, max(len(content), DEFAULT_LIMIT))
    kept = [(facts.mode, facts.uid, facts.gid, facts.device) for facts in (snapshot.facts, new.facts)]
    if new.content == content and new.facts.inode == inode and kept[0] == kept[1]:
        return new
    raise Refusal(
        WHOLE,
        snapshot.path,
        "to read back what was written, with the same owner and mode",
        "another content, owner or mode",
        "find out which other program writes this file, then run again",
    )


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
