# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench over a simulated SFMC whose clock stands until somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

from ._bench import START, Bench


@pytest.fixture
def benches(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Return a maker of benches, each with its own world, store and hosts, its active secret handed in."""
    stacks = []
    made = 0

    def make(kind: str = "http", retrieve: bool = True, adopt: bool = True) -> Bench:
        nonlocal made
        made += 1
        world = World(Clock(START, speed=0))
        stack = running(world)
        url = stack.__enter__()
        stacks.append(stack)
        bench = Bench(tmp_path / f"bench{made}", url, world, kind, retrieve)
        if adopt:
            bench.adopt()
            bench.tape.lines.clear()
            bench.tape.points.clear()
        return bench

    yield make
    for stack in stacks:
        stack.__exit__(None, None, None)


@pytest.fixture
def bench(benches: Callable[..., Bench]) -> Bench:
    """Return a bench with an http provider that can retrieve."""
    return benches()


@pytest.fixture
def operated(benches: Callable[..., Bench]) -> Bench:
    """Return a bench on which a person generates and activates."""
    return benches("operator")
