# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vault secrets as the key of the file store."""

from __future__ import annotations

import pytest
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher

WHERE = "/somewhere/a.vault.txt"


def _given(*names: str) -> list[tuple[str, VaultSecret]]:
    return [(name, VaultSecret(f"password of {name}".encode())) for name in names]


def test_what_was_encrypted_is_decrypted() -> None:
    cipher = VaultCipher(_given("default"))
    assert cipher.decrypt(cipher.encrypt(b"\x00plain\n"), WHERE) == b"\x00plain\n"


def test_the_named_vault_id_encrypts_and_any_given_secret_decrypts() -> None:
    encrypted = VaultCipher(_given("dev", "prod"), "prod").encrypt(b"plain")
    assert encrypted.splitlines()[0].endswith(b";prod")
    assert VaultCipher(_given("prod")).decrypt(encrypted, WHERE) == b"plain"
    assert VaultCipher(_given("dev", "prod"), "dev").decrypt(encrypted, WHERE) == b"plain"
    with pytest.raises(Refusal, match="a wrong vault password"):
        VaultCipher(_given("dev")).decrypt(encrypted, WHERE)


def test_least_privilege_with_several_vault_ids_the_stores_own_has_to_be_named() -> None:
    """Else it would be written with whichever comes first, and could be read by others, and no more by its own."""
    with pytest.raises(Refusal, match=r"sfmc_store\.vault_id") as caught:
        VaultCipher(_given("provider", "store")).encrypt(b"plain")
    assert caught.value.found == "none, and vault secrets with the ids provider, store"
    encrypted = VaultCipher(_given("store")).encrypt(b"plain")
    assert VaultCipher(_given("provider", "store")).decrypt(encrypted, WHERE) == b"plain"


def test_a_vault_id_that_was_not_given_is_refused_with_those_that_were() -> None:
    with pytest.raises(Refusal) as caught:
        VaultCipher(_given("dev", "prod"), "staging")
    assert caught.value.found == "ids dev, prod"
    assert "--vault-id staging@FILE" in caught.value.way_out


def test_no_vault_secret_is_refused_before_any_file_is_read() -> None:
    with pytest.raises(Refusal, match="a vault secret; found none"):
        VaultCipher([])


def test_no_refusal_shows_a_password_or_the_content() -> None:
    """I-27."""
    encrypted = VaultCipher(_given("dev")).encrypt(b"the content")
    with pytest.raises(Refusal) as caught:
        VaultCipher(_given("prod")).decrypt(encrypted, WHERE)
    assert "password of" not in str(caught.value)
    assert "content" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
