# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench over a simulated SFMC whose clock stands until somebody waits."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import SimulatorAddress
from ansible_collections.keyturn.sfmc.tests.unit.run._controller import Errand, cipher

from ._bench import START, Bench
from ._processes import Controllers
from ._watch import Watch

#: Of the store of `many`.
VAULT_PASSWORD = secrets.token_hex(8)


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


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Bench]:
    """Return a bench for controllers in processes of their own: its store is encrypted as a real one is."""
    world = World(Clock(START, speed=0))
    with running(world) as url:
        bench = Bench(tmp_path / "many", url, world, cipher=cipher(VAULT_PASSWORD))
        bench.adopt()
        yield bench


@pytest.fixture
def errand(many: Bench) -> Callable[..., Errand]:
    """Return what makes errands for controllers of `many`."""
    address = SimulatorAddress(many.url, many.world.console_token)

    def make(**options: Any) -> Errand:
        return Errand(many.root, address, many.package.client_id, VAULT_PASSWORD, many.variables, **options)

    return make


@pytest.fixture
def controllers() -> Iterator[Controllers]:
    """Return what starts controllers; those that still run at the end are ended."""
    started = Controllers()
    yield started
    started.end()


@pytest.fixture
def watch(bench: Bench) -> Iterator[Watch]:
    """Return what looks at each effect on the bench; nothing that is told holds a secret."""
    watch = Watch(bench)
    yield watch
    watch.check_secret()
