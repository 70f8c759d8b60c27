# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The grammar of JSON: where the values of a valid text stand, and what is wrong with any other one."""

import re
from json import JSONDecoder
from typing import NamedTuple, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import malformed
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Objects and lists inside of one another; far below where Python's own parser would exhaust its stack.
MAX_DEPTH = 100

_SPACE_PATTERN = r"[ \t\n\r]*"
_STRING_PATTERN = r'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*'
_NUMBER_PATTERN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_NAME_PATTERN = rf'"(?:{_STRING_PATTERN})"{_SPACE_PATTERN}:{_SPACE_PATTERN}'
_SCALAR_PATTERN = rf'(?:"{_STRING_PATTERN}"|{_NUMBER_PATTERN}|true|false|null)'
_SPACE = re.compile(_SPACE_PATTERN)
_NAME = re.compile(_NAME_PATTERN)
_SCALAR = re.compile(_SCALAR_PATTERN)
_SEPARATOR = re.compile(rf"{_SPACE_PATTERN}([,\]}}]){_SPACE_PATTERN}")
_COMMA = re.compile(rf"{_SPACE_PATTERN},{_SPACE_PATTERN}")
_SCALAR_ENTRY = re.compile(rf"{_SCALAR_PATTERN}{_COMMA.pattern}")
_SCALAR_MEMBER = re.compile(rf"{_NAME_PATTERN}{_SCALAR_PATTERN}{_COMMA.pattern}")

#: Only where a value ends is of interest: the less is made of it, the better.
_any_value = JSONDecoder(object_pairs_hook=len, parse_int=len, parse_float=len).raw_decode


class Step(NamedTuple):
    """A step to a value: into the object or the list there, to the entry with this number."""

    is_object: bool
    number: int


def place(text: str, steps: Tuple[Step, ...]) -> Tuple[int, int]:
    """Return where a value of a valid text begins and ends; a text in quotes with these."""
    position = _end(_SPACE, text, 0)
    for step in steps:
        position = _end(_SPACE, text, position + 1)
        position = _after(text, position, step.is_object, step.number)
        if step.is_object:
            position = _end(_NAME, text, position)
    return position, _value_end(text, position)


def _after(text: str, start: int, is_object: bool, entries: int) -> int:
    """Return where the entry begins before which there are so many others."""
    scalar = (_SCALAR_MEMBER if is_object else _SCALAR_ENTRY).match
    position = start
    for _number in range(entries):
        match = scalar(text, position)
        if match:
            position = match.end()
        else:
            value = _end(_NAME, text, position) if is_object else position
            position = _end(_COMMA, text, _value_end(text, value))
    return position


def _value_end(text: str, start: int) -> int:
    scalar = _SCALAR.match(text, start)
    if scalar:
        return scalar.end()
    end: int = _any_value(text, start)[1]
    return end


def complaint(text: str, where: str) -> Refusal:
    """Return what is wrong with a text that Python's parser refuses."""
    try:
        _Checker(text, where).document()
    except Refusal as refusal:
        return refusal
    return malformed("JSON", text, 0, "JSON that Python's own parser understands", where)


class _Checker:
    """One pass over a text. Every method takes the position where its part begins and returns where it ends."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where

    def document(self) -> None:
        """Take the whole text."""
        end = _end(_SPACE, self.text, self._value(_end(_SPACE, self.text, 0), 0))
        if end != len(self.text):
            raise self._malformed(end, "the end of the file")

    def _value(self, start: int, depth: int) -> int:
        scalar = _SCALAR.match(self.text, start)
        if scalar:
            return scalar.end()
        bracket = self.text[start : start + 1]
        if bracket not in ("{", "["):
            raise self._malformed(start, "a value")
        if depth == MAX_DEPTH:
            raise self._malformed(start, f"at most {MAX_DEPTH} objects and lists inside of one another")
        return self._container(start + 1, bracket == "{", depth + 1)

    def _container(self, inside: int, is_object: bool, depth: int) -> int:
        closing = "}" if is_object else "]"
        position = _end(_SPACE, self.text, inside)
        if self.text.startswith(closing, position):
            return position + 1
        separator = ","
        while separator == ",":
            if is_object:
                position = self._name(position)
            separator, position = self._separator(self._value(position, depth), closing)
        return position

    def _name(self, start: int) -> int:
        name = _NAME.match(self.text, start)
        if not name:
            raise self._malformed(start, "a name in double quotes and a colon")
        return name.end()

    def _separator(self, position: int, closing: str) -> Tuple[str, int]:
        match = _SEPARATOR.match(self.text, position)
        if not match or match.group(1) not in (",", closing):
            raise self._malformed(_end(_SPACE, self.text, position), f"a comma or {closing}")
        return match.group(1), match.end()

    def _malformed(self, position: int, expected: str) -> Refusal:
        return malformed("JSON", self.text, position, expected, self.where)


def _end(pattern: "re.Pattern[str]", text: str, position: int) -> int:
    """Return where the match of a pattern ends; where there is none, the position."""
    match = pattern.match(text, position)
    return match.end() if match else position
