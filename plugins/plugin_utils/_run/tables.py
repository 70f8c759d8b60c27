# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where integrations stand, in a terminal: one row for each, no line wider than a hundred columns. Pure."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import WIDTH


def table(integrations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one row for each integration, 100 columns wide at most."""
    rows = [("INTEGRATION", "CLIENT ID", "PHASE", "DAYS LEFT", "DUE", "PROVED", "NEXT")]
    for item in integrations:
        left = "?" if item["days_left"] is None else f"{item['days_left']:.0f}"
        due = item["due_at"][:10] if item["due_at"] else "?"
        proved = f"{item['proved']}/{item['dependents']}" if item["rotation_id"] else "-"
        blocked = "blocked" if item["step"] == "stop" else item["step"].replace("_", " ")
        rows.append((item["name"][:22], item["client_id"][:8] + "..", item["phase"], left, due, proved, blocked))
    return _in_columns(rows)


def labels(integrations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what to call each: its name, and its environment or a piece of its client id where names repeat."""
    known = collections.Counter(item["name"] for item in integrations)
    return [item["name"] if known[item["name"]] == 1 else f"{item['name']} ({_more(item)})" for item in integrations]


def _more(item: Mapping[str, Any]) -> str:
    return str(item.get("environment") or f"{item['client_id'][:8]}..")


def status_table(integrations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one row for each integration of an estate. What is long is cut where the line would be."""
    rows: list[tuple[str, ...]] = [("INTEGRATION", "PACKAGE", "ENV", "OWNER", "PHASE", "LEFT", "DUE", "PROVED", "NEXT")]
    rows += [_status_row(item, label) for item, label in zip(integrations, labels(integrations), strict=True)]
    return _in_columns(rows, flexible=4)


def _status_row(item: Mapping[str, Any], label: str) -> tuple[str, ...]:
    left = "?" if item["days_left"] is None else f"{item['days_left']:.0f}"
    proved = f"{item['proved']}/{item['dependents']}" if item["rotation_id"] else f"-/{item['dependents']}"
    return (
        label,
        item["package"],
        item["environment"] or "-",
        item["owner"].partition("@")[0] or "-",
        item["phase"],
        left,
        item["due_at"][:10] if item["due_at"] else "?",
        proved,
        _next(item),
    )


def _next(item: Mapping[str, Any]) -> str:
    """Return the next legal step, with the time that it waits for."""
    step = str(item["step"])
    if step == "stop":
        return "blocked"
    if step == "wait":
        return f"wait {item['not_before'][11:16]}Z"
    return "record" if step.startswith("note_") else step.replace("_", " ")


def _in_columns(rows: Sequence[tuple[str, ...]], flexible: int = 0) -> list[str]:
    """Return rows in columns.

    :param flexible: so many of the first columns are cut, the widest first, until a line fits a terminal.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    while flexible and sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widest = max(range(flexible), key=lambda column: widths[column])
        widths[widest] -= 1
    return [
        "  ".join(_cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 2, 0)] + ".."[:width]
