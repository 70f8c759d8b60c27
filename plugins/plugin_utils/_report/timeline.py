# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline of all secrets: generated, due, end, past rotations, and when the next is proposed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.words import day, moment_of, short

#: So many rows are looked at in one picture; all others are in a second one.
FIRST = 40
_EARLIER = timedelta(days=200)
_UTC = {"type": "utc"}


def labels(integrations: Sequence[Mapping[str, Any]], most: int = 28) -> list[str]:
    """Return a name for each integration that is its alone: with its environment and its client id where it must be."""
    names = [short(item["name"], most) for item in integrations]
    for key, size in (("environment", 12), ("client_id", 8)):
        seen = Counter(names)
        names = [
            f"{name} ({short(item[key], size)})" if seen[name] > 1 and item[key] else name
            for name, item in zip(names, integrations, strict=True)
        ]
    seen = Counter(names)
    return [f"{number}. {name}" if seen[name] > 1 else name for number, name in enumerate(names, start=1)]


def specification(
    integrations: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    proposed: Mapping[str, str],
    now: str,
    narrow: bool = False,
) -> dict[str, Any]:
    """Return the picture of these integrations, one row each.

    :param names: one for each, that is its alone.
    :param proposed: by client id, when a rotation is proposed.
    :param narrow: for a telephone: names stand above their bars.
    """
    rows, marks = _rows(integrations, names, proposed, now)
    y = {"field": "name", "type": "nominal", "sort": [*names], "axis": None, "scale": {"domain": [*names]}}
    x = {"type": "temporal", "scale": _UTC, "title": None, "axis": _axis(narrow)}
    low = 10 if narrow else 0
    layers: list[dict[str, Any]] = [
        _bar(rows, "from", "due", 10, "var(--ok)", low),
        _bar(rows, "due", "end", 10, "var(--warn-fill)", low),
        _points([row for row in rows if row["end"]], "end", _BAR_END, "var(--ink)", low),
        _points([mark for mark in marks if mark["what"] == "rotated"], "at", "circle", "var(--ink)", low),
        _points([mark for mark in marks if mark["what"] == "proposed"], "at", "diamond", "var(--accent)", low),
        {
            "data": {"values": [{"now": now}]},
            "mark": {"type": "rule", "color": "var(--accent)", "strokeWidth": 1.5, "strokeDash": [4, 3]},
            "encoding": {"x": {**x, "field": "now"}},
        },
    ]
    for layer in layers[:5]:
        layer["encoding"] = {"y": y, **{key: {**x, **value} for key, value in layer["encoding"].items()}}
    layers.append({"data": {"values": rows}, **names_of_rows(y, narrow)})
    return {"width": 330 if narrow else 700, "height": {"step": 36 if narrow else 22}, "layer": layers}


def names_of_rows(y: Mapping[str, Any], narrow: bool) -> dict[str, Any]:
    """Return the layer with the names: at the left edge, with the same room in every font, or above each bar.

    An axis would measure each of them, which takes three times as long as all the rest of a large picture.
    """
    mark = {"type": "text", "align": "left", "fontSize": 12, "color": "var(--ink)"}
    place = {"x": 0, "dy": -6} if narrow else {"x": -205}
    return {"mark": {**mark, **place}, "encoding": {"text": {"field": "name"}, "y": y}}


_BAR_END = "M-0.2,-1.1L0.2,-1.1L0.2,1.1L-0.2,1.1Z"


def _axis(narrow: bool) -> dict[str, Any]:
    every = {"tickCount": {"interval": "month", "step": 3 if narrow else 1}}
    form = "utcFormat(datum.value, '%b') + (utcmonth(datum.value) == 0 ? ' ' + utcFormat(datum.value, '%Y') : '')"
    return {"orient": "top", "labelExpr": form, "labelOverlap": True, "labelFlush": False, **every}


def _bar(rows: list[dict[str, Any]], begin: str, end: str, size: int, color: str, low: int) -> dict[str, Any]:
    known = [row for row in rows if row[begin] and row[end]]
    mark = {"type": "bar", "height": size, "color": color, "yOffset": low}
    return {"data": {"values": known}, "mark": mark, "encoding": {"x": {"field": begin}, "x2": {"field": end}}}


def _points(rows: list[dict[str, Any]], field: str, shape: str, color: str, low: int) -> dict[str, Any]:
    mark: dict[str, Any] = {
        "type": "point",
        "shape": shape,
        "filled": True,
        "size": 70,
        "color": color,
        "opacity": 1,
        "yOffset": low,
    }
    if shape == "diamond":
        mark |= {"size": 110, "stroke": "var(--card)", "strokeWidth": 1.5}
    return {"data": {"values": rows}, "mark": mark, "encoding": {"x": {"field": field}}}


def _rows(
    integrations: Sequence[Mapping[str, Any]], names: Sequence[str], proposed: Mapping[str, str], now: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a row for each integration, and what happened or is proposed on them; older times are cut off."""
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    earliest = _text(moment_of(now) - _EARLIER)
    for name, item in zip(names, integrations, strict=True):
        begin, due, end = item["generated_at"], item["due_at"], item["expires_at"]
        rows.append({"name": name, "from": begin and max(begin, earliest), "due": due and max(due, earliest)})
        rows[-1]["end"] = end and max(end, earliest)
        rotated = [each["activated_at"] for each in item["rotations"]]
        marks += [{"name": name, "at": at, "what": "rotated"} for at in rotated if at and at >= earliest]
        if item["client_id"] in proposed:
            marks.append({"name": name, "at": proposed[item["client_id"]], "what": "proposed"})
    return rows, marks


def label(integrations: Sequence[Mapping[str, Any]]) -> str:
    """Return what a screen reader says of the picture."""
    ends = sorted(item["expires_at"] for item in integrations if item["expires_at"])
    said = f"; the first ends on {day(ends[0])}, the last on {day(ends[-1])}" if ends else ""
    return f"Timeline of {len(integrations)} secrets{said}. The table below it has every value."


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
