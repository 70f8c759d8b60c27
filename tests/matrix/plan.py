# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is run where: a cell is one part of the tests with one ansible-core on one Python.

What saves hours and loses nothing:

* Everything of a core is run on one Python, its home; on each further Python of it, the molecule scenario: a whole
  rotation. Homes are chosen so that each Python is the home of some core where that can be.
* Tests that do without Ansible are run once for each Python, not for each core: `without_ansible` takes it away.
* All Pythons of managed hosts are hosts of one estate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ansible_collections.keyturn.sfmc.tests.gates.cores import CORES, TOO_OLD, Core

#: The quickest first: what is broken everywhere is seen early.
PARTS = ("refused", "hosts", "molecule", "sanity", "pure", "unit", "integration")


class Cell(NamedTuple):
    """One part of the tests.

    :param home: whether the whole of its core is run on this Python.
    """

    core: Core
    python: int
    part: str
    home: bool = True

    @property
    def name(self) -> str:
        """Return what its files are called."""
        return f"{self.core.name}-py3.{self.python}-{self.part}"


def homes(available: Iterable[int]) -> dict[Core, int]:
    """Return the Python of each core that one here carries: of those that fit, the one with the fewest cores so far."""
    here, taken, found = sorted(available), Counter[int](), {}
    for core in CORES:
        fitting = [minor for minor in here if minor in core.pythons]
        if fitting:
            found[core] = min(fitting, key=lambda minor: (taken[minor], minor))
            taken[found[core]] += 1
    return found


def cells(available: Iterable[int]) -> list[Cell]:
    """Return everything that can be run here, part by part."""
    here = sorted(available)
    chosen = homes(here)
    found: list[Cell] = []
    old = [minor for minor in here if minor in TOO_OLD.pythons]
    found += [Cell(TOO_OLD, old[-1], "refused")] if old else []
    pure: set[int] = set()
    for core, home in chosen.items():
        for part in PARTS[1:]:
            if part == "molecule":
                found += [Cell(core, minor, part, minor == home) for minor in here if minor in core.pythons]
            elif part != "pure" or home not in pure:
                found.append(Cell(core, home, part))
        pure.add(home)
    return sorted(found, key=lambda cell: PARTS.index(cell.part))


def selected(all_cells: Iterable[Cell], cores: Iterable[str], parts: Iterable[str]) -> list[Cell]:
    """Return the cells of the named cores and parts; of all where none is named."""
    names, kinds = set(cores), set(parts)
    return [each for each in all_cells if (not names or each.core.name in names) and (not kinds or each.part in kinds)]


def left_out(available: Mapping[int, str]) -> list[str]:
    """Say which cores and which of their Pythons are not here."""
    said = []
    for core in (*CORES, TOO_OLD):
        missing = [minor for minor in sorted(core.pythons) if minor not in available]
        if core is TOO_OLD and len(missing) < len(core.pythons):
            continue
        whole = "" if len(missing) < len(core.pythons) else ", and with it all of this core"
        if missing:
            said.append(f"left out: ansible-core {core.name} on Python " + ", ".join(f"3.{n}" for n in missing) + whole)
    return said
