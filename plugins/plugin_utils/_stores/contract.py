# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of a store: named documents, replaced only by whoever has seen their latest version.

A document is a JSON object; the store neither knows nor cares what is in it, but for one that shows its secrets to
services as well. Every store passes the same
conformance suite (tests/unit/stores).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


class Conflict(Refusal):
    """Somebody else saved the document in between (I-7). Load again, decide again."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "I-7: a document is replaced only by whoever has seen its latest version",
            where,
            "the version that this run has read",
            "a newer one: another run is at work",
            "nothing to do; this run reads it again, and the next run goes on",
        )


@dataclass(frozen=True)
class Stored:
    """A document and its version. `repr` hides the document: it holds secrets."""

    document: dict[str, Any]
    version: str

    def __repr__(self) -> str:
        return f"Stored(version={self.version!r})"


class Store(Protocol):
    """Where secrets and journals live. They raise Refusal when the store cannot do its work."""

    def where(self, name: str) -> str:
        """Return the place of a document, for messages."""

    def names(self) -> list[str]:
        """Return the names of all documents, sorted."""

    def load(self, name: str) -> Stored | None:
        """Return the document, None when there is none yet."""

    def read_ahead(self, names: Iterable[str]) -> None:
        """Make ready for many documents to be loaded one after the other; what cannot be read is told by `load`."""

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document durably and return its new version.

        :param expected: the version that was loaded, None to create the document.
        :raises Conflict: the document has another version, or exists already.
        """

    def prove_writable(self, name: str) -> None:
        """Do everything that a save needs, without changing the document (I-5)."""

    def complete(self, name: str) -> None:
        """Do what is left of the last save, its own or a killed controller's, where a save is more than one step."""
