# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Environment files (``.env``), as python-dotenv reads them. Keys: the name of the variable."""

import re
from typing import Dict, NamedTuple, Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    BYTES,
    NO_VALUE,
    TEXT,
    Format,
    Key,
    Leaf,
    Scan,
    ambiguous_value,
    bad_key,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_BLANKS = re.compile(r"\s*")
_SPACE = re.compile(r"[^\S\r\n]*")
_EXPORT = re.compile(r"(?:export[^\S\r\n]+)?")
_NAME = re.compile(r"'([^']+)'|([^'=#\s][^=#\s]*)")
_COMMENT_AND_LINE_END = re.compile(r"[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
_COMMENT = re.compile(r"#[^\r\n]*")
_PLAIN = re.compile(r"[^\r\n]*")
#: Looks at each run of blanks once, however long it is.
_INLINE_COMMENT = re.compile(r"(?<!\s)\s+#")
_QUOTED = {
    "'": re.compile(r"'([^'\\]*(?:\\.[^'\\]*)*)'", re.DOTALL),
    '"': re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL),
}
_ESCAPE = {"'": re.compile(r"\\([\\'])"), '"': re.compile(r"\\([\\'\"abfnrtv])")}
_CONTROL: Dict[str, str] = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

#: Values that need no quotes in any of the programs that read such files, shells included.
_SAFE_PLAIN = re.compile(r"[A-Za-z0-9_.,:/@%+=-]+")

_PLAIN_STYLE = "plain"


class _Value(NamedTuple):
    """A value and its place; ``style`` is its quote, or ``_PLAIN_STYLE``."""

    value: str
    start: int
    end: int
    style: str


class Dotenv(Format):
    """The grammar of python-dotenv 1.2; a line which that library would skip with a warning is refused."""

    name = "dotenv"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8, and what is left of older files."""
        return BYTES

    def parse_key(self, key: str, where: str) -> Key:
        """Return the name of the variable as a path of one part."""
        if not key or "\r" in key or "\n" in key or "'" in key:
            raise bad_key("dotenv", key, "the name of a variable", where)
        return (key,)

    def scan(self, text: str, where: str) -> Scan:
        """List all variables."""
        scan = Scan()
        position = _end(_BLANKS, text, 0)
        while position < len(text):
            position = _end(_EXPORT, text, position)
            if text.startswith("#", position):
                position = _end(_COMMENT, text, position)
            else:
                position = _binding(text, position, scan, where)
            position = _end(_BLANKS, text, position)
        return scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the quotes in use; other quotes only if the value needs them."""
        if "\\" in value:
            raise ambiguous_value("dotenv", "the character \\", "programs differ in what it escapes", where)
        if leaf.style == _PLAIN_STYLE and _SAFE_PLAIN.fullmatch(value):
            return value
        possible = [quote for quote, obstacles in (("'", "'"), ('"', '"`')) if not set(obstacles) & set(value)]
        if not possible:
            raise ambiguous_value("dotenv", "both kinds of quotes", "programs differ in how to escape a quote", where)
        quote = leaf.style if leaf.style in possible else possible[0]
        return quote + value + quote

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse quotes that only some programs know."""
        if leaf.style == _PLAIN_STYLE and leaf.value.startswith("`"):
            raise Refusal(
                "I-24: a declared key holds a value that all programs read alike",
                where,
                f"single or double quotes, or none, at {key!r}",
                "a value in backticks, which are quotes or a command, depending on the program",
                "replace the backticks by single quotes",
            )

    def stands_for_another(self, value: str) -> bool:
        """Tell this of ``$`` anywhere: programs replace it by another variable, a few even in single quotes."""
        return "$" in value or is_placeholder(value)


def _binding(text: str, start: int, scan: Scan, where: str) -> int:
    """Add the variable that begins at ``start``; return where its line ends."""
    name = _NAME.match(text, start)
    if not name:
        raise malformed("dotenv", text, start, "NAME=value, a comment or an empty line", where)
    path = (name.group(1) or name.group(2),)
    position = _end(_SPACE, text, name.end())
    if text.startswith("=", position):
        found = _value(text, position + 1, where)
        scan.add(path, TEXT, *found)
        position = found.end
    else:
        scan.add(path, NO_VALUE, "", position, position)
    line_end = _COMMENT_AND_LINE_END.match(text, position)
    if not line_end:
        raise malformed("dotenv", text, position, "the end of the line or a comment", where)
    return line_end.end()


def _value(text: str, after_sign: int, where: str) -> _Value:
    start = _end(_SPACE, text, after_sign)
    first = text[start : start + 1]
    if first in ("", "\r", "\n") or (first == "#" and start > after_sign):
        return _Value("", after_sign, after_sign, _PLAIN_STYLE)
    if first in _QUOTED:
        quoted = _QUOTED[first].match(text, start)
        if not quoted:
            raise malformed("dotenv", text, start, f"a closing {first} for this one", where)
        value = _ESCAPE[first].sub(lambda escape: _CONTROL.get(escape.group(1), escape.group(1)), quoted.group(1))
        return _Value(value, start, quoted.end(), first)
    end = _end(_PLAIN, text, start)
    comment = _INLINE_COMMENT.search(text, start, end)
    value = text[start : comment.start() if comment else end].rstrip()
    return _Value(value, start, start + len(value), _PLAIN_STYLE)


def _end(pattern: "re.Pattern[str]", text: str, position: int) -> int:
    """Return where the match of a pattern that may be empty ends."""
    match: Optional[re.Match[str]] = pattern.match(text, position)
    return match.end() if match else position
