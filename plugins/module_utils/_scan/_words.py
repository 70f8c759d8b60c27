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
#: A setting within a longer text.
_PART = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,80})=((?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{12,200})(?![\w.(\[-])", re.ASCII)
_SECRET = re.compile("secret", re.IGNORECASE)
_LONGEST_NAME = 80
_NAME_BEFORE = re.compile(r"[A-Za-z_][\w.:-]*\Z", re.ASCII)
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])")
_COMMENT_LINE = re.compile(r"[ \t]*(?:#|//|;|--[ \t]|/\*|<!--|!|(?:REM|rem)\b|dnl\b)")
_COMMENT_AFTER = re.compile(r"[ \t](?:#|//|--)[ \t]")
_PAIRS = (("<!--", "-->"), ("/*", "*/"))
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
        for start in _names_in(self._text):
            match = _ASSIGNMENT.match(self._text, start)
            if not match:
                continue
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
            self._comments = sorted(_long_comments(self._text))
        number = bisect_right(self._comments, (position, len(self._text))) - 1
        return number >= 0 and self._comments[number][0] < position < self._comments[number][1]


def parts_in(text: str) -> Iterator[Tuple[str, str]]:
    """Yield names of client secrets with their values, as in the query of an address or the arguments of a command."""
    for start in _names_in(text):
        part = _PART.match(text, start)
        if part:
            yield part.group(1), part.group(2)


def _names_in(text: str) -> Iterator[int]:
    """Yield where the names begin that have the word secret in them; to look for any name takes far longer."""
    last = -1
    for match in _SECRET.finditer(text):
        start = match.start()
        before = _NAME_BEFORE.search(text, max(start - _LONGEST_NAME, 0), start)
        begin = before.start() if before else start
        if begin > last:
            last = begin
            yield begin


def _long_comments(text: str) -> Iterator[Tuple[int, int]]:
    """Yield comments that may have several lines. What is not ended is none: a shell's /etc/* for example."""
    for opened, closed in _PAIRS:
        start = text.find(opened)
        while start >= 0:
            end = text.find(closed, start + len(opened))
            if end < 0:
                break
            yield start, end + len(closed)
            start = text.find(opened, end + len(closed))
