# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate `leaks` takes a Python that each core supports, and says which cores it leaves out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.gates import __main__ as gates
from ansible_collections.keyturn.sfmc.tests.gates import catalogue, cores, tree


def test_a_machine_with_one_python_runs_what_it_carries_and_names_the_rest() -> None:
    chosen = cores.carriers({11: "/usr/bin/python3.11"})
    assert [core.name for core in chosen] == ["2.16", "2.17", "2.18", "2.19"]
    assert cores.left_out(chosen) == [
        "left out: ansible-core 2.20, for want of Python 3.12 or 3.13 or 3.14",
        "left out: ansible-core 2.21, for want of Python 3.12 or 3.13 or 3.14",
        "left out: ansible-core 2.22, for want of Python 3.13 or 3.14",
    ]


def test_no_core_is_left_out_where_all_pythons_are() -> None:
    chosen = cores.carriers({minor: f"python3.{minor}" for minor in range(10, 14)})
    assert set(chosen) == set(cores.CORES) and cores.left_out(chosen) == []
    assert all(int(python.rpartition(".")[2]) in core.pythons for core, python in chosen.items())


def test_the_python_of_these_tests_is_found() -> None:
    assert sys.version_info[1] in cores.pythons()


def test_what_is_left_out_is_said_when_the_gate_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    (tmp_path / "log").write_text("1 passed in 3.00s\n" + "\n".join(cores.left_out({})) + "\n")
    (gate,) = catalogue.select(["leaks"])
    gates.report(gates.Outcome(gate, True, 1.0, tmp_path / "log"))
    assert capsys.readouterr().out.count("left out: ansible-core") == len(cores.CORES)


def test_the_suite_is_run_once_by_make_test() -> None:
    assert "leaks" in catalogue.TEST
    (integration,) = catalogue.select(["integration"])
    assert all((tree.ROOT / path).is_file() and f"--ignore={path}" in integration.command for path in cores.SUITE)
    assert {Path(path).name for path in cores.SUITE} >= {
        path.name for path in (tree.ROOT / "tests" / "integration").glob("test_leaks_*.py")
    }
