# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`sfmc_store`: each kind with its own options; a mixture is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import STORE, declared_store

WRONG: dict[str, tuple[Any, str]] = {
    "a folder for AWS": ({"kind": "aws_secretsmanager", "path": "/srv"}, "path"),
    "a prefix for files": ({"prefix": "keyturn/"}, "prefix"),
    "a vault id for HashiCorp Vault": ({"kind": "hashi_vault", "vault_id": "x"}, "vault_id"),
    "a token in the inventory": ({"kind": "hashi_vault", "token": "hush"}, "token"),
    "a host for files": ({"kind": "file", "host": "bastion"}, "host"),
    "a host without a folder": ({"kind": "host_file", "host": "bastion"}, "missing required arguments: path"),
    "another kind": ({"kind": "wallet", "path": "/srv"}, "wallet"),
    "a kind that is no text": ({"kind": ["file"]}, "kind"),
    "no mapping": ("file", "a mapping, not str"),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_option_that_the_kind_has_not_is_refused_by_its_name(what: str) -> None:
    """I-44."""
    said, named = WRONG[what]
    with pytest.raises(Refusal, match=named) as caught:
        declared_store(said, "sfmc_store of h1")
    assert caught.value.offender == "sfmc_store of h1" and "hush" not in str(caught.value)


@pytest.mark.parametrize("kind", STORE)
def test_each_kind_takes_its_own_options(kind: str) -> None:
    given = {name: f"a-{name}" for name in STORE[kind]}
    assert declared_store({"kind": kind, **given}, "sfmc_store of h1") == {"kind": kind, **given}


def test_a_store_is_a_folder_unless_something_else_is_said() -> None:
    assert declared_store({}, "sfmc_store of h1") == {"kind": "file", "path": None, "vault_id": None}
