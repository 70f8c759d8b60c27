# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Scalars of YAML: what a plain one is to programs, where its characters stand, how another one is written there."""

import re
from typing import Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, ambiguous_value

NULL = "null"
A_BOOLEAN = "a boolean"
A_SIGN = "a sign with a meaning of its own"
LIKE_A_NUMBER = "a number or a date to some programs, since it has no quotes"

PLAIN = "plain"
BEFORE_TAB = "plain before a tab"
BLOCK = "block"
#: A block with several lines or none, or nothing at all: no part of a single line is the value.
NO_PLACE = "nowhere"

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null"), NULL),
    **dict.fromkeys(("true", "false", "yes", "no", "on", "off", "y", "n"), A_BOOLEAN),
    **dict.fromkeys(("=", "<<"), A_SIGN),
}
#: More than any single program takes for one: YAML 1.1 and 1.2, Ruby's commas, Go's hexadecimal fractions.
_LIKE_A_NUMBER = re.compile(
    r"[-+]?[._0-9][-+0-9_.,:etz \t]*|[-+]?0(?:x[0-9a-f_.p+-]+|o[0-7_]+|b[01_]+)|[-+]?\.?(?:inf|nan|infinity)",
    re.IGNORECASE,
)
#: Plain texts in which no program finds an indicator, in objects and lists of any kind.
_SAFE_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+=~-]*")

#: Anchors and tags before a scalar.
_PROPERTIES = re.compile(r"(?:[&!][^ \t\r\n]*(?:[ \t\r\n]+(?:#[^\r\n]*[\r\n][ \t\r\n]*)*|\Z))*")
#: The header of a block, and its leading empty lines.
_BLOCK_START = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)(?: *(?:\r\n|\r|\n))*")
_LINE = re.compile(r"( *)([^\r\n]*)")


def plain_kind(value: str) -> str:
    """Return what a plain scalar is: a text only if it is one to readers of YAML 1.1 and of 1.2."""
    if value.lower() in _CONSTANTS:
        return _CONSTANTS[value.lower()]
    return LIKE_A_NUMBER if _LIKE_A_NUMBER.fullmatch(value) else TEXT


def place(text: str, start: int, end: int, style: Optional[str], value: str) -> Tuple[int, int, str]:
    """Return start, end and style of the scalar for which the parser gives these marks, this style and this value.

    The marks take in anchors and tags, and of a block the header and the empty lines after it.
    """
    if text[start : start + 1] in ("&", "!"):
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
    if style in ("|", ">"):
        return _place_in_block(text, start, end, value)
    source = text[start:end]
    if style:
        return start, end, style if len(source) > 1 and source[0] == source[-1] == style else NO_PLACE
    if source == value != "" or "\n" in source or "\r" in source:
        return start, end, BEFORE_TAB if text.startswith("\t", end) else PLAIN
    return start, end, NO_PLACE


def _place_in_block(text: str, start: int, end: int, value: str) -> Tuple[int, int, str]:
    secret = value.strip("\n")
    before = _BLOCK_START.match(text, start, end)
    line = _LINE.match(text, before.end(), end) if before else None
    if not secret or not line or text[line.end() : end].strip(" \r\n"):
        return start, end, NO_PLACE
    found = line.end() - len(secret)
    if found < line.start() or line.group() != " " * (found - line.start()) + secret:
        return start, end, NO_PLACE
    return found, line.end(), BLOCK


def written(value: str, style: str, where: str) -> str:
    """Write printable ASCII in a style; plain only if no program takes it for anything else than a text."""
    if style == BLOCK:
        if value != value.strip():
            raise ambiguous_value("YAML", "spaces at its ends", "in a block they are indentation", where)
        return value
    if style == '"':
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if style in (PLAIN, BEFORE_TAB) and _SAFE_PLAIN.fullmatch(value) and plain_kind(value) == TEXT:
        return value
    if style == BEFORE_TAB:
        reason = "some readers refuse the tab after it then; replace the tab by a space"
        raise ambiguous_value("YAML", "the need of quotes", reason, where)
    return "'" + value.replace("'", "''") + "'"


def around_in_block(value: str) -> Tuple[str, str]:
    """Return the line ends before and after the one line of a block."""
    stripped = value.lstrip("\n")
    return value[: len(value) - len(stripped)], stripped[len(stripped.rstrip("\n")) :]
