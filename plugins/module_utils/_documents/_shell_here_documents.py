# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Here-documents of shell scripts: text up to a line with nothing but the delimiter."""

from typing import NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import malformed
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_values import COMPUTED, literal


class HereDocument(NamedTuple):
    """A here-document that begins after the end of the line.

    :param start: where its delimiter stands.
    :param literal: whether its text stands for itself; then a backslash continues no line.
    :param tabs: whether its lines may be indented by tabs.
    """

    start: int
    delimiter: str
    literal: bool
    tabs: bool


def announced(text: str, start: int, end: int, tabs: bool, where: str) -> HereDocument:
    """Return the here-document whose delimiter stands between ``start`` and ``end``."""
    raw = text[start:end]
    kind, delimiter, _style = literal(raw, False)
    if kind == COMPUTED or "\n" in raw:
        raise malformed("shell", text, start, "a word without $, ` and ~ after <<", where)
    return HereDocument(start, delimiter, any(sign in raw for sign in "'\"\\"), tabs)


def end_of(document: HereDocument, text: str, start: int, where: str) -> int:
    """Return where the line begins that follows a here-document, which begins at ``start``."""
    position, continued = start, False
    while position < len(text):
        found = text.find("\n", position)
        end = found if found >= 0 else len(text)
        line = text[position:end]
        shown = line.lstrip("\t") if document.tabs else line
        if continued and shown and document.delimiter.endswith(shown):
            raise malformed("shell", text, position, "no backslash at the end of the line before", where)
        position = min(end + 1, len(text))
        if shown == document.delimiter:
            return position
        continued = not document.literal and (len(line) - len(line.rstrip("\\"))) % 2 == 1
    raise malformed("shell", text, document.start, "the line that ends this here-document", where)
