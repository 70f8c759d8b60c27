# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A folder of documents, each written whole under a lock, by whoever has seen its latest version (I-7, I-25, I-26).

The files end in ``.txt`` because the folder often lies inside the inventory's, where Ansible takes files of other
names for inventory sources, decrypts them, and shows lines that it cannot parse.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
from typing import Iterator, List, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_PRIVATE = 0o700
_TEMPORARY = ".keyturn-"
_SUFFIX = ".vault.txt"


class DocumentFolder:
    """Documents as ``<path>/<name>.vault.txt``; the version of a document is the digest of its bytes."""

    def __init__(self, path: str) -> None:
        """Take the folder (made private when the first document is saved)."""
        self._folder = path

    def path_of(self, name: str) -> str:
        """Return the path of a document."""
        return os.path.join(self._folder, name + _SUFFIX)

    def names(self) -> List[str]:
        """Return the names of all files that are documents."""
        try:
            found = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable("*", "readable", error) from None
        return sorted(name[: -len(_SUFFIX)] for name in found if name.endswith(_SUFFIX) and not name.startswith("."))

    def read(self, name: str) -> Optional[bytes]:
        """Return the bytes of a document, None when there is none."""
        try:
            with open(self.path_of(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(name, "readable", error) from None

    def replace(self, name: str, content: bytes, expected: Optional[str]) -> bool:
        """Write a document durably; tell whether it still had the expected version (None: there was none)."""
        with self._writing(name), self._locked():
            present = self.read(name)
            if (None if present is None else version_of(present)) != expected:
                return False
            self._write(self.path_of(name), content)
        return True

    def prove(self, name: str, content: bytes) -> None:
        """Lock, write a file beside the document, and take it away again."""
        probe = os.path.join(self._folder, name + ".writable.txt")
        with self._writing(name), self._locked():
            self._write(probe, content)
            os.unlink(probe)

    @contextlib.contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            os.makedirs(self._folder, mode=_PRIVATE, exist_ok=True)
            yield
        except OSError as error:
            raise self._unusable(name, "writable", error) from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other writers of this machine out; the lock ends with the process that holds it."""
        descriptor = os.open(os.path.join(self._folder, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._remove_leftovers()
            yield
        finally:
            os.close(descriptor)

    def _remove_leftovers(self) -> None:
        """Take away what a killed process left. Whoever holds the lock is the only one that writes."""
        for leftover in os.listdir(self._folder):
            if leftover.startswith(_TEMPORARY):
                _unlink_if_there(os.path.join(self._folder, leftover))

    def _write(self, path: str, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            _unlink_if_there(temporary)
            raise
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _unusable(self, name: str, expected: str, error: OSError) -> Refusal:
        return Refusal(
            "I-5: secrets are generated only when the store can keep them",
            self.path_of(name),
            f"a {expected} file store",
            error.strerror or type(error).__name__,
            "mend the folder's owner, mode or disk, or set sfmc_store.path; nothing was generated",
        )


def version_of(content: bytes) -> str:
    """Return the version of a document."""
    return hashlib.sha256(content).hexdigest()


def _unlink_if_there(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
