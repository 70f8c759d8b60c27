# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/fidelity.md: whatever the simulator lets be otherwise, and whatever the code asks SFMC for, stands there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.simulator.switches import Switches

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
#: Paths of SFMC's hosts, as the code spells them.
PATHS = sorted(
    {
        found
        for path in (ROOT / "plugins").rglob("*.py")
        for found in re.findall(r'"(/(?:v2|platform|[A-Z]\w+\.asmx)[\w/.]*)"', path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("switch", [field.name for field in dataclasses.fields(Switches)])
def test_every_switch_of_the_simulator_is_in_a_row(switch: str) -> None:
    assert f"`{switch}`" in PAGE, f"docs/fidelity.md does not say what {switch} is about"


@pytest.mark.parametrize("path", PATHS)
def test_every_path_that_is_asked_for_is_named(path: str) -> None:
    assert path in PAGE, f"docs/fidelity.md does not name {path}"


def test_a_fact_says_how_sure_it_is_in_one_of_three_words() -> None:
    """What claims nothing of SFMC, such as how half an answer is read, leaves the cell empty."""
    column = 0
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if "sure" in cells:
            column = cells.index("sure")
        elif not line.startswith("|"):
            column = 0
        elif column and not set(cells[column]) <= {"-"}:
            assert re.search(r"\b(?:documented|observed|modelled)\b", cells[column]), line
