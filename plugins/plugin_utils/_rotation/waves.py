# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order hosts get a secret, how many at a time, and when a rollout stops. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: A canary, then a quarter, then the rest.
DEFAULT_SIZES: tuple[str, ...] = ("1", "25%", "100%")


@dataclass(frozen=True)
class Member:
    """A host with work: where it stands in the order (lower first), and whether it failed when it was tried last."""

    host: str
    order: float = 0
    failed: bool = False


@dataclass(frozen=True)
class Rollout:
    """Hosts in their order, cut into batches of these sizes."""

    hosts: tuple[str, ...] = ()
    batches: tuple[int, ...] = ()


def rollout(members: Iterable[Member], sizes: Sequence[str] = DEFAULT_SIZES) -> Rollout:
    """Return the batches: each order for itself, a canary first, growing; no batch holds hosts of two orders.

    Hosts that failed last time come last in their order, so that one that is down for long does not hold up the others.

    :param sizes: numbers, or percentages of the hosts of an order; the last one repeats, as `serial` of a play does.
    :raises Refusal: a size is neither.
    """
    ordered = sorted(members, key=lambda member: (member.order, member.failed))
    batches: list[int] = []
    for _order, group in groupby(ordered, key=lambda member: member.order):
        batches += _batches(len(list(group)), sizes)
    return Rollout(tuple(member.host for member in ordered), tuple(batches))


def stops(failed: int, tried: int, at_most_percent: float) -> bool:
    """Tell whether a batch failed, which ends the rollout: both secrets work, so that waiting costs nothing."""
    return failed * 100 > at_most_percent * tried


def _batches(total: int, sizes: Sequence[str]) -> list[int]:
    found: list[int] = []
    left = total
    while left:
        size = min(left, _size(sizes[min(len(found), len(sizes) - 1)], total))
        found.append(size)
        left -= size
    return found


def _size(said: str, total: int) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,5})(%?)", said)
    if not match or (match.group(2) and int(match.group(1)) > 100):
        raise Refusal(
            "batches are numbers of hosts, or percentages of them",
            "sfmc_serial",
            "a list such as [1, '25%', '100%']",
            repr(said),
            "correct it; nothing was changed",
        )
    number = int(match.group(1))
    return max(1, number * total // 100) if match.group(2) else number
