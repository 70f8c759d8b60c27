# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where integrations stand, in a terminal: one row for each, no line wider than a hundred columns. Pure."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any


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
    """Return one row for each integration of an estate, 98 columns wide at most."""
    rows: list[tuple[str, ...]] = [("INTEGRATION", "PACKAGE", "ENV", "OWNER", "PHASE", "LEFT", "DUE", "PROVED", "NEXT")]
    rows += [_status_row(item, label) for item, label in zip(integrations, labels(integrations), strict=True)]
    return _in_columns(rows)


def _status_row(item: Mapping[str, Any], label: str) -> tuple[str, ...]:
    left = "?" if item["days_left"] is None else f"{item['days_left']:.0f}"
    proved = f"{item['proved']}/{item['dependents']}" if item["rotation_id"] else f"-/{item['dependents']}"
    return (
        _cut(label, 16),
        _cut(item["package"], 14),
        _cut(item["environment"] or "-", 6),
        _cut(item["owner"] or "-", 12),
        item["phase"],
        left,
        item["due_at"][:10] if item["due_at"] else "?",
        proved,
        _next(item),
    )


def _next(item: Mapping[str, Any]) -> str:
    """Return the next legal step, with the time that it waits for."""
    if item["step"] == "stop":
        return "blocked"
    if item["step"] == "wait":
        return f"wait {item['not_before'][11:16]}Z"
    return str(item["step"].replace("_", " "))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 2] + ".."


def _in_columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
