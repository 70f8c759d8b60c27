# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""INI files, against configparser."""

from __future__ import annotations

import configparser
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._ini import Ini
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, Edit, line_ends, many_edits, printable, prove_edit, replaced_or_refused, some_examples

EDITS = [
    Edit("equals sign", "[a]\nx = 1\nkey = @@\n[b]\nkey = y\n", "a.key", "old", "old", NEW, NEW),
    Edit("colon", "[a]\nkey:@@\n", "a.key", "old", "old", NEW, NEW),
    Edit(
        "a section with spaces",
        "[Web Services]\nclientsecret=@@\n",
        "Web Services.clientsecret",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit("a section with dots", "[a.b.c]\nkey=@@\n[a]\nb.c.key=x\n", "a.b.c.key", "old", "old", NEW, NEW),
    Edit("a key with dots", "[a]\nb.key=@@\n[a.b]\nkey=x\n", "a.'b.key'", "old", "old", NEW, NEW),
    Edit("the key keeps its case", "[a]\nClientSecret = @@\n", "a.clientSECRET", "old", "old", NEW, NEW),
    Edit("sections differ by case", "[A]\nkey=x\n[a]\nkey=@@\n", "a.key", "old", "old", NEW, NEW),
    Edit("[DEFAULT]", "[DEFAULT]\nkey=@@\n[a]\nb=1\n", "DEFAULT.key", "old", "old", NEW, NEW),
    Edit("a key in its section and in [DEFAULT]", "[DEFAULT]\nkey=x\n[a]\nkey=@@\n", "a.key", "old", "old", NEW, NEW),
    Edit("empty", "[a]\nkey=@@\nb=1\n", "a.key", "", "", NEW, NEW),
    Edit("empty at the end of the file", "[a]\nkey =@@", "a.key", "", "", NEW, NEW),
    Edit("percent signs", "[a]\nb = %d %(x)s\nkey = @@\n", "a.key", "o%%d", "o%%d", "a%b%c", "a%b%c"),
    Edit("delimiters in the value", "[a]\nkey = @@\n", "a.key", "o=l:d", "o=l:d", "=a:b=", "=a:b="),
    Edit("quotes stay where they are", "[a]\nkey = @@\n", "a.key", '"old"', "old", NEW, f'"{NEW}"'),
    Edit("continuation lines elsewhere", "[a]\nb = x\n  more\n\n\tlast\nkey = @@\n", "a.key", "old", "old", NEW, NEW),
    Edit("comments", "; [a]\n[a] # x\n# key = 1\n  ; key = 2\nkey = @@\n#key = 3\n", "a.key", "old", "old", NEW, NEW),
    Edit("a comment after the value", "[a]\nkey = @@\n; x\n\n# y\nb = 1", "a.key", "old", "old", NEW, NEW),
    Edit("indented keys", "[a]\n  key = @@\n  b = 1\n", "a.key", "old", "old", NEW, NEW),
    Edit(
        "the key in a continuation is not the key", "[a]\nb = 1\n  key = 2\nkey = @@\n", "a.key", "old", "old", NEW, NEW
    ),
    Edit("byte order mark", "\ufeff[a]\nkey = @@\n", "a.key", "old", "old", NEW, NEW),
    Edit("CRLF", "[a]\r\nkey = @@\r\n\r\nb = 1\r\n", "a.key", "old", "old", NEW, NEW),
    Edit("mixed line ends", "[a]\rkey = @@\r\nb = 1\n", "a.key", "old", "old", NEW, NEW),
    Edit("no final line end", "[a]\nkey = @@", "a.key", "old", "old", NEW, NEW),
    Edit("trailing spaces stay", "[a]\nkey = @@ \t \nb=1\n", "a.key", "old", "old", NEW, NEW),
    Edit("UTF-8 elsewhere", "[\u20ac]\n\u00e4 = \u00fc\n[a]\nkey = @@\n", "a.key", "old", "old", NEW, NEW),
    Edit("repetitions elsewhere", "[b]\nx=1\nx=2\n[b]\ny=3\nX=4\n[a]\nkey = @@\n", "a.key", "old", "old", NEW, NEW),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("ini", edit)


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ("[a]\nkey=1\nb=2\nKEY: 3\n", "a.key", "2 times, in the lines 2, 4"),
        ("[a]\nkey=1\n[b]\n[a]\nb=3\n", "a.key", "part 1 of it more than once"),
        ("[a]\nb=1\n", "a.key", "the first 1 of its 2 parts exist"),
        ("[a]\nb=1\n", "c.key", "no such key"),
        ("[a]\nkey=1\n", "key", "the key 'key'"),
        ("[a]\nkey=1\n", "a.", "the key 'a.'"),
        ("key=1\n[a]\nkey=2\n", "a.key", "line 1, column 1"),
        ("[a]\nkey=2\n\n flag\nskip\n", "a.key", "line 5, column 1"),
        ("[a]\nkey=2\n= 3\n", "a.key", "line 3, column 1"),
        ("[a]\nkey=2\n[b] ; [c]\n", "a.key", "line 3, column 1"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, key: str, found: str) -> None:
    for act in (
        lambda: read_value("ini", content.encode(), key, WHERE),
        lambda: replace_value("ini", content.encode(), key, NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found
        assert refused.value.__context__ is None


def test_a_key_that_only_default_has_is_explained() -> None:
    with pytest.raises(Refusal) as refused:
        read_value("ini", b"[DEFAULT]\nkey=old\n[a]\nb=1\n", "a.key", WHERE)
    assert "DEFAULT.key" in refused.value.way_out


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("key = old", " leading"),
        ("key = old", "trailing "),
        ("key = old", "some ;thing"),
        ("key = old", "#some"),
    ],
)
def test_what_readers_understand_differently_is_refused(content: str, value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("ini", f"[a]\n{content}\n".encode(), "a.key", value, WHERE)
    assert value not in refused.value.expected + refused.value.found


_NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_. -]{0,5}[a-z]", fullmatch=True)
_VALUES = st.from_regex(r"([a-zA-Z0-9_%=:\"'\[\]$]| [a-z]){0,10}", fullmatch=True)
_OPTIONS = st.builds(
    "{}{}{}{}".format, st.sampled_from(["", "", " "]), _NAMES, st.sampled_from(["=", " = ", ":", " :\t"]), _VALUES
)
_HEADERS = st.builds("[{}]{}".format, _NAMES | st.just("DEFAULT"), st.sampled_from(["", " ", " ; note", " # note"]))
_OTHERS = st.sampled_from(["", "", "  ", "# note", "   ; note = 1", "    more", "\tmore = 1", "flag", "=1"])
_LINES = st.one_of(
    _OPTIONS, _OPTIONS, _HEADERS, _OTHERS, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
)


@st.composite
def _documents(draw: st.DrawFn, lines: st.SearchStrategy[str]) -> str:
    return "[first]\n" + "".join(line + draw(line_ends) for line in draw(st.lists(lines, max_size=10)))


def _reference(text: str) -> dict[tuple[str, str], str]:
    parser = configparser.RawConfigParser(strict=False, default_section="no such section")
    parser.read_file(io.StringIO(text, newline=None))
    return {(section, name): value for section in parser.sections() for name, value in parser.items(section)}


@some_examples
@given(_documents(_LINES))
def test_all_options_are_read_as_configparser_reads_them(text: str) -> None:
    try:
        readings = Ini().scan(text, WHERE).readings
    except Refusal as refusal:
        if "versions of Python differ" not in refusal.expected:
            with pytest.raises(configparser.Error):
                _reference(text)
        return
    assert {path: value for path, kind, value in readings if kind == TEXT} == _reference(text)
    assert Ini().reread(text, WHERE) == readings


@many_edits
@given(_documents(_OPTIONS | _HEADERS), _VALUES, _documents(_OPTIONS | _HEADERS), printable)
def test_i24_configparser_sees_one_value_change(before: str, old: str, after: str, value: str) -> None:
    content = f"{before}[The Section]\nTheKey = {old}\n{after}"
    edited = replaced_or_refused("ini", content.encode(), "The Section.thekey", value)
    if edited is None:
        return
    reference = _reference(content)
    written = reference["The Section", "thekey"]
    quote = written[0] if written[:1] in ("'", '"') and len(written) > 1 and written[0] == written[-1] else ""
    assert _reference(edited.decode()) == {**reference, ("The Section", "thekey"): quote + value + quote}
    assert edited.startswith(before.encode()) and edited.endswith(after.encode())
