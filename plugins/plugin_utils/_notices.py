# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody should be told of an estate, and what they can do. Pure, and without a secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import (
    checked_estate,
    items_of,
    moment,
    number,
    text,
)

Item = Mapping[str, Any]
#: A rotation that ended longer ago is no news.
CLOSED_IS_NEWS = timedelta(days=7)
_PLACES_AT_MOST = 20


@dataclass(frozen=True)
class Notice:
    """One thing that somebody should know. `id` stands for it in what was told."""

    id: str
    event: str
    integration: str
    client_id: str
    environment: str
    owner: str
    subject: str
    body: str
    way_out: str

    def as_dict(self) -> dict[str, str]:
        """Return the notice as plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class _News:
    """What is so, in words, and what makes it another time: the rest of its identity."""

    subject: str
    body: str
    way_out: str
    cause: Any


def notices(estate: Mapping[str, Any]) -> tuple[Notice, ...]:
    """Return all that is worth a notice now, in the order of the estate; Refusal when it is none."""
    at = moment(estate.get("generated_at")) if isinstance(estate, Mapping) else None
    return tuple(notice for item in checked_estate(estate) if at for notice in _of(item, at))


def _of(item: Item, at: datetime) -> Iterator[Notice]:
    for event, read in _READERS.items():
        news = read(item, at)
        if news is None:
            continue
        client_id = text(item["client_id"])
        identity = json.dumps([client_id, event, news.cause], sort_keys=True, default=str)
        yield Notice(
            id=hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16],
            event=event,
            integration=text(item["name"]),
            client_id=client_id,
            environment=text(item.get("environment")),
            owner=text(item.get("owner")),
            subject=" ".join(news.subject.split()),
            body=news.body or news.subject,
            way_out=news.way_out,
        )


def _name(item: Item) -> str:
    environment = text(item.get("environment"))
    return text(item["name"]) + (f" ({environment})" if environment else "")


def _line(value: Any) -> str:
    """Return a text that makes no line of its own, as the name of a file may."""
    return text(value).replace("\n", "\ufffd")


def _day(item: Item, key: str) -> str:
    when = moment(item.get(key))
    return when.strftime("%Y-%m-%d") if when else "an unknown day"


def _urgency(event: str, subject: str) -> Callable[[Item, datetime], _News | None]:
    def read(item: Item, _at: datetime) -> _News | None:
        if item.get("urgency") != event:
            return None
        left = number(item.get("days_left"))
        days = "" if left is None else f", in {left:.0f} days" if left > 0 else ""
        said = f"The active secret of {_name(item)} was generated on {_day(item, 'generated_at')}"
        said += f" and ends on {_day(item, 'expires_at')}{days}."
        # What a blocked one waits for is a sentence with a way out of its own.
        waits = "a person who mends something" if item.get("blocked") else text(item.get("waits_for"))
        rotate = f"ansible-playbook keyturn.sfmc.rotate -e sfmc_integration={text(item['client_id'])}"
        return _News(
            subject.format(name=_name(item), day=_day(item, "expires_at")),
            said + (f" Its rotation ({text(item.get('phase'))}) waits for {waits}" if waits else ""),
            _ways(item) if item.get("blocked") else rotate,
            item.get("expires_at"),
        )

    return read


def _ways(item: Item) -> str:
    """Return the ways out of all that blocks a rotation."""
    ways = dict.fromkeys(text(each.get("way_out")) for each in items_of(item.get("blockers")))
    status = f"ansible-playbook keyturn.sfmc.status -e sfmc_status_integration={text(item['client_id'])}"
    return "\n".join(way for way in ways if way) or status


def _blocked(item: Item, _at: datetime) -> _News | None:
    blockers = items_of(item.get("blockers"))
    if not item.get("blocked"):
        return None
    sentences = [
        f"{text(each.get('offender'))}: {text(each.get('rule'))}. Expected {text(each.get('expected'))};"
        f" found {text(each.get('found'))}."
        for each in blockers
    ]
    return _News(
        f"{_name(item)}: a person has to mend something before it can be rotated",
        "\n".join(sentences) or text(item.get("waits_for")),
        _ways(item),
        [item.get("rotation_id"), sorted({(text(each.get("rule")), text(each.get("offender"))) for each in blockers})],
    )


def _lost(item: Item, _at: datetime) -> _News | None:
    phase = item.get("phase")
    if phase not in ("lost", "orphaned"):
        return None
    client_id = text(item["client_id"])
    said = {
        "lost": "SFMC does not accept the staged secret any more: somebody may have generated again. The active secret"
        " is put back wherever the staged one was brought; nothing fails meanwhile.",
        "orphaned": "The activation was sent, and the former secret still works. Nothing is closed meanwhile.",
    }
    ways = {
        "lost": f"ansible-playbook keyturn.sfmc.rotate -e sfmc_integration={client_id}, then"
        f" ansible-playbook keyturn.sfmc.abandon -e sfmc_abandon_integration={client_id}",
        "orphaned": "look into Setup > Installed Packages: whether the staged secret is active there; then"
        f" ansible-playbook keyturn.sfmc.rotate -e sfmc_integration={client_id}",
    }
    subject = f"{_name(item)}: its rotation is {phase}"
    return _News(subject, said[phase], ways[phase], [phase, item.get("rotation_id")])


def _closed(item: Item, at: datetime) -> _News | None:
    over = [(moment(each.get("closed_at")), each) for each in items_of(item.get("rotations"))]
    news = [(when, each) for when, each in over if when is not None and when > at - CLOSED_IS_NEWS]
    if not news:
        return None
    when, last = max(news, key=lambda pair: pair[0])
    given_up = last.get("outcome") == "abandoned"
    subject = "its rotation was given up" if given_up else "rotated, the former secret is dead"
    next_one = f"due on {_day(item, 'due_at')}; its active secret ends on {_day(item, 'expires_at')}."
    return _News(
        f"{_name(item)}: {subject}",
        f"Rotation {text(last.get('id'))} ended on {when.strftime('%Y-%m-%d %H:%M')} UTC. The next one is {next_one}",
        "see why it was given up, before the active secret ends" if given_up else "nothing is to be done",
        last.get("id"),
    )


def _strays(item: Item, _at: datetime) -> _News | None:
    strays = items_of(item.get("strays"))
    if not strays:
        return None
    lines = sorted(
        f"{text(each.get('host'))}: {_line(each.get('place'))}, {_line(each.get('key'))} (the"
        f" {text(each.get('secret'))} secret {text(each.get('fingerprint'))})"
        for each in strays
    )
    more = len(lines) - _PLACES_AT_MOST
    shown = lines[:_PLACES_AT_MOST] + ([f"and {more} more"] if more > 0 else [])
    return _News(
        f"{_name(item)}: its secret stands at {len(strays)} place(s) that nobody declared",
        "They would keep the former secret at the next rotation, and fail:\n" + "\n".join(shown),
        "declare them in sfmc_dependents, or take the secret out of them; then ansible-playbook keyturn.sfmc.discover",
        lines,
    )


def _unwatched(item: Item, _at: datetime) -> _News | None:
    unwatched = text(item.get("unwatched"))
    if not unwatched:
        return None
    return _News(
        f"{_name(item)}: nobody has looked at its places for too long",
        unwatched,
        "see why the scheduled job does not run; by hand:"
        f" ansible-playbook keyturn.sfmc.verify -e sfmc_verify_integration={text(item['client_id'])}",
        item.get("verified_at"),
    )


_READERS: dict[str, Callable[[Item, datetime], _News | None]] = {
    "due": _urgency("due", "{name}: its secret ends on {day}; a rotation is due"),
    "urgent": _urgency("urgent", "{name}: its secret ends on {day}, and is not rotated yet"),
    "expired": _urgency("expired", "{name}: its secret has ended, and its clients get no tokens"),
    "blocked": _blocked,
    "lost": _lost,
    "closed": _closed,
    "strays": _strays,
    "unwatched": _unwatched,
}
#: What a hook can be called for.
EVENTS = tuple(_READERS)
