# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A second reading of TOML, for the proof: by tokens, and confirmed by Python's own parser where there is one.

It shares no more than words with the scanner, and leaves to it what is only to be refused (names that are defined
twice, bad numbers): what is read here is compared with values that stand in a valid file.
"""

import itertools
import re
from typing import Any, Dict, List, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    A_NUMBER,
    EMPTY_LIST,
    EMPTY_OBJECT,
    TEXT,
    Path,
    Reading,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_literals import A_BOOLEAN, A_DATE
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_scanner import A_TABLE, MAX_DEPTH

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None  # type: ignore[assignment,unused-ignore]

_TOKEN = re.compile(
    r"[ \t]+|#[^\n]*|(?P<line>\r?\n)|(?P<sign>[=,\[\]{}])|(?P<word>[A-Za-z0-9_.:+-]+)|"
    r"(?P<literal>'(?!'')[^'\n]*'|'''.*?'{3,5}(?!'))|"
    r'(?P<basic>"(?!"")(?:[^"\\\n]|\\.)*"|"""(?:[^\\]|\\.)*?"{3,5}(?!"))|'
    r"(?P<other>.)",
    re.DOTALL,
)
_CODE = re.compile(r"u([0-9A-Fa-f]{4})|U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})")
_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"'}
_DATE = re.compile(r"[0-9]{4}-|[0-9]{2}:")

_LINE, _SIGN, _WORD, _LITERAL, _BASIC, _OTHER = "line", "sign", "word", "literal", "basic", "other"
_END = "the end"


class _Float(str):
    """A float as it stands in the file."""


def reread(text: str, where: str) -> List[Reading]:
    """Return all values and headers in the order of the file."""
    reader = _Reader(text, where)
    reader.document()
    if tomllib and not _confirmed(text, reader.readings):
        raise malformed("TOML", text, 0, "a file that tomllib reads in the same way", where)
    return reader.readings


class _Reader:
    """Takes the tokens of a text one by one."""

    def __init__(self, text: str, where: str) -> None:
        self.readings: List[Reading] = []
        self._text = text
        self._where = where
        #: Kinds and texts of the tokens; the kind of a sign is the sign itself.
        self._kinds: List[str] = []
        self._texts: List[str] = []
        self._next = 0
        #: How many entries each array of tables has so far.
        self._entries: Dict[Path, int] = {}

    def document(self) -> None:
        """Take all of them."""
        self._split()
        table: Path = ()
        while self._kinds[self._next] != _END:
            if self._takes(_LINE):
                continue
            if self._takes("["):
                table = self._header()
            else:
                self._pair(table)

    def _split(self) -> None:
        """List the tokens, and the end as the last one."""
        for match in _TOKEN.finditer(self._text):
            kind = match.lastgroup
            if kind:
                self._texts.append(match.group())
                self._kinds.append(match.group() if kind == _SIGN else kind)
            if kind == _OTHER:
                raise malformed("TOML", self._text, match.start(), "a name or a value", self._where)
        self._kinds.append(_END)
        self._texts.append("")

    def _header(self) -> Path:
        is_entry = self._takes("[")
        *outer, name = self._names()
        path: Path = ()
        for step in outer:
            path += (step,)
            if path in self._entries:
                path += (self._entries[path] - 1,)
        path += (name,)
        if is_entry:
            self._take("]")
            self._entries[path] = self._entries.get(path, 0) + 1
            path += (self._entries[path] - 1,)
        self._take("]")
        self.readings.append((path, A_TABLE, ""))
        return path

    def _pair(self, table: Path) -> None:
        names = self._names()
        self._take("=")
        self._value(table + tuple(names))

    def _names(self) -> List[str]:
        names: List[str] = []
        while self._kinds[self._next] in (_WORD, _LITERAL, _BASIC):
            if self._kinds[self._next] == _WORD:
                names += [name for name in self._take(_WORD).split(".") if name]
            else:
                names.append(self._string())
        if not 0 < len(names) <= MAX_DEPTH:
            raise self._malformed("a name")
        return names

    def _string(self) -> str:
        kind = self._kinds[self._next]
        content = _content(self._take(kind))
        decoded = content if kind == _LITERAL else _decoded(content)
        if decoded is None:
            raise self._malformed("a string with valid escapes")
        return decoded

    def _value(self, path: Path) -> None:
        if self._kinds[self._next] in (_LITERAL, _BASIC):
            self.readings.append((path, TEXT, self._string()))
        elif self._kinds[self._next] == _WORD:
            word = self._take(_WORD)
            if self._kinds[self._next] == _WORD:
                # A space may stand between a date and its time.
                word += " " + self._take(_WORD)
            self.readings.append((path, _kind(word), word))
        elif len(path) > 2 * MAX_DEPTH:
            # A bound for the stack; the scanner has the exact one.
            raise self._malformed("fewer arrays and tables inside of one another")
        elif self._takes("["):
            self._array(path)
        else:
            self._take("{")
            self._inline_table(path)

    def _array(self, path: Path) -> None:
        index = 0
        while not self._takes("]"):
            if self._takes(_LINE) or (index and self._takes(",")):
                continue
            self._value(path + (index,))
            index += 1
        if not index:
            self.readings.append((path, EMPTY_LIST, ""))

    def _inline_table(self, path: Path) -> None:
        if self._takes("}"):
            self.readings.append((path, EMPTY_OBJECT, ""))
            return
        self._pair(path)
        while not self._takes("}"):
            self._take(",")
            self._pair(path)

    def _takes(self, kind: str) -> bool:
        """Take the next token if it is of this kind."""
        found = self._kinds[self._next] == kind
        self._next += found
        return found

    def _take(self, kind: str) -> str:
        """Take the next token, which is of this kind."""
        if not self._takes(kind):
            raise self._malformed(kind)
        return self._texts[self._next - 1]

    def _malformed(self, expected: str) -> Exception:
        return malformed("TOML", self._text, self._start(), expected, self._where)

    def _start(self) -> int:
        """Return where the next token begins."""
        found = (match.start() for match in _TOKEN.finditer(self._text) if match.lastgroup)
        return next(itertools.islice(found, self._next, None), len(self._text))


def _content(string: str) -> str:
    """Return what stands between the quotes, with the line ends that Python sees."""
    if string[:3] not in ('"""', "'''"):
        return string[1:-1]
    content = string[3:-3].replace("\r\n", "\n")
    return content[1:] if content.startswith("\n") else content


def _decoded(content: str) -> Optional[str]:
    """Return what the content of a basic string stands for, or None if an escape is unknown."""
    first, *pieces = content.split("\\")
    decoded = [first]
    escaped = False
    for piece in pieces:
        # An empty piece stands before an escaped backslash; the piece after that is as it is.
        code = _CODE.match(piece)
        if escaped:
            decoded.append("\\" + piece)
        elif code:
            decoded.append(chr(int(code.group(1) or code.group(2), 16)) + piece[code.end() :])
        elif piece[:1] in _SIMPLE:
            decoded.append(_SIMPLE[piece[0]] + piece[1:])
        elif piece and not piece.split("\n")[0].strip(" \t"):
            decoded.append(piece.lstrip(" \t\n"))
        elif piece:
            return None
        escaped = not piece and not escaped
    return "".join(decoded)


def _kind(word: str) -> str:
    if word in ("true", "false"):
        return A_BOOLEAN
    return A_DATE if _DATE.match(word) else A_NUMBER


def _confirmed(text: str, readings: List[Reading]) -> bool:
    """Tell whether Python's own parser, which merges tables, finds the same values at the same paths."""
    found: Dict[Path, Any] = {}
    try:
        _flatten(tomllib.loads(text, parse_float=_Float), (), found)
        values = [reading for reading in readings if reading[1] not in (A_TABLE, EMPTY_LIST, EMPTY_OBJECT)]
        return len(values) == len(found) and all(
            path in found and _same(found[path], kind, value) for path, kind, value in values
        )
    except ValueError:
        return False


def _flatten(tree: Any, path: Path, found: Dict[Path, Any]) -> None:
    """Collect every value below ``tree``."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            _flatten(value, path + (name,), found)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            _flatten(value, path + (index,), found)
    else:
        found[path] = tree


def _same(value: Any, kind: str, literal: str) -> bool:
    if isinstance(value, _Float):
        return kind == A_NUMBER and value == literal
    if isinstance(value, str):
        return kind == TEXT and value == literal
    if isinstance(value, bool):
        return kind == A_BOOLEAN and literal == str(value).lower()
    if isinstance(value, int):
        return kind == A_NUMBER and int(literal.replace("_", ""), 0) == value
    return kind == A_DATE
