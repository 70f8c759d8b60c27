# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Which file systems are mounted where, and which of them a scan stays out of."""

import re
from typing import Dict

_TABLE = "/proc/self/mountinfo"

#: Another machine's files: its own scan finds them, and a dead server makes whoever asks for them wait.
_NETWORK = (
    *("9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs"),
    *("gpfs", "lustre", "ncpfs", "nfs", "nfs4", "orangefs", "pvfs2", "smb3", "smbfs"),
)
_NETWORK_IN_FUSE = (
    *("blobfuse", "blobfuse2", "ceph", "ceph-fuse", "cephfs", "cifs", "curlftpfs"),
    *("davfs2", "gcsfuse", "glusterfs", "goofys", "juicefs", "moosefs", "mount-s3"),
    *("nfs", "rclone", "s3fs", "seaweedfs", "smbnetfs", "sshfs"),
)
_PSEUDO = (
    *("binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cpuset", "debugfs", "devpts"),
    *("devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore"),
    *("rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tracefs", "fuse.lxcfs", "fuse.gvfsd-fuse", "fuse.portal"),
)


def mounts(table: str = _TABLE) -> Dict[bytes, str]:
    """Return the type of the file system at each mount point; nothing where the system has no such table."""
    try:
        with open(table, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        before, _separator, after = line.partition(b" - ")
        fields = before.split(b" ")
        if len(fields) > 4 and after:
            found[_unescaped(fields[4])] = after.split(b" ")[0].decode("ascii", "replace")
    return found


def _unescaped(path: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code.group(1), 8) & 255]), path)


def why_not(kind: str) -> str:
    """Return why a scan stays out of a file system of that type; empty where it does not."""
    if kind in _NETWORK or (kind.startswith("fuse.") and kind[5:] in _NETWORK_IN_FUSE):
        return f"a network file system ({kind})"
    if kind in _PSEUDO:
        return f"no files but a view of the system ({kind})"
    if kind == "overlay":
        return "a container's view of folders that stand elsewhere (overlay)"
    return ""
