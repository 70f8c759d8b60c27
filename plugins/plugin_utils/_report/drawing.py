# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures: a Vega-Lite specification in, an SVG that fits the page out, by the library vl-convert.

What the library returns is taken apart and put together again of elements and attributes that are known to do nothing
but draw, so that no name of an integration can become more than a text.
"""

from __future__ import annotations

import functools
import importlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

#: What to install where there are no pictures.
LIBRARY = "vl-convert-python"
_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "path", "line", "rect", "text", "circle", "tspan"}
_ATTRIBUTES = {
    *("d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "width", "height", "transform", "viewBox"),
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity"),
    *("text-anchor", "font-size", "font-weight", "stroke-linecap"),
}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")

#: Colours are the page's own, so that a picture follows it into the dark and onto paper.
CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)",
        "labelFontSize": 12,
        "titleColor": "var(--soft)",
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "var(--line)",
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    },
    "aria": False,
}


class NotDrawn(Exception):
    """The library cannot draw a specification; the page goes without that picture."""


@functools.cache
def _library() -> Any:
    """Return the library, which is large and may be missing; None where it is."""
    try:
        return importlib.import_module("vl_convert")
    except ImportError:
        return None


def can_draw() -> bool:
    """Tell whether the library is there."""
    return _library() is not None


def drawn(specification: Mapping[str, Any], label: str, shape: str = "") -> Markup:
    """Return an SVG for a page; the label is what a screen reader says of it.

    :param shape: "wide" or "narrow" for a picture that is shown at one of these widths only.
    """
    try:
        text = _library().vegalite_to_svg({"config": CONFIG, **specification})
        root = _only_drawing(ET.fromstring(text))
    except (ValueError, ET.ParseError) as error:
        raise NotDrawn(str(error).partition("\n")[0][:200]) from None
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib.update({"class": shape, "role": "img", "aria-label": label, "focusable": "false"})
    # All of it went through the parser and the lists above.
    return Markup(ET.tostring(root, encoding="unicode"))


def _only_drawing(element: ET.Element) -> ET.Element:
    """Return a copy with what draws; backgrounds and groups that hold nothing are left out."""
    name = element.tag.removeprefix(_NAMESPACE)
    kept = ET.Element(name, {key: _rounded(value) for key, value in element.attrib.items() if _draws(key, value)})
    if name in ("text", "tspan"):
        kept.text = element.text
    kept.extend(child for child in map(_only_drawing, filter(_is_seen, element)) if len(child) or child.tag != "g")
    return kept


def _is_seen(element: ET.Element) -> bool:
    known = element.tag.removeprefix(_NAMESPACE) in _ELEMENTS
    return known and element.get("class") not in ("background", "foreground") and element.get("display") != "none"


def _draws(key: str, value: str) -> bool:
    return key in _ATTRIBUTES and value not in ("translate(0,0)", "") and (key, value) != ("opacity", "1")


def _rounded(value: str) -> str:
    return _LONG_NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), value)
