# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real runs leave is what notices and metrics read: each state of a rotation is told by its event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._metrics import PHASES, metrics
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import Notice, notices
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.estate import estate
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.unclaimed import UNDECLARED, unclaimed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome

from ._bench import Bench
from ._phases import attested, idle, usable


def _estate(bench: Bench) -> dict[str, Any]:
    run = bench.run()
    try:
        outcome = Outcome(run, run.look())
    except Refusal as refusal:
        outcome = Outcome(run, refusal=refusal)
    return estate([outcome], [], bench.world.clock.now(), "1.0.0")


def _told(bench: Bench) -> dict[str, Notice]:
    bench.options.setdefault("owner", "crm@example.com")
    return {notice.event: notice for notice in notices(_estate(bench))}


def _expired(bench: Bench) -> None:
    idle(bench)
    bench.world.clock.advance(timedelta(days=30).total_seconds())


def _blocked(bench: Bench) -> None:
    idle(bench)
    bench.world.faults.add({"fault": "unavailable", "on": "token", "times": "forever"})


def _lost(bench: Bench) -> None:
    attested(bench)
    bench.world.clock.advance(600)
    bench.world.generate(bench.package.client_id, "somebody else")
    bench.world.clock.advance(600)
    bench.rotate()


def _rotated(bench: Bench) -> None:
    bench.rotate()


def _given_up(bench: Bench) -> None:
    usable(bench)
    bench.abandon()


@pytest.mark.parametrize(
    ("brings_about", "event", "says"),
    (
        (idle, "urgent", "its secret ends on 2027-01-11, and is not rotated yet"),
        (_expired, "expired", "has ended"),
        (_blocked, "blocked", "a person has to mend something"),
        (_lost, "lost", "its rotation is lost"),
        (_rotated, "closed", "rotated, the former secret is dead"),
        (_given_up, "closed", "its rotation was given up"),
    ),
)
def test_each_state_is_told_by_its_event(
    bench: Bench, brings_about: Callable[[Bench], None], event: str, says: str
) -> None:
    brings_about(bench)
    told = _told(bench)
    assert event in told, sorted(told)
    assert says in told[event].subject and told[event].owner == "crm@example.com"


def test_after_a_rotation_nothing_else_is_told(bench: Bench) -> None:
    _rotated(bench)
    assert set(_told(bench)) == {"closed"}
    bench.world.clock.advance(timedelta(days=8).total_seconds())
    assert set(_told(bench)) == set()


def test_what_is_blocked_comes_with_the_way_out_of_its_refusal(bench: Bench) -> None:
    _blocked(bench)
    (item,) = _estate(bench)["integrations"]
    assert item["blockers"][0]["way_out"] == _told(bench)["blocked"].way_out


def test_metrics_know_each_phase_that_there_is() -> None:
    assert {phase.value for phase in Phase} | {"unknown", UNDECLARED} == set(PHASES)


def test_an_integration_that_nobody_declares_is_measured_and_told(bench: Bench) -> None:
    """I-39."""
    rows = unclaimed(bench.store, [], {}, bench.world.clock.now())
    seen = estate([], rows, bench.world.clock.now(), "1.0.0")
    assert f'phase="{UNDECLARED}"}} 1.0' in metrics(seen)
    assert "blocked" in {notice.event for notice in notices(seen)}
