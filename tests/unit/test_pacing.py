# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns for token requests, with a clock that is a number."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._pacing import Turns


class Clock:
    """Seconds, as a test sets them."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_i21_requests_of_one_client_id_are_spaced(tmp_path: Path) -> None:
    turns = Turns(tmp_path, Clock())
    assert [turns.wait("a", 5) for _each in range(4)] == pytest.approx([0, 0.2, 0.4, 0.6])


def test_each_client_id_has_turns_of_its_own(tmp_path: Path) -> None:
    turns = Turns(tmp_path, Clock())
    assert [turns.wait(name, 5) for name in "abab"] == pytest.approx([0, 0, 0.2, 0.2])


def test_a_turn_that_has_passed_costs_nothing(tmp_path: Path) -> None:
    clock = Clock()
    turns = Turns(tmp_path, clock)
    turns.wait("a", 5)
    clock.now += 10
    assert turns.wait("a", 5) == 0
    assert turns.wait("a", 5) == pytest.approx(0.2)


def _take(folder: Path) -> float:
    return Turns(folder, Clock()).wait("a", 5)


def test_i21_processes_share_the_turns(tmp_path: Path) -> None:
    """Ansible's forks are processes."""
    with ProcessPoolExecutor(4) as pool:
        waits = sorted(pool.map(_take, [tmp_path] * 40))
    assert waits == pytest.approx([0.2 * number for number in range(40)])
