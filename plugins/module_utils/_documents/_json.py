# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""JSON. Keys: those of formats with a tree."""

import json
import re
from json.decoder import JSONDecodeError
from typing import Any, List, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    A_NUMBER,
    EMPTY_LIST,
    EMPTY_OBJECT,
    TEXT,
    Format,
    Key,
    Leaf,
    Path,
    Reading,
    Scan,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import parse_dotted

#: Objects and lists inside of one another; far below where Python's own parser would exhaust its stack.
MAX_DEPTH = 100

_SPACE_PATTERN = r"[ \t\n\r]*"
_STRING_PATTERN = r'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*'
_NUMBER_PATTERN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_NAME_PATTERN = rf'"({_STRING_PATTERN})"{_SPACE_PATTERN}:{_SPACE_PATTERN}'
#: The inside of a string, a number, a constant, or the bracket that opens an object or a list.
_VALUE_PATTERN = rf'(?:"({_STRING_PATTERN})"|({_NUMBER_PATTERN})|(true|false|null)|([{{\[]))'
_SPACE = re.compile(_SPACE_PATTERN)
_NAME = re.compile(_NAME_PATTERN)
_ENTRY = re.compile("()" + _VALUE_PATTERN)
_MEMBER = re.compile(_NAME_PATTERN + _VALUE_PATTERN)
_SEPARATOR = re.compile(r"[ \t\n\r]*([,\]}])[ \t\n\r]*")
_CONSTANTS = {"true": "a boolean", "false": "a boolean", "null": "null"}


class _Number(str):
    """A number as it stands in the file, so that ``1.0`` and ``1.00`` differ."""


class Json(Format):
    """RFC 8259; the proof is :func:`json.loads`."""

    name = "json"

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``credentials[0].'a.b'`` into ``("credentials", 0, "a.b")``."""
        return parse_dotted("JSON", key, where)

    def scan(self, text: str, where: str) -> Scan:
        """List all strings, numbers, constants and empty containers."""
        scanner = _Scanner(text, where)
        scanner.document()
        return scanner.scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape quotes and backslashes; the quotes around the value stay where they are."""
        return json.dumps(value)[1:-1]

    def reread(self, text: str, where: str) -> List[Reading]:
        """Read with Python's own parser, keeping the order and repeated members."""
        try:
            tree = json.loads(text, object_pairs_hook=tuple, parse_int=_Number, parse_float=_Number)
        except JSONDecodeError as error:
            failed_at = error.pos
        else:
            readings: List[Reading] = []
            _flatten(tree, (), readings)
            return readings
        raise malformed("JSON", text, failed_at, "valid JSON", where)


class _Scanner:
    """One pass over a text. Every method takes the position where its part begins and returns where it ends."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = Scan()

    def document(self) -> None:
        """Take the whole text."""
        end = self._space(self._entry(self._space(0), (), 0))
        if end != len(self.text):
            raise self._malformed(end, "the end of the file")

    def _entry(self, start: int, path: Path, depth: int) -> int:
        match = _ENTRY.match(self.text, start)
        if not match:
            raise self._malformed(start, "a value")
        return self._value(match, path, depth)

    def _value(self, match: "re.Match[str]", path: Path, depth: int) -> int:
        _name, string, number, constant, bracket = match.groups()
        end = match.end()
        if string is not None:
            self.scan.add(path, TEXT, _unescape(string), end - 1 - len(string), end - 1)
        elif number:
            self.scan.add(path, A_NUMBER, number, end - len(number), end)
        elif constant:
            self.scan.add(path, _CONSTANTS[constant], constant, end - len(constant), end)
        elif depth == MAX_DEPTH:
            raise self._malformed(end - 1, f"at most {MAX_DEPTH} objects and lists inside of one another")
        elif bracket == "{":
            return self._object(end, path, depth + 1)
        else:
            return self._list(end, path, depth + 1)
        return end

    def _object(self, inside: int, path: Path, depth: int) -> int:
        position = self._space(inside)
        if self.text.startswith("}", position):
            self.scan.add(path, EMPTY_OBJECT, "", inside - 1, position + 1)
            return position + 1
        seen: Set[str] = set()
        separator = ","
        while separator == ",":
            match = _MEMBER.match(self.text, position)
            if not match:
                raise self._bad_member(position)
            name = _unescape(match.group(1))
            member = path + (name,)
            if name in seen:
                self.scan.repeated.add(member)
            seen.add(name)
            separator, position = self._separator(self._value(match, member, depth), "}")
        return position

    def _list(self, inside: int, path: Path, depth: int) -> int:
        position = self._space(inside)
        if self.text.startswith("]", position):
            self.scan.add(path, EMPTY_LIST, "", inside - 1, position + 1)
            return position + 1
        index = 0
        separator = ","
        while separator == ",":
            separator, position = self._separator(self._entry(position, path + (index,), depth), "]")
            index += 1
        return position

    def _bad_member(self, position: int) -> Exception:
        name = _NAME.match(self.text, position)
        if name:
            return self._malformed(name.end(), "a value")
        return self._malformed(position, "a name in double quotes and a colon")

    def _separator(self, position: int, closing: str) -> Tuple[str, int]:
        match = _SEPARATOR.match(self.text, position)
        if not match or match.group(1) not in (",", closing):
            raise self._malformed(self._space(position), f"a comma or {closing}")
        return match.group(1), match.end()

    def _space(self, position: int) -> int:
        match = _SPACE.match(self.text, position)
        return match.end() if match else position

    def _malformed(self, position: int, expected: str) -> Exception:
        return malformed("JSON", self.text, position, expected, self.where)


def _unescape(literal: str) -> str:
    if "\\" not in literal:
        return literal
    value: str = json.loads(f'"{literal}"')
    return value


def _flatten(tree: Any, path: Path, readings: List[Reading]) -> None:
    """Append every value below ``tree``; objects are tuples of pairs, lists are lists."""
    kind = type(tree)
    if kind is str:
        readings.append((path, TEXT, tree))
    elif kind is tuple:
        if not tree:
            readings.append((path, EMPTY_OBJECT, ""))
        for name, value in tree:
            _flatten(value, path + (name,), readings)
    elif kind is list:
        if not tree:
            readings.append((path, EMPTY_LIST, ""))
        for index, value in enumerate(tree):
            _flatten(value, path + (index,), readings)
    elif kind is _Number:
        readings.append((path, A_NUMBER, str(tree)))
    else:
        literal = json.dumps(tree)
        readings.append((path, _CONSTANTS[literal], literal))
