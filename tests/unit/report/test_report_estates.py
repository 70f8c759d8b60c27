# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no estate is refused with its place, what is expected and what was found."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import (
    is_json,
    is_page,
    is_the_same,
    report_of,
    says_the_same,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.shapes import fit
from ansible_collections.keyturn.sfmc.tests.support.estates_of_report import estate

ESTATE = estate(9, 2)


def _changed(path: list[Any], value: object) -> dict[str, Any]:
    found = copy.deepcopy(ESTATE)
    where: Any = found
    for key in path[:-1]:
        where = where[key]
    if value is ...:
        del where[path[-1]]
    else:
        where[path[-1]] = value
    return found


@pytest.mark.parametrize(
    ("path", "value", "offender"),
    [
        (["schema"], 2, "estate.schema"),
        (["schema"], ..., "estate.schema"),
        (["generated_at"], "yesterday", "estate.generated_at"),
        (["generated_at"], "2026-13-40T00:00:00Z", "estate.generated_at"),
        (["generated_at"], "0001-01-01T00:00:00Z", "estate.generated_at"),
        (["integrations"], {}, "estate.integrations"),
        (["integrations", 3], "crm", "estate.integrations[3]"),
        (["integrations", 3, "name"], ..., "estate.integrations[3].name"),
        (["integrations", 3, "days_left"], float("nan"), "estate.integrations[3].days_left"),
        (["integrations", 3, "dependents"], True, "estate.integrations[3].dependents"),
        (["integrations", 3, "proved"], -1, "estate.integrations[3].proved"),
        (["integrations", 3, "blocked"], "no", "estate.integrations[3].blocked"),
        (["integrations", 3, "matrix"], None, "estate.integrations[3].matrix"),
        (["integrations", 3, "matrix", 1, "at"], 5, "estate.integrations[3].matrix[1].at"),
        (["integrations", 3, "permissions"], [], "estate.integrations[3].permissions"),
        (["forecast", "herds"], [{}], "estate.forecast.herds[0].from"),
        (["forecast"], None, "estate.forecast"),
    ],
    ids=str,
)
def test_what_is_no_estate_is_refused_by_its_place(path: list[Any], value: object, offender: str) -> None:
    with pytest.raises(Refusal) as refused:
        report_of(_changed(path, value), "t")
    assert refused.value.offender == offender
    assert "nothing was written" in refused.value.way_out


def test_what_cannot_be_written_as_json_is_refused() -> None:
    with pytest.raises(Refusal):
        report_of({**ESTATE, "more": {"at": object()}}, "t")


def test_what_a_newer_collection_adds_is_no_trouble_and_is_kept() -> None:
    report = report_of({**ESTATE, "weather": "fine"}, "t")
    assert json.loads(report.json)["weather"] == "fine"


def test_the_json_is_the_estate() -> None:
    assert json.loads(report_of(ESTATE, "t").json) == ESTATE


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _places(item, (*path, key))


PLACES = list(_places(ESTATE))
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), _ANYTHING)
def test_anything_anywhere_is_taken_or_refused_and_is_never_a_traceback(path: tuple[Any, ...], value: object) -> None:
    try:
        fit(_changed(list(path), value))
    except Refusal as refusal:
        assert refusal.offender.startswith("estate")


def test_time_that_passes_is_no_change() -> None:
    later = _changed(["generated_at"], "2026-11-26T01:55:00Z")
    for item in later["integrations"]:
        item["days_left"] = int(item["days_left"] // 1) + 0.05
    ours, theirs = report_of(later, "t"), report_of(ESTATE, "t")
    assert ours.html != theirs.html
    assert says_the_same(ours.html, theirs.html)
    assert is_the_same(ours.json, theirs.json)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["integrations", 0, "proved"], 77),
        (["integrations", 0, "days_left"], 1.0),
        (["integrations", 0, "owner"], "someone@example.com"),
        (["summary", "strays"], 99),
    ],
    ids=str,
)
def test_anything_else_is_a_change(path: list[Any], value: object) -> None:
    ours, theirs = report_of(_changed(path, value), "t"), report_of(ESTATE, "t")
    assert not says_the_same(ours.html, theirs.html)
    assert not is_the_same(ours.json, theirs.json)


def test_another_title_is_a_change_of_the_page_alone() -> None:
    ours, theirs = report_of(ESTATE, "a"), report_of(ESTATE, "b")
    assert not says_the_same(ours.html, theirs.html)
    assert is_the_same(ours.json, theirs.json)


@pytest.mark.parametrize("text", ["<html>", "{}", "[1]", "{", "null", "[" * 100_000, '{"schema": 1}'], ids=range(7))
def test_what_is_no_report_is_not_taken_for_one(text: str) -> None:
    assert not is_page(text)
    assert not is_json(text)


def test_a_report_is_known_as_one() -> None:
    report = report_of(ESTATE, "t")
    assert is_page(report.html)
    assert is_json(report.json)
