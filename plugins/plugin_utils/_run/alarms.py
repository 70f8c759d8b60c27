# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For what a look at the estate fails, if it is asked to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.tables import labels

Item = Mapping[str, Any]

#: What can be asked for, and which integrations it is about. A birth that nobody knows makes a rotation due at once.
ALARMS: Mapping[str, Callable[[Item], bool]] = {
    "due": lambda item: item["urgency"] in ("due", "urgent", "expired") or _undated(item),
    "urgent": lambda item: item["urgency"] in ("urgent", "expired"),
    "expired": lambda item: item["urgency"] == "expired",
    "blocked": lambda item: bool(item["blocked"]),
    "strays": lambda item: bool(item["strays"]),
    "unwatched": lambda item: bool(item["unwatched"]),
}


def alarms(estate: Mapping[str, Any], wanted: Iterable[str]) -> list[str]:
    """Return a line for each kind that is wanted and that some integration has, with their names."""
    integrations = estate["integrations"]
    named = list(zip(integrations, labels(integrations), strict=True))
    found = []
    for kind in dict.fromkeys(wanted):
        names = [label for item, label in named if ALARMS[kind](item)]
        if names:
            found.append(f"{kind}: {', '.join(names)}")
    return found


def _undated(item: Item) -> bool:
    return bool(item["urgency"] == "unknown" and item["phase"] != "undeclared")
