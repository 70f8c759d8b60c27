# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""PHP's strings in quotes: what they say, how to write them, and a second way to find them all, for the proof."""

import re
from typing import List, Optional, Tuple

_SINGLE_ESCAPE = re.compile(r"\\([\\'])")
_DOUBLE_ESCAPE = re.compile(r"\\(?:([nrtvef\\$\"])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u\{([0-9A-Fa-f]+)\}|u(?=\{))")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
_TO_ESCAPE = {"'": re.compile(r"([\\'])"), '"': re.compile(r"([\\\"$])")}
_LAST_ASCII = 0x7F


def string_value(literal: str) -> Optional[str]:
    """Return what a string in quotes says; None if an escape stands for a byte outside of ASCII, or for none."""
    inside = literal[1:-1]
    if "\\" not in inside:
        return inside
    if literal[0] == "'":
        return _SINGLE_ESCAPE.sub(r"\1", inside)
    if any(_code(escape) > _LAST_ASCII for escape in _DOUBLE_ESCAPE.finditer(inside)):
        return None
    return _DOUBLE_ESCAPE.sub(lambda escape: chr(_code(escape)), inside)


def _code(escape: "re.Match[str]") -> int:
    letter, octal, hexadecimal, point = escape.groups()
    if letter:
        return ord(_CONTROL.get(letter, letter))
    if octal:
        # PHP keeps the lowest eight bits of three digits.
        return int(octal, 8) & 0xFF
    return int(hexadecimal or point or "80", 16)


def quoted(value: str, quote: str) -> str:
    """Return ``value`` as a string in these quotes."""
    return quote + _TO_ESCAPE[quote].sub(r"\\\1", value) + quote


_OPEN_TAG = re.compile(r"<\?(?:=|php)", re.IGNORECASE)
#: Where code may go over into something else, and braces.
_IN_CODE = re.compile(r"""['"`#/?<{}_]""")
_COMMENT = re.compile(r"[^\r\n?]*(?:\?(?!>)[^\r\n?]*)*")
_HALT = re.compile(r"(?i)(?<![0-9A-Za-z_\x80-\U0010ffff$\\])(?<!->)__halt_compiler(?![0-9A-Za-z_\x80-\U0010ffff\\])")
#: Where the text of a string may end, hide its next character, or go over into code.
_IN_STRING = {quote: re.compile(rf"[\\{quote}{signs}]") for quote, signs in (("'", ""), ('"', "{$"), ("`", "{$"))}
_IN_HEREDOC = re.compile(r"[\\{$\r\n]")
_LABEL = re.compile(r"[A-Za-z_\x80-\U0010ffff]")
_REST_OF_LABEL = re.compile(r"[0-9A-Za-z_\x80-\U0010ffff]")
_BLANKS = re.compile(r"[ \t]*")
_HEREDOC = re.compile(rf"""<<<[ \t]*(['"]?)({_LABEL.pattern}{_REST_OF_LABEL.pattern}*)\1[\r\n]""")


def strings_in(text: str) -> List[Tuple[int, int]]:
    """Return start and end of every string in quotes without variables, outside of other strings.

    This is a second reading, from sign to sign, which shares nothing with the tokens. Of a text that they refuse, it
    returns anything.
    """
    walk = _Walk(text)
    walk.code(walk.tag(0))
    return walk.found


class _Walk:
    """One walk over a text. Methods take the position where their part begins, and return where it ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: List[Tuple[int, int]] = []
        #: How many strings are around.
        self._depth = 0

    def tag(self, position: int) -> int:
        """Return where code begins."""
        tag = _OPEN_TAG.search(self.text, position)
        return tag.end() if tag else len(self.text)

    def code(self, position: int) -> int:
        """Walk to the end of the file, or over the brace that ends code inside of a string."""
        braces = 0
        while True:
            found = _IN_CODE.search(self.text, position)
            if not found:
                return len(self.text)
            sign, position = found.group(), found.end()
            if sign == "{":
                braces += 1
            elif sign == "}":
                braces -= 1
                if self._depth and braces < 0:
                    return position
            elif sign in "'\"`":
                position = self._quoted(position, sign)
            else:
                position = self._other(position, sign)

    def _other(self, position: int, sign: str) -> int:
        text, start = self.text, position - 1
        if sign == "?":
            return self.tag(position) if text.startswith(">", position) else position + text.startswith("?", position)
        if text.startswith("/*", start):
            return text.index("*/", position + 1) + 2
        if text.startswith("//", start) or (sign == "#" and not text.startswith("[", position)):
            comment = _COMMENT.match(text, position)
            return comment.end() if comment else position
        heredoc = _HEREDOC.match(text, start)
        if heredoc:
            return self._heredoc(heredoc.end() - 1, heredoc.group(2), heredoc.group(1) == "'")
        return len(text) if _HALT.match(text, start) else position

    def _quoted(self, inside: int, quote: str) -> int:
        position, plain = inside, quote != "`"
        while True:
            found = _IN_STRING[quote].search(self.text, position)
            if not found or found.group() == quote:
                break
            code = self._code_at(found)
            plain = plain and code is None
            position = code or found.end() + (found.group() == "\\")
        end = found.end() if found else len(self.text)
        if plain and not self._depth:
            self.found.append((inside - 1, end))
        return end

    def _heredoc(self, line_end: int, label: str, nowdoc: bool) -> int:
        position = line_end
        while True:
            found = _IN_HEREDOC.search(self.text, position)
            if not found:
                return len(self.text)
            position = found.end()
            if found.group() in "\r\n":
                blanks = _BLANKS.match(self.text, position)
                name = blanks.end() if blanks else position
                if self.text.startswith(label, name) and not _REST_OF_LABEL.match(self.text, name + len(label)):
                    return name + len(label)
            elif found.group() == "\\":
                position += self.text[position : position + 1] not in ("\r", "\n")
            elif not nowdoc:
                position = self._code_at(found) or position

    def _code_at(self, found: "re.Match[str]") -> Optional[int]:
        """Return where the code ends that begins with a sign in a string; None if none does."""
        text, position = self.text, found.end()
        if found.group() == "$" and _LABEL.match(text, position):
            return position
        if not text.startswith(("{$", "${"), found.start()):
            return None
        self._depth += 1
        end = self.code(position if found.group() == "{" else position + 1)
        self._depth -= 1
        return end
