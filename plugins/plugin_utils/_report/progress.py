# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of running rotations: how many dependents of each are proved, missing, failing. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.proofs import STATES, counts
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.timeline import names_of_rows
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.words import counted

#: More rotations than these are in the tables alone.
FIRST = 40
_COLORS = {
    "ok": "var(--ok)",
    "info": "var(--accent)",
    "wait": "var(--wait-fill)",
    "bad": "var(--bad-fill)",
    "warn": "var(--warn-fill)",
    "none": "var(--line)",
}


def specification(running: Sequence[Mapping[str, Any]], names: Sequence[str], narrow: bool = False) -> dict[str, Any]:
    """Return a bar for each rotation, divided by the states of its dependents, each part with its number."""
    states = list(STATES)
    values = []
    for name, item in zip(names, running, strict=True):
        found, at = counts(item), 0
        whole = max(1, sum(found.values()))
        for state, number in found.items():
            part = {"name": name, "state": state, "from": at / whole, "to": (at + number) / whole}
            said = str(number) if number / whole > (0.1 if narrow else 0.04) else ""
            values.append({**part, "middle": (at + number / 2) / whole, "said": said})
            at += number
    y = {"field": "name", "type": "nominal", "sort": [*names], "axis": None, "scale": {"domain": [*names]}}
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}
    color: dict[str, Any] = {"field": "state", "type": "nominal", "legend": None}
    color["scale"] = {"domain": states, "range": [_COLORS[STATES[state]] for state in states]}
    low = 10 if narrow else 0
    bars = {
        "mark": {"type": "bar", "height": 16, "yOffset": low, "stroke": "var(--card)", "strokeWidth": 1},
        "encoding": {"y": y, "x": {**x, "field": "from"}, "x2": {"field": "to"}, "color": color},
    }
    numbers = {
        "mark": {"type": "text", "fontSize": 11, "fontWeight": 600, "color": "var(--on-fill)", "yOffset": low},
        "encoding": {"y": y, "x": {**x, "field": "middle"}, "text": {"field": "said"}},
    }
    layers = [bars, numbers, {"data": {"values": [{"name": name} for name in names]}, **names_of_rows(y, narrow)}]
    return {
        "data": {"values": values},
        "width": 330 if narrow else 700,
        "height": {"step": 40 if narrow else 26},
        "layer": layers,
    }


def label(running: Sequence[Mapping[str, Any]]) -> str:
    """Return what a screen reader says of the picture."""
    proved = sum(item["proved"] for item in running)
    dependents = sum(item["dependents"] for item in running)
    rotations = counted(len(running), "running rotation")
    return f"{rotations}: {proved:,} of {counted(dependents, 'dependent')} proved. The tables below have each of them."
