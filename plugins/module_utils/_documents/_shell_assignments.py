# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Words of shell scripts that set a variable."""

import re

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_values import ANSI, literal
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_words import Words

#: The style of values that end before a quote which began before the name: ``export "NAME=value"``.
INSIDE = {"'": "inside of '", '"': 'inside of "'}

_LIST = "a list"
_ENTRY = "an entry of a list"
_APPENDED = "a text that += appends"
_CONVERTED = "a variable that is declared with other options than -g, -r and -x"
_NAME_IN_QUOTES = "a value in quotes that begin in its name"
_ONLY_SOME_SHELLS = "a value in $'...', which only some shells understand (and no first line names bash)"

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[.*?\])?(\+?)=", re.DOTALL)
_QUOTED_ASSIGNMENT = re.compile(r"""(['"])([A-Za-z_][A-Za-z0-9_]*)=""")
_ONE_QUOTE = re.compile(r"""'[^']*'|"[^"\\$`]*(?:\\.[^"\\$`]*)*\"""", re.DOTALL)
_BLANKS_AND_COMMENTS = re.compile(r"(?:[ \t\n]+|\\\n|(?<=[ \t\n(])#[^\n]*)*")
_NAMES_BASH = re.compile(r"#![^\n]*\b(?:bash|ksh|zsh)\b")


class Assignments(Words):
    """Adds what sets a variable to the scan."""

    def __init__(self, text: str, where: str) -> None:
        super().__init__(text, where)
        self._knows_ansi = bool(_NAMES_BASH.match(text))

    def assignment(self, start: int, end: int, argument: bool = False, plain: bool = True) -> int:
        """Take the word between ``start`` and ``end`` if it sets a variable, and a list that follows it; else return 0.

        :param argument: whether it is an argument of a command such as ``export``.
        :param plain: whether that command takes the value as it is.
        """
        match = _ASSIGNMENT.match(self.text, start, end)
        if not match:
            if "\\\n" in self.text[start:end] and _ASSIGNMENT.match(self.text[start:end].replace("\\\n", "")):
                raise self.malformed(start, "a name within one line")
            return 0
        name, entry, append = match.groups()
        value_start = match.end()
        if value_start == end and self.text.startswith("(", end):
            end = self._list(end + 1)
            kind, value, style = _LIST, "", ""
        else:
            kind, value, style = literal(self.text[value_start:end], argument)
        for applies, other in (
            (entry, _ENTRY),
            (append, _APPENDED),
            (not plain, _CONVERTED),
            (style == ANSI and not self._knows_ansi, _ONLY_SOME_SHELLS),
        ):
            if applies and kind == TEXT:
                kind = other
        self.scan.add((name,), kind, value, value_start, end, style)
        return end

    def argument(self, start: int, end: int, plain: bool) -> int:
        """Take an argument that may set a variable, as :meth:`assignment`; in arguments, the name may be in quotes."""
        taken = self.assignment(start, end, True, plain)
        if taken:
            return taken
        raw = self.text[start:end]
        if "=" not in raw or not set("'\"\\") & set(raw):
            return 0
        kind, whole, _style = literal(raw, True)
        quoted = _QUOTED_ASSIGNMENT.match(raw)
        named = quoted or _ASSIGNMENT.match(whole)
        if not named:
            return 0
        if not plain:
            kind = _CONVERTED
        elif kind == TEXT and not (quoted and _ONE_QUOTE.fullmatch(raw)):
            kind = _NAME_IN_QUOTES
        if kind == TEXT and quoted:
            value_start = start + quoted.end()
            value = whole[len(quoted.group(2)) + 1 :]
            self.scan.add((quoted.group(2),), TEXT, value, value_start, end - 1, INSIDE[quoted.group(1)])
        else:
            self.scan.add((named.group(2 if quoted else 1),), kind, "", start, end)
        return end

    def _list(self, start: int) -> int:
        """Take the entries of a list, and the parenthesis that ends it."""
        position = self._run(_BLANKS_AND_COMMENTS, start)
        while not self.text.startswith(")", position):
            end = self.word(position)
            if end == position:
                raise self.malformed(start - 1, "words and a closing parenthesis after this one")
            position = self._run(_BLANKS_AND_COMMENTS, end)
        return position + 1
