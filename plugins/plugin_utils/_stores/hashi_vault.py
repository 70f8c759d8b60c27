# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store in HashiCorp Vault: a secret of the KV engine, version 2, for each document, written with check-and-set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Stored
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.packing import as_text, of_text
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.vault_access import NoAnswer, VaultKv, access

_KV = "I-7: documents lie in a KV engine of version 2, whose check-and-set keeps writers apart"
_WRITE = frozenset({"create", "update"})
#: A folder of its own, so that a policy lets probes be destroyed and documents not.
_PROBES = "writable"
#: What a rotation may add to a document; there has to be room for it.
_SPARE = 65_536
#: Of a probe, while others write theirs.
_TRIES = 5


def hashi_vault_store(settings: Mapping[str, Any], environment: Mapping[str, str]) -> HashiVaultStore:
    """Return the store of `sfmc_store`; Refusal when hvac is missing, or there is nothing to log in with."""
    mount, folder = ((settings.get(name) or "").strip("/") for name in ("mount", "path"))
    return HashiVaultStore(VaultKv(access(settings, environment), mount or "secret"), folder or "keyturn")


class HashiVaultStore:
    """Documents at `<mount>/data/<path>/<name>`. The version of a document is that of its secret."""

    def __init__(self, kv: VaultKv, folder: str) -> None:
        """Take the KV engine, and the path of the documents in it."""
        self._kv = kv
        self._folder = folder

    def where(self, name: str) -> str:
        """Return the document's path, as `vault kv get` takes it."""
        return f"{self._kv.url} {self._kv.mount}/{self._folder}/{name}"

    def names(self) -> list[str]:
        """Return the names of all documents that are not deleted."""
        found = self._kv.listed(self._folder, self.where(""))
        return sorted(name for name in found if not name.endswith("/") and self.load(name) is not None)

    def load(self, name: str) -> Stored | None:
        """Return the document, None when there is none, or its latest version is deleted."""
        answer = self._kv.read(f"{self._folder}/{name}", self.where(name))
        if answer is None or answer.get("data") is None:
            return None
        version = _version_in(answer.get("metadata"), self.where(name))
        return Stored(of_text(answer["data"], self.where(name)), str(version))

    def read_ahead(self, names: Iterable[str]) -> None:
        """Nothing: what was read early may be old (I-7), and reading is quick."""

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document if its secret still has the expected version; return the new one."""
        if expected is not None and not re.fullmatch(r"[1-9][0-9]*", expected):
            raise Conflict(self.where(name))
        seen = self._replaced(name) if expected is None else int(expected)
        try:
            answer = self._kv.write(f"{self._folder}/{name}", as_text(document), seen, self.where(name))
        except NoAnswer:
            # Vault may have written it all the same.
            stored = self.load(name)
            if stored is not None and stored.version == str(seen + 1) and stored.document == document:
                return stored.version
            raise
        if answer is None:
            raise Conflict(self.where(name))
        return str(_version_in(answer, self.where(name)))

    def prove_writable(self, name: str) -> None:
        """See that the token may write the document, and write as much beside it; then destroy that again."""
        may = self._kv.capabilities(f"data/{self._folder}/{name}", self.where(name))
        if may is not None and "root" not in may and not may >= _WRITE:
            raise Refusal(
                "I-5: secrets are generated only when the store can keep them",
                self.where(name),
                "a token that may create and update it",
                "one that may " + (", ".join(sorted(may)) or "do nothing"),
                "extend its policy as docs/stores.md shows; nothing was generated",
            )
        stored = self.load(name)
        size = len(as_text(stored.document)["document"]) if stored is not None else 0
        probe, where = f"{self._folder}/{_PROBES}/{name}", self.where(f"{_PROBES}/{name}")
        # With check-and-set, as an engine may be configured to take nothing else.
        for _try in range(_TRIES):
            before = self._kv.read(probe, where)
            seen = 0 if before is None else _version_in(before.get("metadata"), where)
            written = self._kv.write(probe, {"document": " " * (size + _SPARE)}, seen, where)
            if written is not None:
                self._kv.destroy(probe, _version_in(written, where), where)
                return
        raise Conflict(where)

    def complete(self, name: str) -> None:
        """A save is the whole of it."""

    def _replaced(self, name: str) -> int:
        """Return what check-and-set is given where there is no document: a deleted one still has its version."""
        answer = self._kv.read(f"{self._folder}/{name}", self.where(name))
        if answer is None:
            return 0
        if answer.get("data") is not None:
            raise Conflict(self.where(name))
        return _version_in(answer.get("metadata"), self.where(name))


def _version_in(answer: object, where: str) -> int:
    """Return the version that an answer names; version 1 of the engine names none, and checks none."""
    version = answer.get("version") if isinstance(answer, Mapping) else None
    if isinstance(version, int) and version > 0:
        return version
    raise Refusal(
        _KV,
        where,
        "an answer with the version of the secret",
        "one without",
        "name a mount of the KV engine, version 2, in sfmc_store.mount: vault secrets enable -version=2 -path=NAME kv",
    )
