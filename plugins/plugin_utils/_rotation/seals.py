# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests: of the history, line upon line; of a journal as a whole; of the evidence for an activation. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import sacrificed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Event, Journal, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Situation

_SHORT = 16
#: What lines have for a seal that were written before there were seals.
UNSEALED = "-"


def sealed(before: str, at: datetime, what: str, detail: str) -> Event:
    """Return a line of history with its seal: a change of any line before it shows in every later one.

    :param before: the seal of the line before, empty for the first.
    """
    when = at.astimezone(timezone.utc).isoformat()
    return Event(at, what, detail, digest([before, when, what, detail]))


def noted(journal: Journal, at: datetime, what: str, detail: str) -> Journal:
    """Return the journal with one line more of its history."""
    before = journal.history[-1].seal if journal.history else ""
    return replace(journal, history=(*journal.history, sealed(before, at, what, detail)))


def resealed(history: Sequence[Event]) -> tuple[Event, ...]:
    """Return the history of an older journal with seals; of others the same."""
    if not history or any(line.seal != UNSEALED for line in history):
        return tuple(history)
    lines: list[Event] = []
    for line in history:
        lines.append(sealed(lines[-1].seal if lines else "", line.at, line.what, line.detail))
    return tuple(lines)


def broken_line(history: Iterable[Event]) -> int | None:
    """Return the number, from 0, of the first line whose seal does not fit it and the line before; None: all do."""
    before = ""
    for number, line in enumerate(history):
        if line.seal != sealed(before, line.at, line.what, line.detail).seal:
            return number
        before = line.seal
    return None


def journal_seal(key: str, document: Mapping[str, Any]) -> str:
    """Return the seal of a journal's document, which only who has the key of its fingerprints can make."""
    return hmac.new(key.encode("utf-8"), _canonical(document), hashlib.sha256).hexdigest()


def evidence_digest(situation: Situation, breaks: Iterable[str] = ()) -> str:
    """Return the digest of what an activation rests on: rotation, secret, registry, every proof, every sacrifice.

    :param breaks: those who were given up and are not proved now; a proof may end by its age alone.
    """
    rotation = required(situation.journal.open_rotation)
    registered = {item.id for item in situation.registry}
    secret = required(rotation.staged).fingerprint
    proofs = [item for item in rotation.attestations if item.dependent in registered and item.fingerprint == secret]
    parts = [
        situation.journal.client_id,
        rotation.id,
        secret,
        sorted(map(_plain, situation.registry)),
        sorted(map(_plain, proofs)),
        sorted(sacrificed(situation)),
        sorted(breaks),
    ]
    return digest(parts)[:_SHORT]


def _plain(record: Any) -> str:
    return json.dumps(astuple(record), default=str)


def digest(parts: Any) -> str:
    """Return the SHA-256 of plain JSON types, in hexadecimal digits."""
    return hashlib.sha256(_canonical(parts)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("utf-8")
