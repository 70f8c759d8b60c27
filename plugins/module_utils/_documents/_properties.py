# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Java's properties files. Keys: the key as Java reads it, dots and all."""

import itertools
import re
from typing import Dict, Iterable, List, NamedTuple, Set, Tuple

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
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._properties_lines import (
    Entry,
    entry_again,
    entry_of,
    logical_lines,
    logical_lines_again,
)

_DOCUMENTS = re.compile(r"(?:\A|[\r\n])[#!]---[ \t\f]*(?:[\r\n]|\Z)")
_LIKE_A_COMMENT = re.compile(r"\s#")

_AFTER_SIGN = "after = or :"
_AFTER_SPACE = "after a space"
_BARE = "key alone"
_BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf"
_TWIN = "a key that Spring takes for the same (case, - and _ do not count)"


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
        """Take the text apart into lines."""
        return _Lines(text, where)

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape backslashes, and at the beginning what Java would take for the separator."""
        written = value.replace("\\", "\\\\")
        if written[0] == " " or (written[0] in "=:" and leaf.style == _AFTER_SPACE):
            written = "\\" + written
        return "=" + written if leaf.style == _BARE else written

    def reread(self, text: str, where: str) -> object:
        """Take the text apart in another way."""
        return logical_lines_again(text)

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse what looks like a comment, although it is none to Java."""
        if _LIKE_A_COMMENT.search(leaf.value):
            raise with_comment(key, where)

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


class _Found(NamedTuple):
    """An entry in the line with this number."""

    line: int
    entry: Entry


class _Lines(Scan):
    """The logical lines of a file. Only those with a backslash, and those that may be meant, are taken apart."""

    def __init__(self, text: str, where: str) -> None:
        super().__init__()
        self._text = text
        self._where = where
        self._lines = logical_lines(text)
        self._starts = list(itertools.accumulate(map(len, ["", *self._lines])))
        #: A line that Java refuses is found here: only escapes can be wrong.
        self._escaped = self._entries(number for number, line in enumerate(self._lines) if "\\" in line)
        self._found: List[_Found] = []

    def complete(self) -> None:
        """List all entries."""
        if not self.readings:
            entries = self._entries(range(len(self._lines)))
            self.readings = [((found.entry.key,), TEXT, found.entry.value) for found in entries]

    def numbers_at(self, paths: Set[Path]) -> List[int]:
        """Return the numbers of the entries with these keys."""
        keys = {str(path[0]) for path in paths}
        found = list(self._escaped)
        for key in keys:
            found += self._entries(
                number for number, line in enumerate(self._lines) if key in line and "\\" not in line
            )
        self._found = sorted(entry for entry in found if entry.entry.key in keys)
        return list(range(len(self._found)))

    def leaf(self, number: int) -> Leaf:
        """Return an entry with the place of its value."""
        line, entry = self._found[number]
        start = self._starts[line]
        if entry_again(self._lines[line]) != (entry.key, entry.value):
            raise malformed("properties", self._text, start, "a line that two readings see alike", self._where)
        return Leaf((entry.key,), TEXT, entry.value, start + entry.start, start + entry.end, _style(entry.separator))

    def rivals(self, leaf: Leaf) -> List[Note]:
        """Return keys that differ by case, hyphens and underscores only: to Spring, they are the same."""
        key = _relaxed(str(leaf.path[0]))
        # A file has no NUL, so that all lines can be looked at in one go.
        relaxed = _relaxed("\0".join(self._lines)).split("\0")
        found = self._entries(number for number, line in enumerate(relaxed) if key in line and "\\" not in line)
        return [
            Note(leaf.path, _TWIN, self._starts[line] + entry.start)
            for line, entry in found + self._escaped
            if entry.key != leaf.path[0] and _relaxed(entry.key) == key
        ]

    def agrees(self, again: object, values: Dict[int, str]) -> bool:
        """Compare with the lines of another text: all others are the same, and these have the intended values."""
        lines, others = list(self._lines), list(again) if isinstance(again, list) else []
        if len(lines) != len(others):
            return False
        for number, value in values.items():
            line, entry = self._found[number]
            if entry_again(others[line]) != (entry.key, value):
                return False
            lines[line] = others[line] = ""
        return lines == others

    def _entries(self, numbers: Iterable[int]) -> List[_Found]:
        """Return the entries of these lines; comments and blank lines have none."""
        found: List[_Found] = []
        for number in numbers:
            entry = entry_of(self._lines[number], self._text, self._starts[number], self._where)
            if entry:
                found.append(_Found(number, entry))
        return found


def _relaxed(key: str) -> str:
    return key.replace("-", "").replace("_", "").lower()


def _style(separator: str) -> str:
    if "=" in separator or ":" in separator:
        return _AFTER_SIGN
    return _AFTER_SPACE if separator else _BARE
