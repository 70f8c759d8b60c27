# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Single values, keys of arrays and names of variables in PHP, from the tokens they are written with."""

import re
from typing import List, Optional, Tuple, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import A_NUMBER, TEXT, Path
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_frames import Scope
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_strings import string_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_tokens import (
    CAST,
    END,
    NAME,
    NUMBER,
    OPERATOR,
    STRING,
    TEMPLATE,
    VARIABLE,
    Tokens,
)

AN_EXPRESSION = "an expression, which PHP computes"
_FROM_ENVIRONMENT = "a look into the environment: the secret itself stands there, or in a .env file"
_OTHER_ESCAPES = "a string with escapes for something outside of ASCII"
_ONE_TOKEN = {
    NAME: "the name of a constant, which has its value elsewhere",
    VARIABLE: "a variable, which has its value elsewhere",
}
_TEMPLATES = {
    '"': "a string with variables in it",
    "`": "the output of a command",
    "<": "a text that begins with <<<",
}
_CONSTANTS = {"true": "a boolean", "false": "a boolean", "null": "null"}
_ENVIRONMENT_CALLS = ("env", "getenv")
_ENVIRONMENT_VARIABLES = ("$_ENV", "$_SERVER")
_OWN_CLASS = ("self", "static")

#: What follows a value that is nothing but its own tokens.
VALUE_ENDS = frozenset(",;)]}")

_LARGEST_INTEGER = 2**63 - 1
_INTEGER_TEXT = re.compile(r"(?:0|-?[1-9][0-9]{0,18})")
_OCTAL = re.compile(r"0[0-7]+")
_BASES = {"0x": 16, "0o": 8, "0b": 2}


def array_key(text: str) -> Union[str, int]:
    """Return the key that PHP makes of a string: ``"8"`` is the number 8, ``"08"`` stays."""
    if _INTEGER_TEXT.fullmatch(text) and abs(int(text)) <= _LARGEST_INTEGER:
        return int(text)
    return text


class Values:
    """The tokens of a text, as values and keys."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self._text = text
        self._tokens = tokens

    def text(self, number: int) -> str:
        """Return how a token is written."""
        return self._text[self._tokens.starts[number] : self._tokens.ends[number]]

    def word(self, number: int) -> str:
        """Return a name in lower case, without a leading backslash."""
        return self.text(number).lower().lstrip("\\")

    def literal(self, number: int) -> str:
        """Return how a string is written, in its quotes."""
        return self.text(number).lstrip("bB")

    def kind_and_value(self, number: int) -> Tuple[str, str]:
        """Return what the value that begins with a token is: kind and value as a file's leaf has them."""
        kind, text = self._tokens.kinds[number], self.text(number)
        if self._tokens.kinds[number + 1] not in VALUE_ENDS:
            from_environment = (
                text in _ENVIRONMENT_VARIABLES
                if kind == VARIABLE
                else kind == NAME and self._tokens.kinds[number + 1] == "(" and self.word(number) in _ENVIRONMENT_CALLS
            )
            return (_FROM_ENVIRONMENT if from_environment else AN_EXPRESSION, "")
        if kind == STRING:
            value = string_value(self.literal(number))
            return (_OTHER_ESCAPES, text) if value is None else (TEXT, value)
        if kind == NUMBER:
            return (A_NUMBER, text)
        if kind == TEMPLATE:
            return (_TEMPLATES[text.lstrip("bB")[0]], text)
        return (_CONSTANTS.get(text.lower()) or _ONE_TOKEN.get(kind, AN_EXPRESSION), text)

    def key(self, start: int, end: int) -> Tuple[Union[str, int], bool]:
        """Return the key of an array that tokens stand for, and whether it is known what PHP makes of it.

        The name of a constant stands for its value. Anything else gets a name that nobody can say.
        """
        kinds = self._tokens.kinds[start:end]
        if kinds == [STRING]:
            value = string_value(self.literal(start))
            return (self.unnamed(start), False) if value is None else (array_key(value), True)
        if kinds == [NUMBER] or (kinds == [OPERATOR, NUMBER] and self.text(start) == "-"):
            integer = self._integer(end - 1)
            if integer is not None:
                return integer if len(kinds) == 1 else -integer, True
        if kinds in ([NAME], [NAME, "::", NAME]) and self.word(start) not in _CONSTANTS:
            return "".join(self.text(number) for number in range(start, end)), False
        return self.unnamed(start), False

    def array_at(self, number: int) -> Optional[int]:
        """Return the bracket of the array that begins with a token, perhaps after ``(object)`` or ``array``."""
        kinds = self._tokens.kinds
        if kinds[number] == CAST and self.text(number).strip("() \t").lower() in ("array", "object"):
            number += 1
        if kinds[number] == "[":
            return number
        return (
            number + 1 if kinds[number] == NAME and kinds[number + 1] == "(" and self.word(number) == "array" else None
        )

    def arrow(self, number: int) -> Optional[int]:
        """Return the ``=>`` after the key of the entry that begins with a token; None if it has no key."""
        kinds, closing = self._tokens.kinds, self._tokens.closing
        while kinds[number] != "=>":
            if kinds[number] in VALUE_ENDS or kinds[number] == END:
                return None
            if kinds[number] == NAME and self.word(number) in ("fn", "yield"):
                return None
            number = closing.get(number, number) + 1
        return number

    def place(self, number: int, scope: Scope) -> Tuple[Path, int]:
        """Return what the variable at a token stands for, with its indexes and properties, and the end of these.

        There is no path if only PHP can tell.
        """
        kinds = self._tokens.kinds
        name, end = self._variable(number, scope)
        steps: List[Union[str, int]] = []
        while name and kinds[end] in ("[", "->"):
            if kinds[end] == "[":
                closing = self._tokens.closing[end]
                steps.append(self.key(end + 1, closing)[0])
                end = closing + 1
            elif kinds[end + 1] == NAME:
                steps.append(self.text(end + 1))
                end += 2
            else:
                name = ""
        if name == "$GLOBALS" and steps:
            name = f"${steps.pop(0)}"
        return ((name, *steps) if name else ()), end

    def _variable(self, number: int, scope: Scope) -> Tuple[str, int]:
        """Return the name of the variable or the property of a class at a token, and its end."""
        kinds = self._tokens.kinds
        before, name, end = kinds[number - 1] if number else "", self.text(number), number + 1
        if before in ("->", "?->") or (before == OPERATOR and self.text(number - 1) == "$"):
            return "", end
        if before == "::":
            owner = self.text(number - 2).rpartition("\\")[2] if kinds[number - 2] == NAME else ""
            prefix = scope.class_prefix if owner.lower() in _OWN_CLASS else f"{owner}::"
            return (f"{prefix}{name}" if owner else ""), end
        if name == "$this" and scope.class_prefix and kinds[end : end + 2] == ["->", NAME]:
            return f"{scope.class_prefix}${self.text(end + 1)}", end + 2
        return scope.variable(name), end

    @staticmethod
    def unnamed(number: int) -> str:
        """Return a name for what begins with a token, which nothing else in the file has."""
        return f"{{{number}}}"

    def _integer(self, number: int) -> Optional[int]:
        digits = self.text(number).replace("_", "").lower()
        base = _BASES.get(digits[:2], 8 if _OCTAL.fullmatch(digits) else 10)
        try:
            integer = int(digits, base)
        except ValueError:
            return None
        return integer if integer <= _LARGEST_INTEGER else None
