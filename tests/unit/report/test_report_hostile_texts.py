# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, owners and reasons come from outside: they are texts in the page, whatever they look like."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report import drawing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import Report, report_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.drawing import drawn
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.words import clean
from ansible_collections.keyturn.sfmc.tests.support.estates_of_report import NOW, dependent, idle, text, whole
from ansible_collections.keyturn.sfmc.tests.unit.report._reading import read, said

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end-of-script": "</script></style></svg><img src=x onerror=alert(1)>",
    "quotes": '"\' onmouseover="alert(1)" x=\'',
    "template": "{{ 7*7 }}{% raw %}${7*7}",
    "link": "javascript:alert(1)",
    "mail": 'a@example.com"><b>',
    "turned": "abc\u202egnp.exe\u2066",
    "nothing": "before\x00after",
    "controls": "\x1b[31mred\x07\x7f\x85",
    "half": "a\ud800b",
    "long": "x" * 10_000,
    "words": "blank " * 2_000,
    "none-of-ours": "名前 नाम اسم 🦊‍🔥",
    "blank": " ",
    "entity": "&lt;b&gt; &amp;amp;",
}


def _estate(hostile: str) -> dict[str, Any]:
    """Return an estate with this text wherever a text may stand."""
    times = {"generated_at": text(NOW), "due_at": text(NOW), "expires_at": text(NOW)}
    row = dependent(hostile, hostile, state="missing", kind=hostile, reason=hostile, by=hostile, evidence=hostile)
    texts = dict.fromkeys(("package", "environment", "account", "owner", "waits_for", "unwatched", "step"), hostile)
    blocker = dict.fromkeys(("rule", "offender", "expected", "found", "way_out"), hostile)
    stray = dict.fromkeys(("host", "place", "format", "key", "secret", "fingerprint"), hostile)
    permissions = {key: [hostile] for key in ("declared", "seen", "excess", "missing")}
    rotation = {"id": hostile, "reason": hostile, "outcome": hostile, "activated_at": text(NOW)}
    lists = {"matrix": [row], "blockers": [blocker], "strays": [stray], "rotations": [rotation]}
    lists["history"] = [{"at": text(NOW), "what": hostile, "detail": hostile}]
    running = {"rotation_id": hostile, "phase": hostile, "active": hostile, "staged": hostile, "urgency": hostile}
    item = idle(hostile, hostile, **texts, **lists, **running, **times, permissions=permissions)
    herd = {"account": hostile, "from": text(NOW), "to": text(NOW), "names": [hostile], "client_ids": [hostile]}
    proposed = {"client_id": hostile, "name": hostile, "account": hostile, "rotate_at": text(NOW), "moved_days": 1.0}
    return {**whole([item], {"herds": [herd], "proposed": [proposed]}), "collection": hostile}


@functools.cache
def _report(hostile: str, title: str) -> Report:
    return report_of(_estate(hostile), title)


def _shape(found: html.HtmlElement) -> list[tuple[str, list[str]]]:
    """Return the elements of a page with the names of their attributes: all that is no text."""
    return [(str(each.tag), sorted(each.attrib)) for each in found.iter() if each.tag != "details"]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_a_text_adds_no_element_and_no_attribute(hostile: str) -> None:
    plain = _shape(read(_report("z" if len(hostile) <= 80 else "z" * 81, "z").html))
    assert _shape(read(_report(hostile, hostile).html)) == plain


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_nothing_of_a_text_is_lost(hostile: str) -> None:
    """Tables cut what is long; an integration's own part has the whole of it."""
    found = read(_report(hostile, hostile).html)
    (part,) = found.cssselect("details.one")
    assert " ".join(clean(hostile).split()) in said(part)
    assert json.loads(_report(hostile, hostile).json)["integrations"][0]["name"] == hostile


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_a_page_can_be_written_whatever_stands_in_it(hostile: str) -> None:
    report = _report(hostile, hostile)
    for content in (report.html, report.json):
        written = content.encode("utf-8").decode("utf-8")
        assert not {*"\x00\x1b\x07\x7f\x85\u202e\u2066\ud800"} & {*written}


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40))
def test_any_name_is_a_text_in_page_and_picture(name: str) -> None:
    found = read(report_of(_estate(f"n{name}"), name).html)
    assert not [each for each in found.iter() if str(each.tag) in ("img", "iframe", "object", "b1")]
    assert len(found.cssselect("script")) == 1
    assert " ".join(clean(f"n{name}").split()) in said(found.cssselect("details.one")[0])


def test_a_picture_is_made_of_drawing_alone() -> None:
    """Whatever a library would put into it: a link, an image, a style, a script, a handler."""
    rows = [{"n": HOSTILE["end-of-script"], "u": "https://example.com/x.png"}]
    specification = {
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "image", "width": 9, "height": 9}, "encoding": {"url": {"field": "u"}}},
            {
                "mark": {"type": "text", "cursor": "pointer"},
                "encoding": {"text": {"field": "n"}, "href": {"field": "u"}, "tooltip": {"field": "n"}},
            },
        ],
    }
    picture = html.fragment_fromstring(str(drawn({**specification, "width": 50}, "a & <b>")))
    assert {str(each.tag) for each in picture.iter()} <= {"svg", "g", "text", "path", "rect", "line"}
    names = {name for each in picture.iter() for name in each.attrib}
    assert not names & {"href", "xlink:href", "style", "onclick", "cursor"}
    assert "example.com" not in str(drawn({**specification, "width": 50}, "x"))


def test_what_a_library_adds_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">'
        '<script>alert(1)</script><style>*{}</style><g style="fill:red" class="x">'
        '<a xlink:href="https://example.com/"><text>in a link</text></a><text onclick="alert(1)" href="https://example.com/"'
        ' fill="var(--ink)">kept &lt;b&gt;</text></g><foreignObject><p>x</p></foreignObject></svg>'
    )

    class Library:
        def vegalite_to_svg(self, specification: object) -> str:
            return svg

    monkeypatch.setattr(drawing, "_library", Library)
    assert str(drawn({}, "a picture", "wide")) == (
        '<svg class="wide" role="img" aria-label="a picture" focusable="false">'
        '<g><text fill="var(--ink)">kept &lt;b&gt;</text></g></svg>'
    )
