# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store on a host of the inventory: files as the file store writes, encrypted here, written there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ansible_collections.keyturn.sfmc.plugins.module_utils._document_folder import DocumentFolder, version_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Stored
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.sealed import PROBE, Cipher, opened, sealed


class Unreached(Refusal):
    """The host was not reached, or the connection broke: what was asked of it may be done or not."""


class Host(Protocol):
    """A host that runs the module `keyturn.sfmc.host_document`."""

    name: str

    @property
    def is_here(self) -> bool:
        """Whether it is this controller."""

    def run(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result of the module.

        :raises Unreached: no answer.
        :raises Refusal: what the module refused.
        """


class HostFileStore:
    """Documents as files of a folder on a host, which sees them encrypted only. One module call for each access."""

    def __init__(self, host: Host, folder: str, cipher: Cipher) -> None:
        """Take the host, its folder (made private when the first document is saved) and the cipher."""
        self._host = host
        self._folder = folder
        self._cipher = cipher
        self._read_back: tuple[str, str] | None = None

    def where(self, name: str) -> str:
        """Return the host and the document's path on it."""
        return f"{self._host.name}:{DocumentFolder(self._folder).path_of(name)}"

    def names(self) -> list[str]:
        """Return the names of all files that are documents."""
        return [str(name) for name in self._asked("names")["names"]]

    def load(self, name: str) -> Stored | None:
        """Return the document, None when the file does not exist. Right after a save, it is what the host read back."""
        back, self._read_back = self._read_back, None
        text = back[1] if back is not None and back[0] == name else self._text(name)
        if text is None:
            return None
        encrypted = text.encode()
        return Stored(
            opened(self._cipher.decrypt(encrypted, self.where(name)), self.where(name)), version_of(encrypted)
        )

    def read_ahead(self, names: Iterable[str]) -> None:
        """Nothing: what a host answers may be old before it is asked for (I-7)."""

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document if it still has the expected version; return the new one."""
        encrypted = sealed(document, self._cipher)
        saved, self._read_back = version_of(encrypted), None
        try:
            answer = self._asked("save", name=name, document=encrypted.decode(), expected=expected or "")
        except Unreached as lost:
            # The host may have saved it before the connection broke.
            if self._version_after(name, lost) == saved:
                return saved
            raise
        if not answer["saved"]:
            raise Conflict(self.where(name))
        if answer["read_back"] == saved:
            self._read_back = name, encrypted.decode()
        return saved

    def prove_writable(self, name: str) -> None:
        """Encrypt here; lock and write a file beside the document there, and take it away again."""
        self._asked("prove", name=name, document=self._cipher.encrypt(PROBE).decode())

    def complete(self, name: str) -> None:
        """A save is the whole of it."""

    def _text(self, name: str) -> str | None:
        text = self._asked("load", name=name)["document"]
        return None if text is None else str(text)

    def _version_after(self, name: str, lost: Unreached) -> str | None:
        """Return which version is there after an answer was lost.

        :raises Unreached: the host does not answer any more.
        """
        try:
            text = self._text(name)
        except Refusal:
            raise Unreached(
                "I-7: whether a document was saved is seen by reading it",
                self.where(name),
                "the answer of the host to a save, or to the look after it",
                lost.found,
                "see that the host is reached again and run again: the next run reads the document, and goes on from"
                " what it finds",
            ) from None
        return None if text is None else version_of(text.encode())

    def _asked(self, do: str, **arguments: Any) -> dict[str, Any]:
        try:
            return self._host.run({"path": self._folder, "do": do, **arguments})
        except Unreached:
            raise
        except Refusal as refusal:
            if refusal.offender == self._host.name:
                raise
            told = {**refusal.as_dict(), "offender": f"{self._host.name}:{refusal.offender}"}
            raise Refusal(**told) from None
