# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal as a document: strict both ways. What is not understood is refused, never guessed."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import SCHEMA, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import UNSEALED, resealed


class _Unreadable(Exception):
    """Where a document departs from its schema, without the value that stands there."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(f"journal{path} {what}")
        self._what, self._path = what, path

    def within(self, outer: str) -> _Unreadable:
        """Return it with the place around it."""
        return _Unreadable(self._what, outer + self._path)


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
        journal: Journal = _reader(Journal)(document)
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


Reader = Callable[[Any], Any]


@functools.cache
def _reader(kind: Any) -> Reader:
    """Return what reads a value of a type. Journals have thousands of records, of a few kinds."""
    if typing.get_origin(kind) is types.UnionType:
        inner = _reader(next(option for option in typing.get_args(kind) if option is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if typing.get_origin(kind) is tuple:
        return _list_reader(_reader(typing.get_args(kind)[0]))
    if dataclasses.is_dataclass(kind):
        return _record_reader(kind)
    return _time if kind is datetime else _scalar_reader(kind)


def _list_reader(inner: Reader) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _Unreadable("is not a list")
        found = []
        for number, item in enumerate(value):
            try:
                found.append(inner(item))
            except _Unreadable as error:
                raise error.within(f"[{number}]") from None
        return tuple(found)

    return read


def _record_reader(kind: Any) -> Reader:
    hints = typing.get_type_hints(kind)
    fields = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _Unreadable("is not a mapping")
        if fields.keys() != value.keys():
            raise _Unreadable(_other_fields(fields.keys(), value.keys()))
        given = {}
        for name, inner in fields.items():
            try:
                given[name] = inner(value[name])
            except _Unreadable as error:
                raise error.within(f".{name}") from None
        return kind(**given)

    return read


def _other_fields(wanted: Set[str], found: Set[str]) -> str:
    if missing := sorted(wanted - found):
        return f"lacks {', '.join(missing)}"
    return f"has {len(found - wanted)} unknown field(s)"


def _scalar_reader(kind: Any) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise _Unreadable(f"is not of type {kind.__name__}")
        return value

    return read


def _time(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            when = None
        if when is not None and when.tzinfo is not None:
            return when
    raise _Unreadable("is not a time with its zone")
