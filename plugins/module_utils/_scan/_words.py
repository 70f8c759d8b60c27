# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets that nobody knows, in text that no format takes apart; and what is a comment in it. Pure."""

import re
from typing import Iterator, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import (
    is_literal,
    names_a_secret,
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
_PAIRS = (("<!--", "-->"), ("/*", "*/"))


class Word(NamedTuple):
    """A value in a text; ``name`` is what it is assigned to, or empty."""

    name: str
    value: str
    start: int


def shaped_words(text: str) -> Iterator[Word]:
    """Yield what has the form of a newer secret, outside of comments."""
    for match in shaped_in(text):
        if not in_comment(text, match.start()):
            yield Word("", match.group(), match.start())


def assigned_words(text: str) -> Iterator[Word]:
    """Yield literal values at names of client secrets, outside of comments."""
    for match in _ASSIGNMENT.finditer(text):
        name, sign, _quote, quoted, bare = match.groups()
        value = quoted or bare
        if not names_a_secret(name) or sign == "==" or not is_literal(value) or (bare and not _MIXED.match(bare)):
            continue
        start = match.start(4 if quoted else 5)
        if not in_comment(text, start):
            yield Word(name, value, start)


def in_comment(text: str, position: int) -> bool:
    """Tell whether a place is in a comment of one of the languages that are about."""
    line_start = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1
    before = text[line_start:position]
    if _COMMENT_LINE.match(before) or _COMMENT_AFTER.search(before):
        return True
    # A shell's /etc/* begins none.
    return any(
        text.rfind(opened, 0, position) > text.rfind(closed, 0, position) and text.find(closed, position) >= 0
        for opened, closed in _PAIRS
    )
