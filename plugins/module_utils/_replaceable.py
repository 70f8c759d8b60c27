# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Whether a file can be replaced as a whole, as far as that can be told without writing anything (I-26)."""

import os
import re
from typing import List

from ansible_collections.keyturn.sfmc.plugins.module_utils._file_snapshot import (
    WHOLE,
    Snapshot,
    check_not_locked,
    check_unchanged,
    failed,
    unfit,
)

#: Room that a new directory entry may take, in bytes.
_SPARE = 4096


def check_replaceable(snapshot: Snapshot) -> None:
    """Refuse what a replacement could not do, as far as that can be told without writing anything."""
    check_unchanged(snapshot)
    _check_links(snapshot)
    _check_owner(snapshot)
    directory = os.path.dirname(snapshot.real_path)
    try:
        check_not_locked(snapshot)
        _check_directory(snapshot, directory)
        mounted = snapshot.real_path in _mount_points()
    except OSError as error:
        raise failed(WHOLE, snapshot.path, "examine its directory", error) from None
    if mounted:
        raise unfit(
            snapshot.path,
            "a file that is not a mount point by itself",
            f"{snapshot.real_path} is mounted on its own (a container's volume, for example)",
            "declare the file where it is mounted from, on that host",
        )


def _check_links(snapshot: Snapshot) -> None:
    if snapshot.facts.links > 1:
        raise unfit(
            snapshot.path,
            "a file with one name",
            f"{snapshot.facts.links} hard links to it: the others would keep the old secret",
            "make the other names symbolic links to this one, or copies that are declared themselves",
        )


def _check_owner(snapshot: Snapshot) -> None:
    """Only root gives files away; another user keeps the owner only of its own, and only a group it is a member of."""
    facts, user = snapshot.facts, os.geteuid()
    if user == 0 or (facts.uid == user and facts.gid in [os.getegid()] + os.getgroups()):
        return
    raise unfit(
        snapshot.path,
        f"the user {user} to be able to keep the owner {facts.uid} and the group {facts.gid}",
        f"a file of user {facts.uid} and group {facts.gid}",
        "run with `become: true`, or as the owner of the file",
    )


def _check_directory(snapshot: Snapshot, directory: str) -> None:
    file_system = os.statvfs(directory)
    if file_system.f_flag & os.ST_RDONLY:
        raise unfit(
            snapshot.path,
            "a file system that can be written",
            f"{directory} is on a read-only file system",
            "remount it, or declare the place where the file is made from",
        )
    if file_system.f_blocks and file_system.f_bavail * file_system.f_frsize < snapshot.facts.size + _SPARE:
        raise unfit(
            snapshot.path,
            "room for a second copy of the file",
            f"{file_system.f_bavail * file_system.f_frsize} bytes free in {directory}",
            "make room on that file system",
        )
    if not os.access(directory, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise unfit(
            snapshot.path,
            "a directory in which the user of this run may write",
            f"{directory} is not writable for user {os.geteuid()}",
            "run with `become: true`, or give that user the right to write there",
        )


def _mount_points() -> List[str]:
    """Return where file systems are mounted, on Linux; a rename cannot replace such a place."""
    try:
        with open("/proc/self/mountinfo", "rb") as table:
            lines = table.read().splitlines()
    except FileNotFoundError:
        return []
    places = [line.split(b" ")[4] for line in lines if line.count(b" ") > 4]
    return [os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code.group(1), 8)]), p)) for p in places]
