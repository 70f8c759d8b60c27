# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The values in a PHP file: what arrays, variables, properties and constants are written with.

The first part of a path is the place: ``\\NAME`` (a constant), ``$name``, ``return``, ``Class::NAME``,
``Class::$name``, ``function()::$name``, ``Class::method()::return``. The others are the keys of arrays. What nobody can
name, such as an array that is handed to a function, has a number in braces there.
"""

import re
from typing import Callable, Dict, List, Tuple, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    EMPTY_LIST,
    TEXT,
    Note,
    Path,
    Scan,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_frames import Frame
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_scopes import Scopes
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_tokens import (
    COMPOUND,
    END,
    MAX_DEPTH,
    NAME,
    OPERATOR,
    STRING,
    TEMPLATE,
    VARIABLE,
    Tokens,
    tokens_of,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_values import (
    AN_EXPRESSION,
    VALUE_ENDS,
)

_COMMENT_TO_PHP_7 = "a value after #[ in the same line, which is a comment to PHP 7"
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_MEMBER_SIGNS = ("->", "?->", "::")
#: After these, a bracket is an index, except for the words below.
_BEFORE_INDEX = frozenset((VARIABLE, STRING, TEMPLATE, NAME, ")", "]", "}"))
_WORDS_BEFORE_ARRAY = frozenset(
    ("return", "echo", "print", "yield", "from", "case", "and", "or", "xor", "throw", "clone")
    + ("include", "include_once", "require", "require_once")
)


def scan_php(text: str, where: str) -> Tuple[Scan, List[Tuple[int, int]]]:
    """List all values of a PHP file, and where all of its strings in quotes begin and end."""
    tokens = tokens_of(text, where)
    reader = _Reader(text, tokens, where)
    reader.read()
    strings = [
        (start + (text[start] in "bB"), end)
        for kind, start, end in zip(tokens.kinds, tokens.starts, tokens.ends)
        if kind == STRING
    ]
    return reader.scan, strings


class _Reader(Scopes):
    """One walk over the tokens."""

    def __init__(self, text: str, tokens: Tokens, where: str) -> None:
        super().__init__(text, tokens)
        self.scan = Scan()
        self._text = text
        self._where = where
        #: The paths that were written to: whether to an array (or into it).
        self._known: Dict[Path, bool] = {}
        self._comment_to_php_7 = 0
        self._noted_up_to = 0
        self._handlers: Dict[str, Callable[[int], int]] = {
            VARIABLE: self._variable,
            NAME: self._name,
            "[": self._bracket,
            "(": self._group,
            "{": self._brace,
            "#[": self._attribute,
            ",": self._comma,
            ";": self._semicolon,
        }
        self._handlers.update(dict.fromkeys(")]}", self._close))
        self._words: Dict[str, Callable[[int], int]] = {
            "array": self._array,
            "class": self._class,
            "const": self._const,
            "define": self._define,
            "enum": self._class,
            "fn": self._arrow_function,
            "foreach": self._foreach,
            "function": self._function,
            "global": self._global,
            "interface": self._class,
            "list": self._list,
            "return": self._return,
            "trait": self._class,
            "unset": self._unset,
            "use": self._use,
        }

    def read(self) -> None:
        """List the values of all tokens."""
        kinds, handlers = self._kinds, self._handlers
        number = 0
        while kinds[number] != END:
            handler = handlers.get(kinds[number])
            number = handler(number) if handler else number + 1

    # Arrays

    def _bracket(self, number: int) -> int:
        before = self._kinds[number - 1] if number else ""
        index = before in _BEFORE_INDEX and not (
            before == NAME
            and self._values.word(number - 1) in _WORDS_BEFORE_ARRAY
            and self._kinds[number - 2] not in _MEMBER_SIGNS
        )
        return self._group(number) if index else self._unnamed_array(number)

    def _array(self, number: int) -> int:
        return self._unnamed_array(number + 1) if self._kinds[number + 1] == "(" else number + 1

    def _unnamed_array(self, opening: int) -> int:
        if self._kinds[self._tokens.closing[opening] + 1] == "=":
            self._note_targets(opening, self._tokens.closing[opening], "a list of variables that sets it")
            return self._group(opening)
        return self._enter_array(opening, (self._values.unnamed(opening),))

    def _enter_array(self, opening: int, path: Path) -> int:
        if self._tokens.closing[opening] == opening + 1:
            self._add(path, EMPTY_LIST, "", opening)
        self._frames.append(Frame(self._frames[-1].scope, array=path))
        return self._entry(opening + 1)

    def _attribute(self, number: int) -> int:
        start = self._tokens.starts[number]
        line = _REST_OF_LINE.match(self._text, start) if start >= self._comment_to_php_7 else None
        if line:
            self._comment_to_php_7 = line.end()
        return self._tokens.closing[number] + 1

    def _comma(self, number: int) -> int:
        frame = self._frames[-1]
        frame.end_expression()
        return number + 1 if frame.array is None else self._entry(number + 1)

    # Values

    def _entry(self, number: int) -> int:
        """Take the entry of an array that begins here."""
        frame = self._frames[-1]
        if self._kinds[number] in (",", ")", "]"):
            return number
        arrow = self._values.arrow(number)
        key: Union[str, int, None]
        if arrow is not None:
            key, certain = self._values.key(number, arrow)
            frame.take_key(key if certain else None)
            number = arrow + 1
        else:
            if self._kinds[number] == OPERATOR and self._values.text(number) == ".":
                frame.take_key(None)
            key = frame.number()
        step = self._values.unnamed(number) if key is None else key
        return self._value(number, (frame.array or ()) + (step,))

    def _assigned(self, number: int, path: Path) -> int:
        """Take the value that begins here and is written to a place."""
        if self._frames[-1].scope.again:
            self.scan.repeated.add(path[:1])
        for length in range(1, len(path)):
            self._known.setdefault(path[:length], True)
        return self._value(number, path)

    def _value(self, number: int, path: Path) -> int:
        opening = self._values.array_at(number)
        is_array = opening is not None and self._kinds[self._tokens.closing[opening] + 1] in VALUE_ENDS
        known = self._known.get(path)
        if known is not None and (known or is_array):
            self.scan.repeated.add(path)
        self._known[path] = bool(known) or is_array
        if opening is not None and is_array:
            return self._enter_array(opening, path)
        self._add(path, *self._values.kind_and_value(number), number)
        return number

    def _add(self, path: Path, kind: str, value: str, number: int) -> None:
        start, style = self._tokens.starts[number], ""
        if kind == TEXT:
            literal = self._values.literal(number)
            start, style = self._tokens.ends[number] - len(literal), literal[0]
            if start < self._comment_to_php_7:
                kind = _COMMENT_TO_PHP_7
        self.scan.add(path, kind, value, start, self._tokens.ends[number], style)

    # Places that are written to

    def _variable(self, number: int) -> int:
        path, end = self._values.place(number, self._frames[-1].scope)
        if not path or self._kinds[end] not in ("=", COMPOUND):
            return number + 1
        if len(path) > MAX_DEPTH:
            expected = f"fewer than {MAX_DEPTH} indexes of one variable"
            raise malformed("PHP", self._text, self._tokens.starts[number], expected, self._where)
        if self._kinds[end] == "=":
            return self._assigned(end + 1, path)
        self._add(path, AN_EXPRESSION, "", number)
        return end + 1

    # Words

    def _name(self, number: int) -> int:
        frame = self._frames[-1]
        before, after = self._kinds[number - 1] if number else "", self._kinds[number + 1]
        if after == "=" and frame.constants:
            prefix = frame.scope.prefix if frame.members else "\\"
            return self._assigned(number + 2, (prefix + self._values.text(number),))
        if after in ("=", ":") or before in _MEMBER_SIGNS:
            return number + 1
        handler = self._words.get(self._values.word(number))
        return handler(number) if handler else number + 1

    def _const(self, number: int) -> int:
        self._frames[-1].constants = True
        return number + 1

    def _define(self, number: int) -> int:
        created = number and self._kinds[number - 1] == NAME and self._values.word(number - 1) == "new"
        if created or self._kinds[number + 1 : number + 4] != ["(", STRING, ","]:
            return number + 1
        self._group(number + 1)
        name, _certain = self._values.key(number + 2, number + 3)
        return self._assigned(number + 4, (f"\\{name}",))

    def _return(self, number: int) -> int:
        if self._kinds[number + 1] == ";":
            return number + 1
        return self._assigned(number + 1, (f"{self._frames[-1].scope.prefix}return",))

    # What sets or removes a variable without an assignment

    def _list(self, number: int) -> int:
        closing = self._tokens.closing.get(number + 1)
        if closing and self._kinds[closing + 1] == "=":
            self._note_targets(number + 1, closing, "list() that sets it")
        return number + 1

    def _foreach(self, number: int) -> int:
        closing = self._tokens.closing.get(number + 1, number)
        for named in range(number, closing):
            if self._kinds[named] == NAME and self._values.word(named) == "as":
                self._note_targets(named, closing, "foreach that sets it")
                break
        return number + 1

    def _unset(self, number: int) -> int:
        closing = self._tokens.closing.get(number + 1, number)
        self._note_targets(number, closing, "unset() after it", later_only=True)
        return number + 1

    def _note_targets(self, start: int, end: int, what: str, later_only: bool = False) -> None:
        """Note all variables between two tokens, without those in indexes; once, if such places are nested."""
        number = max(start, self._noted_up_to)
        while number < end:
            path: Path = ()
            after = number + 1
            if self._kinds[number] == VARIABLE:
                path, after = self._values.place(number, self._frames[-1].scope)
            if path:
                self.scan.notes.append(Note(path, what, self._tokens.starts[number], later_only))
            number = after
        self._noted_up_to = max(end, self._noted_up_to)
