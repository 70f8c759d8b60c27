# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON, against Python's own parser."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json import Json
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json_grammar import MAX_DEPTH
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, Edit, many_edits, may_be_replaced, printable, prove_edit, some_examples

EDITS = [
    Edit("a member", '{"a": "@@", "b": 1}', "a", "old", "old", NEW, NEW),
    Edit("a nested member", '{"x": {"a": "y"},\n "a": {"b": {"c":"@@"}}}\n', "a.b.c", "old", "old", NEW, NEW),
    Edit("an entry of a list", '{"c": [{"s": "x"}, {"s": "@@"}]}', "c[1].s", "old", "old", NEW, NEW),
    Edit("a list at the top", '[["x", "@@"]]', "[0][1]", "old", "old", NEW, NEW),
    Edit("dots in a name", '{"a": {"b": "x"}, "a.b": {"c": "@@"}}', "'a.b'.c", "old", "old", NEW, NEW),
    Edit("dots in a name, other quotes", '{"a": {"it\'s.b": "@@"}}', 'a."it\'s.b"', "old", "old", NEW, NEW),
    Edit("brackets in a name", '{"a[0]": "@@"}', "'a[0]'", "old", "old", NEW, NEW),
    Edit("an empty name", '{"": "@@"}', "''", "old", "old", NEW, NEW),
    Edit("a colon in a name", '{"Sfmc:ClientSecret": "@@"}', "Sfmc:ClientSecret", "old", "old", NEW, NEW),
    Edit("an escaped name", '{"\\u0061": "@@"}', "a", "old", "old", NEW, NEW),
    Edit("escapes elsewhere stay", '{"u": "https:\\/\\/x\\u00e9", "a": "@@"}', "a", "o\\u006cd", "old", NEW, NEW),
    Edit("quotes and backslashes are escaped", '{"a": "@@"}', "a", "old", "old", 'x"y\\z', 'x\\"y\\\\z'),
    Edit(
        "numbers keep their writing",
        '{"n": [1.50, 1E3, -0, 10000000000000000000000], "a": "@@"}',
        "a",
        "",
        "",
        NEW,
        NEW,
    ),
    Edit("indentation", '{\n\t"a"  :\t"@@" ,\n\n  "b":null}', "a", "old", "old", NEW, NEW),
    Edit("byte order mark", '\ufeff{"a": "@@"}', "a", "old", "old", NEW, NEW),
    Edit("CRLF", '{\r\n"a": "@@",\r\n"b": {}\r\n}\r\n', "a", "old", "old", NEW, NEW),
    Edit("UTF-8 elsewhere", '{"\u20ac": "\U0001f511", "a": "@@"}', "a", "old", "old", NEW, NEW),
    Edit("repeated members off the path", '{"b": 1, "b": {"c": 2, "c": []}, "a": "@@"}', "a", "old", "old", NEW, NEW),
    Edit("the same value elsewhere", '{"b": "old", "a": "@@"}', "a", "old", "old", NEW, NEW),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("json", edit)


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ('{"a": "x", "a": "y"}', "a", "part 1 of it more than once"),
        ('{"a": {"b": "x"}, "a": {"c": "y"}}', "a.c", "part 1 of it more than once"),
        ('{"l": [{"a": {"b": "x"}, "\\u0061": 1}]}', "l[0].a.b", "part 3 of it more than once"),
        ('{"a": {"b": "x"}}', "a.c", "the first 1 of its 2 parts exist"),
        ('{"a": {"b": "x"}}', "b", "no such key"),
        ('{"a": ["x"]}', "a[1]", "the first 1 of its 2 parts exist"),
        ('{"a": {"0": "x"}}', "a[0]", "the first 1 of its 2 parts exist"),
        ('{"a": 5}', "a", "a number"),
        ('{"a": null}', "a", "null"),
        ('{"a": true}', "a", "a boolean"),
        ('{"a": {}}', "a", "an empty object"),
        ('{"a": []}', "a", "an empty list"),
        ('{"a": {"b": "x"}}', "a", "an object or a list with values of its own"),
        ('{"a": "\\ud800"}', "a", "half of a surrogate pair"),
        ('{"a": "x",}', "a", "line 1, column 11"),
        ('{"a": "x"', "a", "line 1, column 10"),
        ('{\n"a": x}', "a", "line 2, column 6"),
        ("{\n'a': 1}", "a", "line 2, column 1"),
        ('{"a": "x"} x', "a", "line 1, column 12"),
        ('{"a": "x\ty"}', "a", "line 1, column 7"),
        ('{"a": "x", "b": NaN}', "a", "line 1, column 17"),
        ('{"a": "x", "b": 01}', "a", "line 1, column 18"),
        ('{"a": "x", "b": [1 2]}', "a", "line 1, column 20"),
        ("", "a", "line 1, column 1"),
        ('// note\n{"a": "x"}', "a", "line 1, column 1"),
        ('{"a": "x"}', "a..b", "the key 'a..b'"),
        ('{"a": "x"}', "", "the key ''"),
        ('{"a": "x"}', "a[-1]", "the key 'a[-1]'"),
        ('{"a": "x"}', "a b]", "the key 'a b]'"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, key: str, found: str) -> None:
    for act in (lambda: read_value("json", content.encode(), key, WHERE), lambda: _replace(content.encode(), key)):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found


def _replace(content: bytes, key: str) -> bytes:
    return replace_value("json", content, key, NEW, WHERE)


def test_what_is_not_utf8_is_refused_by_its_offset() -> None:
    for content, offset in (
        (b'{"a": "\xe9"}', 7),
        ('{"a": "x"}'.encode("utf-16"), 0),
        ('{"a"}'.encode("utf-16-le"), 1),
    ):
        with pytest.raises(Refusal) as refused:
            read_value("json", content, "a", WHERE)
        assert refused.value.found == f"a byte that is not such text at offset {offset}"
        assert refused.value.__context__ is None


def test_nesting_is_bounded_by_a_clear_error_and_not_by_the_stack() -> None:
    deepest = "[" * MAX_DEPTH + '"old"' + "]" * MAX_DEPTH
    assert read_value("json", deepest.encode(), "[0]" * MAX_DEPTH, WHERE) == "old"
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(Refusal, match=f"at most {MAX_DEPTH} objects and lists inside of one another"):
            read_value("json", ('{"a":[' * depth).encode(), "a", WHERE)


def test_a_file_of_10_mb_takes_about_a_second() -> None:
    client = {"client_id": "a" * 24, "client_secret": "B" * 24, "url": "https://example.com/"}
    content = json.dumps({f"c{number:06}": client for number in range(80_000)}, indent=1).encode()
    assert len(content) > 10_000_000
    started = time.process_time()
    replace_value("json", content, "c040000.client_secret", NEW, WHERE)
    # Meant is 1 s; the bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ({f"k{number:06}": f"v{number:022}" for number in range(300_000)}, "k150000"),
        ([{"id": number, "on": True, "secret": "old", "pad": "x" * 55} for number in range(100_000)], "[50000].secret"),
        ({"numbers": list(range(1_000_000, 2_200_000)), "secret": "old"}, "secret"),
    ],
    ids=["members", "objects", "numbers"],
)
def test_many_small_values_take_little_more_than_python_needs_to_read_them(document: Any, key: str) -> None:
    content = json.dumps(document).encode()
    started = time.process_time()
    json.loads(content)
    read = time.process_time() - started
    started = time.process_time()
    replace_value("json", content, key, NEW, WHERE)
    # Measured: 3 to 5 times as much, where making a leaf of each value took 20 times.
    assert time.process_time() - started < 12 * read + 0.2


_TEXT = st.text(max_size=8)
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT | printable,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(_TEXT, children, max_size=4),
    max_leaves=20,
)


def _strings(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(tree, str):
        return [path]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [found for name, value in items for found in _strings(value, (*path, name))]


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    return _at(tree[path[0]], path[1:]) if path else tree


def _key(path: tuple[str | int, ...]) -> str:
    steps = []
    for step in path:
        quote = '"' if "'" in str(step) else "'"
        steps.append(f"[{step}]" if isinstance(step, int) else f".{quote}{step}{quote}")
    return "".join(steps).lstrip(".")


def _with(tree: Any, path: tuple[Any, ...], value: str) -> Any:
    if not path:
        return value
    copy = list(tree) if isinstance(tree, list) else dict(tree)
    copy[path[0]] = _with(tree[path[0]], path[1:], value)
    return copy


@many_edits
@given(_TREES, st.data(), printable, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_i24_json_loads_sees_one_value_change(
    tree: Any, data: st.DataObject, value: str, escape: bool, indent: Any
) -> None:
    document = {"top": tree, "a": ["old"]}
    path = data.draw(st.sampled_from([path for path in _strings(document) if may_be_replaced(_at(document, path))]))
    assume(not any("'" in str(step) and '"' in str(step) for step in path))
    before = json.dumps(document, ensure_ascii=escape, indent=indent).encode()
    after = replace_value("json", before, _key(path), value, WHERE)
    assert list(json.loads(after)) == list(document)
    assert json.loads(after) == _with(document, path, value)
    if escape:
        assert after == json.dumps(_with(document, path, value), indent=indent).encode() or "\x7f" in str(document)


@some_examples
@given(
    st.text('{}[]",:\\ \n\t01.eE-+aftrulsnu', max_size=14) | _TREES.map(json.dumps),
    st.integers(0, 20),
    st.text(max_size=1),
)
def test_exactly_what_json_loads_accepts_is_accepted(text: str, position: int, inserted: str) -> None:
    mutated = text[:position] + inserted + text[position:]
    try:
        json.loads(mutated, parse_constant=lambda name: 1 / 0)
        valid = True
    except (ValueError, ZeroDivisionError):
        valid = False
    try:
        scan = Json().scan(mutated, WHERE)
    except Refusal:
        assert not valid
        return
    assert valid
    assert scan.agrees(Json().reread(mutated, WHERE), {})
    scan.complete()
    for path, kind, value in scan.readings:
        if not any(scan.is_repeated(path[:length]) for length in range(1, len(path) + 1)):
            [number] = scan.numbers_at({path})
            leaf = scan.leaf(number)
            assert (leaf.path, leaf.kind, leaf.value) == (path, kind, value)
            assert _written(mutated[leaf.start : leaf.end], kind, value)


def _written(literal: str, kind: str, value: str) -> bool:
    if kind == TEXT:
        return bool(json.loads(f'"{literal}"') == value)
    return literal == value or (not value and re.fullmatch(r"[\[{]\s*[]}]", literal) is not None)
