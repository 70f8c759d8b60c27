# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The lines of a Java properties file, read twice: a reading of natural lines, and one by an expression."""

import io
import re
from typing import List, NamedTuple, Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import malformed

#: A backslash at the end of a line (or of the file) joins it with the next one, less the indentation of that.
_JOIN_PATTERN = r"\\(?:\r\n?|\n|\Z)[ \t\f]*"
#: One logical line: a comment, or key (1), separator (2) and value (3), all of them empty in a blank line.
_LINE = re.compile(
    r"[ \t\f]*(?:[#!][^\r\n]*|"
    rf"((?:[^\\=: \t\f\r\n]+|\\[^\r\n]|{_JOIN_PATTERN})*)"
    rf"((?:[ \t\f]|{_JOIN_PATTERN})*(?:[=:](?:[ \t\f]|{_JOIN_PATTERN})*)?)"
    rf"((?:[^\\\r\n]+|\\[^\r\n]|{_JOIN_PATTERN})*)"
    r")(?:\r\n|\r|\n|\Z)"
)
_JOIN_OR_ESCAPE = re.compile(rf"({_JOIN_PATTERN})|\\[^\r\n]")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_JOINS = re.compile(r"\\(?:[\r\n]|\Z)")
_SPACES = " \t\f"
_SPACES_AND_JOINS = " \t\f\r\n\\"
_CONTROL = {"t": "\t", "r": "\r", "n": "\n", "f": "\f"}


class Entry(NamedTuple):
    """Key and value as Java reads them; ``start`` and ``end`` are those of the value in its line."""

    key: str
    value: str
    start: int
    end: int
    separator: str


def logical_lines(text: str) -> List[str]:
    """Split a text into its lines, each with what a backslash joins to it, and with its line end."""
    natural = list(io.StringIO(text, newline=""))
    if not _JOINS.search(text):
        return natural
    lines: List[str] = []
    pieces: List[str] = []
    for line in natural:
        is_comment = not pieces and line.lstrip(_SPACES)[:1] in ("#", "!")
        pieces.append(line)
        if is_comment or not _is_continued(line.rstrip("\r\n")):
            lines.append("".join(pieces))
            pieces = []
    return lines + ["".join(pieces)] if pieces else lines


def entry_of(line: str, text: str, start: int, where: str) -> Optional[Entry]:
    """Return what is written in a logical line, which stands at ``start`` of ``text``; None if it has no entry.

    :raises Refusal: Java refuses it, or its versions differ in reading it.
    """
    match = _LINE.match(line)
    if not match or match.end() != len(line):
        raise malformed("properties", text, start, "a line that two readings see alike", where)
    raw_key, separator, raw_value = match.groups()
    if not (raw_key or separator or raw_value):
        return None
    if raw_key.startswith("\\") and _joined(raw_key)[:1] in ("#", "!"):
        expected = "no comment after a line with nothing but a backslash: versions of Java differ in reading it"
        raise malformed("properties", text, start + match.start(1), expected, where)
    if not (raw_value or _joined(raw_key) or separator.strip(_SPACES_AND_JOINS)):
        return None
    key = _unescaped(raw_key, text, start + match.start(1), where)
    value = _unescaped(raw_value, text, start + match.start(3), where)
    return Entry(key, value, match.start(3), match.end(3), separator)


def _joined(raw: str) -> str:
    """Return the text with its lines joined and its escapes as they are."""
    if "\\" not in raw:
        return raw
    return _JOIN_OR_ESCAPE.sub(lambda match: "" if match.group(1) is not None else match.group(), raw)


def _unescaped(raw: str, text: str, start: int, where: str) -> str:
    """Return what Java reads for ``raw``, which stands at ``start`` of ``text``."""
    if "\\" not in raw:
        return raw

    def character(escape: "re.Match[str]") -> str:
        code, other = escape.groups()
        if code is not None:
            return chr(int(code, 16))
        if other == "u":
            expected = "four hexadecimal digits after each \\u of this key or value"
            raise malformed("properties", text, start, expected, where)
        return _CONTROL.get(other, other)

    return _ESCAPE.sub(character, _joined(raw))


def _is_continued(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


# The second reading.

_LOGICAL_LINE = re.compile(
    r"[ \t\f]*[#!][^\r\n]*(?:\r\n?|\n|\Z)"
    r"|[^\\\r\n]*(?:\\(?:\r\n|[\s\S]|\Z)[^\\\r\n]*)*(?:\r\n?|\n|\Z)"
)


def logical_lines_again(text: str) -> List[str]:
    """Return the same as :func:`logical_lines`."""
    lines = _LOGICAL_LINE.findall(text)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def entry_again(line: str) -> Tuple[str, str]:
    """Return key and value of a logical line that has an entry, character by character, as Java does it."""
    said = ""
    for piece in line.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        stripped = piece.lstrip(_SPACES)
        said += stripped[:-1] if _is_continued(stripped) else stripped
    texts = ["", ""]
    position = in_value = 0
    while position < len(said):
        sign = said[position]
        if sign == "\\":
            decoded, position = _character_again(said, position + 1)
            texts[in_value] += decoded
            continue
        position += 1
        if in_value:
            texts[1] += sign
        elif sign in "=: \t\f":
            position = len(said) - len(said[position - 1 :].lstrip(_SPACES))
            if said[position : position + 1] in ("=", ":"):
                position = len(said) - len(said[position + 1 :].lstrip(_SPACES))
            in_value = 1
        else:
            texts[0] += sign
    return texts[0], texts[1]


def _character_again(said: str, position: int) -> Tuple[str, int]:
    sign = said[position : position + 1]
    if sign == "u":
        return chr(int(said[position + 1 : position + 5], 16)), position + 5
    return {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}.get(sign, sign), position + 1
