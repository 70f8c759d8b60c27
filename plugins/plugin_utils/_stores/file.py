# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded store: one Ansible Vault file for each document, written whole under a lock.

The files end in `.txt` because the folder often lies inside the inventory's, where Ansible takes files of other
names for inventory sources, decrypts them, and shows lines that it cannot parse.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Stored

_PRIVATE = 0o700
_TEMPORARY = ".keyturn-"
_SUFFIX = ".vault.txt"


class Cipher(Protocol):
    """What makes a file unreadable to others."""

    def encrypt(self, plain: bytes) -> bytes:
        """Return the encrypted bytes."""

    def decrypt(self, encrypted: bytes, where: str) -> bytes:
        """Return the plain bytes; Refusal when the secret is wrong or the file is not whole."""


class FileStore:
    """Documents as `<directory>/<name>.vault.txt`. The version of a document is the digest of its encrypted bytes."""

    def __init__(self, directory: Path, cipher: Cipher) -> None:
        """Take the folder (made private when the first document is saved) and the cipher."""
        self._directory = directory
        self._cipher = cipher
        self._ahead: dict[str, bytes] = {}

    def where(self, name: str) -> str:
        """Return the document's path."""
        return str(self._path(name))

    def names(self) -> list[str]:
        """Return the names of all files that are documents."""
        return sorted(path.name.removesuffix(_SUFFIX) for path in self._directory.glob(f"[!.]*{_SUFFIX}"))

    def load(self, name: str) -> Stored | None:
        """Return the document, None when the file does not exist."""
        encrypted = self._read(name)
        if encrypted is None:
            return None
        version = _version(encrypted)
        plain = self._ahead.get(version) or self._cipher.decrypt(encrypted, self.where(name))
        try:
            document = json.loads(plain)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise Refusal(
                "a document of the file store is a JSON object inside a vault file",
                self.where(name),
                "a JSON object",
                "something else",
                "restore the file from its backup; nothing was changed",
            )
        return Stored(document, version)

    def read_ahead(self, names: Iterable[str]) -> None:
        """Decrypt documents side by side: to derive a key takes longest, and leaves the interpreter to others."""
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            self._ahead = {version: plain for version, plain in pool.map(self._decrypted, names) if plain}

    def _decrypted(self, name: str) -> tuple[str, bytes]:
        """Return the version of a document and its plain bytes; none where `load` will say what is wrong with it."""
        try:
            encrypted = self._read(name)
            return ("", b"") if encrypted is None else (_version(encrypted), self._cipher.decrypt(encrypted, name))
        except Refusal:
            return "", b""

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document if it still has the expected version; return the new one."""
        encrypted = self._cipher.encrypt(json.dumps(document, indent=1).encode("utf-8"))
        with self._writing(name), self._locked():
            present = self._read(name)
            if (None if present is None else _version(present)) != expected:
                raise Conflict(self.where(name))
            self._write(self._path(name), encrypted)
        return _version(encrypted)

    def prove_writable(self, name: str) -> None:
        """Encrypt, lock and write a file beside the document, and take it away again."""
        probe = self._directory / f"{name}.writable.txt"
        with self._writing(name), self._locked():
            self._write(probe, self._cipher.encrypt(b"{}" + b" " * 65536))
            probe.unlink()

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}{_SUFFIX}"

    def _read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(name, "readable", error) from None

    @contextlib.contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            self._directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise self._unusable(name, "writable", error) from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other controllers of this machine out; the lock ends with the process that holds it."""
        descriptor = os.open(self._directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._remove_leftovers()
            yield
        finally:
            os.close(descriptor)

    def _remove_leftovers(self) -> None:
        """Take away what a killed process left. Whoever holds the lock is the only one that writes."""
        for leftover in self._directory.glob(f"{_TEMPORARY}*"):
            leftover.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=self._directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        self._sync_directory()

    def _sync_directory(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _unusable(self, name: str, expected: str, error: OSError) -> Refusal:
        return Refusal(
            "I-5: secrets are generated only when the store can keep them",
            self.where(name),
            f"a {expected} file store",
            error.strerror or type(error).__name__,
            "mend the folder's owner, mode or disk, or set sfmc_store.path; nothing was generated",
        )


def _version(encrypted: bytes) -> str:
    return hashlib.sha256(encrypted).hexdigest()
