# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A regular expression for one place of a text, which shows nothing of the text but names. Pure."""

import re
from typing import Iterator, List, NamedTuple, Sequence

_GROUPS = ("[A-Za-z0-9_-]+", "[A-Za-z0-9_.~+/=-]+")
_LABEL = re.compile(r"""[A-Za-z_][\w.-]{0,60}(?=(["']?[ \t]*(?::=|=>|[=:,])?[ \t]*(?:["'(>]|\\")?)\Z)""", re.ASCII)
_SIGN = re.compile(r"[=:]")
_SAYS_WHAT = re.compile(r"secret|client|consumer|sfmc|token|cred|auth", re.IGNORECASE)
#: A secret beside this one is one piece: the next one will have its signs elsewhere.
_PIECE = re.compile(r"[\w-]+|[ \t]+|.", re.DOTALL)
#: Letters and few digits: nothing longer gets into an expression, which everybody may read.
_A_WORD = re.compile(r"[A-Za-z_][A-Za-z_.-]*[0-9]{0,3}[A-Za-z_.-]*")
_ANY_WORD = r"[\w-]+"
_LONGEST_LINE = 160
_LONGEST = 900
_NEAR = 12
#: Stands for the group until it is known which one.
_HERE = "\0"
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")


class Spot(NamedTuple):
    """A secret in a text whose line ends are line feeds."""

    text: str
    start: int
    end: int


def expressions(spot: Spot, client_ids: Sequence[str]) -> Iterator[str]:
    """Yield expressions that may find just this place, the best first; all have one group, for the secret.

    :param client_ids: the only words of the text, beside names, that may be said in one.
    """
    value = spot.text[spot.start : spot.end]
    for group in _GROUPS:
        if re.fullmatch(group, value):
            for around in _arounds(spot, client_ids):
                expression = around.replace(_HERE, f"({group})", 1)
                if len(expression) <= _LONGEST:
                    yield expression
            return


def _arounds(spot: Spot, client_ids: Sequence[str]) -> Iterator[str]:
    line_start = spot.text.rfind("\n", 0, spot.start) + 1
    before = spot.text[max(line_start, spot.start - _LONGEST_LINE) : spot.start]
    label = _label(before)
    starts_line = len(before) == spot.start - line_start
    if label:
        yield label + _HERE
    if starts_line:
        yield f"^{_shown(before, client_ids)}{_HERE}"
    yield from _by_client_id(spot, client_ids, label)
    lines = spot.text.count("\n", 0, line_start)
    start = f"\\A{_lines(lines)}"
    if starts_line:
        yield start + _shown(before, client_ids) + _HERE
    column = spot.start - line_start
    yield f"{start}.{{{column}}}{_HERE}"


def _label(before: str) -> str:
    """Return the name right before the secret, with the signs between; empty where there is none."""
    tail = before[-80:]
    found = next((match for match in _LABEL.finditer(tail) if _may_be_said(match)), None)
    if not found:
        return ""
    flag = "(?<![\\w.-])" if not re.search(r"[\w.-]\Z", tail[: found.start()]) else ""
    return flag + escaped(found.group() + found.group(1))


def _may_be_said(match: "re.Match[str]") -> bool:
    name, signs = match.group(), match.group(1)
    if not _A_WORD.fullmatch(name) or not signs:
        return False
    # In a:b:c, what stands before may be another secret.
    return _SAYS_WHAT.search(name) is not None or (_SIGN.search(signs) is not None and signs != ":")


def _shown(text: str, client_ids: Sequence[str]) -> str:
    """Return an expression for a text that shows its signs and the names in it, and of other words that they are."""
    shown: List[str] = []
    for piece in _PIECE.findall(text):
        if piece in client_ids or (_SAYS_WHAT.search(piece) and _A_WORD.fullmatch(piece)):
            shown.append(escaped(piece))
        elif piece[0] in " \t":
            shown.append("[ \\t]+")
        else:
            shown.append(_ANY_WORD if re.fullmatch(_ANY_WORD, piece) else escaped(piece))
    return "".join(shown)


def _by_client_id(spot: Spot, client_ids: Sequence[str], label: str) -> Iterator[str]:
    """Yield expressions that begin or end with the client id next to the secret."""
    near = label or ""
    for client_id in client_ids:
        place = spot.text.rfind(client_id, 0, spot.start)
        if place >= 0:
            lines = spot.text.count("\n", place, spot.start)
            if lines <= _NEAR:
                yield f"{escaped(client_id)}{_lines(lines)}.*?{near}{_HERE}"
        place = spot.text.find(client_id, spot.end)
        if place >= 0:
            lines = spot.text.count("\n", spot.end, place)
            if lines <= _NEAR:
                yield f"{near}{_HERE}{_lines(lines)}.*?{escaped(client_id)}"


def _lines(count: int) -> str:
    return f"(?:.*\\n){{{count}}}" if count else ""


def escaped(text: str) -> str:
    """Return an expression for just this text; re.escape of each Python escapes other characters."""
    return _SPECIAL.sub(r"\\\g<0>", text)
