# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Contents in pieces: never a whole file in memory for the quick look, and no word lost between two of them.

Pieces are not copied, as that would take a fifth of the time of a scan.
"""

from typing import Iterator, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._unreadable import Read

#: Fits the processor's cache; measured with 64 KB to 1 MB.
PIECE = 256 * 1024
#: A line's or a word's end is looked for so far before the end of a piece.
_EARLIER = 64 * 1024
#: So much is looked at again where a piece has no such end.
_SHARED = 4096
#: Nothing that is sought has other bytes, in UTF-16 neither.
_WITHIN_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-=.:\0"


class Piece(NamedTuple):
    """A part of a content.

    :param lead: the end of the part before, in which a word may have begun that goes on here.
    :param data: the part; all of them are the content.
    :param end: where in `data` the last word ends.
    """

    lead: bytes
    data: bytes
    end: int

    def window(self) -> bytes:
        """Return whole words, those at the border to the part before with them."""
        return self.lead + self.data[: self.end]


def pieces(first: bytes, read: Read) -> Iterator[Piece]:
    """Yield a content that begins with `first`."""
    lead = b""
    data = first
    while data:
        following = read(PIECE)
        end = _end_of_words(data) if following else len(data)
        yield Piece(lead, data, end or len(data))
        lead = data[end:] if end else (lead + data)[-_SHARED:]
        data = following


def _end_of_words(block: bytes) -> int:
    """Return after which byte no word goes on; 0 where there is none near the end."""
    earliest = max(0, len(block) - _EARLIER)
    cut = block.rfind(b"\n", earliest) + 1
    if cut:
        return cut
    cut = len(block.rstrip(_WITHIN_WORDS))
    return cut if cut > earliest else 0
