# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded store: one Ansible Vault file for each document, in a folder of the controller."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._document_folder import DocumentFolder, version_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Stored
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.sealed import PROBE, Cipher, opened, sealed


class FileStore:
    """Documents as `<directory>/<name>.vault.txt`. The version of a document is the digest of its encrypted bytes."""

    def __init__(self, directory: Path, cipher: Cipher) -> None:
        """Take the folder (made private when the first document is saved) and the cipher."""
        self._folder = DocumentFolder(str(directory))
        self._cipher = cipher
        self._ahead: dict[str, bytes] = {}

    def where(self, name: str) -> str:
        """Return the document's path."""
        return self._folder.path_of(name)

    def names(self) -> list[str]:
        """Return the names of all files that are documents."""
        return self._folder.names()

    def load(self, name: str) -> Stored | None:
        """Return the document, None when the file does not exist."""
        encrypted = self._folder.read(name)
        if encrypted is None:
            return None
        version = version_of(encrypted)
        plain = self._ahead.get(version) or self._cipher.decrypt(encrypted, self.where(name))
        return Stored(opened(plain, self.where(name)), version)

    def read_ahead(self, names: Iterable[str]) -> None:
        """Decrypt documents side by side: to derive a key takes longest, and leaves the interpreter to others."""
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            self._ahead = {version: plain for version, plain in pool.map(self._decrypted, names) if plain}

    def _decrypted(self, name: str) -> tuple[str, bytes]:
        """Return the version of a document and its plain bytes; none where `load` will say what is wrong with it."""
        try:
            encrypted = self._folder.read(name)
            return ("", b"") if encrypted is None else (version_of(encrypted), self._cipher.decrypt(encrypted, name))
        except Refusal:
            return "", b""

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document if it still has the expected version; return the new one."""
        encrypted = sealed(document, self._cipher)
        if not self._folder.replace(name, encrypted, expected):
            raise Conflict(self.where(name))
        return version_of(encrypted)

    def prove_writable(self, name: str) -> None:
        """Encrypt, lock and write a file beside the document, and take it away again."""
        self._folder.prove(name, self._cipher.encrypt(PROBE))

    def complete(self, name: str) -> None:
        """A save is the whole of it."""
