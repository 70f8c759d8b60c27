# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order hosts get a secret, how many at a time, and when a rollout stops. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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


def checked_sizes(sizes: Sequence[str]) -> Sequence[str]:
    """Return the sizes of batches as they are.

    :raises Refusal: none, or one that is neither a number nor a percentage.
    """
    if not sizes:
        raise _bad_size("an empty list")
    for size in sizes:
        _size(size, 1)
    return sizes


def held_back(batch: Iterable[str], silent: Iterable[str], orders: Mapping[str, float]) -> list[str]:
    """Return the silent hosts that come before those of a batch, which waits for them.

    :param silent: hosts that did not answer: nobody knows what they hold, and how many may fail is not about them.
    :param orders: of all hosts of the rollout.
    """
    first = min(orders[host] for host in batch)
    return sorted({host for host in silent if orders[host] < first})


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
    """Tell whether a batch failed, which ends the rollout: both secrets work, so that waiting costs nothing.

    :param tried: without the hosts that did not answer, which say nothing about the secret.
    """
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
        raise _bad_size(repr(said))
    number = int(match.group(1))
    return max(1, number * total // 100) if match.group(2) else number


def _bad_size(found: str) -> Refusal:
    return Refusal(
        "batches are numbers of hosts, or percentages of them",
        "sfmc_serial",
        "a list such as [1, '25%', '100%']",
        found,
        "correct it",
    )
