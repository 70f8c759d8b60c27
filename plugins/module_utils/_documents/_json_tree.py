# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A JSON text as Python's own parser reads it: the values of a tree, and the steps to one of them."""

import collections
import json
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    A_NUMBER,
    EMPTY_LIST,
    EMPTY_OBJECT,
    TEXT,
    Leaf,
    Path,
    Reading,
    Scan,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json_grammar import (
    MAX_DEPTH,
    Step,
    complaint,
    place,
)

_CONSTANTS = {"true": "a boolean", "false": "a boolean", "null": "null"}
#: Bytes, so that 1.0 and 1.00 differ, and both from a string. No other value becomes bytes.
_number = str.encode


def tree_of(text: str, where: str) -> Any:
    """Return the values of a text: objects as tuples of pairs, in order and with repetitions, numbers as bytes."""
    try:
        return json.loads(
            text, object_pairs_hook=tuple, parse_int=_number, parse_float=_number, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        pass
    # Raised here and not in the handler: the parser's error carries the content along.
    raise complaint(text, where)


def _no_constant(name: str) -> None:
    raise ValueError(name)


class _Found(NamedTuple):
    """A value of the tree, and the steps to it."""

    path: Path
    steps: Tuple[Step, ...]
    value: Any


class TreeScan(Scan):
    """The values of a tree, listed only when all of them are needed: to find one takes a look at its containers."""

    def __init__(self, text: str, tree: Any, where: str) -> None:
        super().__init__()
        if text.count("[") + text.count("{") > MAX_DEPTH and _is_too_deep(tree):
            raise complaint(text, where)
        self._text = text
        self._tree = tree
        self._where = where
        self._found: List[_Found] = []

    def complete(self) -> None:
        """List all values."""
        if not self.readings:
            _flatten(self._tree, (), self.readings, self.repeated)

    def is_repeated(self, path: Path) -> bool:
        """Tell whether an object has its last step twice, or more often."""
        outer = self._at(path[:-1])
        return outer is not None and isinstance(outer.value, tuple) and _count(outer.value, path[-1]) > 1

    def numbers_at(self, paths: Set[Path]) -> List[int]:
        """Return the numbers of what was found there."""
        found = [value for value in map(self._at, sorted(paths, key=str)) if value is not None]
        self._found = [value for value in found if not isinstance(value.value, (tuple, list)) or not value.value]
        return list(range(len(self._found)))

    def leaf(self, number: int) -> Leaf:
        """Return what was found, with its place."""
        path, steps, value = self._found[number]
        start, end = place(self._text, steps)
        _path, kind, literal = _reading(path, value)
        if kind != TEXT:
            return Leaf(path, kind, literal, start, end)
        if json.loads(self._text[start:end]) != value:
            raise malformed("JSON", self._text, start, "a value that two readings see in the same place", self._where)
        return Leaf(path, kind, literal, start + 1, end - 1)

    def agrees(self, again: object, values: Dict[int, str]) -> bool:
        """Compare with another tree."""
        tree = self._tree
        for number, value in values.items():
            tree = _with(tree, self._found[number].steps, value)
        return bool(again == tree)

    def _at(self, path: Path) -> Optional[_Found]:
        """Return the (first) value at a path."""
        value = self._tree
        steps: List[Step] = []
        for name in path:
            is_object = isinstance(value, tuple)
            if is_object and isinstance(name, str):
                number = next((number for number, pair in enumerate(value) if pair[0] == name), None)
            elif isinstance(value, list) and isinstance(name, int) and name < len(value):
                number = name
            else:
                number = None
            if number is None:
                return None
            value = value[number][1] if is_object else value[number]
            steps.append(Step(is_object, number))
        return _Found(path, tuple(steps), value)


def _count(pairs: Any, name: object) -> int:
    return sum(1 for pair in pairs if pair[0] == name)


def _is_too_deep(tree: Any) -> bool:
    level, depth = [tree], -1
    while level and depth <= MAX_DEPTH:
        depth += 1
        entries = [
            entry for inner in level for entry in (inner if isinstance(inner, list) else [pair[1] for pair in inner])
        ]
        level = [entry for entry in entries if isinstance(entry, (tuple, list))]
    return depth > MAX_DEPTH


def _with(tree: Any, steps: Tuple[Step, ...], value: str) -> Any:
    """Return a copy of a tree with another value at the end of these steps."""
    if not steps:
        return value
    is_object, number = steps[0]
    entries = list(tree)
    inner = _with(tree[number][1] if is_object else tree[number], steps[1:], value)
    entries[number] = (tree[number][0], inner) if is_object else inner
    return tuple(entries) if is_object else entries


def _reading(path: Path, value: Any) -> Reading:
    """Return path, kind and value of a text, a number, a constant, or an empty object or list."""
    if isinstance(value, str):
        return path, TEXT, value
    if isinstance(value, bytes):
        return path, A_NUMBER, value.decode()
    if isinstance(value, (tuple, list)):
        return path, EMPTY_OBJECT if isinstance(value, tuple) else EMPTY_LIST, ""
    literal = json.dumps(value)
    return path, _CONSTANTS[literal], literal


def _flatten(tree: Any, path: Path, readings: List[Reading], repeated: Set[Path]) -> None:
    """Append every value below ``tree``, and the members that an object has twice."""
    kind = type(tree)
    if kind is str:
        readings.append((path, TEXT, tree))
    elif kind is tuple and tree:
        if len(dict(tree)) < len(tree):
            names = collections.Counter(name for name, _value in tree)
            repeated.update(path + (name,) for name, times in names.items() if times > 1)
        for name, value in tree:
            _flatten(value, path + (name,), readings, repeated)
    elif kind is list and tree:
        for index, value in enumerate(tree):
            _flatten(value, path + (index,), readings, repeated)
    else:
        readings.append(_reading(path, tree))
