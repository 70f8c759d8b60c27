# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calendar: how many secrets end in each week, the herds among them, and the spread that is proposed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.words import counted, moment_of

_ENDS, _PROPOSED = "Secrets that end", "Rotations as proposed"


def weeks(times: Iterable[str | None]) -> dict[str, int]:
    """Return how many of these times are in each week; a week is named by its Monday."""
    found: Counter[str] = Counter()
    for text in filter(None, times):
        moment = moment_of(text)
        found[(moment - timedelta(days=moment.weekday())).strftime("%Y-%m-%d")] += 1
    return dict(sorted(found.items()))


def rows(estate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each week in which secrets end or rotations are proposed."""
    ends = weeks(item["expires_at"] for item in estate["integrations"])
    proposed = weeks(item["rotate_at"] for item in estate["forecast"]["proposed"])
    in_herds = weeks(_ends_of_herds(estate))
    return [
        {
            "week": week,
            "ends": ends.get(week, 0),
            "herd": in_herds.get(week, 0),
            "proposed": proposed.get(week, 0),
        }
        for week in sorted({*ends, *proposed})
    ]


def _ends_of_herds(estate: Mapping[str, Any]) -> list[str | None]:
    members = {name for herd in estate["forecast"]["herds"] for name in herd["client_ids"]}
    return [item["expires_at"] for item in estate["integrations"] if item["client_id"] in members]


def specification(found: Sequence[Mapping[str, Any]], now: str, narrow: bool = False) -> dict[str, Any]:
    """Return two rows of bars over the same weeks: what ends as things are, and what is proposed."""
    return {
        "vconcat": [
            _panel(found, _ENDS, ("herd", "alone"), now, narrow),
            _panel(found, _PROPOSED, ("proposed",), now, narrow),
        ],
        "spacing": 18,
        "resolve": {"scale": {"x": "shared", "y": "shared", "color": "independent"}},
    }


_COLORS = {"herd": "var(--warn-fill)", "alone": "var(--ok)", "proposed": "var(--accent)"}


def _panel(found: Sequence[Mapping[str, Any]], title: str, kinds: tuple[str, ...], now: str, narrow: bool) -> Any:
    values, tops = [], []
    for row in found:
        parts = {"herd": row["herd"], "alone": row["ends"] - row["herd"], "proposed": row["proposed"]}
        begin, at = row["week"], 0
        for kind in kinds:
            if parts[kind]:
                values.append({"kind": kind, "low": at, "high": at + parts[kind], **_span(begin)})
                at += parts[kind]
        if at:
            tops.append({"at": _after(begin, 3.5), "high": at, "said": f"{at}{_mark(row, kinds)}"})
    x = {"type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": _axis(narrow)}
    y = {"type": "quantitative", "title": None, "axis": {"tickCount": 3, "tickMinStep": 1}}
    color: dict[str, Any] = {"field": "kind", "type": "nominal", "legend": None}
    color["scale"] = {"domain": list(kinds), "range": [_COLORS[kind] for kind in kinds]}
    bars: dict[str, Any] = {
        "data": {"values": values},
        "mark": {"type": "rect", "stroke": "var(--card)", "strokeWidth": 1},
        "encoding": {"x": {**x, "field": "begin"}, "x2": {"field": "end"}, "y": {**y, "field": "low"}},
    }
    bars["encoding"] |= {"y2": {"field": "high"}, "color": color}
    numbers = {
        "data": {"values": tops},
        "mark": {"type": "text", "dy": -8, "fontSize": 12, "color": "var(--ink)"},
        "encoding": {"x": {**x, "field": "at"}, "y": {**y, "field": "high"}, "text": {"field": "said"}},
    }
    line = {
        "data": {"values": [{"at": now}]},
        "mark": {"type": "rule", "color": "var(--accent)", "strokeWidth": 1.5, "strokeDash": [4, 3]},
        "encoding": {"x": {**x, "field": "at"}},
    }
    heading = {"text": title, "anchor": "start", "fontSize": 13, "fontWeight": 600, "color": "var(--ink)", "offset": 10}
    size = {"width": 300 if narrow else 850, "height": 90 if narrow else 110}
    return {**size, "title": heading, "layer": [bars, line] if narrow else [bars, numbers, line]}


def _axis(narrow: bool) -> dict[str, Any]:
    form = "utcFormat(datum.value, '%b') + (utcmonth(datum.value) == 0 ? ' ' + utcFormat(datum.value, '%Y') : '')"
    every = {"tickCount": {"interval": "month", "step": 3 if narrow else 1}}
    return {"labelExpr": form, "labelOverlap": True, "grid": False, **every}


def _span(week: str) -> dict[str, str]:
    """Return the beginning and the end of a week, as a bar shows it: with a little room between two."""
    return {"begin": _after(week, 0.4), "end": _after(week, 6.6)}


def _after(week: str, days: float) -> str:
    monday = moment_of(f"{week}T00:00:00Z")
    return (monday + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mark(row: Mapping[str, Any], kinds: tuple[str, ...]) -> str:
    """Return a star beside the number of a week with a herd: it is not told by its colour alone."""
    return "*" if row["herd"] and kinds != ("proposed",) else ""


def label(found: Sequence[Mapping[str, Any]]) -> str:
    """Return what a screen reader says of the picture."""
    busiest = max(found, key=lambda row: row["ends"])
    ends = counted(busiest["ends"], "secret")
    most = max(row["proposed"] for row in found)
    said = f" As proposed, no week has more than {counted(most, 'rotation')}." if most else ""
    return f"Calendar by weeks. The busiest begins on {busiest['week']}: {ends} end.{said} The table below has all."
