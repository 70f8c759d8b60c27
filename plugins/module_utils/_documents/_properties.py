# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Java's properties files. Keys: the key as Java reads it, dots and all."""

import re
from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Format,
    Key,
    Leaf,
    Note,
    Path,
    Scan,
    bad_key,
    malformed,
    with_comment,
)

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
_DOCUMENTS = re.compile(r"(?:\A|[\r\n])[#!]---[ \t\f]*(?:[\r\n]|\Z)")
_LIKE_A_COMMENT = re.compile(r"\s#")
_SPACES_AND_JOINS = " \t\f\r\n\\"
_CONTROL = {"t": "\t", "r": "\r", "n": "\n", "f": "\f"}

_AFTER_SIGN = "after = or :"
_AFTER_SPACE = "after a space"
_BARE = "key alone"
_BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf"


class Properties(Format):
    """The grammar of ``java.util.Properties.load``, in ISO 8859-1, so that any byte survives."""

    name = "properties"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return Java's: any byte is a character, and survives."""
        return ("latin-1",)

    def parse_key(self, key: str, where: str) -> Key:
        """Return the key as a path of one part: dots have no meaning in this format."""
        if not key:
            raise bad_key("properties", key, "a key", where)
        return (key,)

    def scan(self, text: str, where: str) -> Scan:
        """List all entries."""
        scan = Scan()
        for line in _LINE.finditer(text):
            raw_key, separator, raw_value = line.groups()
            if not (raw_key or separator or raw_value):
                continue
            if raw_key.startswith("\\") and _joined(raw_key)[:1] in ("#", "!"):
                expected = "no comment after a line with nothing but a backslash: versions of Java differ in reading it"
                raise malformed("properties", text, line.start(1), expected, where)
            if not (raw_value or _joined(raw_key) or separator.strip(_SPACES_AND_JOINS)):
                continue
            key = _unescape(raw_key, text, line.start(1), where)
            value = _unescape(raw_value, text, line.start(3), where)
            scan.add((key,), TEXT, value, line.start(3), line.end(3), _style(separator))
        return scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape backslashes, and at the beginning what Java would take for the separator."""
        written = value.replace("\\", "\\\\")
        if written[0] == " " or (written[0] in "=:" and leaf.style == _AFTER_SPACE):
            written = "\\" + written
        return "=" + written if leaf.style == _BARE else written

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse what looks like a comment, although it is none to Java."""
        if _LIKE_A_COMMENT.search(leaf.value):
            raise with_comment(key, where)

    def rivals(self, scan: Scan, leaf: Leaf) -> List[Note]:
        """Return keys that differ by case, hyphens and underscores only: to Spring, they are the same."""
        relaxed = _relaxed(leaf.path)
        return [
            Note(path, "a key that Spring takes for the same (case, - and _ do not count)", place[0])
            for (path, _kind, _value), place in zip(scan.readings, scan.places)
            if path != leaf.path and _relaxed(path) == relaxed
        ]

    def repeated_hint(self, text: str) -> str:
        """Point at the documents of Spring, of which each may have the key."""
        if not _DOCUMENTS.search(text):
            return ""
        return (
            "the file has several documents (#---), and to Spring a profile decides which of them count: declare "
            "`format: text` with an expression that names the document; docs/formats.md has one"
        )

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Point at a byte order mark: to Java it belongs to the first key."""
        if scan.readings and scan.readings[0][0] == (f"{_BYTE_ORDER_MARK}{path[0]}",):
            return "remove the byte order mark at the beginning of the file: Java takes it for a part of this key"
        return ""


def _relaxed(path: Path) -> str:
    return str(path[0]).replace("-", "").replace("_", "").lower()


def _style(separator: str) -> str:
    if "=" in separator or ":" in separator:
        return _AFTER_SIGN
    return _AFTER_SPACE if separator else _BARE


def _joined(raw: str) -> str:
    """Return the text with its lines joined and its escapes as they are."""
    if "\\" not in raw:
        return raw
    return _JOIN_OR_ESCAPE.sub(lambda match: "" if match.group(1) is not None else match.group(), raw)


def _unescape(raw: str, text: str, start: int, where: str) -> str:
    """Return what Java reads for ``raw``, which stands at ``start`` of ``text``."""
    if "\\" not in raw:
        return raw
    joined = _joined(raw)

    def character(escape: "re.Match[str]") -> str:
        code, other = escape.groups()
        if code is not None:
            return chr(int(code, 16))
        if other == "u":
            raise malformed(
                "properties", text, start, "four hexadecimal digits after each \\u of this key or value", where
            )
        return _CONTROL.get(other, other)

    return _ESCAPE.sub(character, joined)
