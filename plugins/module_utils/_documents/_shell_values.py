# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What the words of shell scripts say."""

import re
from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._quotes import (
    BARE,
    DOUBLE,
    SINGLE,
    from_double_quotes,
)

#: Quotes of bash and others, with escapes; to a plain shell they are a $ and single quotes.
ANSI = "$'"

COMPUTED = "a value that the shell computes ($, a backquote, ~ or a pattern)"
FILE_NAMES = "a value that some shells take for a pattern of names (*, ?, [ or {)"
CARRIAGE_RETURN = "a value with a carriage return, which the shell takes for a part of it (Windows line ends?)"
NUMBERED = "a value with an escape by number in $'...'"

_PIECE = re.compile(
    r"""([^ \t\n|&;()<>'"\\$`~]+)|'([^']*)'|"([^"\\$`]*(?:\\.[^"\\$`]*)*)"|\\(.)|\$'([^'\\]*(?:\\.[^'\\]*)*)'""",
    re.DOTALL,
)
_PATTERN_SIGN = re.compile(r"[*?\[{]")
_ANSI_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ANSI_CHARACTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ANSI_CHARACTERS.update({"v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?"})


def literal(raw: str, argument: bool) -> Tuple[str, str, str]:
    """Return kind, value and style of a word, or of a part of one.

    What the shell computes has no value: there may be other assignments in it.

    :param argument: whether it stands in an argument, in which some shells look for names of files.
    """
    if raw.isalnum():
        return TEXT, raw, BARE
    values: List[str] = []
    style, position = "", 0
    while position < len(raw):
        piece = _PIECE.match(raw, position)
        if not piece:
            return COMPUTED, "", ""
        bare, single, double, escaped, ansi = piece.groups()
        if bare is not None:
            if argument and _PATTERN_SIGN.search(bare):
                return FILE_NAMES, raw, ""
            values.append(bare)
        elif escaped is not None:
            values.append(escaped if escaped != "\n" else "")
        else:
            style = style or (SINGLE if single is not None else DOUBLE if double is not None else ANSI)
            if ansi is not None and any(sign not in _ANSI_CHARACTERS for sign in _ANSI_ESCAPE.findall(ansi)):
                return NUMBERED, raw, ""
            values.append(single or from_double_quotes(double or "") or _from_ansi(ansi or ""))
        position = piece.end()
    value = "".join(values)
    return (CARRIAGE_RETURN if "\r" in value else TEXT), value, style or BARE


def _from_ansi(inside: str) -> str:
    return _ANSI_ESCAPE.sub(lambda escape: _ANSI_CHARACTERS[escape.group(1)], inside)
