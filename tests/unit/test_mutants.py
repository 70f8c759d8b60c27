# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of protections fits the code as it is now: `make mutants` takes them away, one at a time."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.mutants import workplace
from ansible_collections.keyturn.sfmc.tests.mutants.catalogue import HAZARDS, MUTANTS, WITHOUT
from ansible_collections.keyturn.sfmc.tests.mutants.model import Edit, Misfit, Mutant, mutant
from ansible_collections.keyturn.sfmc.tests.mutants.workplace import Ran, judged

ROOT = Path(__file__).resolve().parents[2]
SOME = mutant("I-7", "a lock is not taken", "some.py", "lock()", "pass", "unit/test_some.py::test_a_lock")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.hazards[0]} {mutant.name}")
def test_every_snippet_is_there_exactly_once(mutant: Mutant) -> None:
    for path, text in mutant.files(ROOT).items():
        assert text != path.read_text(encoding="utf-8"), f"{mutant.name}: it changes nothing"
        compile(text, str(path), "exec")


@functools.cache
def _tests_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.hazards[0]} {mutant.name}")
def test_every_named_test_exists(mutant: Mutant) -> None:
    assert mutant.tests, f"{mutant.name}: no test"
    for test in mutant.tests:
        file, _colons, name = test.partition("::")
        assert name.startswith("test_") and name in _tests_of(file), test


def test_names_tell_mutants_apart() -> None:
    assert [name for name, number in Counter(each.name for each in MUTANTS).items() if number > 1] == []


def test_every_hazard_has_a_mutant_or_a_reason_why_not() -> None:
    mutated = {hazard for each in MUTANTS for hazard in each.hazards}
    assert mutated <= set(HAZARDS)
    assert mutated & set(WITHOUT) == set()
    assert [hazard for hazard in HAZARDS if hazard not in mutated and not WITHOUT.get(hazard)] == []


def test_every_hazard_of_the_page_is_known_here() -> None:
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bI-\d+\b", page)) == set(HAZARDS)


@pytest.mark.parametrize("text", ["", "lock() and lock()"], ids=["never", "twice"])
def test_a_snippet_that_is_not_there_once_is_an_error_that_says_so(text: str) -> None:
    with pytest.raises(Misfit, match=r"plugins/some\.py: expected once, found [02] times"):
        SOME.edits[0].applied(text)
    assert SOME.edits == (Edit("plugins/some.py", "lock()", "pass"),)


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("AssertionError: assert 2 == 1", workplace.KILLED),
        ("Failed: DID NOT RAISE <class 'Refusal'>", workplace.KILLED),
        ("ansible_collections.keyturn.sfmc.plugins.module_utils._refusal.Refusal: a lock", workplace.KILLED),
        ("NameError: name 'pas' is not defined", workplace.UNFIT),
        ("TypeError: lock() takes no arguments", workplace.UNFIT),
    ],
    ids=["assertion", "nothing raised", "a refusal", "a name", "a type"],
)
def test_red_is_a_test_that_saw_it_and_not_code_that_is_broken(reason: str, verdict: str) -> None:
    assert judged(SOME, Ran(False, "test_a_lock", reason, True, ""), 1.0).verdict == verdict


def test_what_does_not_run_or_stays_green_kills_nothing() -> None:
    assert judged(SOME, Ran(True, "", "", True, ""), 1.0).verdict == workplace.SURVIVED
    assert judged(SOME, Ran(False, "", "no end within 1 s", False, ""), 1.0).verdict == workplace.UNFIT
