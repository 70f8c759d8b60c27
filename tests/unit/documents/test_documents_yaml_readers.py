# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML files, against both parsers of PyYAML (YAML 1.1) and ruamel.yaml (YAML 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import ruamel.yaml
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    EMPTY_LIST,
    EMPTY_OBJECT,
    TEXT,
    Leaf,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml import Yaml
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml_reading import A_DOCUMENT, ALIAS
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import WHERE, many_edits, may_be_replaced, printable, replaced_or_refused, secrets, some_examples
from ._yaml_files import ONE_LINE_SCALARS, files


def _ruamel(kind: str) -> Callable[[str], list[Any]]:
    return lambda text: list(ruamel.yaml.YAML(typ=kind, pure=True).load_all(text))


READERS: dict[str, Callable[[str], list[Any]]] = {
    "PyYAML": lambda text: list(yaml.load_all(text, Loader=yaml.SafeLoader)),
    "libyaml": lambda text: list(yaml.load_all(text, Loader=yaml.CSafeLoader)),
    "ruamel.yaml safe": _ruamel("safe"),
    "ruamel.yaml round trip": _ruamel("rt"),
}


def _key(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".'{step}'" for step in path).lstrip(".")


def _with(tree: Any, old: str, new: str) -> Any:
    """Return the tree with another text wherever ``old`` is: at its place and where an alias stands for it."""
    if isinstance(tree, ruamel.yaml.comments.TaggedScalar):
        tree = tree.value
    if isinstance(tree, dict):
        return {name: _with(value, old, new) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_with(value, old, new) for value in tree]
    return new if tree == old else tree


def _without_tags(text: str) -> str:
    return text.replace("!t ", "")


@many_edits
@given(files(), st.data(), secrets | printable)
def test_i24_four_readers_see_one_value_change(text: str, data: st.DataObject, value: str) -> None:
    text = _without_tags(text)
    scan = Yaml().scan(text, WHERE)
    leaves = [scan.leaf(index) for index in range(len(scan.readings))]
    targets = [leaf for leaf in leaves if leaf.kind == TEXT and "old" in leaf.value and _is_one_line(leaf, text)]
    if not targets:
        return
    leaf = data.draw(st.sampled_from(targets))
    edited = replaced_or_refused("yaml", text.encode(), _key(leaf.path), value)
    if edited is None:
        return
    before, after = text[: leaf.start], text[leaf.end :]
    assert edited.decode().startswith(before) and edited.decode().endswith(after)
    written = edited.decode()[len(before) : len(edited.decode()) - len(after)]
    in_single, in_double = value.replace("'", "''"), value.replace("\\", "\\\\").replace('"', '\\"')
    assert written in (value, f"'{in_single}'", f'"{in_double}"')
    head, tail = Yaml().around(leaf)
    new_value = head + value + tail
    for name, read in READERS.items():
        try:
            old_trees = read(text)
        except (ruamel.yaml.error.YAMLError, NotImplementedError):
            assert name.startswith("ruamel")  # that library cannot keep every comment, nor read every empty line
            continue
        new_trees = [_with(tree, new_value, new_value) for tree in read(edited.decode())]
        assert new_trees == [_with(tree, leaf.value, new_value) for tree in old_trees], name


def _is_one_line(leaf: Leaf, text: str) -> bool:
    head, tail = Yaml().around(leaf)
    value = leaf.value[len(head) : len(leaf.value) - len(tail)]
    return may_be_replaced(value) and may_be_replaced(text[leaf.start : leaf.end])


def _flattened(node: Any, path: tuple[str | int, ...], seen: set[int]) -> Iterator[tuple[Any, ...]]:
    """Yield path, tag and value of every scalar below a node; the second time a node occurs it is an alias."""
    if id(node) in seen:
        yield path, ALIAS
        return
    seen.add(id(node))
    if isinstance(node.value, str):
        yield path, node.tag, node.value
    elif not node.value:
        yield path, EMPTY_LIST if isinstance(node, _LISTS) else EMPTY_OBJECT
    elif isinstance(node, _LISTS):
        for number, entry in enumerate(node.value):
            yield from _flattened(entry, (*path, number), seen)
    else:
        for number, (name, value) in enumerate(node.value, 1):
            if isinstance(name.value, str):
                seen.add(id(name))
                yield from _flattened(value, (*path, name.value), seen)
            else:
                yield from _flattened(name, (*path, f"'\"{number}"), seen)
                yield from _flattened(value, (*path, f"'\"{number}"), seen)


_LISTS = (yaml.SequenceNode, ruamel.yaml.SequenceNode)


def _composed(documents: list[Any]) -> list[tuple[Any, ...]]:
    numbered = len(documents) > 1
    return [
        reading
        for number, node in enumerate(documents)
        for reading in _flattened(node, (number,) if numbered else (), set())
    ]


COMPOSERS: dict[str, Callable[[str], list[Any]]] = {
    "PyYAML": lambda text: list(yaml.compose_all(text, Loader=yaml.SafeLoader)),
    "libyaml": lambda text: list(yaml.compose_all(text, Loader=yaml.CSafeLoader)),
    "ruamel.yaml": lambda text: list(ruamel.yaml.YAML(typ="safe", pure=True).compose_all(text)),
}


def _compare(text: str) -> None:
    readings = [reading for reading in Yaml().scan(text, WHERE).readings if reading[1] != A_DOCUMENT]
    for name, compose in COMPOSERS.items():
        try:
            reference = _composed(compose(text))
        except (yaml.YAMLError, ruamel.yaml.error.YAMLError, ValueError):
            continue
        assert [reading[0] for reading in readings] == [reading[0] for reading in reference], name
        for (path, kind, value), (_path, *read) in zip(readings, reference, strict=True):
            if kind == TEXT:
                assert read == ["tag:yaml.org,2002:str", value], (name, path)
            elif len(read) == 1:
                assert [kind] == read, (name, path)


@some_examples
@given(files())
def test_all_values_are_read_as_other_parsers_read_them(text: str) -> None:
    _compare(text)


_JUNK = st.text(st.sampled_from("ab:#-?{}[],'\"|>&*!%@\\ \n\t\r=<~.1\u00e9\u2028\U0001f511"), max_size=6)


@some_examples
@given(files() | _JUNK, _JUNK, st.integers(0, 200), st.integers(0, 5), st.data())
def test_a_damaged_file_is_read_as_others_read_it_or_refused(
    text: str, junk: str, position: int, cut: int, data: st.DataObject
) -> None:
    damaged = text[:position] + junk + text[position + cut :]
    try:
        _compare(damaged)
    except Refusal:
        return
    for path, kind, _value in Yaml().scan(damaged, WHERE).readings[:5]:
        if kind == TEXT and path and not any("'" in str(step) for step in path):
            replaced_or_refused("yaml", damaged.encode(), _key(path), "n-_9" * 16)


_WORDS = st.from_regex(r"[-+.]?[0-9a-fA-FxXoO_.:+eEtTzZn~yY-]{1,12}", fullmatch=True) | st.sampled_from(
    ["yes", "No", "ON", "true", "False", "null", "NULL", ".inf", "-.INF", ".nan", "1e3", "0o17", "0b1", "1_0", "4:30"]
)


@some_examples
@given(_WORDS)
def test_i24_a_plain_text_is_a_text_to_all_readers(word: str) -> None:
    for text in (f"key: {word}\n", f"key: {word}e5\n"):
        try:
            old = read_value("yaml", text.encode(), "key", WHERE)
        except Refusal:
            continue
        for read in READERS.values():
            assert read(text) == [{"key": old}]


def test_the_generated_files_are_edited_and_not_refused() -> None:
    """The property above would also hold if everything were refused: these constructs are not."""
    for scalar in ONE_LINE_SCALARS:
        text = "key: " + scalar.format(c="old", n="\n") + "\n"
        assert replaced_or_refused("yaml", text.encode(), "key", "n-_9" * 16), scalar


@pytest.mark.parametrize("reader", READERS)
def test_aliases_follow_their_anchor(reader: str) -> None:
    edited = replaced_or_refused("yaml", b"a: &a {s: &s old}\nb: {<<: *a, t: *s}\n", "a.s", "new")
    assert edited
    assert READERS[reader](edited.decode()) == [{"a": {"s": "new"}, "b": {"s": "new", "t": "new"}}]
