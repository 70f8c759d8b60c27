# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report consists of: its page and its JSON, and whether they say something new. Pure."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.drawing import can_draw
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.page import page_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.shapes import fit, not_an_estate

_MARK = re.compile(r'<meta name="keyturn-content" content="([0-9a-f]{64})">')
#: Where the mark is looked for: it stands in the head of a page.
_HEAD = 4000
_FOLDER = Path(__file__).parent


class Report(NamedTuple):
    """A page, the same as JSON, and why there are no pictures, if there are none."""

    html: str
    json: str
    without_pictures: str


def report_of(estate: Mapping[str, Any], title: str) -> Report:
    """Return the report of an estate; Refusal where it is none."""
    taken, text = fit(estate), _as_json(estate)
    page = page_of(taken, title, _digest(taken, title))
    return Report(page.html, text, page.without_pictures)


def is_page(text: str) -> bool:
    """Tell whether a text is the page of a report."""
    return _MARK.search(text[:_HEAD]) is not None


def is_json(text: str) -> bool:
    """Tell whether a text is the JSON of a report."""
    return _read(text) is not None


def says_the_same(html: str, former: str) -> bool:
    """Tell whether a former page said the same, but for the time at which it was made."""
    ours, theirs = _MARK.search(html[:_HEAD]), _MARK.search(former[:_HEAD])
    return ours is not None and theirs is not None and ours[1] == theirs[1]


def is_the_same(text: str, former: str) -> bool:
    """Tell whether a former JSON said the same, but for the time at which it was made."""
    ours, theirs = _read(text), _read(former)
    return ours is not None and theirs is not None and _timeless(ours) == _timeless(theirs)


def _as_json(estate: Mapping[str, Any]) -> str:
    """Return an estate as JSON, with a line for each integration.

    What is not ASCII is spelled out, so that no text, however odd, ends the file or its encoding.
    """
    try:
        parts = [f"{json.dumps(key)}: {_lines(value)}" for key, value in sorted(estate.items())]
    except (TypeError, ValueError, RecursionError) as error:
        raise not_an_estate("estate", "what JSON can hold", str(error)) from None
    return "{" + ",\n".join(parts) + "}\n"


def _lines(value: object) -> str:
    if not isinstance(value, list):
        return json.dumps(value, sort_keys=True, allow_nan=False)
    return "[\n" + ",\n".join(json.dumps(item, sort_keys=True, allow_nan=False) for item in value) + "]"


def _read(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and {"schema", "integrations"} <= {*found} else None


def _timeless(estate: Mapping[str, Any]) -> dict[str, Any]:
    """Return an estate without what passing time alone changes: when it was made, and parts of a day."""
    items = estate.get("integrations")
    if not isinstance(items, list):
        return dict(estate)
    return {**estate, "generated_at": None, "integrations": [_in_whole_days(item) for item in items]}


def _in_whole_days(item: Any) -> Any:
    left = item.get("days_left") if isinstance(item, dict) else None
    return {**item, "days_left": math.floor(left)} if isinstance(left, (int, float)) else item


def _digest(estate: Mapping[str, Any], title: str) -> str:
    """Return what a page is known by: all that it says, and how it is made."""
    made_by = [path.read_text(encoding="utf-8") for path in sorted(_FOLDER.rglob("*.*")) if path.suffix in _SOURCES]
    content = json.dumps([_timeless(estate), title, can_draw(), made_by], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


_SOURCES = (".j2", ".css", ".js")
