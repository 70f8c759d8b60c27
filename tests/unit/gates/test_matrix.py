# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make matrix` leaves no core out unsaid, goes on where it was, and writes nothing that was not seen."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import OLDEST_CORE, OLDEST_PYTHON
from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.gates.cores import CORES, TOO_OLD
from ansible_collections.keyturn.sfmc.tests.matrix import plan, results, running, tables
from ansible_collections.keyturn.sfmc.tests.matrix.results import Result

ROOT = Path(__file__).resolve().parents[3]
_ALL = range(10, 14)


def _result(cell: plan.Cell, **changed: object) -> Result:
    result = Result(
        name=cell.name,
        core=cell.core.name,
        python=f"3.{cell.python}",
        part=cell.part,
        versions=(f"{cell.core.name}.9", f"3.{cell.python}.1"),
        passed=True,
        tests=12,
        failed=0,
        skipped=0,
        seconds=5,
        date="2026-01-02",
        tree="now",
        commit="1234567",
        hosts={"3.6": True, "3.13": True} if cell.part == "hosts" else {},
    )
    return dataclasses.replace(result, **changed)  # type: ignore[arg-type]


def test_every_core_runs_every_part_and_every_python_is_some_cores_home() -> None:
    planned = plan.cells(_ALL)
    for core in CORES:
        assert {cell.part for cell in planned if cell.core == core} >= {*plan.PARTS} - {"pure", "refused"}
    assert set(plan.homes(_ALL).values()) == set(_ALL)
    assert {cell.python for cell in planned if cell.part == "pure"} == set(_ALL)


def test_a_whole_rotation_is_run_on_each_python_of_each_core() -> None:
    scenarios = {(cell.core.name, cell.python) for cell in plan.cells(_ALL) if cell.part == "molecule"}
    assert scenarios == {(core.name, minor) for core in CORES for minor in core.pythons if minor in _ALL}


def test_what_is_not_here_is_said() -> None:
    said = plan.left_out({11: "python3.11"})
    assert "left out: ansible-core 2.16 on Python 3.10, 3.12" in said
    assert "left out: ansible-core 2.22 on Python 3.13, 3.14, and with it all of this core" in said
    assert {cell.core.name for cell in plan.cells([11])} == {"2.15", "2.16", "2.17", "2.18", "2.19"}


def test_cores_and_parts_can_be_chosen() -> None:
    chosen = plan.selected(plan.cells(_ALL), ["2.16"], ["hosts", "sanity"])
    assert [cell.name for cell in chosen] == ["2.16-py3.10-hosts", "2.16-py3.10-sanity"]


def test_a_run_that_was_killed_goes_on_with_what_has_not_passed(tmp_path: Path) -> None:
    first, second, third = plan.cells(_ALL)[:3]
    results.keep(_result(first), tmp_path)
    results.keep(_result(second, passed=False), tmp_path)
    (tmp_path / "results" / f"{third.name}.json").write_text('{"name": "cut o')
    known = results.kept(tmp_path)
    assert results.is_done(first, known, "now") and not results.is_done(first, known, "another tree")
    assert not results.is_done(second, known, "now") and not results.is_done(third, known, "now")


def test_a_change_of_any_file_but_the_page_makes_everything_due_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    page, other = tmp_path / results.PAGE, tmp_path / "README.md"
    page.parent.mkdir()
    page.write_text("not run")
    other.write_text("one")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    digest, commit = results.state_of_tree()
    page.write_text("passed")
    assert results.state_of_tree() == (digest, commit)
    other.write_text("two")
    changed, with_changes = results.state_of_tree()
    assert changed != digest and with_changes == f"{commit}+"


@pytest.mark.parametrize("part", plan.PARTS)
def test_a_part_is_run_by_the_programs_of_its_core(part: str, tmp_path: Path) -> None:
    cell = next(each for each in plan.cells(_ALL) if each.part == part)
    words, env = running.command(cell, 2, tmp_path / "report.xml"), running.environment(cell)
    binaries = str(running.home(cell) / "bin")
    assert env["PATH"].startswith(f"{binaries}:")
    assert words[0].startswith(binaries) or env["KEYTURN_OLD_ANSIBLE"].startswith(binaries)
    paths = [word.partition("=")[2] or word for word in words if "tests/" in word]
    assert all((ROOT / path).exists() for path in paths), paths


def test_pytests_report_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="4" failures="1" errors="0" skipped="1"><testcase name="a[3.6]"/>'
        '<testcase name="a[3.13]"><failure/></testcase><testcase name="b"><skipped/></testcase><testcase name="c"/>'
        "</testsuite></testsuites>"
    )
    assert results.counted(report) == (2, 1, 1)
    assert results.hosts(report) == {"3.6": True, "3.13": False}
    assert results.counted(tmp_path / "none") == (0, 0, 0) and results.hosts(tmp_path / "none") == {}


def test_the_table_of_a_run_fits_100_columns_and_shows_what_is_red() -> None:
    planned = plan.cells(_ALL)
    known = {cell.name: _result(cell, tests=99_999, commit="12345678901+") for cell in planned[:-1]}
    known[planned[0].name] = _result(planned[0], passed=False, tree="before")
    lines = list(tables.lines(planned, known, "now"))
    assert max(map(len, lines)) <= 100
    assert "FAILED" in lines[1] and "an earlier tree" in lines[1] and lines[-1].endswith("not run")


def test_the_page_claims_only_what_was_seen() -> None:
    (cell,) = plan.selected(plan.cells(_ALL), ["2.16"], ["hosts"])
    rows = tables.rows({cell.name: _result(cell, hosts={"3.6": True, "3.8": False})})
    by_core = {row.split("|")[1].strip(): row for row in rows[2:]}
    assert by_core["2.16.9"].count("not run") == 4 and "3.6, 3.8 FAILED" in by_core["2.16.9"]
    assert all("passed" not in row for row in rows)
    assert all(by_core[core.name].count("not run") == 7 for core in (*CORES[1:], TOO_OLD))


def test_all_rows_of_the_page_are_as_long_whatever_was_run() -> None:
    everything = {cell.name: _result(cell) for cell in plan.cells(_ALL)}
    for known in ({}, everything):
        rows = tables.rows(known)
        assert {row.count("|") for row in rows} == {rows[0].count("|")}, rows
    assert "2.15.9: refused, as it should be" in rows[-1] and rows[-1].endswith("| 2026-01-02 at 1234567 |")


def test_unit_tests_count_as_passed_only_with_those_that_do_without_ansible() -> None:
    planned = plan.selected(plan.cells(_ALL), ["2.16"], ["pure", "unit"])
    whole = {cell.name: _result(cell) for cell in planned}
    assert "passed, 24" in tables.rows(whole)[2]
    pure, unit = planned
    assert "passed" not in tables.rows({unit.name: whole[unit.name]})[2]
    assert "FAILED (3)" in tables.rows({**whole, pure.name: _result(pure, passed=False, failed=3)})[2]


def test_the_page_has_a_row_for_each_supported_core_and_its_words_are_those_of_the_code() -> None:
    text = (ROOT / results.PAGE).read_text("utf-8")
    block = text.partition(tables.BEGIN)[2].partition(tables.END)[0].strip().splitlines()
    assert len(block) == 2 + len(CORES) + 1 and block[:2] == tables.rows({})[:2]
    for core, row in zip((*CORES, TOO_OLD), block[2:], strict=True):
        assert row.startswith(f"| {core.name}"), row
        assert "passed" not in row or " at " in row, row
    floor = "{}.{}".format(*OLDEST_CORE)
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))
    assert CORES[0].name == floor and runtime["requires_ansible"] == f">={floor}.0"
    assert f"| ansible-core | {floor} and later; tested up to {CORES[-1].name}" in text
    assert "| Python of the controller | {}.{} and later".format(*OLDEST_PYTHON) in text
    assert f"| Python of managed hosts | from 3.{min(core.oldest_host for core in CORES)} on" in text


def test_a_page_without_its_place_for_the_table_is_not_written() -> None:
    with pytest.raises(ValueError, match="expected the lines"):
        tables.page("# Compatibility\n", {})
