# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML, against lxml and ElementTree."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

from hypothesis import assume, event, given
from hypothesis import strategies as st
from lxml import etree

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Reading
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml import Xml
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import WHERE, many_edits, printable, replaced_or_refused, secrets, some_examples

_SPACES = st.sampled_from(["", "", " ", "\n", "\r\n  ", "\t\r"])
_GAPS = st.sampled_from([" ", "  ", "\n", "\r\n\t"])
_PIECES = st.one_of(
    st.text("abcXYZ019 _-.,;:#=/'\"}@\u00e9\n\t", max_size=8),
    st.sampled_from(
        ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#x00e9;", "&#10;", "b$", "\r", "\r\n", ">", "]]"]
    ),
)
_TEXTS = st.lists(_PIECES, max_size=4).map("".join).filter(lambda text: "]]>" not in text)
_SECTIONS = (
    st.text('ab&<>]" \u00e9\r\n', max_size=8).filter(lambda text: "]]>" not in text).map("<![CDATA[{}]]>".format)
)
_ASIDES = st.sampled_from(["<!-- <t>x</t> -->", "<!---->", "<?t x='y'?>", "<?t?>"])
_QUOTES = st.sampled_from("\"'")
_WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}
#: Names of siblings; ``t`` is the one that is edited.
_NAMES = st.sampled_from(["a", "b", "p:c", "d.e-f", "\u00e9"])


def _attribute_value(quote: str) -> st.SearchStrategy[str]:
    return _TEXTS.map(lambda text: text.replace(quote, "-"))


@st.composite
def _attributes(draw: st.DrawFn, names: tuple[str, ...] = ("k", "p:k", "xml:lang", "l-1")) -> str:
    written = ""
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=3)):
        quote = draw(_QUOTES)
        sign = draw(_SPACES) + "=" + draw(_SPACES)
        written += f"{draw(_GAPS)}{name}{sign}{quote}{draw(_attribute_value(quote))}{quote}"
    return written + draw(_SPACES)


@st.composite
def _elements(draw: st.DrawFn, depth: int = 2) -> tuple[str, str]:
    """Return the name of an element, and how it is written."""
    name, attributes = draw(_NAMES), draw(_attributes())
    if draw(st.booleans()):
        return name, f"<{name}{attributes}/>"
    inside = [_TEXTS, _SECTIONS, _ASIDES]
    if depth:
        inside.append(_elements(depth - 1).map(lambda element: element[1]))
    content = "".join(draw(st.lists(st.one_of(inside), max_size=3)))
    assume("]]>" not in re.sub(r"<!\[CDATA\[.*?]]>", "", content, flags=re.DOTALL))
    return name, f"<{name}{attributes}>{content}</{name}{draw(_SPACES)}>"


class _Document(NamedTuple):
    """A document with the place of one value."""

    before: str
    written: str
    after: str
    key: str
    codec: str

    @property
    def content(self) -> bytes:
        return f"{self.before}{self.written}{self.after}".encode(self.codec)


def _in_one_line(text: str) -> str:
    return re.sub(r"[\r\n]|&#(?:10|13|x[aAdD]);", " ", text)


@st.composite
def _targets(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """Return what is written before, at and after the value, and the end of the key."""
    attributes = draw(_attributes())
    style = draw(st.sampled_from(["attribute", "text", "CDATA", "mixed", "empty", "empty tag"]))
    space, more_space = draw(_SPACES), draw(_SPACES)
    if style == "attribute":
        quote = draw(_QUOTES)
        others = draw(st.sampled_from(["/>", ">x</t>", "><a/>y<!-- x --></t>"]))
        return (
            f"<t{attributes} s={quote}",
            _in_one_line(draw(_attribute_value(quote))),
            f"{quote}{draw(_attributes(('m',)))}{others}",
            "/@s",
        )
    if style == "empty tag":
        return f"<t{attributes.rstrip()}{space}", "/>", "", ""
    before, after = f"<t{attributes}>", f"</t{draw(_SPACES)}>"
    if style == "text":
        text = _in_one_line(draw(_TEXTS)).strip(" ")
        return f"{before}{space}", text, f"{more_space if text else ''}{after}", ""
    if style == "CDATA":
        inside = draw(st.text("ab&<] \u00e9", min_size=1, max_size=8).map(str.strip).filter(bool))
        return f"{before}{space}<![CDATA[{more_space}", inside, f"{draw(_SPACES)}]]>{draw(_SPACES)}{after}", ""
    if style == "mixed":
        return f"{before}{space}", _in_one_line(f"x{draw(_SECTIONS)}{draw(_SECTIONS)}y"), f"{more_space}{after}", ""
    return before, "", after, ""


@st.composite
def _documents(draw: st.DrawFn) -> _Document:
    before, written, after, key = draw(_targets())
    key = f"/t{key}"
    for name in draw(st.lists(_NAMES, max_size=3)):
        earlier, later = (draw(st.lists(_elements(), max_size=2)) for _side in range(2))
        between = st.one_of(_SPACES, _ASIDES, st.just("text"))
        sides = ["".join(written_as + draw(between) for _name, written_as in side) for side in (earlier, later)]
        before, after = f"<{name}{draw(_attributes())}>{sides[0]}{before}", f"{after}{sides[1]}</{name}>"
        # The step below is the target, or an element whose name an earlier sibling may have too.
        step = re.match(r"/([^/[]+)", key)
        assert step
        number = 1 + [sibling for sibling, _written in earlier].count(step.group(1))
        key = f"/{name}/{step.group(1)}[{number}]{key[step.end() :]}"
    codec, declared = draw(
        st.sampled_from(
            [("utf-8", ""), ("utf-8", "UTF-8"), ("utf-8-sig", ""), ("utf-8-sig", "utf-8"), ("latin-1", "ISO-8859-1")]
            + [("cp1252", "windows-1252"), ("utf-16", "UTF-16"), ("utf-16", "")]
        )
    )
    declaration = f"<?xml version='1.0' encoding=\"{declared}\" ?>" if declared else ""
    doctype = draw(st.sampled_from(["", "<!DOCTYPE r SYSTEM 'r.dtd'>", '<!DOCTYPE r PUBLIC "r" "r.dtd" >']))
    prologue = (
        f"{declaration}{draw(_SPACES) if declaration else ''}{doctype}{draw(st.just('') | _ASIDES)}{draw(_SPACES)}"
    )
    top = f"{prologue}<r xmlns:p='u'{draw(_attributes())}>"
    return _Document(
        top + before, written, f"{after}</r>{draw(_SPACES)}{draw(st.just('') | _ASIDES)}", f"/r{key}", codec
    )


def _events(content: bytes) -> list[tuple[object, ...]]:
    """Return everything that lxml sees, one entry for each attribute, text and tag."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=False)
    tree = etree.fromstring(content, parser).getroottree()
    seen: list[tuple[object, ...]] = [("document", tree.docinfo.encoding, tree.docinfo.doctype)]
    for kind, node in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if kind == "end":
            seen.append(("end", node.tag, node.tail))
            continue
        tag = node.tag if isinstance(node.tag, str) else kind
        seen.append(("start", tag, node.prefix if kind == "start" else "", node.text or ""))
        if kind == "start":
            seen += [("attribute", name, value) for name, value in node.attrib.items()]
        else:
            seen.append(("tail", node.tail))
    return seen


def _elementtree_events(content: bytes) -> list[tuple[object, ...]]:
    seen: list[tuple[object, ...]] = []
    for element in ElementTree.fromstring(content).iter():
        seen.append((element.tag, element.tail, element.text or ""))
        seen += [("attribute", name, value) for name, value in element.attrib.items()]
    return seen


@many_edits
@given(_documents(), st.one_of(secrets, secrets, printable))
def test_i24_lxml_and_elementtree_see_one_value_change(document: _Document, value: str) -> None:
    edited = replaced_or_refused("xml", document.content, document.key, value)
    event("refused" if edited is None else "edited")
    if edited is None:
        return
    assert edited.startswith(document.before.encode(document.codec))
    assert edited.endswith(document.after.encode(_WITHOUT_MARK.get(document.codec, document.codec)))
    _assert_one_change(document.content, edited, read_value("xml", document.content, document.key, WHERE), value)


def _assert_one_change(before: bytes, after: bytes, old: str, value: str) -> None:
    for events in (_events, _elementtree_events):
        seen_before, seen_after = events(before), events(after)
        changes = [(was, now) for was, now in zip(seen_before, seen_after, strict=True) if was != now]
        assert len(changes) == (value != old)
        for was, now in changes:
            assert was[:-1] == now[:-1]
            assert str(was[-1]).strip(" \t\r\n") == old.strip(" \t\r\n")
            assert str(now[-1]).strip(" \t\r\n") == value


@some_examples
@given(_documents())
def test_all_values_are_read_as_lxml_reads_them(document: _Document) -> None:
    text = f"{document.before}{document.written}{document.after}"
    readings = Xml().scan(text, WHERE).readings
    assert Xml().reread(text, WHERE) == readings
    assert _by_local_name(readings) == _lxml_readings(document.content)


def _by_local_name(readings: list[Reading]) -> list[tuple[str, str | None]]:
    """Return names and values; without declarations of prefixes, which lxml keeps apart."""
    found: list[tuple[str, str | None]] = []
    for path, kind, value in readings:
        name = str(path[-1] if str(path[-1]).startswith("@") else path[-2])
        if not name.startswith("@xmlns"):
            at = "@" if name.startswith("@") else ""
            found.append((at + name.lstrip("@").rpartition(":")[2], value if kind == TEXT else None))
    return found


def _lxml_readings(content: bytes) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for kind, node in etree.iterwalk(etree.fromstring(content), events=("start", "end")):
        local = etree.QName(node).localname
        if kind == "end":
            found.append((local, None if len(node) else node.text or ""))
        else:
            found += [(f"@{etree.QName(name).localname}", value) for name, value in node.attrib.items()]
    return found


_JUNK = st.one_of(
    st.sampled_from("<>&;'\"=/! \n[]?-"),
    st.sampled_from(
        [
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?x ",
            "?>",
            "</t>",
            "<t>",
            "<t/>",
            "&#0;",
            "&x;",
            "s='y' ",
            "<!DOCTYPE r [",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=2),
)


@some_examples
@given(
    _documents(), st.lists(st.tuples(st.integers(0, 400), _JUNK, st.integers(0, 3)), min_size=1, max_size=2), secrets
)
def test_a_damaged_file_is_refused_or_edited_alike(
    document: _Document, damages: list[tuple[int, str, int]], value: str
) -> None:
    text = f"{document.before}{document.written}{document.after}"
    for position, junk, cut in damages:
        text = f"{text[: position % len(text)]}{junk}{text[position % len(text) + cut :]}"
    content = text.encode(document.codec, "replace")
    try:
        old = read_value("xml", content, document.key, WHERE)
        edited = replace_value("xml", content, document.key, value, WHERE)
    except Refusal:
        event("refused")
        return
    event("edited")
    try:
        _assert_one_change(content, edited, old, value)
    except (etree.XMLSyntaxError, ElementTree.ParseError) as error:
        # These two insist on namespaces, which not all programs know; names are taken as they are written.
        assert re.search("prefix|QName|xmlns|[Nn]amespace", str(error))
