# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page has everything that is known, those that need something first, with or without pictures."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report import drawing, figures
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import report_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.needs import needs_of
from ansible_collections.keyturn.sfmc.tests.support.estates_of_report import dependent, estate, idle, whole
from ansible_collections.keyturn.sfmc.tests.unit.report._reading import page, read, said

ESTATE = estate(14, 8)


@pytest.fixture(scope="module", name="report")
def _report() -> str:
    return report_of(ESTATE, "All secrets").html


def _with(**changes: Any) -> dict[str, Any]:
    """Return an estate of one integration that differs from an idle one in this."""
    return whole([idle("crm_sync", "a" * 24, **changes)])


def test_the_summary_has_the_numbers_of_the_estate(report: str) -> None:
    counts = {each.get("data-count"): each.text for each in read(report).cssselect("dd[data-count]")}
    assert counts == {name: str(number) for name, number in ESTATE["summary"].items()}


def test_each_integration_has_a_part_of_its_own_with_its_owner(report: str) -> None:
    found = read(report)
    for item in ESTATE["integrations"]:
        part = found.get_element_by_id(f"i-{item['client_id']}")
        assert (item["owner"] or "nobody named") in said(part)
        assert item["active"] in said(part)


def test_each_dependent_of_each_integration_is_there(report: str) -> None:
    found = read(report)
    for item in ESTATE["integrations"]:
        anchor = f"i-{item['client_id']}"
        where = found.get_element_by_id(anchor)
        if item["rotation_id"]:
            where = found.get_element_by_id(f"r-{anchor}").getparent()
        rows = [said(row) for row in where.cssselect("tbody tr")]
        assert len(rows) == len(item["matrix"])
        for each in item["matrix"]:
            assert any(each["host"] in row and each["name"] in row for row in rows), each["dependent"]


def test_each_link_within_the_page_leads_somewhere(report: str) -> None:
    found = read(report)
    ids = [each.get("id") for each in found.cssselect("[id]")]
    targets = {each.get("href")[1:] for each in found.cssselect("a[href^='#']")}
    assert len(ids) == len({*ids})
    assert targets <= {*ids}


def test_those_that_need_something_come_first_and_are_open(report: str) -> None:
    parts = read(report).cssselect("details.one")
    is_open = [part.get("open") is not None for part in parts]
    assert is_open == sorted(is_open, reverse=True)
    assert sum(is_open) == sum(bool(needs_of(item)) for item in ESTATE["integrations"])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"urgency": "expired", "days_left": -2.5}, "expired"),
        ({"urgency": "unknown"}, "unknown"),
        ({"phase": "lost"}, "lost"),
        ({"phase": "undeclared"}, "undeclared"),
        ({"blocked": True}, "blocked"),
        ({"step": "approve"}, "waits for a person"),
        ({"matrix": [dependent("h", "n", state="failing")]}, "failing"),
        ({"matrix": [dependent("h", "n", state="gone")]}, "gone"),
        ({"strays": [{"host": "h", "place": "/p"}]}, "strays"),
        ({"unwatched": "nobody looked"}, "unwatched"),
        ({"permissions": {"excess": ["s"]}}, "excess permissions"),
        ({"permissions": {"missing": ["s"]}}, "missing permissions"),
        ({"permissions": {"business_unit": {"declared": "1", "seen": "2"}}}, "another business unit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_well_is_said_first(changes: dict[str, Any], word: str) -> None:
    cards = page(_with(**changes)).cssselect("#needs ~ ol .card")
    assert [said(chip) for card in cards for chip in card.cssselect(".chip")] == [word]


def test_where_all_is_well_nothing_is_asked_of_anybody() -> None:
    found = page(_with())
    assert not found.cssselect(".card")
    assert "No integration needs anything from a person." in said(found)


def test_an_estate_of_nothing_has_a_page() -> None:
    assert "No rotation is open." in said(page(whole([])))


def test_the_matrix_shows_what_each_dependent_has_proved_and_no_more() -> None:
    rows = [
        dependent("a", "x", state="proved", evidence="token"),
        dependent("b", "x", state="proved", evidence="fingerprint"),
        dependent("c", "x", state="proved", evidence="written"),
        dependent("d", "x", state="proved", evidence="soak"),
        dependent("e", "x", state="proved", evidence="acknowledged"),
        dependent("f", "x", state="person"),
        dependent("g", "x", state="missing"),
        dependent("h", "x", state="failing", reason="no answer"),
        dependent("i", "x", state="given up", by="ops"),
    ]
    found = page(_with(phase="distributing", rotation_id="r1", matrix=rows))
    marks = {
        said(row.cssselect("th")[0])[0]: [said(cell) for cell in row.cssselect("td.m")]
        for row in found.cssselect("table.matrix tbody tr")
    }
    assert marks == {
        "a": ["yes", "yes", "yes", "-", "-"],
        "b": ["yes", "yes", "-", "-", "-"],
        "c": ["yes", "-", "-", "-", "-"],
        "d": ["yes", "-", "-", "yes", "-"],
        "e": ["-", "-", "-", "-", "yes"],
        "f": ["-", "-", "-", "-", "not yet"],
        "g": ["not yet", "not yet", "not yet", "-", "-"],
        "h": ["not yet", "not yet", "not yet", "-", "-"],
        "i": ["-", "-", "-", "-", "-"],
    }


def test_two_integrations_of_one_name_are_told_apart() -> None:
    items = [idle("crm_sync", "a" * 24, environment="prod"), idle("crm_sync", "b" * 24, environment="dev")]
    links = [said(each) for each in page(whole(items)).cssselect("#overview tbody th")]
    assert sorted(links) == ["crm_sync (dev)", "crm_sync (prod)"]


def test_one_client_id_of_two_stores_has_two_parts() -> None:
    found = page(whole([idle("one", "a" * 24), idle("two", "a" * 24)]))
    assert len({part.get("id") for part in found.cssselect("details.one")}) == 2


def test_there_is_a_picture_for_each_width(report: str) -> None:
    shapes = [each.get("class") for each in read(report).cssselect("figure svg")]
    assert shapes == ["wide", "narrow"] * 3


def test_many_secrets_have_a_second_picture_of_all() -> None:
    found = page(estate(60, 1))
    assert len(found.cssselect("svg.whole")) == 1
    assert len(found.cssselect("#overview tbody tr")) == 60


def test_each_picture_says_what_it_shows(report: str) -> None:
    labels = {each.get("aria-label") for each in read(report).cssselect("figure svg[role=img]")}
    assert len(labels) == 3
    assert all(re.search(r"The tables? below", str(label)) for label in labels)


def test_without_the_library_the_page_has_all_tables_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = len(page(ESTATE).cssselect("table"))
    monkeypatch.setattr(figures, "can_draw", lambda: False)
    report = report_of(ESTATE, "All secrets")
    found = read(report.html)
    assert len(found.cssselect("table")) == tables
    assert not found.cssselect("figure")
    assert "vl-convert-python" in report.without_pictures
    assert sum("vl-convert-python" in said(note) for note in found.cssselect(".note")) == 3


def test_a_library_that_cannot_draw_costs_the_pictures_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def vegalite_to_svg(self, specification: object) -> str:
            raise ValueError("no such version")

    monkeypatch.setattr(drawing, "_library", Broken)
    report = report_of(ESTATE, "All secrets")
    assert "no such version" in report.without_pictures
    assert not read(report.html).cssselect("figure")


def test_the_page_allows_itself_nothing_but_its_own_style_and_script(report: str) -> None:
    found = read(report)
    (policy,) = [each.get("content") for each in found.cssselect("meta[http-equiv=Content-Security-Policy]")]
    assert str(policy).startswith("default-src 'none';")
    for name in ("style", "script"):
        (element,) = found.cssselect(name)
        digest = base64.b64encode(hashlib.sha256(element.text_content().encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in str(policy)


def test_the_page_names_no_other_place(report: str) -> None:
    found = read(report)
    assert not found.cssselect("link, img, iframe, object, embed, form, base, [src], [style], [onclick]")
    schemes = {each.get("href").partition(":")[0] for each in found.cssselect("[href]") if ":" in each.get("href")}
    assert schemes <= {"mailto"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(-0.5, "ended 1 day ago"), (0.4, "less than a day"), (1.9, "1 day"), (12.3, "12 days"), (None, "unknown")],
    ids=str,
)
def test_days_are_said_whole_and_kept_exact(number: float | None, words: str) -> None:
    found = page(_with(days_left=number))
    left = found.cssselect("#overview tbody tr td")[1]
    assert said(left) == words
    assert [each.get("value") for each in left.cssselect("data")] == ([] if number is None else [str(number)])
