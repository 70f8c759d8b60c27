# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of cron, against a reader written from crontab(5)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._crontab import Crontab
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

JOB = '*/5 * * * * root echo "it\'s" `date +\\%d` $X # 100%\n@daily KEY2=x job\n'

EDITS = [
    Edit("plain", "A=1\nKEY=@@\n" + JOB, "KEY", "old", "old", NEW, NEW),
    Edit("spaces", "  KEY \t= @@  \n", "KEY", "old", "old", NEW, NEW),
    Edit("spaces within", "KEY=@@\n", "KEY", "o l d", "o l d", "n e w", "n e w"),
    Edit("single quotes stay", "KEY = @@ \n", "KEY", "' old '", " old ", NEW, f"'{NEW}'"),
    Edit("double quotes stay", "KEY=@@\n", "KEY", '"old"', "old", NEW, f'"{NEW}"'),
    Edit("empty quotes", "KEY=@@\n", "KEY", '""', "", NEW, f'"{NEW}"'),
    Edit("nothing is escaped", "KEY=@@\n", "KEY", '"a\\n\\"', "a\\n\\", "a\\b%", '"a\\b%"'),
    Edit("quotes within", "KEY=@@\n", "KEY", "it's", "it's", "a\"b'c", "a\"b'c"),
    Edit("a name in quotes", "'KEY'=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("after jobs", JOB + "KEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("comments", "# KEY=1\n  #KEY=2\n\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("a backslash continues nothing", "A=x \\\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("CRLF", "A=1\r\nKEY=@@\r\n\n", "KEY", "old", "old", NEW, NEW),
    Edit("UTF-8 elsewhere", "# gr\u00fc\u00dfe\nA=\u20ac\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("a byte order mark before another line", "\ufeffA=1\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("quotes only when needed", "KEY=@@\n", "KEY", "old", "old", " a ", "' a '"),
    Edit("quotes of the other kind when needed", "KEY=@@\n", "KEY", "'old'", "old", "it's", '"it\'s"'),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("crontab", edit)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("KEY=1\nB=2\nKEY='3'\n", "2 times, in the lines 1, 3"),
        ("KEY=1\n* * * * * root env KEY=2 job\n", "2 times, in the lines 1, 2"),
        ("* * * * * KEY=2 job\n", "within a command"),
        ("B=2\n", "no such key"),
        ("KEY=1", "no line end"),
        ("KEY=\n", "an empty value"),
        ("KEY=a # note\n", "# in it"),
        ("KEY=$OTHER\n", "a value with $"),
        ("KEY=old\nB='x'y\n", "line 2, column 1"),
        ("KEY=old\n  B='x\n", "line 2, column 3"),
        ("KEY=old\nexport B=1\n", "line 2, column 1"),
        ("KEY=old\njob\n", "line 2, column 1"),
        ("KEY=old\n\0", "offset 8"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, found: str) -> None:
    for act in (
        lambda: read_value("crontab", content.encode(), "KEY", WHERE),
        lambda: replace_value("crontab", content.encode(), "KEY", NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found


def test_i44_a_malformed_key_is_refused() -> None:
    with pytest.raises(Refusal, match="the name of a variable"):
        read_value("crontab", b"A=1\n", "A B", WHERE)


@pytest.mark.parametrize("value", ["a$b", "#a", "a #b", " 'a\" "])
def test_a_value_that_cron_takes_otherwise_than_it_looks_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("crontab", b"KEY=old\n", "KEY", value, WHERE)
    assert value not in str(refused.value)


def _reference(text: str) -> list[tuple[str, str]]:
    """Read as crontab(5) says, one character after the other."""
    found = []
    for line in (line.strip(" \t\r\f\v") for line in text.split("\n")):
        if line.startswith("#"):
            continue
        name, rest = _reference_word(line, "=")
        if not rest.startswith("="):
            continue
        rest = rest[1:].strip(" \t\r\f\v")
        value, after = _reference_word(rest, "")
        if not after:
            found.append((name, value))
    return found


def _reference_word(text: str, end: str) -> tuple[str, str]:
    """Return a word in quotes or without, and what follows after spaces."""
    if text[:1] in ("'", '"') and text:
        inside, closing, rest = text[1:].partition(text[0])
        return (inside, rest.strip(" \t\r\f\v")) if closing and not (end and end in inside) else ("", "x")
    match = re.compile(r"[^ \t\r\f\v=]*" if end else r".*", re.DOTALL).match(text)
    assert match
    return match.group(), text[match.end() :].strip(" \t\r\f\v")


_NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,4}", fullmatch=True)
_TEXT = st.text("abKEY=1%;\\\u20ac", max_size=6)
_WRITTEN = st.one_of(
    st.from_regex(r"[a-zA-Z0-9%\\][a-z =%\\'\"]{0,6}[a-z0-9'\"]", fullmatch=True),
    st.builds("'{}'".format, st.text('ab KEY=1%;\\"\u20ac', max_size=6)),
    st.builds('"{}"'.format, st.text("ab KEY=1%;\\'\u20ac", max_size=6)),
)
_SIGNS = st.sampled_from(["=", " = ", "\t=  "])
_SETTINGS = st.builds("{}{}{}{}".format, _NAMES, _SIGNS, _WRITTEN, st.sampled_from(["", " ", "\r"]))
_JOBS = st.sampled_from(
    ["# KEY=no it's", "", "  ", *JOB.splitlines(), "@reboot x", "1,2 0-3 * * mon job 'a\" = %", "A=", "-*/2 * * * * x"]
)
_LINES = st.one_of(_SETTINGS, _SETTINGS, _JOBS)


@st.composite
def _documents(draw: st.DrawFn, lines: st.SearchStrategy[str]) -> str:
    return "".join(line + "\n" for line in draw(st.lists(lines, max_size=8)))


@some_examples
@given(_documents(st.one_of(_LINES, st.text("aB ='\"#\t\r\x0b0*\u00a0", max_size=10))))
def test_all_variables_are_read_as_the_manual_says(text: str) -> None:
    try:
        readings = Crontab().scan(text, WHERE).readings
    except Refusal:
        return
    assert [(path[0], value) for path, kind, value in readings if "within" not in kind] == _reference(text)


@many_edits
@given(_documents(_LINES), _SIGNS, _WRITTEN, _documents(_LINES), printable)
def test_i24_a_reader_of_the_manual_sees_one_value_change(
    before: str, sign: str, written: str, after: str, value: str
) -> None:
    head, tail = f"{before}THE_KEY{sign}", f"\n{after}"
    content = f"{head}{written}{tail}"
    edited = replaced_or_refused("crontab", content.encode(), "THE_KEY", value)
    if edited is None:
        assert (
            "$" in value or "#" in value or ("'" in value and '"' in value) or not may_be_replaced(written.strip("'\""))
        )
        return
    assert edited.startswith(head.encode()) and edited.endswith(tail.encode())
    expected = [(name, value if name == "THE_KEY" else old) for name, old in _reference(content)]
    assert _reference(edited.decode()) == expected
