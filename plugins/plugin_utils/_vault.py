# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible Vault as the cipher of files, with the vault secrets that this run was given."""

from __future__ import annotations

import functools
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, is_encrypted, match_encrypt_secret

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: How a run is given a vault secret, for people.
VAULT_WAYS = "--vault-password-file, --vault-id, ANSIBLE_VAULT_PASSWORD_FILE or an AWX vault credential"


class VaultCipher:
    """Encrypts with the one vault secret that is meant, decrypts with any of the run's."""

    def __init__(self, secrets: list[tuple[str, Any]], vault_id: str | None = None) -> None:
        """Take the run's vault secrets (`DataLoader`'s pairs of vault id and secret); refuse when there are none."""
        if not secrets:
            raise Refusal(
                "the file store is encrypted with Ansible Vault",
                "this run",
                "a vault secret",
                "none",
                f"give one: {VAULT_WAYS}",
            )
        if vault_id is not None and vault_id not in {name for name, _secret in secrets}:
            raise Refusal(
                "the file store is encrypted with the vault id that it was set to",
                "sfmc_store.vault_id",
                f"a vault secret with the id {vault_id!r}",
                "ids " + ", ".join(sorted({name for name, _secret in secrets})),
                f"run with --vault-id {vault_id}@FILE, or change sfmc_store.vault_id",
            )
        self._vault = VaultLib(secrets)
        self._vault_id = vault_id
        self._ids = sorted({str(name) for name, _secret in secrets})
        self._secret = match_encrypt_secret(secrets, encrypt_vault_id=vault_id)[1]
        # One task reads the same document several times, and to derive its key takes longest.
        self._decrypted = functools.lru_cache(maxsize=4)(self._vault.decrypt)

    def encrypt(self, plain: bytes) -> bytes:
        """Return the vault text of some bytes.

        :raises Refusal: the run has vault secrets of several ids, and nothing says which of them the store is for.
        """
        if self._vault_id is None and len(self._ids) > 1:
            raise Refusal(
                "the file store is written with a vault secret that is named where a run has several",
                "sfmc_store.vault_id",
                "the id of the store's vault secret",
                f"none, and vault secrets with the ids {', '.join(self._ids)}",
                "set sfmc_store.vault_id: whoever has that one reads the store; nothing was written",
            )
        encrypted: bytes = self._vault.encrypt(plain, secret=self._secret, vault_id=self._vault_id)
        return encrypted

    def decrypt(self, encrypted: bytes, where: str) -> bytes:
        """Return the bytes of a vault text; Refusal for a wrong password and for anything that is not whole."""
        if not is_encrypted(encrypted):
            raise Refusal(
                "the file store only reads Ansible Vault files",
                where,
                "a file that begins with $ANSIBLE_VAULT",
                "something else, or an empty or truncated file",
                "restore the file from its backup; nothing was changed",
            )
        try:
            plain: bytes = self._decrypted(encrypted)
        except AnsibleError:
            raise Refusal(
                "the file store is read with the vault secret that wrote it",
                where,
                "a vault secret that decrypts the whole file",
                "a wrong vault password, or a damaged file",
                f"give the right one ({VAULT_WAYS}), or restore the file from its backup; nothing was changed",
            ) from None
        return plain
