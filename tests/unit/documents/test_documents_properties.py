# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties files, against javaproperties."""

from __future__ import annotations

import io
import time

import javaproperties
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._properties import Properties
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._properties_lines import (
    entry_again,
    entry_of,
    logical_lines_again,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, Edit, line_ends, many_edits, printable, prove_edit, replaced_or_refused, some_examples

EDITS = [
    Edit("equals sign", "a=1\nk.e.y=@@\nb=2\n", "k.e.y", "old", "old", NEW, NEW),
    Edit("colon and spaces", "  key \t: @@\n", "key", "old", "old", NEW, NEW),
    Edit("a space separates", "key @@\n", "key", "old", "old", NEW, NEW),
    Edit("a space separates, and the value begins with =", "key @@\n", "key", "old", "old", "=x", "\\=x"),
    Edit("the value begins with =", "key=@@\n", "key", "=x", "=x", ":y", ":y"),
    Edit("a key alone", "key@@\nb=1\n", "key", "", "", NEW, "=" + NEW),
    Edit("a key alone at the end of the file", "b=1\nkey@@", "key", "", "", NEW, "=" + NEW),
    Edit("empty", "key=@@\nb=1\n", "key", "", "", NEW, NEW),
    Edit("trailing spaces belong to the value", "key=@@\n", "key", "old  ", "old  ", NEW, NEW),
    Edit("a # in the value is no comment", "key=@@\n", "key", "old#x", "old#x", "a#b!c", "a#b!c"),
    Edit("leading space", "key=@@\n", "key", "\\ old", " old", " x ", "\\ x "),
    Edit("backslashes", "key=@@\n", "key", r"a\\b\tc\q", "a\\b\tcq", "x\\y", "x\\\\y"),
    Edit("unicode escapes", "key=@@\n", "key", r"\u006f\u006C\u0064", "old", NEW, NEW),
    Edit("an escaped key", "k\\u0065y\\:\\ x=@@\n", "key: x", "old", "old", NEW, NEW),
    Edit("continuation lines elsewhere", "a=o\\\n   l\\\r\n\td\nkey=@@\n", "key", "old", "old", NEW, NEW),
    Edit("a value that begins on the next line", "key=\\\n  @@\nb=2\n", "key", "old", "old", NEW, NEW),
    Edit("a key on two lines", "ke\\\n  y=@@\nb=2\n", "key", "old", "old", NEW, NEW),
    Edit("an even number of backslashes continues nothing", "key=@@\nb=2\n", "key", "old\\\\", "old\\", NEW, NEW),
    Edit("a backslash at the end of the file", "key=@@", "key", "old\\", "old", NEW, NEW),
    Edit("comments", "# key=1\\\n ! key=2\nkey=@@\n#key=3", "key", "old", "old", NEW, NEW),
    Edit("no comment after a continuation", "a=1\\\n#key=2\nkey=@@\n", "key", "old", "old", NEW, NEW),
    Edit("ISO 8859-1 elsewhere", "# gr\u00fc\u00dfe\na=\u00e9\nkey=@@\n", "key", "old", "old", NEW, NEW),
    Edit("a byte order mark before another line", "\u00ef\u00bb\u00bf# x\nkey=@@\n", "key", "old", "old", NEW, NEW),
    Edit("CRLF", "a=1\r\nkey=@@\r\n\r\nb=2\r\n", "key", "old", "old", NEW, NEW),
    Edit("mixed line ends", "a=1\rkey=@@\r\nb=2\n", "key", "old", "old", NEW, NEW),
    Edit("no final line end", "a=1\nkey=@@", "key", "old", "old", NEW, NEW),
    Edit("repeated keys elsewhere", "a=1\na=2\nkey=@@\n", "key", "old", "old", NEW, NEW),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("properties", edit, "latin-1")


def test_utf8_elsewhere_stays_byte_for_byte() -> None:
    edited = replace_value("properties", "# gr\u00fc\u20ac\nkey=old".encode(), "key", NEW, WHERE)
    assert edited == f"# gr\u00fc\u20ac\nkey={NEW}".encode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("key=1\nb=2\nkey: 3\n", "2 times, in the lines 1, 3"),
        ("key=1\nk\\\n  ey = 3\n", "2 times, in the lines 1, 3"),
        ("b=1\n", "no such key"),
        ("key=${sfmc.secret}\n", "a placeholder"),
        ("key=![c2VjcmV0]\n", "a placeholder"),
        ("key=ENC(c2VjcmV0)\n", "an encrypted value"),
        ("key=old\nb=\\u12x4\n", "line 2, column 3"),
        ("key=old\nb\\u=1\n", "line 2, column 1"),
        ("key=old\n\\\n  # note\n", "line 2, column 1"),
        ("k\0e\0y\0=\0", "offset 1"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, found: str) -> None:
    for act in (
        lambda: read_value("properties", content.encode(), "key", WHERE),
        lambda: replace_value("properties", content.encode(), "key", NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found


def test_a_byte_order_mark_before_the_key_is_named() -> None:
    with pytest.raises(Refusal) as refused:
        read_value("properties", b"\xef\xbb\xbfkey=old\n", "key", WHERE)
    assert "byte order mark" in refused.value.way_out


@pytest.mark.parametrize("value", ["a${b}", "a#{b}", "![b]"])
def test_a_value_that_frameworks_replace_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("properties", b"key=old\n", "key", value, WHERE)
    assert value not in str(refused.value)


def test_a_file_of_10_mb_takes_about_a_second() -> None:
    entry = "# client\nc{0:06}.client_id = {1}\nc{0:06}.client_secret={1}\nc{0:06}.url=https\\://example.com/\n"
    content = "".join(entry.format(number, "a" * 24) for number in range(80_000)).encode()
    assert len(content) > 10_000_000
    started = time.process_time()
    replace_value("properties", content, "c040000.client_secret", NEW, WHERE)
    # Meant is 1 s; the bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 5


@pytest.mark.parametrize("lines", [250_000, 600_000])
def test_many_short_lines_take_little_more_than_python_needs_to_split_them(lines: int) -> None:
    content = "".join(f"k{number:06}.s={number:07}\n" for number in range(lines)).encode()
    started = time.process_time()
    for line in content.decode().split("\n"):
        line.partition("=")
    split = time.process_time() - started
    started = time.process_time()
    replace_value("properties", content, "k125000.s", NEW, WHERE)
    # Measured: 3 to 4 times as much, where making a leaf of each line took 25 times.
    assert time.process_time() - started < 10 * split + 0.2


_LATIN = st.characters(max_codepoint=0xFF, exclude_characters="\0")
_KEYS = st.from_regex(r"[a-z]{1,3}(\\[ :=#\\]|\\\n *|\.)?[a-z]{0,2}", fullmatch=True)
_VALUES = st.from_regex(
    r"([a-zA-Z0-9_# =:!-]|\\[ntrf\\:= \"]|\\u00[4-7][0-9]|\\\r?\n[ \t]*[a-z]|\u00e9){0,8}", fullmatch=True
)
_ONE_LINE_VALUES = st.from_regex(r"([a-zA-Z0-9_ =:!-]|\\[tf\\:= \"]|\\u00[4-7][0-9]|\u00e9){0,8}", fullmatch=True)


def _entries(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["=", " = ", ":", " ", "\t: ", ""])
    return st.builds("{}{}{}{}".format, st.sampled_from(["", "  ", "\t\f"]), _KEYS, signs, values)


_ENTRIES = _entries(_VALUES)
_LINES = st.one_of(_ENTRIES, st.sampled_from(["", "  ", "# c\\", "! x=1", "\\", " \\"]), st.text(_LATIN, max_size=8))


@st.composite
def _documents(draw: st.DrawFn, lines: st.SearchStrategy[str]) -> str:
    return "".join(line + draw(line_ends) for line in draw(st.lists(lines, max_size=8)))


@some_examples
@given(_documents(_LINES), st.sampled_from(["", "x=1\\", "x"]))
def test_all_entries_are_read_as_javaproperties_reads_them(text: str, last: str) -> None:
    content = text + last
    try:
        reference = list(_reference(content))
    except javaproperties.InvalidUEscapeError:
        with pytest.raises(Refusal):
            Properties().scan(content, WHERE)
        return
    try:
        scan = Properties().scan(content, WHERE)
    except Refusal as refusal:
        assert "versions of Java differ" in refusal.expected
        return
    scan.complete()
    assert [(path[0], value) for path, _kind, value in scan.readings] == reference
    assert scan.agrees(Properties().reread(content, WHERE), {})
    assert [entry_again(line) for line in logical_lines_again(content) if entry_of(line, "", 0, WHERE)] == reference


@many_edits
@given(
    _documents(_ENTRIES),
    _documents(_ENTRIES),
    _entries(st.one_of(_ONE_LINE_VALUES, _ONE_LINE_VALUES, _VALUES)),
    line_ends,
    printable,
)
def test_i24_javaproperties_sees_one_value_change(before: str, after: str, entry: str, end: str, value: str) -> None:
    content = f"{before}THE_KEY.{entry.strip()}{end}{after}"
    assume(not before.endswith("\\") and not entry.strip().endswith("\\"))
    readings = list(_reference(content))
    targets = [index for index, (key, _value) in enumerate(readings) if key.startswith("THE_KEY.")]
    assume(len(targets) == 1)
    key = readings[targets[0]][0]
    edited = replaced_or_refused("properties", content.encode("latin-1"), key, value)
    if edited is None:
        return
    readings[targets[0]] = (key, value)
    assert list(_reference(edited.decode("latin-1"))) == readings
    assert edited.startswith(before.encode("latin-1")) and edited.endswith((end + after).encode("latin-1"))


def _reference(content: str) -> list[tuple[str, str]]:
    parsed = javaproperties.parse(io.StringIO(content, newline=""))
    return [(item.key, item.value) for item in parsed if isinstance(item, javaproperties.KeyValue)]
