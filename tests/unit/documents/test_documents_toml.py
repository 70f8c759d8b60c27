# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML, against tomlkit, and against tomllib where Python has it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import tomlkit
from hypothesis import assume, given
from hypothesis import strategies as st
from tomlkit.exceptions import TOMLKitError

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents import _toml_second_reading
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Path
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml import Toml
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_scanner import MAX_DEPTH
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import (
    NEW,
    WHERE,
    Edit,
    many_edits,
    may_be_replaced,
    printable,
    prove_edit,
    replaced_or_refused,
    some_examples,
)

if sys.version_info >= (3, 11):
    import tomllib

EDITS = [
    Edit("double quotes stay", "a = 1\nkey = @@\nb = 2\n", "key", '"old"', "old", NEW, f'"{NEW}"'),
    Edit("single quotes stay", "key = @@\n", "key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("three double quotes stay", "key = @@\n", "key", '"""old"""', "old", NEW, f'"""{NEW}"""'),
    Edit("three single quotes stay", "key = @@\n", "key", "'''old'''", "old", NEW, f"'''{NEW}'''"),
    Edit("lines of their own stay", "key = @@\n", "key", '"""\nold\n"""', "old", NEW, f'"""\n{NEW}\n"""'),
    Edit("lines of their own stay (2)", "key = @@\r\n", "key", "'''\r\nold\r\n'''", "old", NEW, f"'''\r\n{NEW}\r\n'''"),
    Edit("a line end before the quotes stays", "key = @@\n", "key", '"""old\n"""', "old", NEW, f'"""{NEW}\n"""'),
    Edit("an empty line stays", "key = @@\n", "key", '"""\n\n"""', "", NEW, f'"""\n{NEW}\n"""'),
    Edit("nothing but a line end", "key = @@\n", "key", '"""\n"""', "", NEW, f'"""\n{NEW}"""'),
    Edit("a backslash before a line end", "key = @@\n", "key", '"""old\\\\\n"""', "old\\", NEW, f'"""{NEW}\n"""'),
    Edit("quotes next to the closing ones", "key = @@\n", "key", '"""a"""""', 'a""', 'b"', '"""b\\""""'),
    Edit("escapes", "key = @@\n", "key", r'"\u006f\U0000006cd\t\"\\"', 'old\t"\\', 'x"y\\z', r'"x\"y\\z"'),
    Edit("no escapes in single quotes", "key = @@\n", "key", r"'o\u006c'", r"o\u006c", r'a\n"b', "'a\\n\"b'"),
    Edit(
        "double quotes where single ones cannot hold it", "key = @@\n", "key", "'old'", "old", "it's\\", '"it\'s\\\\"'
    ),
    Edit("three single quotes hold one", "key = @@\n", "key", "'''old'''", "old", "i't''s", "'''i't''s'''"),
    Edit("three single quotes do not hold a last one", "key = @@", "key", "'''\nold'''", "old", "x'", '"""\nx\'"""'),
    Edit("three single quotes do not hold three", "key = @@", "key", "'''\nold\n'''", "old", "'''", '"""\n\'\'\'\n"""'),
    Edit("empty", "key = @@\n", "key", '""', "", NEW, f'"{NEW}"'),
    Edit("a table", "key = 1\n[a]\nkey = @@\n[b]\nkey = 2\n", "a.key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a table in a table", "[a]\nb.key = 1\n[a.c.d]\nkey = @@\n", "a.c.d.key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a table before its parent", "[a.b]\nkey = @@\n[a]\nkey = 1", "a.b.key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a table among others", "[a.b]\n[c]\n[a.d]\nkey = @@", "a.d.key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("dotted names", "[a]\nb . 'c'.\"d\".key = @@\nb.e=1", "a.b.c.d.key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("names in quotes", "[ 'a.b' . \"\\u0063\" ]\n'' = @@\n", "'a.b'.c.''", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a number as a name", "1.2 = 'x'\n[3]\n4 = @@\n", "3.4", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an array of tables", "[[l]]\nk='x'\n[[ l ]]\nk = @@ # x\n", "l[1].k", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "a table of an array of tables",
        "[[l]]\n[l.t]\nk = 'x'\n[[l]]\n[[l.m]]\n[[l.m]]\nk = @@\n[l.t]\nk = 'y'\n",
        "l[1].m[1].k",
        "'old'",
        "old",
        NEW,
        f"'{NEW}'",
    ),
    Edit("a selector", "[[l]]\nid = 'x'\nk=1\n[[l]]\nk=@@\nid = 'y'", "l[id=y].k", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an inline table", "a = {b.key = @@, b.c = {}, d = 1}", "a.b.key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an array", "a = [ # ]\n1, # '\n [ 'x', @@,], # x\n]\n", "a[1][1]", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an array of inline tables", "a = [{k='x'}, {k=@@}]", "a[1].k", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "comments", "# key = 1\n[a] # [b]\n# key = 2\nkey = @@ # 'x'\n#key=3", "a.key", "'old'", "old", NEW, f"'{NEW}'"
    ),
    Edit("the key in a string", "a = '''\nkey = 'x'\n'''\nkey = @@\n", "key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "everything else stays",
        "i = [+1_0, 0xBE_ef, 0o17, 0b1, -0]\nf = [1.50, 1e3, -2E-4_0, inf, -nan, +0.0]\nb = [true, false]\n"
        "d = [1979-05-27T07:32:00.50Z, 1979-05-27 07:32:00-07:00, 1979-05-27t07:32:00, 1979-05-27, 07:32:00]\n"
        "key\t=  @@\t \n\n\te = {}\nl = []\n",
        "key",
        "'old'",
        "old",
        NEW,
        f"'{NEW}'",
    ),
    Edit("byte order mark", "\ufeffkey = @@\n", "key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("CRLF and LF", "a = 1\r\nkey = @@\r\n\n\r\n[b]\r\n", "key", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "UTF-8 elsewhere", "# \u20ac\n'\u00e4' = '\U0001f511'\nkey = @@", "key", "'\u00fc'", "\u00fc", NEW, f"'{NEW}'"
    ),
]


@pytest.fixture(params=["with tomllib", "without tomllib"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts before Python 3.11 have the second reading only."""
    if request.param == "without tomllib":
        monkeypatch.setattr(_toml_second_reading, "tomllib", None)


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("toml", edit)


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ("a.b = 'x'\n", "a.c", "the first 1 of its 2 parts exist"),
        ("a.b = 'x'\n", "b", "no such key"),
        ("a = ['x']\n", "a[1]", "the first 1 of its 2 parts exist"),
        ("[[a]]\nid='x'\n[[a]]\nid='x'\n", "a[id=x].key", "2 entries with the same text"),
        ("a = 5", "a", "a number"),
        ("a = 0x1F", "a", "a number"),
        ("a = -inf", "a", "a number"),
        ("a = true", "a", "a boolean"),
        ("a = 1979-05-27", "a", "a date or a time"),
        ("a = {}", "a", "an empty object"),
        ("a = []", "a", "an empty list"),
        ("[a]\nb = 'x'", "a", "a table"),
        ("[[a]]\nb = 'x'", "a[0]", "a table"),
        ("[[a]]\nb = 'x'", "a", "an object or a list with values of its own"),
        ("a = 'https://${HOST}/'", "a", "a placeholder"),
        ("a = 'ENC(c2VjcmV0)'", "a", "a placeholder"),
        ("a = '$SECRET'", "a", "a reference"),
        ('a = """\n@{store:secret}\n"""', "a", "a reference"),
        ("a = '{{ secret }}'", "a", "a reference"),
        ("a = 'x'\n", "a..b", "the key 'a..b'"),
        ("a = 'x'\n", "", "the key ''"),
    ],
)
def test_i24_a_key_in_doubt_is_refused(content: str, key: str, found: str) -> None:
    for act in (
        lambda: read_value("toml", content.encode(), key, WHERE),
        lambda: replace_value("toml", content.encode(), key, NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("key = 1", (2, 1)),
        ('"key" = 1', (2, 1)),
        ("'\\u006bey' = 1\n\"\\u006bey\" = 1", (3, 1)),
        ("key.a = 1", (2, 1)),
        ("[key]", (2, 1)),
        ("[[key]]", (2, 1)),
        ("[key.a]", (2, 1)),
        ("[a]\n[b]\n[a]", (4, 1)),
        ("[a]\nb = 1\n[a.b]", (4, 1)),
        ("[a]\nb.c = 1\n[a.b]", (4, 1)),
        ("[a.b]\n[a]\nb.c = 1", (4, 1)),
        ("[[a]]\n[a]", (3, 1)),
        ("[a]\n[[a]]", (3, 1)),
        ("[a.b]\n[[a]]", (3, 1)),
        ("a = []\n[[a]]", (3, 1)),
        ("[[a.b]]\n[a]\nb.c = 1", (4, 1)),
        ("a = {}\n[a.b]", (3, 1)),
        ("a = {b = 1}\na.c = 1", (3, 1)),
        ("a = {b = 1, b.c = 2}", (2, 13)),
        ("a = {b = {}, b.c = 2}", (2, 14)),
    ],
)
def test_i24_a_name_that_is_defined_twice_is_refused(content: str, column: tuple[int, int]) -> None:
    with pytest.raises(Refusal) as refused:
        read_value("toml", f"key = 'x'\n{content}\n".encode(), "key", WHERE)
    assert refused.value.found == "something else in line {}, column {}".format(*column)
    assert refused.value.expected == "a name that is not in use yet"


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("a", 2),
        ("a = ", 5),
        ("a = x", 5),
        ("= 1", 1),
        ("a b = 1", 3),
        ("a. = 1", 2),
        (".a = 1", 1),
        ("a = 1 b = 2", 7),
        ("a = 'x", 5),
        ('a = "x', 5),
        ('a = "x\\q"', 5),
        ('a = "\\ud800"', 5),
        ('a = "\\U00110000"', 5),
        ('a = """x""', 5),
        ("a = '''x''", 5),
        ('a = """x"""""""', 14),
        ('"""a""" = 1', 3),
        ("a = 'x\ty\x01'", 5),
        ("a = 1 # \x01", 7),
        ("a = 1\rb = 2", 6),
        ("a = '''\r'''", 5),
        ("a = 01", 6),
        ("a = 1__0", 6),
        ("a = 1.", 6),
        ("a = .5", 5),
        ("a = 0x", 6),
        ("a = +0x1", 7),
        ("a = 1979-02-30", 5),
        ("a = 1979-5-27", 9),
        ("a = 24:00:00", 7),
        ("a = True", 5),
        ("a = [1 2]", 8),
        ("a = [1,, 2]", 8),
        ("a = [", 6),
        ("a = {b = 1,}", 12),
        ("a = {b = 1\n}", 11),
        ("a = {b}", 7),
        ("[a", 3),
        ("[a] b = 1", 5),
        ("[a]]", 4),
        ("[[a]", 4),
        ("[ [a]]", 2),
        ("[]", 2),
        ("a = " + "[" * MAX_DEPTH, 104),
        (".".join("a" * (MAX_DEPTH + 1)) + "= 1", 200),
        ("[[" + ".".join("a" * MAX_DEPTH) + "]]\nb=1", 1),
    ],
)
def test_i24_a_malformed_file_is_refused(content: str, column: int) -> None:
    with pytest.raises(Refusal) as refused:
        read_value("toml", f"key = 'old'\n{content}".encode(), "key", WHERE)
    assert f", column {column}" in refused.value.found
    assert refused.value.__context__ is None


@pytest.mark.parametrize("value", ["a${b}", "![a]", "$a", "@{a:b}", "{{a}}"])
def test_a_value_that_programs_replace_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("toml", b"key = 'old'\n", "key", value, WHERE)
    assert value not in str(refused.value)


def test_a_file_of_1_mb_takes_less_than_a_second() -> None:
    entry = (
        "[clients.c{0:06}] # client\nclient_id = \"{1}\"\nclient_secret = '{1}'\nurls = [\n'https://example.com/',\n]\n"
    )
    content = "".join(entry.format(number, "a" * 24) for number in range(8_000)).encode()
    assert len(content) > 1_000_000
    started = time.process_time()
    replace_value("toml", content, "clients.c004000.client_secret", NEW, WHERE)
    # The bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 5


class _Target(str):
    """A string literal, which an edit may replace."""


_Chunks = list[str]
_CONTENT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
_ESCAPES = st.sampled_from(["\\n", "\\t", '\\"', "\\\\", "\\u00e9", "\\U0001F511", "'", "#", "=", "[", "$", "\t"])
_LINE_ENDS = st.sampled_from(["\n", "\r\n"])
_BASIC = st.lists(_CONTENT.map(lambda text: text.replace("\\", "").replace('"', "")) | _ESCAPES, max_size=4).map(
    "".join
)
_LINES = st.sampled_from(["\n", "\r\n", "\\\n  ", "\\ \t\r\n\r\n ", ""])
_LITERAL = _CONTENT.map(lambda text: text.replace("'", ""))
_STRINGS = st.one_of(
    _BASIC.map(lambda text: f'"{text}"'),
    _LITERAL.map(lambda text: f"'{text}'"),
    st.builds('"""{}{}{}{}{}"""'.format, _LINES, _BASIC, st.sampled_from(["", '"', ' ""x', "\n"]), _BASIC, _LINES),
    st.builds("'''{}{}{}{}{}'''".format, _LINES, _LITERAL, st.sampled_from(["", " ''x", "\n"]), _LITERAL, _LINES),
).map(lambda literal: [_Target(literal)])
_NUMBERS = ["0", "-1", "+1_000", "0xdead_BEEF", "0o17", "0b01", "1.5", "-1e5", "6.626e-34", "inf", "-nan"]
_DATES = ["1979-05-27", "07:32:00.5", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.123-07:00"]
_OTHERS = st.sampled_from([*_NUMBERS, *_DATES, "true", "false", "[]", "{ }", "[ # none\n]"]).map(lambda text: [text])
_BLANKS = st.sampled_from(["", " ", "\t", "  "])
_GAPS = st.sampled_from(["", " ", "\n", "\r\n  ", " # ' \" ]\n\t"])


@st.composite
def _names(draw: st.DrawFn, number: int) -> str:
    """One name, which no other number gets."""
    shape = draw(st.sampled_from(["{}k", "k-{}", '"k {}"', "'k.{}'", '"\\u00e9{}"', "'\"{}'", "k{}.a", "k{} . 'b c'"]))
    return str(shape.format(number))


@st.composite
def _arrays(draw: st.DrawFn, values: st.SearchStrategy[_Chunks]) -> _Chunks:
    chunks = ["["]
    entries = draw(st.lists(values, min_size=1, max_size=3))
    for number, entry in enumerate(entries):
        last = number == len(entries) - 1
        separator = draw(st.sampled_from(["", ","])) if last else ","
        chunks += [draw(_GAPS), *entry, draw(_GAPS), separator]
    return [*chunks, draw(_GAPS), "]"]


@st.composite
def _inline_tables(draw: st.DrawFn, values: st.SearchStrategy[_Chunks]) -> _Chunks:
    chunks = ["{"]
    for number, entry in enumerate(draw(st.lists(values, min_size=1, max_size=3))):
        chunks += [", " if number else "", draw(_names(number)), draw(_BLANKS), "=", draw(_BLANKS), *entry]
    return [*chunks, draw(_BLANKS), "}"]


_VALUES = st.recursive(
    _STRINGS | _STRINGS | _OTHERS, lambda values: _arrays(values) | _inline_tables(values), max_leaves=6
)


@st.composite
def _headers(draw: st.DrawFn, number: int, has_list: bool) -> str:
    shapes = ["[{}]", "[[{}]]", "[ {} . 'sub x' ]", "[[l]]", "[l.{}]" if has_list else "[[l]]"]
    return str(draw(st.sampled_from(shapes)).format(draw(_names(number))))


@st.composite
def _documents(draw: st.DrawFn) -> _Chunks:
    """A valid document, in pieces."""
    chunks: _Chunks = [draw(st.sampled_from(["", "\ufeff", "# note\n", "\r\n"]))]
    for table in range(draw(st.integers(1, 4))):
        if table:
            chunks += [draw(_BLANKS), draw(_headers(1000 + table, "[[l]]" in chunks)), draw(_LINE_ENDS)]
        for number, value in enumerate(draw(st.lists(_VALUES, max_size=3))):
            chunks += [draw(_BLANKS), draw(_names(number)), draw(_BLANKS), "=", draw(_BLANKS), *value]
            chunks += [draw(st.sampled_from(["", " # note = 'x'", "#"])), draw(_LINE_ENDS)]
    return chunks


def _references(text: str) -> Iterator[Any]:
    """Yield what the other parsers read, with the line ends that Python sees."""
    body = text[1:] if text.startswith("\ufeff") else text
    yield tomlkit.parse(body.replace("\r\n", "\n")).unwrap()
    if sys.version_info >= (3, 11):
        yield tomllib.loads(body)


def _flat(tree: Any, path: Path = ()) -> dict[Path, Any]:
    if not isinstance(tree, (dict, list)):
        return {path: tree}
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return {there: found for name, value in items for there, found in _flat(value, (*path, name)).items()}


def _key(path: Path) -> str:
    steps = []
    for step in path:
        quote = '"' if "'" in str(step) else "'"
        steps.append(f"[{step}]" if isinstance(step, int) else f".{quote}{step}{quote}")
    return "".join(steps).lstrip(".")


def _is_one_line(literal: str) -> bool:
    leaf = Toml().scan(f"key = {literal}", WHERE).leaf(0)
    opening, closing = Toml().frame(leaf)
    _before, line_end = Toml().around(leaf)
    inside = literal[len(opening) : len(literal) - len(closing)]
    return may_be_replaced(leaf.value[: len(leaf.value) - len(line_end)]) and not set("\r\n") & set(inside)


@many_edits
@given(_documents(), st.data(), printable)
def test_i24_other_parsers_see_one_value_change(chunks: _Chunks, data: st.DataObject, value: str) -> None:
    targets = [number for number, chunk in enumerate(chunks) if isinstance(chunk, _Target) and _is_one_line(chunk)]
    assume(targets)
    target = data.draw(st.sampled_from(targets))
    before, after = "".join(chunks[:target]), "".join(chunks[target + 1 :])
    text = "".join(chunks)
    scan = Toml().scan(text.lstrip("\ufeff"), WHERE)
    start = len(before) - text.startswith("\ufeff")
    path = next(scan.readings[number][0] for number, place in enumerate(scan.places) if place[0] == start)
    edited = replaced_or_refused("toml", text.encode(), _key(path), value)
    if edited is None:
        return
    assert edited.startswith(before.encode()) and edited.endswith(after.encode())
    for old, new in zip(_references(text), _references(edited.decode()), strict=True):
        old_values, new_values = _flat(old), _flat(new)
        line_end = "\n" if new_values[path].endswith("\n") else ""
        assert old_values[path].endswith(line_end)
        assert list(new_values) == list(old_values)
        assert repr(new_values) == repr({**old_values, path: value + line_end})


@some_examples
@given(_documents(), st.integers(0, 200), st.integers(0, 3), st.text("\"'[]{}=.,#\\\r\n\t ax1-_\0", max_size=3))
def test_all_values_are_read_as_other_parsers_read_them(
    chunks: _Chunks, position: int, cut: int, inserted: str
) -> None:
    text = "".join(chunks).lstrip("\ufeff")
    text = text[:position] + inserted + text[position + cut :]
    try:
        scan = Toml().scan(text, WHERE)
    except Refusal:
        assert not _is_valid(text)
        return
    assert Toml().reread(text, WHERE) == scan.readings
    strings = {path: value for path, kind, value in scan.readings if kind == TEXT}
    for reference in _references(text):
        assert strings == {path: value for path, value in _flat(reference).items() if isinstance(value, str)}


def _is_valid(text: str) -> bool:
    """Tell whether every other parser takes a text: tomlkit alone takes some that TOML forbids."""
    try:
        return len(list(_references(text))) > 1
    except (ValueError, TOMLKitError):
        return False


@some_examples
@given(st.text("\"'[]{}=.,#\\\r\n\t ab01-_:+", max_size=30))
def test_no_text_is_read_in_two_ways(text: str) -> None:
    try:
        scan = Toml().scan(text, WHERE)
    except Refusal:
        scan = None
    try:
        readings = Toml().reread(text, WHERE)
    except Refusal:
        assert not scan
        return
    assert not scan or readings == scan.readings
