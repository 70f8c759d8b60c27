# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Environment files of systemd (``EnvironmentFile=``). Keys: the name of the variable."""

import codecs
import re
from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Format,
    Key,
    Leaf,
    Path,
    Scan,
    ambiguous_value,
    bad_key,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._quotes import (
    BARE,
    DOUBLE,
    SINGLE,
    from_double_quotes,
    needs_no_quotes,
)

_NOT_ALIKE = "a value that systemd, its older versions or a shell read differently (spaces, quotes, $, a backslash)"
_IGNORED = "a line that systemd ignores, because this is no name of a variable"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"[#;][^\r\n]*")
#: What follows a comment before the next assignment begins: nothing.
_BLANK_OR_COMMENT = re.compile(r"[ \t]*(?:[#;\r\n]|\Z)")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_KEY = re.compile(r"([^\r\n][^=\r\n]*)=")
_PIECE = re.compile(r"""[ \t]+|'([^']*)'|"([^"\\]*(?:\\.[^"\\]*)*)\"""", re.DOTALL)
#: From its first character outside of quotes on, quotes are characters of the value.
_BARE = re.compile(r"[^\\\r\n]*(?:\\.[^\\\r\n]*)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LINE_END = re.compile(r"[\r\n]|\Z")

#: A value as shells and every systemd read it alike: quotes side by side, then perhaps a rest without quotes. Before
#: version 240 a backslash escapes in all quotes, from then on only " in double ones, from version 247 on as in a shell.
_ALIKE = re.compile(
    r"""(?:'[^'\\\r]*'|"[^"\\$`\r]*(?:\\"[^"\\$`\r]*)*")*(?:[^\s'"\\$`;&|<>()~]|\\[!-~])*[ \t]*""",
    re.ASCII,
)


class EnvironmentFile(Format):
    """The grammar of systemd.exec(5), as systemd 252 reads it."""

    name = "environment_file"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8; systemd takes a byte order mark for a part of the first name, so it must stay in the text."""
        return ("latin-1",) if content.startswith(codecs.BOM_UTF8) else ("utf-8",)

    def parse_key(self, key: str, where: str) -> Key:
        """Return the name of the variable as a path of one part."""
        if not _NAME.fullmatch(key):
            raise bad_key("environment files", key, "the name of a variable", where)
        return (key,)

    def scan(self, text: str, where: str) -> Scan:
        """List all variables, and what looks like one."""
        scan = Scan()
        position = _end(_SPACE, text, 0)
        while position < len(text):
            commented = text[position] in "#;"
            position = _comment(text, position, where) if commented else _line(text, position, scan, where)
            position = _end(_SPACE, text, position)
        return scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the quotes in use; other quotes only if the value needs them."""
        if leaf.style == BARE and needs_no_quotes(value):
            return value
        possible = [
            quote for quote, obstacles in ((SINGLE, "'\\"), (DOUBLE, "$`\\")) if not set(obstacles) & set(value)
        ]
        if not possible:
            reason = "versions of systemd differ in how to escape it"
            raise ambiguous_value("environment files", "a backslash, or a single quote beside $ or `", reason, where)
        quote = leaf.style if leaf.style in possible else possible[0]
        return quote + (value.replace('"', '\\"') if quote == DOUBLE else value) + quote

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Point at export, which only shells understand."""
        if any(reading[0] == (f"export {path[0]}",) for reading in scan.readings):
            return (
                "remove export from the line: systemd ignores it; or declare the format shell, if only shells read it"
            )
        return ""


def _comment(text: str, start: int, where: str) -> int:
    end = _end(_COMMENT, text, start)
    after = _end(_LINE_END, text, end)
    joined = (len(text[start:end]) - len(text[start:end].rstrip("\\"))) % 2 == 1 and not text.startswith("\r\n", end)
    if joined and not _BLANK_OR_COMMENT.match(text, after):
        expected = "no backslash at the end of a comment: before version 254, systemd takes the next line for a comment"
        raise malformed("environment file", text, end - 1, expected, where)
    return end


def _line(text: str, start: int, scan: Scan, where: str) -> int:
    """Add the variable of a line, if it is one; return where its value ends."""
    key = _KEY.match(text, start)
    if not key:
        return _end(_REST_OF_LINE, text, start)
    name = key.group(1).rstrip(" \t")
    value, style, end = _value(text, key.end(), where)
    raw = text[key.end() : end]
    place_end = key.end() + len(raw.rstrip(" \t"))
    if not _NAME.fullmatch(name):
        scan.add((name,), _IGNORED, value, key.end(), place_end)
    elif name == key.group(1) and _ALIKE.fullmatch(raw):
        scan.add((name,), TEXT, value, key.end(), place_end, style)
    else:
        scan.add((name,), _NOT_ALIKE, value, key.end(), place_end)
    return end


def _value(text: str, start: int, where: str) -> Tuple[str, str, int]:
    """Return the value that begins at ``start``, the quotes in use, and the end of its line."""
    values: List[str] = []
    style, position = BARE, start
    piece = _PIECE.match(text, position)
    while piece:
        single, double = piece.groups()
        if single is not None or double is not None:
            style = style if style != BARE else SINGLE if single is not None else DOUBLE
            values.append(single or from_double_quotes(double or ""))
        position = piece.end()
        piece = _PIECE.match(text, position)
    if text[position : position + 1] in ("'", '"'):
        raise malformed("environment file", text, position, "a closing quote for this one", where)
    end = _end(_BARE, text, position)
    if not _LINE_END.match(text, end):
        raise malformed("environment file", text, end, "a character after the last backslash", where)
    values.append(_unescaped(text[position:end]))
    return "".join(values), style, end


def _unescaped(bare: str) -> str:
    """Return the value of a rest without quotes: spaces at its end do not count, unless a backslash is before them."""
    if "\\" not in bare:
        return bare.rstrip(" \t")
    last = [match.end() for match in _ESCAPE.finditer(bare)][-1]
    kept = bare[:last] + bare[last:].rstrip(" \t")
    return _ESCAPE.sub(lambda escape: "" if escape.group(1) in "\r\n" else escape.group(1), kept)


def _end(pattern: "re.Pattern[str]", text: str, position: int) -> int:
    """Return where the match of a pattern that may be empty ends."""
    match = pattern.match(text, position)
    return match.end() if match else position
