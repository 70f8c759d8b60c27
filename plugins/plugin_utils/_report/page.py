# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: one HTML text that needs nothing beside itself. Everything from outside is escaped by the templates."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report import calendar, proofs, timeline, words
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.figures import Figures
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.needs import Need, in_order
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.shapes import COUNTED

_FOLDER = Path(__file__).parent
#: What the summary says of each count, and the tone that it has when it is not zero.
_TILES = {
    "integrations": ("integrations", ""),
    "dependents": ("dependents", ""),
    "proved": ("proved in rotations", ""),
    "open": ("open rotations", "info"),
    "due": ("due", "warn"),
    "urgent": ("urgent", "bad"),
    "expired": ("expired", "bad"),
    "blocked": ("blocked", "bad"),
    "undeclared": ("undeclared", "warn"),
    "strays": ("strays", "warn"),
    "unwatched": ("unwatched", "warn"),
}


class Page(NamedTuple):
    """A page as text, and why it has no pictures, if it has none."""

    html: str
    without_pictures: str


class Row(NamedTuple):
    """One integration in the page: what is known of it, what it needs, where it stands."""

    item: Mapping[str, Any]
    needs: list[Need]
    anchor: str
    label: str
    number: int


def page_of(estate: Mapping[str, Any], title: str, mark: str) -> Page:
    """Return the page of an estate that was seen to be one; the mark tells it from a page that says something else."""
    rows = _rows(estate)
    figures = Figures(estate, [row.item for row in rows])
    weeks = calendar.rows(estate)
    running = [row for row in rows if proofs.is_running(row.item)]
    drawn = {
        "timeline": figures.timeline(),
        "whole": figures.whole_timeline(),
        "progress": figures.progress([row.item for row in running]),
        "calendar": figures.calendar(weeks),
    }
    style, script = (Markup((_FOLDER / name).read_text(encoding="utf-8")) for name in ("page.css", "page.js"))
    html = (
        _environment()
        .get_template("page.html.j2")
        .render(
            estate=estate,
            title=words.clean(title),
            mark=mark,
            rows=rows,
            needing=[row for row in rows if row.needs],
            running=running,
            owners=_owners(rows),
            environments=sorted({row.item["environment"] for row in rows if row.item["environment"]}),
            by_client_id={row.item["client_id"]: row for row in reversed(rows)},
            tiles=[(name, *_TILES[name], estate["summary"][name]) for name in COUNTED],
            weeks=weeks,
            pictures=drawn,
            first=timeline.FIRST,
            trouble=figures.trouble,
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )
    return Page(html, figures.trouble)


def _rows(estate: Mapping[str, Any]) -> list[Row]:
    ordered = in_order(estate["integrations"])
    names = timeline.labels([item for item, _needs in ordered], words.SHORT)
    taken: dict[str, int] = {}
    rows = []
    for number, ((item, needs), name) in enumerate(zip(ordered, names, strict=True)):
        place = words.anchor(item["client_id"])
        taken[place] = taken.get(place, 0) + 1
        # Two stores may know one client id: both rows are shown.
        rows.append(Row(item, needs, place if taken[place] == 1 else f"{place}-{taken[place]}", name, number))
    return rows


def _owners(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows of each owner; those without one come last."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.item["owner"], []).append(row)
    return sorted(found.items(), key=lambda pair: (not pair[0], pair[0].casefold()))


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=words.day, minute=words.minute, days=words.days, short=words.short, counted=words.counted
    )
    environment.tests.update(address=words.is_address)
    environment.globals.update(
        marks=proofs.marks,
        steps=proofs.STEPS,
        states=proofs.STATE_WORDS,
        tones=proofs.STATES,
        sorted_dependents=proofs.sorted_rows,
        is_running=proofs.is_running,
    )
    return environment


def _hash(text: str) -> str:
    """Return what the page's own policy knows a style or a script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
