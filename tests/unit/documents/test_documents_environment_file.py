# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files of systemd, against a reader written from systemd.exec(5), and against shells."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._environment_file import EnvironmentFile
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from . import _shells
from ._support import (
    NEW,
    WHERE,
    Edit,
    line_ends,
    many_edits,
    may_be_replaced,
    printable,
    prove_edit,
    replaced_or_refused,
    some_examples,
)

EDITS = [
    Edit("plain", "A=1\nKEY=@@\nB=2\n", "KEY", "old", "old", NEW, NEW),
    Edit("spaces before the name and after the value", "  KEY=@@ \t\n", "KEY", "old", "old", NEW, NEW),
    Edit("single quotes stay", "KEY=@@ \n", "KEY", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("double quotes stay", "KEY=@@\n", "KEY", '"old"', "old", NEW, f'"{NEW}"'),
    Edit("empty", "KEY=@@\nB=2\n", "KEY", "", "", NEW, NEW),
    Edit("empty before spaces", "KEY=@@ \nB=2\n", "KEY", "", "", NEW, NEW),
    Edit("empty at the end of the file", "B=2\nKEY=@@", "KEY", "", "", NEW, NEW),
    Edit("empty quotes", "KEY=@@\n", "KEY", "''", "", NEW, f"'{NEW}'"),
    Edit("# and ; in quotes", "KEY=@@\n", "KEY", "'a #b;c'", "a #b;c", "a;#b", "'a;#b'"),
    Edit("# within a value", "KEY=@@\n", "KEY", "#a#b", "#a#b", NEW, NEW),
    Edit("escapes without quotes", "KEY=@@\n", "KEY", r"a\$\\\'b", "a$\\'b", NEW, NEW),
    Edit("escapes in double quotes", "KEY=@@\n", "KEY", r'"\"a\""', '"a"', "a\"'b", r'"a\"' + "'b\""),
    Edit("a percent sign is no specifier", "KEY=@@\n", "KEY", "a%n%%", "a%n%%", "%n", "%n"),
    Edit("quotes side by side", "KEY=@@\n", "KEY", "'a'\"b\"c", "abc", NEW, f"'{NEW}'"),
    Edit("quotes over two lines elsewhere", "A='a\n#b\nKEY=c'\nKEY=@@\nB=2\n", "KEY", "old", "old", NEW, NEW),
    Edit("comments", "# KEY=1\n ; KEY=2\n#KEY=3 \\\n#x\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("the key in another value is not the key", 'A="\nKEY=x\n"\nKEY=@@\n', "KEY", "old", "old", NEW, NEW),
    Edit("the key in a continued line is not the key", "A=x \\\nKEY=x\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("longer names and lines without =", "KEY2=x\nMY_KEY=y\nKEY\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("values elsewhere that shells read otherwise", "A = it's b $c\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("an apostrophe ends no value elsewhere", "A=x'y\nKEY=@@\nB=z'\n", "KEY", "old", "old", NEW, NEW),
    Edit("a byte order mark before another line", "\ufeff# x\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("CRLF", "A=1\r\nKEY=@@\r\n\r\nB=2\r\n", "KEY", "old", "old", NEW, NEW),
    Edit("mixed line ends", "A=1\rKEY=@@\r\nB=2\n", "KEY", "old", "old", NEW, NEW),
    Edit("no final line end", "A=1\nKEY=@@", "KEY", "old", "old", NEW, NEW),
    Edit("UTF-8 elsewhere", "# gr\u00fc\u00dfe\nA=\u20ac\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("quotes only when needed", "KEY=@@\n", "KEY", "old", "old", "a b#c", "'a b#c'"),
    Edit("quotes of the other kind when needed", "KEY=@@\n", "KEY", "'old'", "old", "it's", '"it\'s"'),
    Edit("no dollar in double quotes", "KEY=@@\n", "KEY", '"old"', "old", 'a$b"`', "'a$b\"`'"),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("environment_file", edit)


_DIFFERENT = "read differently"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("KEY=1\nB=2\nKEY='3'\n", "2 times, in the lines 1, 3"),
        ("B=2\n", "no such key"),
        ("KEY\n", "no such key"),
        ("export KEY=1\n", "no such key"),
        ("\ufeffKEY=1\n", "no such key"),
        ("A=1 KEY=2\n", "no such key"),
        ("KEY =1\n", _DIFFERENT),
        ("KEY= 1\n", _DIFFERENT),
        ("KEY=a b\n", _DIFFERENT),
        ("KEY=a # note\n", _DIFFERENT),
        ("KEY='a' b\n", _DIFFERENT),
        ("KEY=a'b'\n", _DIFFERENT),
        ("KEY=$OTHER\n", _DIFFERENT),
        ('KEY="$OTHER"\n', _DIFFERENT),
        ("KEY=`x`\n", _DIFFERENT),
        ("KEY=~\n", _DIFFERENT),
        ("KEY=a;b\n", _DIFFERENT),
        ("KEY=a\\\nb\n", _DIFFERENT),
        ("KEY='a\\b'\n", _DIFFERENT),
        ('KEY="a\\b"\n', _DIFFERENT),
        ('KEY="a\\\\b"\n', _DIFFERENT),
        ('KEY="a\\$b"\n', _DIFFERENT),
        ("KEY=old\nB='x\n", "line 2, column 3"),
        ('KEY=old\nB="x\\"\n', "line 2, column 3"),
        ("KEY=old\nB=x\\", "line 2, column 4"),
        ("# x \\\nKEY=old\n", "line 1, column 5"),
        ("KEY=old\n\0", "offset 8"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, found: str) -> None:
    for act in (
        lambda: read_value("environment_file", content.encode(), "KEY", WHERE),
        lambda: replace_value("environment_file", content.encode(), "KEY", NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found
        assert refused.value.offender == WHERE


@pytest.mark.parametrize("value", ["a\\b", "a'b$c", "a'b`c"])
def test_a_value_on_which_versions_of_systemd_disagree_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("environment_file", b"KEY=old\n", "KEY", value, WHERE)
    assert value not in str(refused.value)


def test_export_is_explained() -> None:
    with pytest.raises(Refusal) as refused:
        read_value("environment_file", b"export KEY=old\n", "KEY", WHERE)
    assert "remove export" in refused.value.way_out


def test_i44_a_malformed_key_is_refused() -> None:
    with pytest.raises(Refusal, match="the name of a variable"):
        read_value("environment_file", b"A=1\n", "A.B", WHERE)


def _reference(text: str) -> dict[str, str]:
    """Read as systemd.exec(5) says, one character after the other; the last value of a name counts."""
    found: dict[str, str] = {}
    rest = text.lstrip(" \t\r\n")
    while rest:
        line = re.split(r"[\r\n]", rest)[0]
        sign = line.find("=", 1)
        if line[0] in "#;" or sign < 0:
            rest = rest[len(line) :].lstrip(" \t\r\n")
        else:
            found[line[:sign].strip(" \t")], rest = _reference_value(rest[sign + 1 :])
            rest = rest.lstrip(" \t\r\n")
    return found


def _reference_value(rest: str) -> tuple[str, str]:
    """Return the value at the beginning of a text, and what follows it."""
    value, kept, quote, bare, position = "", 0, "", False, 0
    while position < len(rest) and (quote or rest[position] not in "\r\n"):
        sign, following = rest[position], rest[position + 1 : position + 2]
        position += 1
        if quote and sign == quote:
            quote = ""
        elif quote == '"' and sign == "\\":
            position += 1
            value += following if following in '"\\`$' else "" if following == "\n" else sign + following
        elif quote:
            value += sign
        elif sign == "\\":
            position, bare = position + 1, True
            value += "" if following in "\r\n" else following
        elif not bare and sign in "'\"":
            quote = sign
        elif bare or sign not in " \t":
            bare = True
            value += sign
            if sign in " \t":
                continue
        kept = len(value)
    return value[:kept], rest[position:]


_NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,4}", fullmatch=True)
_BARE = st.text(r"abzAZ019_.,:/@%+=#*?!{}[]^-", max_size=6)
_QUOTED = st.one_of(
    st.text('ab KEY="$`#;()\n\u20ac', max_size=6).map(lambda text: f"'{text}'"),
    st.lists(st.sampled_from([*"ab KEY='#;()\n\u20ac", r"\""]), max_size=6).map(
        lambda parts: '"' + "".join(parts) + '"'
    ),
)
_ALIKE = st.builds("{}{}{}".format, st.one_of(st.just(""), _QUOTED), st.one_of(st.just(""), _QUOTED), _BARE)
_ANY = st.text("aB ='\"\\$#;\t\n\r\u00e9`", max_size=10)
_LINES = st.one_of(
    st.builds("{}{}{}{}".format, _NAMES, st.sampled_from(["=", "=", " = "]), st.one_of(_ALIKE, _ANY), st.just("")),
    st.sampled_from(
        ["", "  ", "# KEY=no it's", "; KEY=no", "# x \\", "NAME", "export A=1", "A=a \\\n  b", "=x", "=x='\n'"]
    ),
    _ANY,
)


@st.composite
def _documents(draw: st.DrawFn, lines: st.SearchStrategy[str]) -> str:
    return "".join(line + draw(line_ends) for line in draw(st.lists(lines, max_size=8)))


@some_examples
@given(_documents(_LINES))
def test_all_variables_are_read_as_the_manual_says(text: str) -> None:
    try:
        readings = EnvironmentFile().scan(text, WHERE).readings
    except Refusal:
        return
    assert {str(path[0]): value for path, _kind, value in readings} == _reference(text)


@some_examples
@given(st.lists(st.one_of(_ALIKE, _ANY), max_size=8))
def test_what_counts_as_literal_is_the_same_to_shells(written: list[str]) -> None:
    for value in written:
        line = f"KEY={value}\n"
        try:
            readings = EnvironmentFile().scan(line, WHERE).readings
        except Refusal:
            continue
        if readings[0][1] == TEXT and len(readings) == 1 and "\r" not in line and "\n" not in value:
            for shell in (_shells.BASH, _shells.SH):
                assert _shells.variables(shell, line.encode(), "KEY") == [readings[0][2]]


_SOUND_LINES = st.one_of(
    st.builds("{}={}".format, _NAMES, _ALIKE),
    st.sampled_from(
        ["", "  ", "# KEY=no it's", "; KEY=no \\\n#", "NAME", "export A=1", "A=a \\\n  b", "A = b c", "B=it's"]
    ),
)


@many_edits
@given(_documents(_SOUND_LINES), _documents(_SOUND_LINES), _ALIKE, st.sampled_from(["", " ", "\t"]), printable)
def test_i24_a_reader_of_the_manual_sees_one_value_change(
    before: str, after: str, written: str, blanks: str, value: str
) -> None:
    head, tail = f"{before}{blanks}THE_KEY=", f"{blanks}\n{after}"
    content = f"{head}{written}{tail}"
    edited = replaced_or_refused("environment_file", content.encode(), "THE_KEY", value)
    if edited is None:
        assert "\\" in value or "'" in value or not may_be_replaced(_reference(content)["THE_KEY"])
        return
    assert edited.startswith(head.encode()) and edited.endswith(tail.encode())
    assert _reference(edited.decode()) == {**_reference(content), "THE_KEY": value}
