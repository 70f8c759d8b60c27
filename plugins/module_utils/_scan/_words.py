# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets that nobody knows, in text that no format takes apart; and what is a comment in it. Pure."""

import re
from bisect import bisect_right
from typing import Iterator, List, NamedTuple, Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import (
    is_literal,
    names_a_secret,
    names_another_product,
    shaped_in,
)

#: A name, a sign and a value; the value in quotes, or one with the letters of secrets.
_ASSIGNMENT = re.compile(
    r"""([A-Za-z_][\w.:-]{0,80}?)\\?["'\])]?[ \t]*(=>|:=|==|[=:,]|(?=[ \t]["']))[ \t]*"""
    r"""(?:\\?(["'])([^\s"'\\]{8,200})\\?\3|([A-Za-z0-9_-]{12,200})(?![\w.(\[-]))""",
    re.ASCII,
)
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])")
_COMMENT_LINE = re.compile(r"[ \t]*(?:#|//|;|--[ \t]|/\*|<!--|!|(?:REM|rem)\b|dnl\b)")
_COMMENT_AFTER = re.compile(r"[ \t](?:#|//|--)[ \t]")
#: A shell's /etc/* begins none: what is not ended is no comment.
_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.DOTALL)
_NEAR = 1000


class Word(NamedTuple):
    """A value in a text; ``name`` is what it is assigned to, or empty."""

    name: str
    value: str
    start: int


class Words:
    """The words of a text. Large files have many: what is a comment is looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        #: Where comments of several lines begin, and end.
        self._comments: Optional[List[Tuple[int, int]]] = None

    def shaped(self) -> Iterator[Word]:
        """Yield what has the form of a newer secret."""
        return (Word("", match.group(), match.start()) for match in shaped_in(self._text))

    def assigned(self) -> Iterator[Word]:
        """Yield literal values at names of client secrets."""
        for match in _ASSIGNMENT.finditer(self._text):
            name, sign, _quote, quoted, bare = match.groups()
            value = quoted or bare
            is_meant = names_a_secret(name) and not names_another_product(name) and sign != "=="
            if not is_meant or not is_literal(value) or (bare and not _MIXED.match(bare)):
                continue
            yield Word(name, value, match.start(4 if quoted else 5))

    def before(self, position: int) -> str:
        """Return what stands before a place in its line, as far as it matters."""
        return re.split(r"[\r\n]", self._text[max(position - _NEAR, 0) : position])[-1]

    def in_comment(self, position: int) -> bool:
        """Tell whether a place is in a comment of one of the languages that are about."""
        before = self.before(position)
        if _COMMENT_LINE.match(before) or _COMMENT_AFTER.search(before):
            return True
        if self._comments is None:
            self._comments = [match.span() for match in _COMMENT.finditer(self._text)]
        number = bisect_right(self._comments, (position, len(self._text))) - 1
        return number >= 0 and self._comments[number][0] < position < self._comments[number][1]
