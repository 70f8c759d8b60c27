# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found where nobody declared anything, and what a token was for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Dependent,
    Journal,
    Permissions,
    Stray,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import noted


def discovered(
    journal: Journal, looked_at: Collection[tuple[str, str]], strays: Iterable[Stray], at: datetime
) -> Journal:
    """A discovery has looked at these places: what it found takes the place of what was known of them.

    :param looked_at: host and place. What it has not seen may still be there.
    """
    known = {_identity(item): item for item in journal.strays}
    others = {_identity(item): item for item in journal.strays if (item.host, item.place) not in looked_at}
    found = {_identity(item): replace(item, found_at=known.get(_identity(item), item).found_at) for item in strays}
    kept = tuple(sorted({**others, **found}.values(), key=_identity))
    after = replace(journal, strays=kept, scanned_at=at)
    if kept == journal.strays:
        return after
    return noted(after, at, "discovered", f"{len(kept)} place(s) that nobody declares")


def permitted(journal: Journal, permissions: Permissions) -> Journal:
    """A fresh token has shown what it is for."""
    return replace(journal, permissions=permissions)


def strays_of(journal: Journal, registry: Iterable[Dependent]) -> tuple[Stray, ...]:
    """Return the places that nobody declares now: what discoveries have found, less what was declared since."""
    declared = {(item.host, place) for item in registry for place in item.places}
    return tuple(item for item in journal.strays if (item.host, f"{item.place}#{item.key}") not in declared)


def in_use(journal: Journal, registry: Iterable[Dependent]) -> tuple[Stray, ...]:
    """Return the strays that hold the active secret, which an activation ends."""
    if journal.active is None:
        return ()
    return tuple(item for item in strays_of(journal, registry) if item.fingerprint == journal.active.fingerprint)


def _identity(stray: Stray) -> tuple[str, ...]:
    """What the secret is called is none of it: that changes with each rotation."""
    return stray.host, stray.place, stray.format, stray.key, stray.fingerprint
