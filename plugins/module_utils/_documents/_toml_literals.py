# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The literals of TOML 1.0: strings of four kinds, numbers, booleans, dates and times."""

import datetime
import re
from typing import NamedTuple, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import A_NUMBER, TEXT

A_BOOLEAN = "a boolean"
A_DATE = "a date or a time"

#: What no line may hold: control characters other than the tab.
CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_CONTROL_IN_LINES = r"\x00-\x08\x0b-\x1f\x7f"
#: No halves of surrogate pairs, nothing beyond Unicode.
_CODE = r"u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}|U(?:0000(?![Dd][89A-Fa-f])|000[1-9A-Fa-f]|0010)[0-9A-Fa-f]{4}"
_ESCAPED = rf'[btnfr"\\]|{_CODE}'

# In a loop, each alternative begins with a character that the text around it excludes: there is one way to match.
BASIC_PATTERN = rf'[^"\\{CONTROL}]*(?:\\(?:{_ESCAPED})[^"\\{CONTROL}]*)*'
LITERAL_PATTERN = rf"[^'{CONTROL}]*"
_BASIC_LINES_PATTERN = (
    rf'[^"\\{_CONTROL_IN_LINES}]*'
    rf'(?:(?:\\(?:{_ESCAPED}|[ \t]*\r?\n)|\r\n|""?(?!"))[^"\\{_CONTROL_IN_LINES}]*)*'
)
_LITERAL_LINES_PATTERN = rf"[^'{_CONTROL_IN_LINES}]*(?:(?:\r\n|''?(?!'))[^'{_CONTROL_IN_LINES}]*)*"
#: Opening with the line end that is no part of the value, content, closing. Of five closing quotes, two are content.
_BASIC_LINES = re.compile(rf'("""(?:\r?\n)?)({_BASIC_LINES_PATTERN}(?:"(?=""")){{0,2}})(""")')
_LITERAL_LINES = re.compile(rf"('''(?:\r?\n)?)({_LITERAL_LINES_PATTERN}(?:'(?=''')){{0,2}})(''')")
_BASIC = re.compile(rf'(")({BASIC_PATTERN})(")')
_LITERAL = re.compile(rf"(')({LITERAL_PATTERN})(')")

_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\])|[ \t]*\n[ \t\n]*)')
_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}

_TIME_PATTERN = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
_OFFSET_PATTERN = r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_DATE_PATTERN = rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})(?:[Tt ]{_TIME_PATTERN}{_OFFSET_PATTERN}?)?|{_TIME_PATTERN}"
_DIGITS = r"[0-9](?:_?[0-9])*"
_NUMBER_PATTERN = (
    r"0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|"
    rf"[+-]?(?:inf|nan|(?:0|[1-9](?:_?[0-9])*)(?:\.{_DIGITS})?(?:[eE][+-]?{_DIGITS})?)"
)
_SCALAR = re.compile(rf"(?P<date>{_DATE_PATTERN})|(?P<number>{_NUMBER_PATTERN})|true|false")


class Literal(NamedTuple):
    """One value as it stands in a file.

    :param kind: as that of a :class:`Leaf`.
    :param value: a string's decoded content (line ends as in Python: a line feed), or else the literal.
    :param end: the first position after it.
    :param style: of strings, what stays when the content is replaced: opening and closing, a space between them.
    """

    kind: str
    value: str
    end: int
    style: str


def literal_at(text: str, start: int) -> Optional[Literal]:
    """Return the string, number, boolean, date or time that begins there, or None."""
    quote = text[start : start + 1]
    if quote == '"':
        return _basic_lines(text, start) if text.startswith('"""', start) else _basic(text, start)
    if quote == "'":
        return _literal_string(text, start)
    return _scalar(text, start)


def unescaped(content: str) -> str:
    """Return what the content of a basic string stands for; its escapes are valid ones."""
    return _ESCAPE.sub(_character, content) if "\\" in content else content


def _character(escape: "re.Match[str]") -> str:
    short, long, simple = escape.groups()
    if short or long:
        return chr(int(short or long, 16))
    return _SIMPLE[simple] if simple else ""


def _basic(text: str, start: int) -> Optional[Literal]:
    match = _BASIC.match(text, start)
    return Literal(TEXT, unescaped(match.group(2)), match.end(), '" "') if match else None


def _basic_lines(text: str, start: int) -> Optional[Literal]:
    match = _BASIC_LINES.match(text, start)
    if not match:
        return None
    content = match.group(2).replace("\r\n", "\n")
    # A line end after a backslash is none.
    ends_with_line = _ESCAPE.split(content)[-1].endswith("\n")
    return Literal(TEXT, unescaped(content), match.end(), _frame(match, ends_with_line))


def _literal_string(text: str, start: int) -> Optional[Literal]:
    lines = text.startswith("'''", start)
    match = (_LITERAL_LINES if lines else _LITERAL).match(text, start)
    if not match:
        return None
    content = match.group(2).replace("\r\n", "\n")
    return Literal(TEXT, content, match.end(), _frame(match, content.endswith("\n")))


def _frame(string: "re.Match[str]", ends_with_line: bool) -> str:
    opening, content, closing = string.groups()
    line_end = "" if not ends_with_line else "\r\n" if content.endswith("\r\n") else "\n"
    return f"{opening} {line_end}{closing}"


def _scalar(text: str, start: int) -> Optional[Literal]:
    match = _SCALAR.match(text, start)
    if not match:
        return None
    kind = A_DATE if match.group("date") else A_NUMBER if match.group("number") else A_BOOLEAN
    if match.group(2) and not _is_date(int(match.group(2)), int(match.group(3)), int(match.group(4))):
        return None
    return Literal(kind, match.group(), match.end(), "")


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True
