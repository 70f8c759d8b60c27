# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files, against python-dotenv."""

from __future__ import annotations

import io

import pytest
from dotenv.parser import parse_stream
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._dotenv import Dotenv
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, Edit, line_ends, many_edits, printable, prove_edit, replaced_or_refused, some_examples

EDITS = [
    Edit("plain", "A=1\nKEY=@@\nB=2\n", "KEY", "old", "old", NEW, NEW),
    Edit("export stays", "export KEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("spaces around = stay", "  KEY \t= @@  \n", "KEY", "old", "old", NEW, NEW),
    Edit("single quotes stay", "KEY=@@ # note\n", "KEY", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("double quotes stay", "KEY=@@\n", "KEY", '"old"', "old", NEW, f'"{NEW}"'),
    Edit("inline comment stays", "KEY=@@ # note = 'x'\n", "KEY", "old", "old", NEW, NEW),
    Edit("# without a space belongs to the value", "KEY=@@ # note\n", "KEY", "old#1", "old#1", NEW, NEW),
    Edit("empty", "KEY=@@\nB=2", "KEY", "", "", NEW, NEW),
    Edit("empty at the end of the file", "B=2\nKEY=@@", "KEY", "", "", NEW, NEW),
    Edit("empty before a comment", "KEY=@@ # note\n", "KEY", "", "", NEW, NEW),
    Edit("empty before spaces", "KEY=@@  \nB=2\n", "KEY", "", "", NEW, NEW),
    Edit("empty quotes", 'KEY=@@\nB="2"\n', "KEY", "''", "", NEW, f"'{NEW}'"),
    Edit("escapes in double quotes", "KEY=@@\n", "KEY", r'"a\"b\t\\"', 'a"b\t\\', NEW, f'"{NEW}"'),
    Edit("escapes in single quotes", "KEY=@@\n", "KEY", r"'a\'b\n'", "a'b\\n", NEW, f"'{NEW}'"),
    Edit("the key in another value is not the key", 'A="\nKEY=x\n"\nKEY=@@\n', "KEY", "old", "old", NEW, NEW),
    Edit("the key in a comment is not the key", "# KEY=x\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("a longer name is not the key", "KEY2=x\nMY_KEY=y\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("byte order mark", "\ufeffKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("CRLF", "A=1\r\nKEY=@@\r\n\r\nB=2\r\n", "KEY", "old", "old", NEW, NEW),
    Edit("mixed line ends", "A=1\rKEY=@@\r\nB=2\n", "KEY", "old", "old", NEW, NEW),
    Edit("no final line end", "A=1\nKEY=@@", "KEY", "old", "old", NEW, NEW),
    Edit("UTF-8 elsewhere", "# gr\u00fc\u00dfe\nA=\u20ac\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("a name in quotes", "'KEY'=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("a name without a value elsewhere", "A\nKEY=@@\n", "KEY", "old", "old", NEW, NEW),
    Edit("quotes only when needed", "KEY=@@\n", "KEY", "old", "old", "a b#c", "'a b#c'"),
    Edit("quotes of the other kind when needed", "KEY=@@\n", "KEY", "'old'", "old", "it's", '"it\'s"'),
    Edit("quotes of the other kind when needed (2)", "KEY=@@\n", "KEY", '"old"', "old", 'a"b', "'a\"b'"),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("dotenv", edit)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("KEY=1\nB=2\nexport KEY='3'\n", "2 times, in the lines 1, 3"),
        ("B=2\n", "no such key"),
        ("KEY\n", "a name without a value"),
        ("KEY=${OTHER}\n", "a placeholder or a reference"),
        ("KEY=`x`\n", "backticks"),
        ("B=1\nKEY=old\nif [ x ]; then\n", "line 3, column 4"),
        ("KEY=old\n=5\n", "line 2, column 1"),
        ("KEY=old\nB='x\n", "line 2, column 3"),
        ("KEY=old\nB='x'y\n", "line 2, column 6"),
        ("KEY=old\n\0", "offset 8"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, found: str) -> None:
    for act in (
        lambda c: read_value("dotenv", c, "KEY", WHERE),
        lambda c: replace_value("dotenv", c, "KEY", NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act(content.encode())
        assert found in refused.value.found
        assert refused.value.offender == WHERE


@pytest.mark.parametrize("value", ["a$b", "a${b}", "a\\b", "a'b\"c", "a'b`c"])
def test_a_value_on_which_programs_disagree_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("dotenv", b"KEY=old\n", "KEY", value, WHERE)
    assert value not in str(refused.value)


_NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,6}", fullmatch=True)
_ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_PLAIN_LINES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", " ", "export ", "\texport  "]),
    _NAMES,
    st.sampled_from(["=", " = ", "= ", " =\t"]),
    st.one_of(
        st.from_regex(r"[A-Za-z0-9_.#/ -]{0,12}", fullmatch=True),
        st.from_regex(r"'([^'\\\0]|\\['\\n])*'", fullmatch=True),
        st.from_regex(r'"([^"\\\0]|\\["\\nx])*"', fullmatch=True),
    ),
    st.sampled_from(["", " # note", "  #", " "]),
)
_LINES = st.one_of(
    _PLAIN_LINES,
    st.sampled_from(["", "  ", "# A=1", "NAME", "export # x", "export =1", "export", "export=1", "'A B'=1", "'A"]),
    _ANY_TEXT,
)


@st.composite
def _documents(draw: st.DrawFn, lines: st.SearchStrategy[str]) -> str:
    return "".join(line + draw(line_ends) for line in draw(st.lists(lines, max_size=8))) + draw(lines)


@some_examples
@given(_documents(_LINES))
def test_all_variables_are_read_as_python_dotenv_reads_them(text: str) -> None:
    bindings = list(parse_stream(io.StringIO(text.lstrip("\ufeff"), newline="")))
    try:
        readings = Dotenv().scan(text.lstrip("\ufeff"), WHERE).readings
    except Refusal:
        assert any(binding.error for binding in bindings)
        return
    assert not any(binding.error for binding in bindings)
    reference = [(binding.key, binding.value or "") for binding in bindings if binding.key is not None]
    assert [(path[0], value) for path, _kind, value in readings] == reference


@many_edits
@given(_documents(_PLAIN_LINES), _documents(_PLAIN_LINES), _PLAIN_LINES, printable)
def test_i24_python_dotenv_sees_one_value_change(before: str, after: str, line: str, value: str) -> None:
    name, _sign, rest = line.replace("export", "").partition("=")
    target = f"THE_KEY_{name.strip()}"
    content = f"{before}\n{target}={rest}\n{after}".encode()
    edited = replaced_or_refused("dotenv", content, target, value)
    if edited is None:
        return
    old, new = (list(parse_stream(io.StringIO(text.decode(), newline=""))) for text in (content, edited))
    assert [(b.key, value if b.key == target else b.value) for b in old] == [(b.key, b.value) for b in new]
    assert [b.original.string for b in old if b.key != target] == [b.original.string for b in new if b.key != target]
