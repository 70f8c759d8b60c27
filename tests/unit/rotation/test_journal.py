# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal's document: everything that goes in comes out, and nothing is read that is not understood."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.journal import journal_document, parse_journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    SCHEMA,
    Approval,
    Attestation,
    Batch,
    Failure,
    Journal,
    Lease,
    Past,
    Permissions,
    Rotation,
    Sacrifice,
    Stray,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import sealed

from ._strategies import STEADY, journals
from ._support import APP1, NOW, A, B, activated

WHERE = "/store/crm.vault.txt"
CANARY = "canary-value-of-a-document"


def whole() -> Journal:
    """Return a journal in which no field of any kind is empty."""
    about = activated(
        failures=(Failure(APP1.id, NOW, "no answer"),), lost_at=NOW, abandoned_at=NOW, orphaned_at=NOW, closed_at=NOW
    )
    assert about.rotation
    vouched = Attestation(APP1.id, A, APP1.places, NOW, "acknowledged", "alice@example.com", NOW, "0123456789abcdef")
    rotation = dataclasses.replace(
        about.rotation,
        outcome="rotated",
        activation_answered_at=NOW,
        attestations=(vouched,),
        batches=(Batch("3f9c2a7d10be", NOW),),
        approval=Approval("0123456789abcdef", "alice@example.com", NOW),
        sacrifices=(Sacrifice(APP1.id, "alice@example.com", "the secret leaked", NOW),),
    )
    registry = tuple(dataclasses.replace(item, care="0123456789abcdef") for item in about.registry)
    history = (sealed("", NOW, "opened", "r1: due"),)
    lease = Lease("controller, process 1", 7, NOW)
    kept = {"adopted": (APP1.id,), "forgotten": (B,), "fence": 7, "lease": lease, "verified_at": NOW, "scanned_at": NOW}
    kept["strays"] = (Stray("h1", "/opt/etl/.env", "dotenv", "SFMC_CLIENT_SECRET", "active", A, NOW),)
    kept["permissions"] = Permissions(("email_read",), "7000001", NOW)
    kept["past"] = (Past("r0", "due", NOW, NOW, NOW, "rotated", B, A, "0123456789abcdef"),)
    return dataclasses.replace(about, rotation=rotation, registry=registry, history=history, **kept)


def document() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(journal_document(whole())))
    return stored


def refused(damaged: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_journal(damaged, WHERE)
    assert caught.value.offender == WHERE
    assert all(text.strip() for text in caught.value.as_dict().values())
    assert CANARY not in str(caught.value), "a message never shows a piece of a document"
    return caught.value


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk every field of every record of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key)
        yield from paths(inner, (*at, key))


def record_at(stored: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        stored = stored[key]
    return stored


FIELDS = [path for path in paths(document()) if isinstance(path[-1], str)]
PLACES = list(paths(document()))


def test_no_field_is_empty_in_the_example() -> None:
    assert all(record_at(document(), path)[path[-1]] not in (None, "", []) for path in FIELDS)


def test_every_field_goes_round() -> None:
    assert parse_journal(document(), WHERE) == whole()


def test_an_empty_journal_goes_round() -> None:
    empty = Journal("id", "crm")
    assert parse_journal(json.loads(json.dumps(journal_document(empty))), WHERE) == empty


def of_the_third_schema() -> dict[str, Any]:
    """Return the example as it was written before there were discoveries, permissions and past rotations."""
    added = ("scanned_at", "strays", "permissions", "past")
    return {**{name: value for name, value in document().items() if name not in added}, "schema": 3}


def test_a_journal_of_the_third_schema_is_read_as_what_it_meant() -> None:
    read = parse_journal(of_the_third_schema(), WHERE)
    assert (read.schema, read.scanned_at, read.strays, read.permissions, read.past) == (SCHEMA, None, (), None, ())
    assert read.rotation == whole().rotation


def of_the_second_schema() -> dict[str, Any]:
    """Return the example as it was written before there were leases, approvals and seals."""
    third = of_the_third_schema()
    second = {name: value for name, value in third.items() if name not in ("fence", "lease", "verified_at")}
    second["schema"] = 2
    del second["rotation"]["approval"], second["rotation"]["sacrifices"]
    for line in second["history"]:
        del line["seal"]
    return second


def test_a_journal_of_the_second_schema_is_read_as_what_it_meant() -> None:
    read = parse_journal(of_the_second_schema(), WHERE)
    assert (read.schema, read.fence, read.lease, read.verified_at) == (SCHEMA, 0, None, None)
    assert read.rotation and (read.rotation.approval, read.rotation.sacrifices) == (None, ())
    assert read.history == whole().history, "its lines get their seals"


def test_a_journal_of_the_first_schema_is_read_as_what_it_meant() -> None:
    attestation = {"dependent": APP1.id, "fingerprint": A, "places": ["p"], "at": NOW.isoformat(), "evidence": "token"}
    first = {name: value for name, value in of_the_second_schema().items() if name not in ("adopted", "forgotten")}
    first["schema"] = 1
    first["rotation"]["attestations"] = [attestation]
    del first["rotation"]["batches"]
    for item in first["registry"]:
        del item["proof"], item["care"]
    read = parse_journal(first, WHERE)
    assert (read.schema, read.adopted) == (SCHEMA, (APP1.id,))
    assert read.rotation and read.rotation.attestations == (Attestation(APP1.id, A, ("p",), NOW, "token"),)
    assert {(item.proof, item.care) for item in read.registry} == {("token", "")}
    assert journal_document(read)["schema"] == SCHEMA


def test_an_empty_journal_of_the_first_schema_is_read() -> None:
    first = {**journal_document(Journal("id", "crm")), "schema": 1}
    for name in ("adopted", "forgotten", "fence", "lease", "verified_at"):
        del first[name]
    assert parse_journal(first, WHERE) == Journal("id", "crm")


@STEADY
@given(journals())
def test_any_journal_goes_round(about: Journal) -> None:
    assert parse_journal(json.loads(json.dumps(journal_document(about))), WHERE) == about


def test_times_are_stored_in_utc_and_keep_their_microseconds() -> None:
    there = NOW.replace(microsecond=7).astimezone(timezone(timedelta(hours=5)))
    stored = journal_document(Journal("id", "crm", rotation=Rotation("r", "due", there)))
    assert stored["rotation"]["opened_at"] == "2027-01-04T08:00:00.000007+00:00"


@pytest.mark.parametrize(
    ("schema", "way_out"),
    [(SCHEMA + 1, "upgrade"), (999, "upgrade"), (0, "restore"), (-1, "restore"), ("1", "restore"), (None, "restore")],
)
def test_another_schema_is_refused_a_newer_one_with_an_upgrade(schema: object, way_out: str) -> None:
    assert refused({**document(), "schema": schema}).way_out.startswith(way_out)


@pytest.mark.parametrize("schema", [True, 1.0, [1], {}])
def test_what_only_looks_like_the_schema_is_refused(schema: object) -> None:
    refused({**document(), "schema": schema})


@pytest.mark.parametrize("damaged", [None, [], "", CANARY, 1, {}, {"schema": SCHEMA}, [document()]])
def test_what_is_no_journal_is_refused(damaged: object) -> None:
    refused(damaged)


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: ".".join(map(str, path)))
def test_a_missing_field_is_refused_and_named(path: tuple[Any, ...]) -> None:
    damaged = document()
    del record_at(damaged, path)[path[-1]]
    if path != ("schema",):
        assert path[-1] in refused(damaged).found


@pytest.mark.parametrize("path", [path for path in PLACES if path != ("schema",)], ids=lambda p: ".".join(map(str, p)))
@pytest.mark.parametrize("wrong", [True, 7, 1.5, [CANARY], {CANARY: CANARY}], ids=repr)
def test_a_field_of_another_type_is_refused(path: tuple[Any, ...], wrong: object) -> None:
    damaged = document()
    takes = {
        "places": [CANARY],
        "adopted": [CANARY],
        "forgotten": [CANARY],
        "scopes": [CANARY],
        "fence": 7,
        "number": 7,
    }
    record_at(damaged, path)[path[-1]] = [7] if takes.get(path[-1]) == wrong else wrong
    refused(damaged)


@pytest.mark.parametrize("path", [(), ("rotation",), ("active",), ("rotation", "staged"), ("history", 0)])
def test_an_unknown_field_is_refused_without_its_name_or_value(path: tuple[Any, ...]) -> None:
    damaged = document()
    record: Any = damaged
    for key in path:
        record = record[key]
    record[CANARY] = CANARY
    assert "1 unknown field" in refused(damaged).found


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        "",
        "2027-01-04T08:00:00",
        "2027-01-04",
        "2027-13-04T08:00:00+00:00",
        "2027-01-04T08:00:00+99:00",
        1799049600,
        None,
    ],
)
def test_a_time_without_a_zone_or_sense_is_refused(text: object) -> None:
    damaged = document()
    damaged["rotation"]["opened_at"] = text
    assert "journal.rotation.opened_at is not a time with its zone" in refused(damaged).found


@pytest.mark.parametrize("kept", range(len(document())))
def test_a_document_that_lost_its_end_never_becomes_a_shorter_journal(kept: int) -> None:
    refused(dict(list(document().items())[:kept]))
