# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as people read them: a table for the terminal, and the one in docs/compatibility.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.keyturn.sfmc.tests.gates.cores import CORES, TOO_OLD, Core
from ansible_collections.keyturn.sfmc.tests.matrix.plan import Cell
from ansible_collections.keyturn.sfmc.tests.matrix.results import Result

BEGIN, END = "<!-- what make matrix saw -->", "<!-- the end of what make matrix saw -->"
_NOT_RUN = "not run"
_COLUMNS = ("ansible-core", "Python", "unit", "integration", "molecule on", "sanity", "managed hosts", "seen")


def lines(cells: Iterable[Cell], results: Mapping[str, Result], digest: str) -> Iterator[str]:
    """Yield the table of a run, within 100 columns: one line for each cell."""
    yield f"{'ansible-core':<14}{'Python':<10}{'part':<13}{'result':<10}{'tests':>6}{'left out':>10}{'seconds':>9}  of"
    for cell in cells:
        result = results.get(cell.name)
        if result is None:
            yield f"{cell.core.name:<14}{f'3.{cell.python}':<10}{cell.part:<13}{_NOT_RUN}"
            continue
        word = "passed" if result.passed else "FAILED"
        when = result.commit if result.tree == digest else f"{result.commit}, an earlier tree"
        counts = f"{result.tests:>6}{result.skipped:>10}{result.seconds:>9}"
        yield f"{result.versions[0]:<14}{result.versions[1]:<10}{cell.part:<13}{word:<10}{counts}  {when}"[
            :100
        ].rstrip()


def page(text: str, results: Mapping[str, Result]) -> str:
    """Return the page with the table of these results in it."""
    before, begin, rest = text.partition(BEGIN)
    _former, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/compatibility.md: expected the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n" + "\n".join(rows(results)) + f"\n{END}{after}"


def rows(results: Mapping[str, Result]) -> list[str]:
    """Return the table of the page: one row for each core, and one for a core that is refused."""
    found = ["| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    for core in (*CORES, TOO_OLD):
        of_core = [each for each in results.values() if each.core == core.name]
        texts = _refused(of_core) if core is TOO_OLD else _row(core, of_core, results)
        if not of_core:
            texts = [core.name, *[_NOT_RUN] * (len(_COLUMNS) - 1)]
        found.append("| " + " | ".join(texts) + " |")
    return found


def _row(core: Core, of_core: list[Result], results: Mapping[str, Result]) -> list[str]:
    by_part = {part: [each for each in of_core if each.part == part] for part in ("unit", "integration", "sanity")}
    whole = sorted({each.versions[1] for each in of_core if each.part in ("unit", "integration", "sanity", "hosts")})
    pythons = {each.python for each in by_part["unit"]}
    pure = [each for each in results.values() if each.part == "pure" and each.python in pythons]
    scenarios = [each for each in of_core if each.part == "molecule"]
    return [
        ", ".join(sorted({each.versions[0] for each in of_core})) or core.name,
        ", ".join(whole) or _NOT_RUN,
        _said([*by_part["unit"], *pure] if pure else []),
        _said(by_part["integration"]),
        ", ".join(each.python + ("" if each.passed else " FAILED") for each in _sorted(scenarios)) or _NOT_RUN,
        _said(by_part["sanity"]),
        _hosts([each for each in of_core if each.part == "hosts"]),
        _seen([*of_core, *pure]),
    ]


def _refused(of_core: list[Result]) -> list[str]:
    versions = ", ".join(sorted({each.versions[0] for each in of_core}))
    word = "refused, as it should be" if all(each.passed for each in of_core) else "FAILED: not refused"
    return [f"{versions}: {word}", *[""] * (len(_COLUMNS) - 2), _seen(of_core)]


def _said(parts: list[Result]) -> str:
    if not parts:
        return _NOT_RUN
    failed = sum(each.failed for each in parts)
    if not all(each.passed for each in parts):
        return f"FAILED ({failed})" if failed else "FAILED"
    skipped = sum(each.skipped for each in parts)
    tests = sum(each.tests for each in parts)
    return "passed" + (f", {tests}" if tests else "") + (f", {skipped} left out" if skipped else "")


def _hosts(parts: list[Result]) -> str:
    seen = {version: passed for each in parts for version, passed in each.hosts.items()}
    ordered = sorted(seen, key=lambda version: int(version.split(".")[1]))
    return ", ".join(version + ("" if seen[version] else " FAILED") for version in ordered) or _NOT_RUN


def _sorted(parts: list[Result]) -> list[Result]:
    return sorted(parts, key=lambda each: int(each.python.split(".")[1]))


def _seen(parts: list[Result]) -> str:
    dates = sorted({each.date for each in parts})
    return " to ".join(dates[:: max(1, len(dates) - 1)]) + " at " + ", ".join(sorted({each.commit for each in parts}))
