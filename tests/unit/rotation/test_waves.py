# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves: a canary first, then growing batches; one order after the other; who failed comes last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import (
    Member,
    checked_sizes,
    held_back,
    rollout,
    stops,
)

from ._strategies import STEADY


def _hosts(count: int, order: float = 0) -> list[Member]:
    return [Member(f"h{order:g}-{number:03}", order) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "sizes", "batches"),
    [
        (0, ["1", "25%", "100%"], ()),
        (1, ["1", "25%", "100%"], (1,)),
        (2, ["1", "25%", "100%"], (1, 1)),
        (200, ["1", "25%", "100%"], (1, 50, 149)),
        (10, ["4"], (4, 4, 2)),
        (10, ["1", "2"], (1, 2, 2, 2, 2, 1)),
        (3, ["10%"], (1, 1, 1)),
    ],
)
def test_a_canary_then_growing_batches(count: int, sizes: list[str], batches: tuple[int, ...]) -> None:
    assert rollout(_hosts(count), sizes).batches == batches


def test_databases_before_web_each_with_a_canary() -> None:
    planned = rollout([*_hosts(3, order=20), *_hosts(2, order=10)], ["1", "100%"])
    assert planned.hosts == ("h10-000", "h10-001", "h20-000", "h20-001", "h20-002")
    assert planned.batches == (1, 1, 1, 2)


def test_a_host_that_is_down_for_long_does_not_hold_up_the_others() -> None:
    down, *others = _hosts(4)
    planned = rollout([Member(down.host, failed=True), *others])
    assert planned.hosts == (*(member.host for member in others), down.host)


@pytest.mark.parametrize(
    ("failed", "tried", "at_most_percent", "stopped"),
    [(0, 10, 0, False), (1, 10, 0, True), (1, 10, 10, False), (2, 10, 10, True), (1, 1, 50, True), (0, 0, 0, False)],
)
def test_a_failed_batch_stops_the_rollout(failed: int, tried: int, at_most_percent: float, stopped: bool) -> None:
    assert stops(failed, tried, at_most_percent) is stopped


@pytest.mark.parametrize(("silent", "waits_for"), [(["db1"], ["db1"]), (["web1"], []), (["late"], []), ([], [])])
def test_web_servers_wait_for_a_database_that_does_not_answer(silent: list[str], waits_for: list[str]) -> None:
    """It says nothing about the secret, so it is no failure; but nobody knows what it holds."""
    assert held_back(["web2"], silent, {"db1": 10, "web1": 20, "web2": 20, "late": 30}) == waits_for


def test_i44_no_sizes_at_all_are_refused() -> None:
    with pytest.raises(Refusal, match=r"sfmc_serial.*an empty list"):
        checked_sizes([])


@pytest.mark.parametrize("size", ["0", "-1", "101%", "1.5", "all", "", "%"])
def test_i44_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(Refusal, match="sfmc_serial"):
        rollout(_hosts(3), [size])


members = st.lists(
    st.builds(Member, st.text("abc", min_size=1, max_size=3), st.sampled_from([0, 1, 2.5]), st.booleans()),
    unique_by=lambda member: member.host,
    max_size=30,
)
sizes = st.lists(st.integers(1, 9).map(str) | st.integers(1, 100).map("{}%".format), min_size=1, max_size=4)


@STEADY
@given(members, sizes)
def test_every_host_is_in_one_batch_and_no_batch_crosses_an_order(given_: list[Member], sizes_: list[str]) -> None:
    planned = rollout(given_, sizes_)
    assert sorted(planned.hosts) == sorted(member.host for member in given_)
    assert sum(planned.batches) == len(given_) and all(planned.batches)
    orders = {member.host: member.order for member in given_}
    start = 0
    for size in planned.batches:
        assert len({orders[host] for host in planned.hosts[start : start + size]}) == 1
        start += size
    assert [orders[host] for host in planned.hosts] == sorted(orders.values())
