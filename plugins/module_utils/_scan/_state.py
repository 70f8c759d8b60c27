# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What a scan leaves on its host for the next one, without a secret: what was sought, where, when, what was found."""

import errno
import hashlib
import json
import os
import stat
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import native
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Declared, Sought, Use

#: Raised with every change of what a scan finds or how it says it: an older state means a full scan.
VERSION = 1
#: A state is read whole; this is 100,000 uses.
_LARGEST = 64 * 1024 * 1024
#: Clocks of file systems tick coarsely.
_SLACK = 2.0


class Kept(NamedTuple):
    """What one file came to: its uses, and what was skipped of it and why."""

    uses: List[Use]
    skipped: List[Tuple[str, str]]


class State(NamedTuple):
    """The last scan.

    :param digest: of all that a result depends on but the files; see :func:`digest_of`.
    :param began: this host's time, in seconds since the epoch.
    :param folders: the folders that were gone through, as the walk names them.
    :param files: by path, files that came to something; those in other folders than the settled ones count no more.
    """

    digest: str
    began: float
    folders: Set[str]
    files: Dict[bytes, Kept]

    def is_unchanged(self, status: os.stat_result) -> bool:
        """Return whether a file in a folder that the last scan went through is as it was then."""
        return max(status.st_mtime, status.st_ctime) < self.began - _SLACK


def digest_of(
    sought: Sought, declared: Declared, roots: Sequence[str], exclude: Sequence[str], max_bytes: int
) -> Optional[str]:
    """Return a digest of all that a result depends on but the files; None where a secret has no fingerprint."""
    secrets = []
    for value, owner in sought.secrets.items():
        shown = sought.fingerprint(owner.client_id, value)
        if not shown:
            return None
        secrets.append([owner.client_id, owner.stage, shown])
    asked = [VERSION, os.geteuid(), sorted(secrets), sought.tenants, sought.hosts, declared]
    text = json.dumps([asked, sorted(roots), sorted(exclude), max_bytes], sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class Damaged(Exception):
    """Why a state is not believed."""


def load(path: str) -> Optional[State]:
    """Read a state; None where there is none.

    :raises Damaged: it is another user's, or no state.
    """
    try:
        descriptor = os.open(native(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None
        raise Damaged(os.strerror(error.errno or 0)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise Damaged("another user could have written it")
        if status.st_size > _LARGEST:
            raise Damaged("it is too large")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return _parsed(json.loads(file.read(_LARGEST).decode("ascii")))
    except OSError as error:
        raise Damaged(os.strerror(error.errno or 0)) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Damaged("it is damaged") from None
    finally:
        os.close(descriptor)


def _parsed(text: Dict[str, Any]) -> State:
    if text["version"] != VERSION:
        raise Damaged("another version of this collection wrote it")
    files = {
        native(path): Kept([dict(use) for use in uses], [(str(place), str(why)) for place, why in skipped])
        for path, (uses, skipped) in text["files"].items()
    }
    return State(str(text["digest"]), float(text["began"]), set(map(str, text["folders"])), files)


def save(path: str, state: State) -> None:
    """Put a state in the place of the last one, readable for this user only.

    :raises OSError: it cannot be written; the last one is as it was.
    """
    target = native(path)
    temporary = target + b"." + os.urandom(8).hex().encode("ascii")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_text(state))
            file.flush()
            os.fsync(descriptor)
        os.rename(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _text(state: State) -> bytes:
    files = {path.decode("utf-8", "surrogateescape"): kept for path, kept in state.files.items()}
    text = {
        "version": VERSION,
        "digest": state.digest,
        "began": state.began,
        "folders": sorted(state.folders),
        "files": files,
    }
    return json.dumps(text, sort_keys=True).encode("ascii")
