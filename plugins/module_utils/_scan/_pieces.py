# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Contents in pieces: never a whole file in memory for the quick look, and no word cut in two."""

from typing import Iterator, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._unreadable import Read

#: Fits the processor's cache; measured with 64 KB to 1 MB.
PIECE = 128 * 1024
#: A piece may end so much earlier, at a line's or a word's end.
_EARLIER = 64 * 1024
#: What a piece without any such end shares with the one before.
_SHARED = 4096
#: Nothing that is sought has other bytes, in UTF-16 neither.
_WITHIN_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-=.:\0"


class Piece(NamedTuple):
    """A part of a content; `lead` is what is to be looked at before it, and was given out already."""

    lead: bytes
    data: bytes


def pieces(first: bytes, read: Read) -> Iterator[Piece]:
    """Yield a content that begins with `first`; the `data` of all pieces are the content."""
    lead = rest = b""
    data = first
    while data:
        following = read(PIECE)
        block = rest + data if rest else data
        if not following:
            yield Piece(lead, block)
            return
        cut = _end_of_words(block)
        yield Piece(lead, block[:cut] if cut else block)
        lead = b"" if cut else block[-_SHARED:]
        rest = block[cut:] if cut else b""
        data = following


def _end_of_words(block: bytes) -> int:
    """Return after which byte no word goes on; 0 where there is none near the end."""
    earliest = max(0, len(block) - _EARLIER)
    cut = block.rfind(b"\n", earliest) + 1
    return cut or _after_words(block, earliest)


def _after_words(block: bytes, earliest: int) -> int:
    cut = len(block.rstrip(_WITHIN_WORDS))
    return cut if cut > earliest else 0
