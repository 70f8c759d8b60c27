# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The variables of ``Environment=``, with the quotes and escapes of systemd.syntax(7)."""

import re
from typing import Iterator, NamedTuple, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import NO_VALUE, TEXT, malformed

SEVERAL_LINES = "a value that goes over several lines"

_SPECIFIER = "a value with a specifier (% and another character), which systemd replaces"
_PARTLY_QUOTED = "a value of which only a part is in quotes"
_UNPRINTABLE = "a value with a character that not every systemd accepts"

IN_QUOTES, WITHOUT_QUOTES = "in quotes", "without quotes"

_BLANKS = re.compile(r"[ \t\n]*")
_BARE = r"""(?:[^ \t\n\\'"]|\\[^ \t\n])+"""
_QUOTED = r"""'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*\""""
_WORD = re.compile(rf"(?:{_BARE}|{_QUOTED})+", re.DOTALL)
_PIECE = re.compile(rf"({_BARE})|{_QUOTED}", re.DOTALL)
_ONE_QUOTE = re.compile(_QUOTED, re.DOTALL)
_ONE_BARE = re.compile(rf"(?:{_BARE})?", re.DOTALL)
_BEGINNING = re.compile(r"""(['"]?)[A-Za-z_][A-Za-z0-9_]*=""")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_ESCAPE = re.compile(
    r"""\\(?:([abfnrtv\\"'s])|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))?"""
)
_CHARACTERS = dict(zip("abfnrtvs", "\a\b\f\n\r\t\v "))
_PERCENT = re.compile(r"%(.?)", re.DOTALL)
_QUOTE_OR_ESCAPE = re.compile(r"""[\\'"]""")


class Variable(NamedTuple):
    """One assignment; the members are those of a leaf, and places are those in the file."""

    name: str
    kind: str
    value: str
    start: int
    end: int
    style: str


def variables(text: str, flat: str, offset: int, where: str) -> Iterator[Variable]:
    """Yield the assignments of a directive, and words that are none, which systemd ignores.

    :param flat: its value, with line ends in place of every character that joins two lines.
    :param offset: where it stands in ``text``.
    """
    position = 0
    while position < len(flat):
        word = _WORD.match(flat, position)
        if not word or flat[word.end() : word.end() + 1] not in ("", " ", "\t", "\n"):
            at = offset + (word.end() if word else position)
            raise malformed("systemd", text, at, "quotes in pairs, and a valid escape after each backslash", where)
        yield _variable(text, word.group(), offset + position, where)
        blanks = _BLANKS.match(flat, word.end())
        position = blanks.end() if blanks else word.end()


def encoded(value: str, style: str) -> str:
    """Write a value for such a place; ``\\s`` is a space."""
    escaped = _QUOTE_OR_ESCAPE.sub(r"\\\g<0>", value).replace("%", "%%")
    return escaped if style == IN_QUOTES else escaped.replace(" ", "\\s")


def _variable(text: str, raw: str, start: int, where: str) -> Variable:
    plain = not _QUOTE_OR_ESCAPE.search(raw)
    decoded = raw if plain else _PIECE.sub(lambda piece: _decoded(piece, text, start, where), raw)
    assignment = _ASSIGNMENT.fullmatch(decoded)
    if not assignment:
        return Variable(decoded, NO_VALUE, "", start, start + len(raw), "")
    name, value = assignment.groups()
    begin, end, style = (len(name) + 1, len(raw), WITHOUT_QUOTES) if plain else _place(raw)
    return Variable(name, _kind(raw, value, style), value.replace("%%", "%"), start + begin, start + end, style)


def _place(raw: str) -> Tuple[int, int, str]:
    """Return where the value stands in a word, without its quotes, and whether it has any."""
    beginning = _BEGINNING.match(raw)
    if beginning and beginning.group(1):
        if _ONE_QUOTE.fullmatch(raw):
            return beginning.end(), len(raw) - 1, IN_QUOTES
    elif beginning:
        if _ONE_QUOTE.fullmatch(raw, beginning.end()):
            return beginning.end() + 1, len(raw) - 1, IN_QUOTES
        if _ONE_BARE.fullmatch(raw, beginning.end()):
            return beginning.end(), len(raw), WITHOUT_QUOTES
    return 0, len(raw), ""


def _kind(raw: str, value: str, style: str) -> str:
    if "\n" in raw:
        return SEVERAL_LINES
    if not style:
        return _PARTLY_QUOTED
    if "%" in value and any(sign != "%" for sign in _PERCENT.findall(value)):
        return _SPECIFIER
    return TEXT if value.isprintable() else _UNPRINTABLE


def _decoded(piece: "re.Match[str]", text: str, start: int, where: str) -> str:
    """Return what a quoted or bare piece of a word says; the word stands at ``start``."""

    def character(escape: "re.Match[str]") -> str:
        letter, byte, octal, short, long = escape.groups()
        if letter:
            return _CHARACTERS.get(letter, letter)
        code = int(octal, 8) if octal else int(byte or short or long or "0", 16)
        if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise malformed("systemd", text, start, "valid escapes in this word", where)
        # A byte that is no character of its own becomes one that is not printable.
        return chr(code) if code < 0x80 or short or long else "\x80"

    inside = piece.group() if piece.group(1) is not None else piece.group()[1:-1]
    return _ESCAPE.sub(character, inside) if "\\" in inside else inside
