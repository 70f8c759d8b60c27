# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts look like at a moment, and what differs between two moments apart from secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ansible_collections.keyturn.sfmc.tests.testbed.contents import values_between
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import Skeleton

#: Below a host's folder: what its programs write all the time.
VOLATILE = ("var", "tmp")


class FileState(NamedTuple):
    """One file; ``content`` of a symbolic link is its target, ``owner`` is ``uid:gid``."""

    content: bytes
    mode: int
    owner: str


#: By absolute path. Config files, programs and strangers; not the folders in ``VOLATILE``.
Snapshot = Mapping[str, FileState]


def take(host_folders: Iterable[Path]) -> Snapshot:
    """Read all files of these hosts."""
    return {str(path): _state(path) for folder in host_folders for path in _files(folder)}


def differences(before: Snapshot, after: Snapshot, skeletons: Iterable[Skeleton]) -> list[str]:
    """Say what differs, a line each, without any content; a declared secret may have changed, and nothing else.

    Files that came (temporary files, backups), went, or changed mode or owner are differences too.
    """
    pieces = {skeleton.path: skeleton.pieces for skeleton in skeletons}
    found = [f"{path}: gone" for path in before.keys() - after.keys()]
    found += [f"{path}: new" for path in after.keys() - before.keys()]
    for path in before.keys() & after.keys():
        old, new = before[path], after[path]
        if old.mode != new.mode:
            found.append(f"{path}: mode was {old.mode:o}, is {new.mode:o}")
        if old.owner != new.owner:
            found.append(f"{path}: owner was {old.owner}, is {new.owner}")
        if old.content != new.content and (path not in pieces or values_between(pieces[path], new.content) is None):
            found.append(f"{path}: content differs beside its secrets")
    return sorted(found)


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        if Path(parent) == folder:
            folders[:] = [name for name in folders if name not in VOLATILE]
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in [*names, *links])


def _state(path: Path) -> FileState:
    status = path.lstat()
    content = os.readlink(os.fsencode(path)) if path.is_symlink() else path.read_bytes()
    return FileState(content, status.st_mode & 0o7777, f"{status.st_uid}:{status.st_gid}")
