# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal as a document: strict both ways. What is not understood is refused, never guessed."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import SCHEMA, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import UNSEALED, resealed


class _Unreadable(Exception):
    """Where a document departs from its schema, without the value that stands there."""


def journal_document(journal: Journal) -> dict[str, Any]:
    """Return the journal as plain JSON types."""
    document: dict[str, Any] = plain(journal)
    return document


def parse_journal(document: object, where: str) -> Journal:
    """Return the journal of a document.

    :param where: the store's name for the document, for messages.
    :raises Refusal: another schema version, a missing, unknown or malformed field.
    """
    document = _upgraded(document)
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SCHEMA:
        newer = isinstance(schema, int) and schema > SCHEMA
        raise Refusal(
            "a journal is only read when every field of it is understood",
            where,
            f"schema version {SCHEMA}",
            f"schema version {schema}" if isinstance(schema, int) else "no schema version",
            "upgrade this collection to the version that wrote the journal" if newer else _RESTORE,
        )
    try:
        journal: Journal = _typed(Journal, document, "journal")
    except _Unreadable as error:
        raise Refusal(
            "a journal is only read when every field of it is understood",
            where,
            f"a journal of schema version {SCHEMA}",
            str(error),
            _RESTORE,
        ) from None
    return replace(journal, history=resealed(journal.history))


def edited_by_hand(where: str, found: str) -> Refusal:
    """Return the refusal of a journal that somebody else than this collection wrote."""
    return Refusal(
        "a journal is changed by the steps of a rotation, and by nobody's hand",
        where,
        "the seal of its content",
        found,
        "restore the document from the store's backup. Without one: move it away, and hand the active secret in"
        " with -e sfmc_hand_in_rebuild=true, which proves it everywhere before anything else; nothing was changed",
    )


def _upgraded(document: object) -> object:
    """Return a journal of an older schema version as one of the next; what is no journal is refused later."""
    for version, upgrade in _UPGRADES.items():
        if isinstance(document, Mapping) and _is_schema(document.get("schema"), version):
            document = {**document, **upgrade(document), "schema": version + 1}
    return document


def _is_schema(found: object, version: int) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and found == version


def _from_first(document: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence was a token's, nobody acknowledged anything."""
    registry = _each_with(document.get("registry"), proof="token", care="")
    rotation, adopted = document.get("rotation"), []
    if isinstance(rotation, Mapping) and isinstance(rotation.get("attestations"), list):
        attestations = _each_with(rotation["attestations"], by="", until=None, care="")
        adopted = sorted({str(item.get("dependent")) for item in attestations if isinstance(item, Mapping)})
        rotation = {**rotation, "attestations": attestations, "batches": []}
    return {"registry": registry, "adopted": adopted, "forgotten": [], "rotation": rotation}


def _from_second(document: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody held a lease, approved or gave up anything; the history had no seals."""
    rotation = document.get("rotation")
    if isinstance(rotation, Mapping):
        rotation = {**rotation, "approval": None, "sacrifices": []}
    history = _each_with(document.get("history"), seal=UNSEALED)
    return {"rotation": rotation, "history": history, "fence": 0, "lease": None, "verified_at": None}


def _from_third(document: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody had looked for other places, nor kept what a token was for; of former rotations there is the history."""
    return {"scanned_at": None, "strays": [], "permissions": None, "past": []}


_UPGRADES = {1: _from_first, 2: _from_second, 3: _from_third}


def _each_with(items: Any, **more: Any) -> Any:
    """Return the records of a list with further fields; what is no list of records is refused later."""
    if not isinstance(items, list):
        return items
    return [{**item, **more} if isinstance(item, Mapping) else item for item in items]


_RESTORE = "restore the document from the store's backup; nothing was changed"


def plain(value: Any) -> Any:
    """Return a record, or a tuple of them, as plain JSON types."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def _typed(kind: Any, value: Any, where: str) -> Any:
    if typing.get_origin(kind) is types.UnionType:
        inner = next(option for option in typing.get_args(kind) if option is not type(None))
        return None if value is None else _typed(inner, value, where)
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise _Unreadable(f"{where} is not a list")
        return tuple(_typed(typing.get_args(kind)[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    if kind is datetime:
        return _time(value, where)
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise _Unreadable(f"{where} is not of type {kind.__name__}")
    return value


@functools.lru_cache
def _fields(kind: Any) -> dict[str, Any]:
    """Return the fields of a record with their types: journals have thousands of records, of a few kinds."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _record(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise _Unreadable(f"{where} is not a mapping")
    fields = _fields(kind)
    if missing := sorted(fields.keys() - value.keys()):
        raise _Unreadable(f"{where} lacks {', '.join(missing)}")
    if unknown := len(value.keys() - fields.keys()):
        raise _Unreadable(f"{where} has {unknown} unknown field(s)")
    return kind(**{name: _typed(hint, value[name], f"{where}.{name}") for name, hint in fields.items()})


def _time(value: Any, where: str) -> datetime:
    if isinstance(value, str):
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            when = None
        if when is not None and when.tzinfo is not None:
            return when
    raise _Unreadable(f"{where} is not a time with its zone")
