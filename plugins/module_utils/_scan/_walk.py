# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Every real file below some folders, once, in the same order each time. Names are bytes: not all are UTF-8."""

import errno
import fnmatch
import hashlib
import os
import re
import stat
from typing import AbstractSet, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._mounts import why_not
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import Skips, native, shown

#: Folders in which no program looks for its configuration: stores of other people's packages and of version control.
POINTLESS = (
    b"/.git/objects",
    b"/.git/lfs",
    b"/.hg/store",
    b"/.svn/pristine",
    b"/node_modules",
    b"/__pycache__",
    b"/.npm/_cacache",
    b"/.cache/pip",
    b"/.m2/repository",
    b"/.gradle/caches",
    # Layers of containers' images: a file that is changed there comes back with the next container.
    b"/docker/overlay2",
    b"/containers/storage/overlay",
)
#: Where Ansible keeps a module and its arguments while it runs: this scan's own, too.
_ANSIBLE = re.compile(rb"ansible-tmp-[0-9.-]+|ansible-local-.+|ansible_.*_payload_.*")

GONE = "it vanished during the scan"
_FORBIDDEN = "permission denied"
_SPECIAL = "neither a file nor a folder"


class Found(NamedTuple):
    """A regular file.

    :param status: of the file itself; its times and size are those before it was read.
    :param settled: its folder is the one that the last scan went through; only its own times say whether it changed.
    """

    path: bytes
    status: os.stat_result
    settled: bool


def reason(error: OSError) -> str:
    """Return why something could not be read, in words that are the same for all that failed alike."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return _FORBIDDEN
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return GONE
    return os.strerror(error.errno or 0)


class Walk:
    """One walk over some roots.

    :param exclude: globs; one with a slash is about the whole path, another one about a name anywhere.
    :param mounted: the type of the file system at each mount point.
    :param known: the folders of an earlier walk, as :attr:`folders` had them.
    :ivar folders: the folders that were gone through, each as a short hash of its path, device and inode.
    """

    def __init__(
        self,
        roots: Sequence[str],
        exclude: Sequence[str],
        skips: Skips,
        mounted: Dict[bytes, str],
        known: AbstractSet[str] = frozenset(),
    ) -> None:
        self._roots = sorted({os.path.realpath(native(root)) for root in roots})
        self._excluded = _Excluded([native(glob) for glob in exclude])
        self._skips = skips
        self._closed = {path: why for path, why in ((path, why_not(kind)) for path, kind in mounted.items()) if why}
        self._mounted = mounted
        self._known = known
        self._visited: Set[int] = set()
        self._several_names: Set[int] = set()
        self.folders: Set[str] = set()

    def files(self) -> Iterator[Found]:
        """Yield the files."""
        for root in self._roots:
            try:
                status = os.stat(root)
            except OSError as error:
                self._skips.say(shown(root), "it does not exist" if reason(error) == GONE else reason(error))
                continue
            if stat.S_ISDIR(status.st_mode):
                yield from self._below(root)
            elif stat.S_ISREG(status.st_mode):
                yield from self._once(Found(root, status, False))
            else:
                self._skips.say(shown(root), _SPECIAL)

    def _below(self, root: bytes) -> Iterator[Found]:
        folders = [root]
        while folders:
            folder = folders.pop()
            inner: List[bytes] = []
            settled = self._enter(folder)
            if settled is None:
                continue
            for entry in self._entries(folder):
                if entry.is_dir(follow_symlinks=False):
                    if not self._closed_to(entry.path):
                        inner.append(entry.path)
                else:
                    yield from self._file(entry, settled)
            folders += reversed(inner)

    def _enter(self, folder: bytes) -> Optional[bool]:
        """Return whether the last scan went through this folder; None where this one has already."""
        try:
            status = os.stat(folder)
        except OSError as error:
            self._skips.say(shown(folder), reason(error))
            return None
        identity = _identity(status)
        if identity in self._visited:
            return None
        self._visited.add(identity)
        name = hashlib.sha256(b"%d %s" % (identity, folder)).hexdigest()[:16]
        self.folders.add(name)
        return name in self._known

    def _entries(self, folder: bytes) -> "List[os.DirEntry[bytes]]":
        found: List[os.DirEntry[bytes]] = []
        try:
            with os.scandir(folder) as entries:
                found.extend(entries)
        except OSError as error:
            self._skips.say(shown(folder), reason(error))
        return sorted(found, key=_by_name)

    def _closed_to(self, folder: bytes) -> bool:
        why = self._closed.get(folder, "")
        if not why and folder.endswith(POINTLESS):
            why = "a store of packages, of version control or of images"
        if not why and _ANSIBLE.fullmatch(os.path.basename(folder)):
            why = "temporary files of Ansible itself"
        if not why and self._excluded(folder):
            why = "excluded"
        if why:
            self._skips.say(shown(folder), why)
        return bool(why)

    def _file(self, entry: "os.DirEntry[bytes]", settled: bool) -> Iterator[Found]:
        if self._excluded(entry.path):
            self._skips.say(shown(entry.path), "excluded")
        elif entry.is_symlink():
            yield from self._linked(entry.path)
        elif entry.is_file(follow_symlinks=False):
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                self._skips.say(shown(entry.path), reason(error))
                return
            # A file may be mounted over another one, and be older than the last scan.
            settled = settled and entry.path not in self._mounted
            if status.st_nlink == 1:
                yield Found(entry.path, status, settled)
            else:
                yield from self._once(Found(entry.path, status, settled))
        else:
            self._skips.say(shown(entry.path), _SPECIAL)

    def _once(self, found: Found) -> Iterator[Found]:
        identity = _identity(found.status)
        if identity not in self._several_names:
            self._several_names.add(identity)
            yield found

    def _linked(self, link: bytes) -> Iterator[Found]:
        """Yield the file that a link leads to, unless it is below a root: what is there is met by itself."""
        try:
            if self._far_away(os.path.join(os.path.dirname(link), os.readlink(link))):
                self._skips.say(shown(link), "a link to a file system that is left out")
                return
            target = os.path.realpath(link)
            if self._is_below_a_root(target) or self._far_away(target):
                return
            status = os.stat(target)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):  # links that lead nowhere
                self._skips.say(shown(link), reason(error))
            return
        if stat.S_ISREG(status.st_mode):
            # Never settled: the link may be new where the file is old.
            yield from self._once(Found(target, status, False))
        elif stat.S_ISDIR(status.st_mode):
            self._skips.say(shown(link), "a link to a folder outside of the roots")

    def _is_below_a_root(self, path: bytes) -> bool:
        return any(path == root or path.startswith(root.rstrip(b"/") + b"/") for root in self._roots)

    def _far_away(self, path: bytes) -> bool:
        """Return whether a path is on a file system that is left out; asked before it is touched, as that may hang."""
        path = os.path.normpath(path)
        return any(path == closed or path.startswith(closed + b"/") for closed in self._closed)


def _by_name(entry: "os.DirEntry[bytes]") -> bytes:
    return entry.name


def _identity(status: os.stat_result) -> int:
    return status.st_dev << 64 | status.st_ino


class _Excluded:
    """Whether a path is among the globs."""

    def __init__(self, globs: Sequence[bytes]) -> None:
        self._paths = _any_of([glob.rstrip(b"/") for glob in globs if b"/" in glob.rstrip(b"/")])
        self._names = _any_of([glob.rstrip(b"/") for glob in globs if b"/" not in glob.rstrip(b"/")])

    def __call__(self, path: bytes) -> bool:
        by_path = self._paths is not None and self._paths.match(path)
        return bool(by_path or (self._names is not None and self._names.match(os.path.basename(path))))


def _any_of(globs: Sequence[bytes]) -> "Optional[re.Pattern[bytes]]":
    if not globs:
        return None
    return re.compile("|".join(fnmatch.translate(glob.decode("latin-1")) for glob in globs).encode("latin-1"))
