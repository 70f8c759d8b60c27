# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be shown of a rotation that is over: who did what, when, on which evidence; nothing of a secret. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.journal import plain
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Event, Journal, Past, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import digest

#: A year of rotations is two; the history has all of them.
_KEPT = 20


def archived(journal: Journal, former: str = "") -> Journal:
    """Return the journal with the rotation that has just closed among the past ones, its record's digest with it.

    :param former: the fingerprint of the secret that the rotation took out of use.
    """
    rotation = required(journal.rotation)
    past = Past(
        rotation.id,
        rotation.reason,
        rotation.opened_at,
        rotation.activated_at,
        required(rotation.closed_at),
        rotation.outcome,
        former,
        rotation.staged.fingerprint if rotation.staged else "",
        digest(_content(journal, former)),
    )
    return replace(journal, past=(*journal.past, past)[-_KEPT:])


def audit_record(journal: Journal) -> dict[str, Any] | None:
    """Return the record of the latest rotation that is over, as plain JSON types; None when another has begun since.

    `digest` is the SHA-256 of `content` as JSON with sorted keys and without blanks, as it was kept when it closed.
    """
    rotation = journal.rotation
    past = next((item for item in reversed(journal.past) if rotation and item.id == rotation.id), None)
    if rotation is None or rotation.closed_at is None or past is None:
        return None
    return {"content": _content(journal, past.former), "digest": past.digest}


def is_genuine(record: Mapping[str, Any]) -> bool:
    """Tell whether the content of a record is what its digest was made of."""
    return digest(record.get("content")) == record.get("digest")


def _content(journal: Journal, former: str) -> dict[str, Any]:
    """The label of an integration is none of it: it may change."""
    rotation = required(journal.rotation)
    return {
        "schema": 1,
        "client_id": journal.client_id,
        "former_secret": former,
        "rotation": plain(rotation),
        "history": plain(_of_rotation(journal.history, rotation.id)),
    }


def _of_rotation(history: tuple[Event, ...], rotation_id: str) -> tuple[Event, ...]:
    """Return the lines from the beginning of a rotation to its end."""
    begins = [n for n, line in enumerate(history) if line.what in _BEGINS and line.detail.startswith(rotation_id)]
    first = begins[-1] if begins else 0
    ends = [n for n, line in enumerate(history) if n >= first and line.what in _ENDS]
    return history[first : ends[0] + 1] if ends else history[first:]


_BEGINS = frozenset({"opened", "rebuilt"})
_ENDS = frozenset({"closed", "forgotten"})
