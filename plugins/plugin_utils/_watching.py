# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look at the estate is worth to whoever waits for events: each thing once. Pure, and without a secret."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import checked_estate, moment
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import notices
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import text_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._told import Told

Event = dict[str, Any]
#: The event of a look that failed, beside those of `_notices`.
BLIND = "blind"
#: Under this key an event has everything; beside it ansible-rulebook puts its own `meta`.
KEY = "rotation"
_WHO = "ansible-rulebook"
_LONGEST_PAUSE = timedelta(hours=1)


class Watch:
    """Remembers what was said, as long as its process lives."""

    def __init__(self, wanted: Collection[str], interval: timedelta, repeat: timedelta = timedelta(0)) -> None:
        """Take the kinds of events, the time between two looks, and after how long a thing is said again (0: never)."""
        self._wanted = frozenset(wanted)
        self._interval = interval
        self._repeat = repeat
        self._told = Told({})
        self._failures = 0
        self._failure = ""

    def seen(self, estate: Mapping[str, Any]) -> list[Event]:
        """Return what is new in an estate.

        :raises Refusal: it is none.
        """
        present = notices(estate)
        at = required(moment(estate["generated_at"]))
        news = [
            notice
            for notice in present
            if notice.event in self._wanted and self._told.is_due(notice, _WHO, at, self._repeat)
        ]
        for notice in news:
            self._told.add(notice, _WHO, at)
        self._told.forget(present, (item["client_id"] for item in checked_estate(estate)), at)
        self._failures, self._failure = 0, ""
        return [{KEY: {**notice.as_dict(), "at": text_of(at)}} for notice in news]

    def failed(self, found: str, way_out: str, at: datetime) -> list[Event]:
        """Return what is to be said of a look that failed: the same failure is said once, until a look succeeds."""
        self._failures += 1
        if found == self._failure or BLIND not in self._wanted:
            return []
        self._failure = found
        subject = "keyturn.sfmc.rotation could not look at the estate, so it knows nothing of it"
        return [{KEY: {"event": BLIND, "subject": subject, "body": found, "way_out": way_out, "at": text_of(at)}}]

    @property
    def pause(self) -> timedelta:
        """How long to wait before the next look: twice as long after each failure, an hour or the interval at most."""
        factor: int = 2 ** min(self._failures, 12)
        return min(self._interval * factor, max(_LONGEST_PAUSE, self._interval))
