# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One integration's record in its store, changed only by compare-and-set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import (
    Record,
    new_record,
    parse_record,
    record_document,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Pace
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Store

_TRIES = 5
#: What tells an account's document from an integration's.
PACE_PREFIX = "account-"
_PACED = ("generated_at", "activated_at")


class Keeper:
    """Loads and changes one record. A change sees the latest version, or is made again on it."""

    def __init__(self, store: Store, client_id: str, name: str | None = None) -> None:
        """Take the store, the client id (the document's name) and the integration's label.

        :param name: as the inventory has it now, so that commands in messages name what it knows; None: as it was kept.
        """
        self._store = store
        self._client_id = client_id
        self._name = name
        self._parsed: tuple[str, Record] | None = None

    def load(self) -> Record:
        """Return the record, a new one when nothing is stored yet."""
        return self._load()[0]

    def commit(self, change: Callable[[Record], Record]) -> tuple[Record, bool]:
        """Save what `change` makes of the latest record; return it, read back from the store, and whether it is new.

        `change` checks its own preconditions and raises Refusal or Conflict when they do not hold (any more).
        """
        for attempt in range(_TRIES):
            record, version = self._load()
            changed = change(record)
            if changed == record:
                return record, False
            try:
                saved = self._store.save(self._client_id, record_document(changed), version)
            except Conflict:
                if attempt == _TRIES - 1:
                    raise
                continue
            self._read_back(changed, {saved, version})
            return changed, True
        raise LookupError("the loop returns or raises")

    def prove_writable(self) -> None:
        """See that the record can be saved, before anything exists that must be."""
        self._store.prove_writable(self._client_id)

    def complete(self) -> None:
        """Have the store do what is left of the last save."""
        self._store.complete(self._client_id)

    def _load(self) -> tuple[Record, str | None]:
        stored = self._store.load(self._client_id)
        if stored is None:
            return new_record(self._client_id, self._name or self._client_id), None
        if self._parsed is None or self._parsed[0] != stored.version:
            record = parse_record(stored.document, self._client_id, self._store.where(self._client_id))
            name = self._name or record.journal.name
            self._parsed = stored.version, record.with_journal(replace(record.journal, name=name))
        return self._parsed[1], stored.version

    def _read_back(self, saved: Record, own: set[str | None]) -> None:
        """See that the record is kept; who has changed it since has read it.

        :param own: the versions of what was saved, and of what was there before.
        :raises Conflict: the store kept something else, or nothing.
        """
        record, version = self._load()
        if version in own and record_document(record) != record_document(saved):
            raise Conflict(self._store.where(self._client_id))


class PaceKeeper:
    """What an account keeps beside its journals: its pace (I-8), and how far each journal has come (I-45)."""

    def __init__(self, store: Store, account: str, client_id: str) -> None:
        """Take the store, the account's key, and whose journal it is about."""
        self._store = store
        self._document = f"{PACE_PREFIX}{account}"
        self._client_id = client_id

    def load(self) -> Pace:
        """Return the times, and the fence of this integration."""
        kept, _version = self._load()
        times = {name: _time(kept[name]) for name in _PACED if name in kept}
        return Pace(**times, fence=_fences(kept).get(self._client_id, 0))

    def claim(self, what: str, now: datetime, pace: timedelta) -> None:
        """Take the account's next slot for `generated_at` or `activated_at`.

        :raises Conflict: somebody took it within `pace`.
        """
        kept, version = self._load()
        if what in kept and now < _time(kept[what]) + pace:
            raise Conflict(self._store.where(self._document))
        self._store.save(self._document, {**kept, what: now.isoformat()}, version)

    def taken(self, what: str, now: datetime, fence: int) -> None:
        """Count the pace of `generated_at` or `activated_at` from now on: what the claim was for has happened."""
        self._keep(lambda kept: {what: max(now, _time(kept[what]) if what in kept else now).isoformat()}, fence)

    def reached(self, fence: int) -> None:
        """Note how far the journal has come."""
        self._keep(lambda kept: {}, fence)

    def _keep(self, more: Callable[[dict[str, Any]], dict[str, Any]], fence: int) -> None:
        for attempt in range(_TRIES):
            kept, version = self._load()
            fences = _fences(kept)
            fences[self._client_id] = max(fence, fences.get(self._client_id, 0))
            changed = {**kept, **more(kept), "fences": fences}
            if changed == kept:
                return
            try:
                self._store.save(self._document, changed, version)
            except Conflict:
                if attempt == _TRIES - 1:
                    raise
            else:
                return

    def _load(self) -> tuple[dict[str, Any], str | None]:
        stored = self._store.load(self._document)
        if stored is None:
            return {}, None
        kept = stored.document
        try:
            unknown = kept.keys() - {*_PACED, "fences"}
            understood = not unknown and all(_time(kept[name]).tzinfo for name in _PACED if name in kept)
            _fences(kept)
        except (TypeError, ValueError, AttributeError):
            understood = False
        if understood:
            return kept, stored.version
        raise Refusal(
            "the account's pace is read only when it is understood",
            self._store.where(self._document),
            f"times for {' and '.join(_PACED)}, numbers for fences",
            "something else",
            "restore the document from its backup, or remove it five minutes after the last generation",
        )


def _time(text: Any) -> datetime:
    return datetime.fromisoformat(text)


def _fences(kept: dict[str, Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in kept.get("fences", {}).items()}
