# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No hazard, variable, playbook or module is left out of the pages, and no link of theirs leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HAZARDS = range(1, 46)
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
#: Variables of a play, by where their name is read.
_VARIABLE = re.compile(r"\bsfmc_[a-z_]+[a-z]\b")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _rows() -> Iterator[tuple[set[int], str]]:
    """Yield the hazards of each row of the table of hazards, with the tests that the row names."""
    for line in _text(DOCS / "safety.md").splitlines():
        if re.match(r"\| I-\d", line):
            hazard, _rule, _enforced, tests = line.strip("| ").split(" | ")
            yield {int(number) for number in re.findall(r"\bI-(\d+)", hazard)}, tests


ROWS = list(_rows())


def _tests_of(cell: str) -> list[tuple[str, list[Path]]]:
    """Return the tests that a cell names by path, with the files that each stands for."""
    found: list[tuple[str, list[Path]]] = []
    folder = ROOT / "tests"
    for name in re.findall(r"`([\w/*.]+(?:\.py|/))`", cell):
        pattern = f"{name}*.py" if name.endswith("/") else name
        files = sorted((folder if "/" not in name else ROOT / "tests").glob(pattern))
        found.append((name, files))
        folder = files[0].parent if files else folder
    return found


@pytest.mark.parametrize("hazard", HAZARDS)
def test_each_hazard_has_a_row(hazard: int) -> None:
    assert any(hazard in hazards for hazards, _tests in ROWS), f"docs/safety.md has no row for I-{hazard}"


@pytest.mark.parametrize(("hazards", "cell"), ROWS, ids=["+".join(f"I-{each}" for each in row[0]) for row in ROWS])
def test_the_tests_of_a_row_are_there_and_name_its_hazard(hazards: set[int], cell: str) -> None:
    tests = _tests_of(cell)
    assert tests, "no test is named"
    named = "|".join(map(str, sorted(hazards)))
    for name, files in tests:
        assert files, f"there is no {name}"
        texts = map(_text, files)
        assert any(re.search(rf"(?:\b|_)[iI][-_]?(?:{named})(?!\d)", text) for text in texts), (
            f"{name} names none of {sorted(hazards)}"
        )


def _used() -> dict[str, str]:
    """Return each variable that playbooks, roles or plugins read, with a file that does."""
    files = [path for folder in ("playbooks", "roles", "plugins") for path in sorted((ROOT / folder).rglob("*.*"))]
    readable = [path for path in files if path.suffix in (".yml", ".py")]
    return {name: str(path.relative_to(ROOT)) for path in readable for name in _VARIABLE.findall(_text(path))}


def test_each_variable_is_in_the_list_and_each_of_the_list_is_read() -> None:
    used, listed = _used(), set(_VARIABLE.findall(_text(DOCS / "inventory.md")))
    assert {name: where for name, where in used.items() if name not in listed} == {}
    assert listed - set(used) == set()


@pytest.mark.parametrize("page", PAGES, ids=[path.name if path.parent == DOCS else "first page" for path in PAGES])
def test_each_variable_that_a_page_names_is_read_somewhere(page: Path) -> None:
    """Those of the rulebook are its own; two are keys of somebody's config file."""
    rulebook = "".join(map(_text, sorted((ROOT / "extensions" / "eda").rglob("*.*[ly]"))))
    known = {*_used(), *_VARIABLE.findall(rulebook), "sfmc_secret", "sfmc_client_secret"}
    assert set(_VARIABLE.findall(_text(page))) <= known


def test_the_tasks_in_outputs_that_pages_show_are_those_of_the_roles() -> None:
    shown = {found for page in PAGES for found in re.findall(r"TASK \[keyturn\.sfmc\.(\w+) : (.+?)\]", _text(page))}
    assert len(shown) > 3
    for role, name in sorted(shown):
        tasks = "".join(map(_text, sorted((ROOT / "roles" / role / "tasks").rglob("*.yml"))))
        assert re.search(rf"- name: {re.escape(name)}(?:\{{\{{|$)", tasks, re.MULTILINE), f"{role} has no task {name!r}"


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_each_playbook_is_on_the_first_page(playbook: str) -> None:
    assert f"keyturn.sfmc.{playbook} " in re.sub(r"[`\n]", " ", _text(ROOT / "README.md"))


@pytest.mark.parametrize("playbook", [name for name in PLAYBOOKS if name not in ("rotate", "distribute")])
def test_the_list_says_which_variables_a_playbook_takes(playbook: str) -> None:
    """What is said of no playbook is for `rotate` and `distribute`."""
    rows = [line for line in _text(DOCS / "inventory.md").splitlines() if line.startswith("| `sfmc_")]
    tasks = re.sub(r"^ *#.*$", "", _text(ROOT / "playbooks" / f"{playbook}.yml"), flags=re.MULTILINE)
    for name in sorted(set(_VARIABLE.findall(tasks))):
        said = [row for row in rows if f"`{name}`" in row.split(" | ")[0]]
        assert any(f"`{playbook}`" in row or "all playbooks" in row for row in said), (
            f"{name} is not said of {playbook}"
        )


@pytest.mark.parametrize("module", sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py")))
def test_each_module_is_on_the_first_page(module: str) -> None:
    assert f"| `{module}` |" in _text(ROOT / "README.md")


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headlines."""
    headlines = re.findall(r"^#+ (.*)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", headline.lower()).replace(" ", "-") for headline in headlines}


@pytest.mark.parametrize("page", PAGES, ids=[path.name if path.parent == DOCS else "first page" for path in PAGES])
def test_each_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", _text(page)):
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(path), f"{page.name} links to {target}#{anchor}"


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "tests/integration").glob("test_*.py")))
def test_each_integration_test_says_what_it_promises(name: str) -> None:
    assert f"`{name}`" in _text(ROOT / "tests" / "integration" / "README.md")
