# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What the formats around shells share: quotes, and byte order marks."""

import codecs
import re
from typing import Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import BYTES

BARE, SINGLE, DOUBLE = "bare", "'", '"'

#: To zsh, = at the beginning is an expansion.
_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z0-9_.,:/@%+-][A-Za-z0-9_.,:/@%+=-]*")
#: What a backslash escapes in double quotes; before any other character it stays.
_ESCAPED = re.compile(r'\\(?:(["\\$`])|\n)')


def needs_no_quotes(value: str) -> bool:
    """Return whether a value stands for itself without quotes."""
    return bool(_NEEDS_NO_QUOTES.fullmatch(value))


def from_double_quotes(inside: str) -> str:
    """Return what stands for itself between double quotes; a line that a backslash continues is joined."""
    return _ESCAPED.sub(lambda escape: escape.group(1) or "", inside) if "\\" in inside else inside


def bytes_and_mark(content: bytes) -> Tuple[str, ...]:
    """Return encodings in which a byte order mark stays a part of the text, as for programs that do not know it."""
    return ("latin-1",) if content.startswith(codecs.BOM_UTF8) else BYTES
