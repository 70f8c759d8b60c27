# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets end together, and when to rotate each so that they do not the next time."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.calendar import due_at, share
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.forecast import SPREAD, End, herds, proposed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Policy

from ._support import DAY, NOW, journal

PACE = Policy.pace


def end(number: int, days: float, account: str = "mc1", renew_before: timedelta = 30 * DAY) -> End:
    expires = NOW + timedelta(days=days)
    return End(f"{number:024}", account, expires - renew_before, expires)


ENDS = st.lists(
    st.builds(end, st.integers(0, 10_000), st.floats(-10, 180), st.sampled_from(["mc1", "mc2"])),
    unique_by=lambda item: item.client_id,
    max_size=40,
)


def test_secrets_of_one_account_that_end_together_are_a_herd() -> None:
    """Those rotated just before a deadline die together 180 days later."""
    together = [end(number, 100 + number / 100) for number in range(5)]
    (herd,) = herds([*together, end(8, 20), end(9, 100, "mc2")])
    assert herd.client_ids == tuple(item.client_id for item in together)
    assert (herd.begins, herd.ends) == (together[0].expires_at, together[-1].expires_at)


def test_secrets_that_are_evenly_spread_are_none() -> None:
    assert herds([end(number, number * 180 / 500) for number in range(500)]) == ()


def test_a_herd_is_spread_over_the_days_before_and_who_ends_alone_stays() -> None:
    together, alone = [end(number, 150) for number in range(40)], end(99, 60)
    found = {item.client_id: item for item in proposed([*together, alone], NOW, PACE)}
    days = {(found[item.client_id].rotate_at - NOW).days // 10 for item in together}
    assert len(days) >= 5, "the moments lie in many different weeks"
    assert found[alone.client_id].moved == timedelta(0)


@given(ENDS)
def test_nobody_is_proposed_later_than_due_unless_that_has_passed(ends: list[End]) -> None:
    crowd = PACE * len(ends)
    due = {item.client_id: item.due_at for item in ends}
    for item in proposed(ends, NOW, PACE):
        assert item.rotate_at <= max(due[item.client_id], NOW + crowd)
        assert item.rotate_at >= NOW
        assert due[item.client_id] - item.rotate_at <= SPREAD + crowd + DAY


@given(ENDS)
def test_two_of_one_account_are_never_closer_than_its_pace_and_nobody_is_forgotten(ends: list[End]) -> None:
    found = proposed(ends, NOW, PACE)
    assert sorted(item.client_id for item in found) == sorted(item.client_id for item in ends)
    for account in {item.account for item in found}:
        moments = sorted(item.rotate_at for item in found if item.account == account)
        assert all(second - first >= PACE for first, second in pairwise(moments))


@given(ENDS, st.randoms())
def test_the_order_in_which_they_are_declared_changes_nothing(ends: list[End], random: object) -> None:
    shuffled = list(ends)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert proposed(shuffled, NOW, PACE) == proposed(ends, NOW, PACE)


def test_a_spread_makes_each_due_earlier_by_its_own_share() -> None:
    spread = Policy(spread=60 * DAY)
    plain, earlier = due_at(journal(), Policy()), due_at(journal(), spread)
    assert plain is not None and earlier is not None
    assert plain - earlier == 60 * DAY * share(journal().client_id)
