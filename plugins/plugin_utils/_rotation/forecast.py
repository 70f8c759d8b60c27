# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets end when, which end together, and when to rotate each so that they do not next time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.calendar import share
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Policy

#: Secrets of one account whose ends lie closer than this to each other are one herd.
_TOGETHER = timedelta(days=2)
_HERD_FROM = 3
#: A secret is rotated early by a third of its life at most: each rotation is work for somebody.
SPREAD = timedelta(days=60)


@dataclass(frozen=True)
class End:
    """When an integration's active secret ends, and when its rotation is due."""

    client_id: str
    account: str
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Herd:
    """Secrets of one account that end together: at once is when hands are short."""

    account: str
    begins: datetime
    ends: datetime
    client_ids: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """When to rotate an integration so that its herd spreads; never after its due date."""

    client_id: str
    account: str
    rotate_at: datetime
    moved: timedelta


def herds(ends: Iterable[End]) -> tuple[Herd, ...]:
    """Return the secrets that end together, the first ones first."""
    found = []
    for account, own in _by_account(ends).items():
        for group in _groups(own):
            if _makes_a_herd(len(group), len(own)):
                names = tuple(sorted(item.client_id for item in group))
                found.append(Herd(account, group[0].expires_at, group[-1].expires_at, names))
    return tuple(sorted(found, key=lambda herd: (herd.begins, herd.account)))


def proposed(ends: Iterable[End], now: datetime, pace: timedelta) -> tuple[Proposal, ...]:
    """Return when to rotate each: at its due date, or earlier where it is one of a herd.

    Where in the spread a client id falls is a matter of its name alone, as with `Policy.spread`, and others that come
    and go move nobody. Two of one account are never closer than its pace.

    :param pace: between two generations of one account.
    """
    all_ends = list(ends)
    herded = {client_id for herd in herds(all_ends) for client_id in herd.client_ids}
    found: list[Proposal] = []
    for account, own in _by_account(all_ends).items():
        wished = {item.client_id: _wished(item, now) if item.client_id in herded else item.due_at for item in own}
        found += [
            Proposal(item.client_id, account, at, item.due_at - at) for item, at in _paced(own, wished, now, pace)
        ]
    return tuple(sorted(found, key=lambda item: (item.rotate_at, item.client_id)))


def _wished(item: End, now: datetime) -> datetime:
    """Return an integration's own moment before its due date, within what is left of the spread."""
    window = min(SPREAD, max(item.due_at - now, timedelta(0)))
    return (item.due_at - window * share(item.client_id)).replace(microsecond=0)


def _paced(
    own: Iterable[End], wished: Mapping[str, datetime], now: datetime, pace: timedelta
) -> Iterator[tuple[End, datetime]]:
    """Give every integration its moment: no two closer than the pace, and none later than wished if that can be."""
    order = sorted(own, key=lambda item: (wished[item.client_id], item.client_id))
    latest: list[datetime] = []
    for item in reversed(order):
        at = wished[item.client_id]
        latest.append(min(at, latest[-1] - pace) if latest else at)
    before: datetime | None = None
    for item, fits in zip(order, reversed(latest), strict=True):
        # What would lie in the past is late already, and goes one after the other from now on.
        before = max(fits, now) if before is None else max(fits, now, before + pace)
        yield item, before


def _by_account(ends: Iterable[End]) -> dict[str, list[End]]:
    found: dict[str, list[End]] = {}
    for item in sorted(ends, key=lambda each: (each.expires_at, each.client_id)):
        found.setdefault(item.account, []).append(item)
    return found


def _groups(own: list[End]) -> Iterator[list[End]]:
    """Return the ends in groups, each as long as a herd may be."""
    group: list[End] = []
    for item in own:
        if group and item.expires_at - group[0].expires_at > _TOGETHER:
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _makes_a_herd(number: int, of: int) -> bool:
    """Tell whether so many of an account's secrets in one group are more than an even spread brings about."""
    even = of * (_TOGETHER / Policy.secret_life)
    return number >= max(_HERD_FROM, 3 * even)
