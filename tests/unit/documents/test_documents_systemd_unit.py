# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files of systemd, against a reader written from systemd.syntax(7)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._systemd_unit import SystemdUnit
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

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

KEY = "Service.Environment.KEY"

EDITS = [
    Edit("plain", "[Unit]\nA=1\n[Service]\nEnvironment=KEY=@@\nUser=x\n", KEY, "old", "old", NEW, NEW),
    Edit("spaces around =", "[Service]\n  Environment = KEY=@@ \n", KEY, "old", "old", NEW, NEW),
    Edit("several in a line", "[Service]\nEnvironment=A=1 KEY=@@ B=2\n", KEY, "old", "old", NEW, NEW),
    Edit("several lines", "[Service]\nEnvironment=A=1\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("the assignment in double quotes", '[Service]\nEnvironment="KEY=@@" A=1\n', KEY, "o d", "o d", NEW, NEW),
    Edit("the assignment in single quotes", "[Service]\nEnvironment='KEY=@@' A=1\n", KEY, "o d", "o d", NEW, NEW),
    Edit("the value in quotes", '[Service]\nEnvironment=KEY="@@" A=1\n', KEY, "o d", "o d", "n w", "n w"),
    Edit("empty", "[Service]\nEnvironment=A=1 KEY=@@ B=2\n", KEY, "", "", NEW, NEW),
    Edit("empty at the end of the file", "[Service]\nEnvironment=KEY=@@", KEY, "", "", NEW, NEW),
    Edit("escapes", "[Service]\nEnvironment=KEY=@@\n", KEY, r"a\\\"\'\s\x41\102\u00e9", "a\\\"' AB\u00e9", NEW, NEW),
    Edit("escapes in single quotes", "[Service]\nEnvironment='KEY=@@'\n", KEY, r"a\'\\", "a'\\", "b'\"", r"b\'\""),
    Edit("percent signs", "[Service]\nEnvironment=KEY=@@\n", KEY, "a%%n", "a%n", "%b%c", "%%b%%c"),
    Edit("dollars are no references", "[Service]\nEnvironment=KEY=@@\n", KEY, "A$B", "A$B", "x$y", "x$y"),
    Edit("# and ; within a line", "[Service]\nEnvironment=KEY=@@ ;=\n", KEY, "#a;b", "#a;b", "#", "#"),
    Edit("a space without quotes", "[Service]\nEnvironment=KEY=@@\n", KEY, "old", "old", "a b", r"a\sb"),
    Edit(
        "continued lines with comments",
        "[Service]\nEnvironment=A=1 \\\n# KEY=no \\\n; KEY=no\n  KEY=@@ \\\n  B=2\n",
        KEY,
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit(
        "other continued lines", "[Service]\nExecStart=x \\\nKEY=no\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW
    ),
    Edit("two backslashes continue nothing", "[Service]\nA=x\\\\\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("comments", "# x\n[Service]\n ;Environment=KEY=1\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("a comment is not continued", "[Service]\n# x \\\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("other sections", "[Socket]\nEnvironment=KEY=1\n[Service]\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("a section in two parts", "[Service]\nA=1\n[Unit]\n[Service]\nEnvironment=KEY=@@\n", KEY, "o", "o", NEW, NEW),
    Edit("a reset before it, in a drop-in", "[Service]\nEnvironment=\nEnvironment=KEY=@@\n", KEY, "o", "o", NEW, NEW),
    Edit("words that systemd ignores", "[Service]\nEnvironment=KEY=@@ -x 1A=2 , \n", KEY, "old", "old", NEW, NEW),
    Edit("the key in another value", "[Service]\nEnvironment='A=KEY=1' KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("a whole value", "[Container]\nSecretText = @@ \nA=1\n", "Container.SecretText", "o d", "o d", NEW, NEW),
    Edit("a whole empty value", "[X-a.b]\nC=@@\nA=1\n", "X-a.b.C", "", "", NEW, NEW),
    Edit("byte order mark", "\ufeff[Service]\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("CRLF", "[Service]\r\nEnvironment=A=1 \\\r\n KEY=@@\r\n\r\n", KEY, "old", "old", NEW, NEW),
    Edit("mixed line ends", "[Service]\rA=1\r\nEnvironment=KEY=@@\n", KEY, "old", "old", NEW, NEW),
    Edit("UTF-8 elsewhere", "[Unit]\nDescription=gr\u00fcn\n[Service]\nEnvironment=KEY=@@\n", KEY, "o", "o", NEW, NEW),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("systemd_unit", edit)


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ("[Service]\nEnvironment=KEY=1\nEnvironment=KEY=2\n", KEY, "2 times, in the lines 2, 3"),
        ("[Service]\nEnvironment=KEY=1 'KEY=2'\n", KEY, "2 times, in the lines 2, 2"),
        ("[Service]\nEnvironment=KEY=1\n[Service]\nEnvironment=KEY=2\n", KEY, "2 times, in the lines 2, 4"),
        ("[Service]\nEnvironment=KEY=1\n\nEnvironment=\n", KEY, "2 times, in the lines 2, 4"),
        ("[Service]\nUser=a\nUser=b\n", "Service.User", "2 times"),
        ("[Service]\nEnvironment=A=1\n", KEY, "the first 2 of its 3 parts exist"),
        ("[Unit]\nEnvironment=KEY=1\n", KEY, "no such key"),
        ("[Service]\nEnvironment=KEY=1\n", "Service.Environment", "values of its own"),
        ("[Service]\nEnvironmentFile=/a\n", "Service.EnvironmentFile", "the name of a file"),
        ("[Service]\nPassEnvironment=KEY\n", "Service.PassEnvironment", "names of variables"),
        ("[Service]\nEnvironment=KEY=%i\n", KEY, "a specifier"),
        ("[Service]\nEnvironment=KEY=a%\n", KEY, "a specifier"),
        ("[Service]\nEnvironment=KEY=\\x25i\n", KEY, "a specifier"),
        ("[Service]\nEnvironment=KEY=a'b'\n", KEY, "only a part is in quotes"),
        ("[Service]\nEnvironment='KEY'=a\n", KEY, "only a part is in quotes"),
        ("[Service]\nEnvironment=KEY='a\\\nb'\n", KEY, "several lines"),
        ("[Service]\nEnvironment=KEY=a\\tb\n", KEY, "not every systemd accepts"),
        ("[Service]\nEnvironment=KEY=a\\xe9\n", KEY, "not every systemd accepts"),
        ("[Service]\nEnvironment=KEY\n", KEY, "a name without a value"),
        ("[Service]\nExecStart=x \\\n  y\n", "Service.ExecStart", "several lines"),
        ("[Service]\nExecStart=x $KEY\n", "Service.ExecStart", "in its own way"),
        ("[Service]\nA=1\n", "A", "the key 'A'"),
        ("[Service]\nA=1\n", "Service.", "the key 'Service.'"),
        ("[Service]\nEnvironment=KEY='a\n", KEY, "line 2, column 17"),
        ("[Service]\nEnvironment=A=1 KEY=\\q\n", KEY, "line 2, column 17"),
        ("[Service]\nEnvironment=KEY=\\x00\n", KEY, "line 2, column 13"),
        ("[Service]\nEnvironment=KEY=a\\ b\n", KEY, "line 2, column 18"),
        ("Environment=KEY=1\n", KEY, "line 1, column 1"),
        ("[Service]\nEnvironment=KEY=1\nx\n", KEY, "line 3, column 1"),
        ("[Service]\nEnvironment=KEY=1\n=x\n", KEY, "line 3, column 1"),
        ("[Service] # x\nEnvironment=KEY=1\n", KEY, "line 1, column 1"),
        ("[Service]\nA=\0\n", KEY, "offset 12"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, key: str, found: str) -> None:
    for act in (
        lambda: read_value("systemd_unit", content.encode(), key, WHERE),
        lambda: replace_value("systemd_unit", content.encode(), key, NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found


@pytest.mark.parametrize("value", ["a%b", "a\\b", "a'b", 'a"b', "$a", " abcd"])
def test_a_whole_value_that_directives_read_differently_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("systemd_unit", b"[Service]\nUser=old\n", "Service.User", value, WHERE)
    assert value not in refused.value.expected + refused.value.found


def _reference(text: str) -> dict[str, str]:
    """Read as systemd.syntax(7) says: comments go, lines are joined, words lose quotes and escapes."""
    lines = [line for line in re.split(r"\r\n?|\n\r?", text) if not re.match(r"[ \t]*[#;]", line)]
    logical: list[str] = [""]
    for line in lines:
        logical[-1] += line
        if (len(line) - len(line.rstrip("\\"))) % 2:
            logical[-1] = logical[-1][:-1] + " "
        else:
            logical.append("")
    found: dict[str, str] = {}
    section = ""
    for line in (line.strip() for line in logical):
        name, sign, value = (part.strip() for part in line.partition("="))
        if line.startswith("["):
            section = line[1:-1]
        elif sign and name != "Environment":
            found[f"{section}.{name}"] = value
        elif sign and not value:
            found = {key: old for key, old in found.items() if not key.startswith(f"{section}.Environment.")}
        elif sign:
            for word in _reference_words(value):
                if re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word):
                    variable, _sign, said = word.partition("=")
                    found[f"{section}.Environment.{variable}"] = said.replace("%%", "%")
    return found


def _reference_words(value: str) -> list[str]:
    words: list[str] = []
    quote, within, position = "", False, 0
    while position < len(value):
        sign = value[position]
        position += 1
        if not quote and sign in " \t":
            within = False
            continue
        if not within:
            words.append("")
            within = True
        if sign == "\\":
            escape = re.compile(r"x(..)|u(....)|([0-7]{3})|(.)").match(value, position)
            assert escape
            byte, short, octal, letter = escape.groups()
            plain = dict(zip("abfnrtvs", "\a\b\f\n\r\t\v ", strict=True))
            words[-1] += plain.get(letter, letter) if letter else chr(int(byte or short or octal, 8 if octal else 16))
            position = escape.end()
        elif sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote = sign
        else:
            words[-1] += sign
    return words


_NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,3}", fullmatch=True)
_CHARACTERS = st.sampled_from([*"abKEY=1#;$,.:/\u20ac", "%%", r"\\", r"\"", r"\'", r"\s", r"\x41", r"\101", r"\u0042"])
_BARE = st.lists(_CHARACTERS, max_size=6).map("".join)
_SPACED = st.lists(st.one_of(_CHARACTERS, st.just(" ")), max_size=6).map("".join)
#: The template of an assignment with its name and its value, and the value in it.
_FORMS = st.one_of(
    st.tuples(st.just("{}={}"), _BARE),
    st.tuples(st.sampled_from(['"{}={}"', "'{}={}'", '{}="{}"', "{}='{}'"]), _SPACED),
)
_WORDS = st.one_of(
    st.builds(lambda name, form: form[0].format(name, form[1]), _NAMES, _FORMS),
    st.sampled_from(["A=a'b'c", '"A"=b', "A=%i", "-x", "1A=2", "A=a\\tb", "'A=a \\\n b'"]),
)
_GAPS = st.sampled_from([" ", "  ", "\t", " \\\n", "\\\n   ", " \\\n# KEY=no \\\n  ; it's\n "])
_OTHERS = st.sampled_from(
    [
        "",
        "# Environment=KEY=no \\",
        "  ; it's \"",
        "[Unit]",
        "[Service]",
        "[Service] ",
        "Description=it's \"KEY=no",
        "ExecStart=/bin/sh -c 'KEY=no' \\\n# x\n  ; y\n Environment=KEY=no",
        "ExecStart=/bin/grep \\d \\\\",
        "EnvironmentFile=-/etc/default/x",
        "PassEnvironment=KEY",
        "Environment=",
        "  Restart =  always  ",
    ]
)


@st.composite
def _environment(draw: st.DrawFn, words: st.SearchStrategy[str] = _WORDS) -> str:
    sign = draw(st.sampled_from(["=", " = ", "=\t", " =\\\n "]))
    return "Environment" + sign + draw(_GAPS).join(draw(st.lists(words, min_size=1, max_size=4)))


@st.composite
def _documents(draw: st.DrawFn) -> str:
    return "".join(line + "\n" for line in draw(st.lists(st.one_of(_environment(), _OTHERS), max_size=6)))


@some_examples
@given(_documents(), line_ends)
def test_all_values_are_read_as_the_manual_says(text: str, line_end: str) -> None:
    text = ("[Service]\n" + text).replace("\n", line_end)
    readings = SystemdUnit().scan(text, WHERE).readings
    reference = _reference(text)
    last = {".".join(map(str, path)): (kind, value) for path, kind, value in readings}
    assert all(reference[key] == value for key, (kind, value) in last.items() if kind == TEXT)
    assert set(reference) <= set(last)


@many_edits
@given(_documents(), st.lists(_WORDS, max_size=2), _FORMS, _documents(), line_ends, printable)
def test_i24_a_reader_of_the_manual_sees_one_value_change(
    before: str, words: list[str], form: tuple[str, str], after: str, line_end: str, value: str
) -> None:
    template, old = form
    beginning, ending = template.format("THE_KEY", "@@").split("@@")
    head = "[Service]\n" + before + "[Service]\nEnvironment=" + "".join(word + " " for word in words) + beginning
    head, tail = (part.replace("\n", line_end) for part in (head, f"{ending}\n{after}"))
    content = f"{head}{old}{tail}"
    edited = replaced_or_refused("systemd_unit", content.encode(), "Service.Environment.THE_KEY", value)
    if edited is None:
        # Nothing else is left to refuse.
        assert (
            re.search(r"(?:\A|\r|\n)Environment=(?:\r|\n|\Z)", tail)
            or "%" in old
            or not may_be_replaced(_reference(content)["Service.Environment.THE_KEY"])
        )
        return
    assert edited.startswith(head.encode()) and edited.endswith(tail.encode())
    assert _reference(edited.decode()) == {**_reference(content), "Service.Environment.THE_KEY": value}


@some_examples
@given(_documents(), st.integers(0, 200), st.integers(0, 4), st.text("'\"\\%=[]#; \n\rKEYx", max_size=3))
def test_a_damaged_document_is_read_or_refused(text: str, position: int, cut: int, junk: str) -> None:
    damaged = "[Service]\nEnvironment=KEY=old\n" + text[:position] + junk + text[position + cut :]
    try:
        edited = replace_value("systemd_unit", damaged.encode(), KEY, NEW, WHERE).decode()
    except Refusal:
        return
    assert _without(_reference(edited)) == _without(_reference(damaged))


def _without(reference: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in reference.items() if key != KEY}
