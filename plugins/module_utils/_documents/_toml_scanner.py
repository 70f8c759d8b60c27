# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""TOML 1.0, scanned: every value with its place. A name that is defined twice makes a file malformed."""

import re
from typing import Dict, List, Optional, Tuple, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    EMPTY_LIST,
    EMPTY_OBJECT,
    Path,
    Scan,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_literals import (
    BASIC_PATTERN,
    CONTROL,
    LITERAL_PATTERN,
    literal_at,
    unescaped,
)

#: Parts of a path; far below where a parser would exhaust its stack.
MAX_DEPTH = 100

A_TABLE = "a table"

#: Blanks, line ends and comments.
_GAP = re.compile(rf"(?:[ \t\n]+|\r\n|#[^{CONTROL}]*)*")
_BLANKS = re.compile(r"[ \t]*")
_REST_OF_LINE = re.compile(rf"[ \t]*(?:#[^{CONTROL}]*)?(?:\r?\n|\Z)")
_NAME = re.compile(rf"""[ \t]*(?:([A-Za-z0-9_-]+)|"({BASIC_PATTERN})"|'({LITERAL_PATTERN})')[ \t]*""")

_NEW_NAME = "a name that is not in use yet"


class _Table:
    """What is known of a table while the file is read."""

    def __init__(self, path: Path, closed: bool) -> None:
        self.path = path
        #: Whether it was defined by a header or by dotted names, so that no (other) header may define it.
        self.closed = closed
        #: Whether it was defined by a header, so that dotted names may not add to it.
        self.by_header = False
        self.names: Dict[str, Union[_Table, _Tables, None]] = {}


class _Tables:
    """An array of tables; only the last one can still grow."""

    def __init__(self) -> None:
        self.count = 0
        self.last = _Table((), True)


def scanned(text: str, where: str) -> Scan:
    """List all values, and the headers of tables. A text that is not TOML is refused."""
    scanner = _Scanner(text, where)
    scanner.document()
    return scanner.scan


class _Scanner:
    """One pass over a text. Methods that take a position return where their part ends."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = Scan()
        self._root = self._table = _Table((), True)

    def document(self) -> None:
        """Take the whole text."""
        position = self._gap(0)
        while position < len(self.text):
            if self.text.startswith("[", position):
                position = self._header(position)
            else:
                position = self._pair(position, self._table)
            rest = _REST_OF_LINE.match(self.text, position)
            if not rest:
                raise self._malformed(_end(_BLANKS, self.text, position), "the end of the line or a comment")
            position = self._gap(rest.end())

    def _header(self, start: int) -> int:
        opening, closing = ("[[", "]]") if self.text.startswith("[[", start) else ("[", "]")
        names, position = self._names(start + len(opening))
        if not self.text.startswith(closing, position):
            raise self._malformed(position, f"a dot or {closing}")
        outer = self._outer(names, start)
        if closing == "]]":
            self._table = self._next_entry(outer, names[-1], start)
        else:
            self._table = self._defined(outer, names[-1], start)
        end = position + len(closing)
        self.scan.add(self._table.path, A_TABLE, "", start, end)
        return end

    def _outer(self, names: List[str], start: int) -> _Table:
        """Return the table in which a header defines its last name."""
        table = self._root
        for name in names[:-1]:
            inner = self._member(table, name, start)
            if inner is None:
                raise self._malformed(start, _NEW_NAME)
            table = inner.last if isinstance(inner, _Tables) else inner
        return table

    def _defined(self, outer: _Table, name: str, start: int) -> _Table:
        table = self._member(outer, name, start)
        if not isinstance(table, _Table) or table.closed:
            raise self._malformed(start, _NEW_NAME)
        table.closed = table.by_header = True
        return table

    def _next_entry(self, outer: _Table, name: str, start: int) -> _Table:
        tables = outer.names.setdefault(name, _Tables())
        if not isinstance(tables, _Tables):
            raise self._malformed(start, _NEW_NAME)
        tables.last = _Table(self._deeper(outer.path, name, start) + (tables.count,), True)
        tables.count += 1
        return tables.last

    def _member(self, table: _Table, name: str, start: int) -> "Union[_Table, _Tables, None]":
        """Return what a table has under a name: None for a value, a new table for nothing."""
        if name not in table.names:
            table.names[name] = _Table(self._deeper(table.path, name, start), False)
        return table.names[name]

    def _pair(self, start: int, table: _Table) -> int:
        names, position = self._names(start)
        if not self.text.startswith("=", position):
            raise self._malformed(position, "a dot or an equals sign after the name")
        for name in names[:-1]:
            inner = self._member(table, name, start)
            if not isinstance(inner, _Table) or inner.by_header:
                raise self._malformed(start, _NEW_NAME)
            inner.closed = True
            table = inner
        if names[-1] in table.names:
            raise self._malformed(start, _NEW_NAME)
        table.names[names[-1]] = None
        return self._value(_end(_BLANKS, self.text, position + 1), self._deeper(table.path, names[-1], start))

    def _names(self, start: int) -> Tuple[List[str], int]:
        """Return the names joined by dots that begin at ``start``, and where the blanks after them end."""
        names: List[str] = []
        position = start
        while not names or self.text.startswith(".", position):
            name = _NAME.match(self.text, position + 1 if names else position)
            if not name or len(names) == MAX_DEPTH:
                raise self._malformed(position, f"a name, bare or in quotes, of at most {MAX_DEPTH} parts")
            bare, basic, literal = name.groups()
            names.append(bare or (unescaped(basic) if basic is not None else literal))
            position = name.end()
        return names, position

    def _value(self, start: int, path: Path) -> int:
        if self.text.startswith("[", start):
            return self._array(start, path)
        if self.text.startswith("{", start):
            return self._inline_table(start, path)
        literal = literal_at(self.text, start)
        if not literal:
            raise self._malformed(start, "a value: a string with valid escapes that is closed, a number, a date, ...")
        self.scan.add(path, literal.kind, literal.value, start, literal.end, literal.style)
        return literal.end

    def _array(self, start: int, path: Path) -> int:
        position = self._gap(start + 1)
        index = 0
        while not self.text.startswith("]", position):
            position = self._gap(self._value(position, self._deeper(path, index, start)))
            index += 1
            if self.text.startswith(",", position):
                position = self._gap(position + 1)
            elif not self.text.startswith("]", position):
                raise self._malformed(position, "a comma or ]")
        if not index:
            self.scan.add(path, EMPTY_LIST, "", start, position + 1)
        return position + 1

    def _inline_table(self, start: int, path: Path) -> int:
        table = _Table(path, True)
        position = _end(_BLANKS, self.text, start + 1)
        if self.text.startswith("}", position):
            self.scan.add(path, EMPTY_OBJECT, "", start, position + 1)
            return position + 1
        separator = ","
        while separator == ",":
            position = _end(_BLANKS, self.text, self._pair(position, table))
            separator = self.text[position : position + 1]
            if separator not in (",", "}") or not separator:
                raise self._malformed(position, "a comma or } in the same line")
            position = _end(_BLANKS, self.text, position + 1) if separator == "," else position + 1
        return position

    def _deeper(self, path: Path, step: Union[str, int], start: int) -> Path:
        if len(path) >= MAX_DEPTH:
            raise self._malformed(start, f"at most {MAX_DEPTH} tables and arrays inside of one another")
        return path + (step,)

    def _gap(self, position: int) -> int:
        return _end(_GAP, self.text, position)

    def _malformed(self, position: int, expected: str) -> Exception:
        return malformed("TOML", self.text, position, expected, self.where)


def _end(pattern: "re.Pattern[str]", text: str, position: int) -> int:
    """Return where the match of a pattern that may be empty ends."""
    match: Optional[re.Match[str]] = pattern.match(text, position)
    return match.end() if match else position
