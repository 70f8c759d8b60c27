# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Words of shell scripts: where they end, with the quotes and substitutions in them."""

import re
from typing import Callable

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Scan, malformed

#: Substitutions inside of one another; far below where Python would exhaust its stack.
MAX_DEPTH = 30

SET_INSIDE = "a value that is set inside of backquotes"

#: A run of characters that mean nothing to the shell, quoted or not: most words are one such run.
_RUN = re.compile(r"""(?:[^ \t\n|&;()<>'"\\$`]+|'[^']*'|\\.|"[^"\\$`]*(?:\\.[^"\\$`]*)*")*""", re.DOTALL)
_RUN_IN_DOUBLE_QUOTES = re.compile(r'(?:[^"\\$`]+|\\.)*', re.DOTALL)
_RUN_IN_BRACES = re.compile(r"""(?:[^}'"\\$`]+|\\.)*""", re.DOTALL)
_RUN_IN_PARENTHESES = re.compile(r"""(?:[^()'"\\$`]+|\\.)*""", re.DOTALL)
_SINGLE_QUOTES = re.compile(r"'[^']*'")
#: Where it does not matter whether the quotes are any.
_IDLE_QUOTES = re.compile(r"""'[^'"`$\\{}]*(?:\\[A-Za-z0-9][^'"`$\\{}]*)*'""")
_ANSI_QUOTES = re.compile(r"\$'[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL)
_BACKQUOTES = re.compile(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
_COMMENT_IN_BACKQUOTES = re.compile(r"[\s;&|(`]#")
_BRACKETS = re.compile(r"\$\[[A-Za-z0-9_+*/%-]*\]")
_IN_CONDITION = re.compile(r"""[^ \t\n'"\\$`;&|()<>]+|[ \t\n;&|()<>]|\\.""", re.DOTALL)
_AROUND_WORDS = " \t\n;&|()<>"
_SET_INSIDE = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)\+?=")


class Words:
    """Finds the ends of words. Every method takes the position where its part begins and returns where it ends."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = Scan()
        self._depth = 0

    def commands(self, start: int) -> int:
        """Take commands up to the parenthesis that ends them, and that."""
        raise NotImplementedError

    def word(self, start: int) -> int:
        """Take a word, with all quotes and substitutions in it."""
        position = start
        while True:
            position = self._run(_RUN, position)
            sign = self.text[position : position + 1]
            if sign == "(" and position > start and self.text[position - 1] in "?*+@!":
                position = self._nested(self._alternatives, position + 1)
            elif sign in ("<", ">") and self.text.startswith("(", position + 1):
                position = self._nested(self.commands, position + 2)
            elif sign in ("'", '"', "\\", "$", "`"):
                position = self.special(position)
            else:
                return position

    def special(self, start: int) -> int:
        """Take one quote, escape or substitution outside of quotes."""
        sign = self.text[start]
        if sign == "'":
            return self._match(_SINGLE_QUOTES, start, "a closing ' for this one")
        if sign == '"':
            return self._double_quotes(start + 1)
        if sign == "$":
            return self._dollar(start, False)
        if sign == "`":
            return self._backquotes(start)
        raise self.malformed(start, "a character after the last backslash")

    def arithmetic(self, start: int) -> int:
        """Take an expression up to the two parentheses that end it, and those."""
        position, depth = start, 0
        while True:
            position = self._run(_RUN_IN_PARENTHESES, position)
            sign = self.text[position : position + 1]
            if sign == "(":
                depth, position = depth + 1, position + 1
            elif sign == ")" and depth:
                depth, position = depth - 1, position + 1
            elif sign == ")" and self.text.startswith("))", position):
                return position + 2
            elif sign in ("", ")", "'", "\\"):
                raise self.malformed(position, "an expression that ends with )), or a space between the first two (")
            else:
                position = self.special(position)

    def condition(self, start: int) -> int:
        """Take the inside of ``[[ ... ]]``, and its end."""
        position = start
        while position < len(self.text):
            match = _IN_CONDITION.match(self.text, position)
            if not match:
                position = self.special(position)
                continue
            begins_word = self.text[position - 1] in _AROUND_WORDS
            position = match.end()
            if begins_word and match.group() == "]]" and self.text[position : position + 1] in _AROUND_WORDS:
                return position
            if begins_word and match.group().startswith("#"):
                raise self.malformed(match.start(), "no comment in a condition")
        raise self.malformed(start - 2, "a closing ]] for this condition")

    def malformed(self, position: int, expected: str) -> Exception:
        """Return the refusal of a construct that cannot be followed for sure."""
        return malformed("shell", self.text, position, expected, self.where)

    def _alternatives(self, start: int) -> int:
        """Take the inside of an extended pattern such as ``@(a|b)``."""
        position, depth = start, 1
        while depth:
            position = self._run(_RUN_IN_PARENTHESES, position)
            sign = self.text[position : position + 1]
            if sign in ("(", ")"):
                depth, position = depth + (1 if sign == "(" else -1), position + 1
            elif sign:
                position = self.special(position)
            else:
                raise self.malformed(start, "a closing parenthesis for this pattern")
        return position

    def _double_quotes(self, start: int) -> int:
        position = start
        while True:
            position = self._run(_RUN_IN_DOUBLE_QUOTES, position)
            sign = self.text[position : position + 1]
            if sign == '"':
                return position + 1
            if sign == "$":
                position = self._dollar(position, True)
            elif sign == "`":
                position = self._backquotes(position)
            else:
                raise self.malformed(start - 1, 'a closing " for this one')

    def _dollar(self, start: int, quoted: bool) -> int:
        text, after = self.text, start + 1
        sign = text[after : after + 1]
        if text.startswith("((", after):
            return self._nested(self.arithmetic, after + 2)
        if sign == "(":
            return self._nested(self.commands, after + 1)
        if sign == "{":
            return self._nested(self._quoted_braces if quoted else self._braces, after + 1)
        if sign == "'" and not quoted:
            return self._match(_ANSI_QUOTES, start, "a closing ' for this one")
        if sign == "[":
            return self._match(_BRACKETS, start, "$((...)) instead of $[...]")
        if text.startswith("\\\n", after):
            raise self.malformed(start, "no line end directly after $")
        return after + 1 if sign and sign in "?!#*@$-0123456789" else after

    def _braces(self, start: int) -> int:
        return self._parameter(start, _SINGLE_QUOTES)

    def _quoted_braces(self, start: int) -> int:
        return self._parameter(start, _IDLE_QUOTES)

    def _parameter(self, start: int, quotes: "re.Pattern[str]") -> int:
        """Take the inside of ``${...}``; shells differ in whether there are single quotes in double ones."""
        if self.text[start : start + 1] in (" ", "\t", "\n", "|", "\\"):
            raise self.malformed(start, "a name after ${")
        position = start
        while True:
            position = self._run(_RUN_IN_BRACES, position)
            sign = self.text[position : position + 1]
            if sign == "}":
                return position + 1
            if sign == "'":
                position = self._match(quotes, position, "no single quote in ${...} that shells read differently")
            elif sign == "$":
                position = self._dollar(position, quotes is _IDLE_QUOTES)
            elif sign:
                position = self.special(position)
            else:
                raise self.malformed(start - 2, "a closing } for ${")

    def _backquotes(self, start: int) -> int:
        """Take a substitution of the old kind, and note what it seems to set."""
        end = self._match(_BACKQUOTES, start, "a closing backquote for this one")
        if _COMMENT_IN_BACKQUOTES.search(self.text, start, end):
            raise self.malformed(start, "$(...) instead of backquotes with a comment")
        for name in _SET_INSIDE.finditer(self.text, start, end):
            self.scan.add((name.group(1),), SET_INSIDE, "", name.end(), name.end())
        return end

    def _nested(self, take: Callable[[int], int], start: int) -> int:
        if self._depth == MAX_DEPTH:
            raise self.malformed(start, f"at most {MAX_DEPTH} substitutions inside of one another")
        self._depth += 1
        end = take(start)
        self._depth -= 1
        return end

    def _run(self, pattern: "re.Pattern[str]", start: int) -> int:
        match = pattern.match(self.text, start)
        return match.end() if match else start

    def _match(self, pattern: "re.Pattern[str]", start: int, expected: str) -> int:
        match = pattern.match(self.text, start)
        if not match:
            raise self.malformed(start, expected)
        return match.end()
