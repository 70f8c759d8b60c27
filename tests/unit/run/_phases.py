# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a bench gets to each phase of a rotation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step

from ._bench import Bench
from ._tape import Killed

AT_ONCE = timedelta(0)


def idle(bench: Bench) -> None:
    """A rotation is due, none is open."""
    assert bench.look().step is Step.GENERATE


def requested(bench: Bench) -> None:
    """The generation certainly made nothing, and waits for the pace."""
    bench.world.faults.add({"fault": "unavailable", "on": "generate"})
    bench.stage(AT_ONCE)


def answer_lost(bench: Bench) -> None:
    """The generation took place, and nobody holds its secret."""
    bench.world.faults.add({"fault": "answer_dropped", "on": "generate"})
    bench.world.faults.add({"fault": "reset", "on": "retrieve"})
    with pytest.raises(Refusal):
        bench.stage(AT_ONCE)
    assert bench.look().step in (Step.RETRIEVE, Step.WAIT), "it may wait for the lease of the run that sent it"


def staged(bench: Bench) -> None:
    """The staged secret is kept, and too young."""
    bench.stage(AT_ONCE)


def usable(bench: Bench) -> None:
    """Both secrets are accepted, no host has the new one."""
    assert bench.stage().step is Step.DISTRIBUTE


def partly_distributed(bench: Bench) -> None:
    """One host has it."""
    usable(bench)
    bench.distribute(["app1"])


def attested(bench: Bench) -> None:
    """All hosts have it."""
    usable(bench)
    bench.distribute()


def activation_lost(bench: Bench) -> None:
    """An activation was answered, and did nothing."""
    attested(bench)
    bench.world.faults.add({"fault": "activation_ignored"})
    bench.finish(AT_ONCE)


def activated(bench: Bench) -> None:
    """The activation took place; the run died before anybody knew."""
    attested(bench)
    die_after(bench, "activate", bench.finish)


def soaking(bench: Bench) -> None:
    """The former secret was seen dead."""
    attested(bench)
    assert bench.finish(AT_ONCE).phase is Phase.SOAKING


def orphaned(bench: Bench) -> None:
    """Three activations did nothing."""
    attested(bench)
    bench.world.faults.add({"fault": "activation_ignored", "times": "forever"})
    assert bench.finish().phase is Phase.ORPHANED


def lost(bench: Bench) -> None:
    """Somebody generated in Setup."""
    attested(bench)
    bench.pause(300)
    bench.world.generate(bench.package.client_id, "somebody else")
    assert bench.stage().phase is Phase.LOST


def abandoned(bench: Bench) -> None:
    """A person gave up while hosts hold the staged secret."""
    attested(bench)
    bench.run().abandon("a test")


def die_after(bench: Bench, effect: str, act: Callable[[], object]) -> None:
    """Let a run die right after an effect."""

    def at(point: int) -> None:
        if bench.tape.points[point] == f"after {effect}":
            raise Killed

    bench.tape.at = at
    with pytest.raises(Killed):
        act()
    bench.tape.at = None
