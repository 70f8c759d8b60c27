# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is saved is read back before anything is built on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Stored

NOW = datetime(2027, 1, 4, tzinfo=timezone.utc)
ID = "0a1b2c3d4e5f6g7h8i9j0k1l"


class _Forgetful:
    """A store that says that it saved, and has not."""

    def __init__(self) -> None:
        self.documents: dict[str, Mapping[str, Any]] = {}
        self.forgets = False

    def where(self, name: str) -> str:
        """Return the place of a document."""
        return f"forgetful/{name}"

    def load(self, name: str) -> Stored | None:
        """Return the document."""
        return Stored(self.documents[name], "1") if name in self.documents else None

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Keep the document, or not."""
        if not self.forgets:
            self.documents[name] = document
        return "1"

    def prove_writable(self, name: str) -> None:
        """Say yes."""

    def complete(self, name: str) -> None:
        """Have nothing to do."""


def _opened(record: Record) -> Record:
    return record.with_journal(transitions.opened(record.journal, "r1", "due", NOW))


def _adopted(record: Record) -> Record:
    return record.with_journal(transitions.opened(record.journal, "r2", "due", NOW))


def test_i5_a_store_that_keeps_something_else_is_found_out_at_once() -> None:
    store = _Forgetful()
    keeper = Keeper(store, ID, "crm")
    _record, is_new = keeper.commit(_opened)
    assert is_new
    store.forgets = True
    with pytest.raises(Conflict) as caught:
        keeper.commit(_adopted)
    assert caught.value.offender == f"forgetful/{ID}"


def test_i44_an_integration_that_was_renamed_goes_by_its_present_name() -> None:
    """The commands in messages name it, and an older name is none that the inventory knows."""
    store = _Forgetful()
    Keeper(store, ID, "crm").commit(_opened)
    assert Keeper(store, ID, "shop").load().journal.name == "shop"
    assert Keeper(store, ID).load().journal.name == "crm", "where nobody declares it"
