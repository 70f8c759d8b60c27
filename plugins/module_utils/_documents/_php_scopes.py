# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Whose names are used at a token of a PHP file: brackets, classes and functions, while the tokens are walked over."""

from typing import List, Set

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_frames import Frame, Scope
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_tokens import (
    END,
    NAME,
    OPERATOR,
    VARIABLE,
    Tokens,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_values import Values


class Scopes:
    """Handlers take the number of a token, and return that of the next one to look at."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self._tokens = tokens
        self._kinds = tokens.kinds
        self._values = Values(text, tokens)
        self._frames: List[Frame] = [Frame(Scope("", "", set(), False))]
        self._prefixes: Set[str] = set()

    def _group(self, number: int) -> int:
        self._frames.append(Frame(self._frames[-1].scope))
        return number + 1

    def _brace(self, number: int) -> int:
        frame = self._frames[-1]
        body, frame.body = frame.body, None
        if body is None and frame.members:
            # The hooks of a property: their variables are their own.
            body = Frame(frame.scope._replace(prefix=f"{frame.scope.prefix}{self._values.unnamed(number)}::"))
        self._frames.append(body or Frame(frame.scope))
        return number + 1

    def _close(self, number: int) -> int:
        self._frames.pop()
        return number + 1

    def _semicolon(self, number: int) -> int:
        frame = self._frames[-1]
        frame.end_expression()
        frame.body, frame.constants = None, False
        return number + 1

    def _class(self, number: int) -> int:
        after, name = self._kinds[number + 1], self._values.unnamed(number)
        named = after == NAME and self._values.word(number + 1) not in ("extends", "implements")
        if named:
            name = self._values.text(number + 1)
        elif self._values.word(number) != "class" or after not in (NAME, "(", "{"):
            return number + 1
        self._frames[-1].body = Frame(self._scope(f"{name}::", f"{name}::"), members=True)
        return number + 2 if named else number + 1

    def _function(self, number: int) -> int:
        frame, parameters = self._frames[-1], number + 1
        if self._kinds[parameters] == OPERATOR:
            parameters += 1
        name = ""
        if self._kinds[parameters] == NAME:
            name = self._values.text(parameters)
            parameters += 1
        if self._kinds[parameters] != "(":
            return number + 1
        prefix = frame.scope.class_prefix if frame.members else ""
        prefix += f"{name}()::" if name else f"{self._values.unnamed(number)}::"
        frame.body = Frame(self._scope(prefix, frame.scope.class_prefix))
        return self._tokens.closing[parameters] + 1

    def _arrow_function(self, number: int) -> int:
        frame = self._frames[-1]
        parameters = number + 2 if self._kinds[number + 1] == OPERATOR else number + 1
        if self._kinds[parameters] != "(":
            return number + 1
        frame.scope = self._scope(f"{self._values.unnamed(number)}::", frame.scope.class_prefix)
        return self._tokens.closing[parameters] + 1

    def _scope(self, prefix: str, class_prefix: str) -> Scope:
        again = self._frames[-1].scope.again or prefix in self._prefixes
        self._prefixes.add(prefix)
        return Scope(prefix, class_prefix, set(), again)

    def _global(self, number: int) -> int:
        shared = self._frames[-1].scope.shared
        number += 1
        while self._kinds[number] in (VARIABLE, ","):
            shared.add(self._values.text(number))
            number += 1
        return number

    def _use(self, number: int) -> int:
        """Skip an import, the use of a trait, or the variables that a closure takes along."""
        number += 1
        while self._kinds[number] not in (";", "{", "(", END):
            number += 1
        return number if self._kinds[number] in (";", END) else self._tokens.closing[number] + 1
