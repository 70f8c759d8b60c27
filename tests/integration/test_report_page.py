# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a real browser: whole, quiet, readable by everybody, on a telephone, in the dark, on paper."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import report_of
from ansible_collections.keyturn.sfmc.tests.support import browser as browsers
from ansible_collections.keyturn.sfmc.tests.support.browser import Visit
from ansible_collections.keyturn.sfmc.tests.support.estates_of_report import dependent, estate, idle, whole

pytestmark = pytest.mark.skipif(browsers.program() is None, reason="no chromium here")
Open = Callable[..., Visit]
ESTATE = estate(14, 8)


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    with browsers.browser() as started:
        yield started


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    for name, shown in (("usual", ESTATE), ("small", estate(9, 2))):
        (folder / f"{name}.html").write_text(report_of(shown, "All secrets").html, encoding="utf-8")
    return folder


@pytest.fixture(name="look")
def _look(browser: Browser, folder: Path) -> Iterator[Open]:
    """Open a page; whatever is done with it, it asks for nothing and complains about nothing."""
    visits: list[Visit] = []

    def look(name: str = "usual", **how: Any) -> Visit:
        visit = Visit(browser, **how)
        visits.append(visit)
        visit.page.goto((folder / f"{name}.html").as_uri())
        return visit

    yield look
    for visit in visits:
        visit.close()
        assert visit.requests == []
        assert visit.complaints == []


def _rows(visit: Visit, table: str) -> list[list[str]]:
    """Return the shown rows of a table, cell by cell: the exact value where a cell has one."""
    found: list[list[str]] = visit.page.evaluate(
        """selector => [...document.querySelectorAll(`${selector} tbody tr`)].filter(row => !row.hidden).map(row =>
        [...row.cells].map(cell => {
            const exact = cell.querySelector("data, time");
            return exact ? exact.value ?? exact.dateTime : cell.textContent.trim();
        }))""",
        table,
    )
    return found


def test_the_numbers_of_the_page_are_those_of_the_json(look: Open) -> None:
    document = json.loads(report_of(ESTATE, "All secrets").json)
    visit = look()
    counts = visit.page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-count]')].map(e => [e.dataset.count, e.textContent]))"
    )
    assert {name: int(text) for name, text in counts.items()} == document["summary"]
    shown = {tuple(row[2:6] + row[7:9]) for row in _rows(visit, "#overview")}
    keys = ("days_left", "expires_at", "due_at", "generated_at", "proved", "dependents")
    assert shown == {tuple(f"{item[key]}" for key in keys) for item in document["integrations"]}


def test_on_a_telephone_nothing_is_wider_than_the_screen(look: Open) -> None:
    page = look(width=360).page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("svg.narrow").first.is_visible()
    assert not page.locator("svg.wide").first.is_visible()


@pytest.mark.parametrize("how", [{}, {"dark": True}, {"width": 360}], ids=["light", "dark", "telephone"])
def test_nothing_stands_in_anybodys_way(look: Open, how: dict[str, Any]) -> None:
    """The rules of axe: contrast, names, roles, headings, labels, what can be reached by keyboard, and the rest."""
    page = look("small", **how).page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    # What is out of sight is looked at, too.
    page.evaluate("document.querySelectorAll('main *').forEach(each => { each.style.contentVisibility = 'visible'; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_all_of_it_is_reached_by_keyboard(look: Open) -> None:
    page = look("small").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _turn in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('details.one > summary')"):
            break
    assert page.evaluate("document.activeElement.matches('details.one > summary')"), "no integration was reached"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is False


def test_without_script_everything_is_there(look: Open) -> None:
    plain, usual = look(script=False), look()
    count = "document.querySelectorAll('table tbody tr').length"
    html = plain.page.content()
    assert html.count("<tr") - html.count("<thead>") == usual.page.evaluate(count)
    assert plain.page.locator("#overview").is_visible()
    assert plain.page.locator("figure svg.wide").first.is_visible()
    assert not plain.page.locator(".filter").is_visible()
    assert "<button" not in html


def test_only_those_who_are_looked_for_are_shown(look: Open) -> None:
    visit = look()
    page = visit.page
    page.get_by_label("Owner", exact=True).select_option("loyalty@example.com")
    page.get_by_text("3 of 14 integrations shown").wait_for()
    assert {row[9] for row in _rows(visit, "#overview")} == {"loyalty@example.com"}
    assert page.locator("details.one:visible").count() == 3
    page.get_by_label("only what needs something").check()
    page.get_by_text("1 of 14 integrations shown").wait_for()
    page.get_by_label("only what needs something").uncheck()
    page.get_by_label("Owner", exact=True).select_option("")
    # A host that one integration has a dependent on.
    page.get_by_label("Find", exact=True).fill("MULE3-2")
    page.get_by_text("1 of 14 integrations shown").wait_for()


def test_a_table_is_sorted_by_what_its_cells_are_worth(look: Open) -> None:
    visit = look()
    heading = visit.page.locator("#overview thead button", has_text="Left")
    for direction, reverse in (("ascending", False), ("descending", True)):
        heading.click()
        assert visit.page.locator("#overview th[aria-sort]").get_attribute("aria-sort") == direction
        left = [float(row[2]) for row in _rows(visit, "#overview")]
        assert left == sorted(left, reverse=reverse)


def test_a_link_opens_the_integration_that_it_leads_to(look: Open) -> None:
    page = look().page
    closed = page.locator("details.one:not([open])").last
    anchor = closed.get_attribute("id")
    page.locator(f"#overview a[href='#{anchor}']").click()
    page.locator(f"#{anchor}[open] .facts").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_on_paper_everything_is_open_and_light(look: Open, script: bool) -> None:
    page = look(dark=True, script=script).page
    assert len(page.pdf(prefer_css_page_size=True)) > 50_000
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("details.one:not([open]) .facts").first.is_visible()
    assert not page.locator("nav").is_visible()
    # One who evaluates needs no script of the page.
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_what_hosts_and_people_are_called_does_nothing(look: Open, folder: Path) -> None:
    names = [
        "<script>alert(1)</script>",
        "<img src=https://example.com/x.png onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "abc\u202egnp.exe",
        "zero\x00byte",
        "x" * 10_000,
    ]
    items = [
        idle(name, name, owner=name, unwatched=name, matrix=[dependent(name, name)], dependents=1) for name in names
    ]
    (folder / "hostile.html").write_text(report_of(whole(items), names[0]).html, encoding="utf-8")
    page = look("hostile", width=360).page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelectorAll('img, main script, svg[onload]').length") == 0
    assert page.locator(".whole dd", has_text="x" * 10_000).count() == 1


def test_five_hundred_integrations_are_shown_in_seconds(look: Open, folder: Path) -> None:
    """20,000 dependents; the limits are three times what it takes on two slow cores."""
    report = report_of(estate(500, 40), "All secrets")
    assert len(report.html) < 9_000_000
    assert len(report.json) < 9_000_000
    (folder / "large.html").write_text(report.html, encoding="utf-8")
    began = time.monotonic()
    visit = look("large")
    assert len(_rows(visit, "#overview")) == 500
    assert visit.page.evaluate("document.querySelectorAll('details.one').length") == 500
    assert time.monotonic() - began < 12
    began = time.monotonic()
    visit.page.locator("#f-owner").select_option("loyalty@example.com")
    visit.page.locator("[role=status]").filter(has_not_text="500 of 500").wait_for()
    assert time.monotonic() - began < 6
