# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who was told what, so that a schedule does not say the same each time. Pure, and without a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import moment
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import Notice


class Told:
    """Who was told what, and when: `{notice: {hook: time}}`. A hook is known by its name."""

    #: What is over and comes again is told again, at most once in this time.
    FORGOTTEN_AFTER = timedelta(days=1)
    #: Of integrations that are in the estate no more.
    KEPT = timedelta(days=90)

    def __init__(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._entries = {
            id_: {**entry, "hooks": dict(entry["hooks"])} for id_, entry in entries.items() if _is_entry(entry)
        }

    def is_due(self, notice: Notice, hook: str, at: datetime, repeat: timedelta) -> bool:
        """Tell whether a hook has not been called for this, or not for so long that it is again; no time: once."""
        entry = self._entries.get(notice.id)
        before = moment(entry["hooks"].get(hook)) if entry else None
        if before is None:
            return True
        return notice.event != "closed" and repeat > timedelta(0) and at - before >= repeat

    def add(self, notice: Notice, hook: str, at: datetime) -> None:
        """Keep that a hook was called for this."""
        entry = self._entries.setdefault(notice.id, {"client_id": notice.client_id, "hooks": {}})
        entry["hooks"][hook] = _text(at)

    def forget(self, present: Iterable[Notice], seen: Iterable[str], at: datetime) -> None:
        """Drop what is over.

        :param present: what is so now.
        :param seen: the client ids that were looked at; of others nothing is known, and little forgotten.
        """
        ids, client_ids = {notice.id for notice in present}, set(seen)
        for id_, entry in list(self._entries.items()):
            last = max(filter(None, map(moment, entry["hooks"].values())), default=None)
            kept = self.FORGOTTEN_AFTER if entry["client_id"] in client_ids else self.KEPT
            if id_ not in ids and (last is None or at - last >= kept):
                del self._entries[id_]

    def as_dict(self) -> dict[str, Any]:
        """Return what is kept, as plain JSON types."""
        return dict(sorted(self._entries.items()))


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, Mapping)
        and isinstance(entry.get("client_id"), str)
        and isinstance(entry.get("hooks"), Mapping)
    )


def _text(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
