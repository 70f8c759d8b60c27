# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Reading and replacing one secret of a file, whatever its format."""

import codecs
import contextlib
import gc
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._find import Finder, place_of_key
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Format,
    Leaf,
    Path,
    Reading,
    Scan,
    indirect_new_value,
    indirect_value,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_ONLY_THE_KEY = "I-24: only the declared key is edited, and the rest of the file stays the same"


class _Text(NamedTuple):
    """A decoded file: ``mark`` is its byte order mark (or empty), ``body`` the text after it."""

    mark: bytes
    body: str
    encoding: str

    def size(self, start: int, end: int) -> int:
        """Return how many bytes of the file a piece of the body takes."""
        return len(self.body[start:end].encode(self.encoding))


class _Opened(NamedTuple):
    """A file that was read."""

    text: _Text
    scan: Scan


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the cyclic collector, which would walk the tuples of a large file again and again; they have no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


#: Tells whether a text is a secret that the integration has, or had.
Known = Callable[[str], bool]


class Encoding:
    """How a secret is written at its place: here, as it is."""

    def decoded(self, written: str, key: str, where: str) -> str:
        """Return the secret that is written there. What is not of this encoding is refused."""
        return written

    def encoded(self, value: str, written: str) -> str:
        """Return what to write for ``value`` in place of ``written``."""
        return value


AS_IS = Encoding()


class _Place(NamedTuple):
    """A value to replace; readers see ``before`` and ``after`` around what is written for the secret."""

    number: int
    leaf: Leaf
    before: str
    after: str


class Located:
    """One secret in a file: where it stands, and the file with another one there.

    :ivar value: the secret, without what belongs to its place (quotes that readers see, a final line end).
    """

    def __init__(
        self,
        fmt: Format,
        content: bytes,
        key: str,
        where: str,
        find: Finder = place_of_key,
        encoding: Encoding = AS_IS,
        known: Optional[Known] = None,
        opened: Optional[_Opened] = None,
    ) -> None:
        """Find the place, or all of them where the key names several.

        :param known: tells a known secret, which is no placeholder whatever it looks like.
        :param opened: the content as it was read before, so that it is not read again.
        :raises Refusal: the file is not of its format, or ``find`` or ``encoding`` refuses what is there.
        """
        self._fmt, self._content, self._key, self._where, self._encoding = fmt, content, key, where, encoding
        with _without_collector():
            self._text, self._scan = opened or _opened(fmt, content, where)
            found = find(fmt, self._scan, self._text.body, key, where)
        leaves = [(number, self._scan.leaf(number)) for number in found]
        self._places = [_Place(number, leaf, *fmt.around(leaf)) for number, leaf in leaves]
        _number, leaf, before, after = self._places[0]
        self._written = leaf.value[len(before) : len(leaf.value) - len(after)]
        self._check_direct(self._written, known)
        self.value = encoding.decoded(self._written, key, where)
        self._check_direct(self.value, known)

    def _check_direct(self, value: str, known: Optional[Known]) -> None:
        """Refuse what only stands for a secret."""
        if self._fmt.stands_for_another(value) and not (known and known(value)):
            raise indirect_value(self._key, self._where)

    @property
    def spans(self) -> List[Tuple[int, int]]:
        """Return the bytes of the content in which the secret stands, with the quotes that belong to its place."""
        found: List[Tuple[int, int]] = []
        position, at = 0, len(self._text.mark)
        for place in self._places:
            start = at + self._text.size(position, place.leaf.start)
            at = start + self._text.size(place.leaf.start, place.leaf.end)
            position = place.leaf.end
            found.append((start, at))
        return found

    def confirm(self) -> None:
        """Refuse a file that an independent reading sees otherwise."""
        with _without_collector():
            _prove(self._fmt, self._scan, self._text.body, {}, self._where)

    def replaced(self, value: str) -> bytes:
        """Return the file with ``value`` there, proved by reading all of it again; every other byte is as it was."""
        _check_value(value, self._key, self._where)
        if self._fmt.stands_for_another(value):
            raise indirect_new_value(self._fmt.name, self._where)
        written = self._encoding.encoded(value, self._written)
        if written == self._written:
            self.confirm()
            return self._content
        edited = self._with(written)
        with _without_collector():
            text = _decode(self._fmt, edited, self._where).body
            intended = {place.number: place.before + written + place.after for place in self._places}
            _prove(self._fmt, self._scan, text, intended, self._where)
        return edited

    def _with(self, value: str) -> bytes:
        """Return the content with ``value`` in every place."""
        pieces = [self._text.mark]
        position, copied = 0, len(self._text.mark)
        for place in self._places:
            leaf = place.leaf
            written = self._fmt.encode(leaf, value, self._where).encode(self._text.encoding)
            start = copied + self._text.size(position, leaf.start)
            pieces += [self._content[copied:start], written]
            position, copied = leaf.end, start + self._text.size(leaf.start, leaf.end)
        return b"".join(pieces) + self._content[copied:]


class Survey:
    """All values of a file, and the keys that name them.

    :ivar readings: path, kind and value of each, in the order of the file.
    """

    def __init__(self, fmt: Format, content: bytes, where: str) -> None:
        """Read all of it. What is not of its format is refused."""
        self._fmt, self._content, self._where = fmt, content, where
        with _without_collector():
            self._opened = _opened(fmt, content, where)
            self._opened.scan.complete()
        self.readings: List[Reading] = self._opened.scan.readings

    def keys_of(self, path: Path) -> List[str]:
        """Return keys for the value there, the best first; :meth:`locate` refuses one that names others, too."""
        return self._fmt.keys_of(path, self._opened.scan)

    def locate(self, key: str, encoding: Encoding = AS_IS, known: Optional[Known] = None) -> Located:
        """Find the secret at a key as :class:`Located` does, which then serves until the next call."""
        return Located(self._fmt, self._content, key, self._where, encoding=encoding, known=known, opened=self._opened)


def _opened(fmt: Format, content: bytes, where: str) -> _Opened:
    text = _decode(fmt, content, where)
    return _Opened(text, fmt.scan(text.body, where))


def _check_value(value: str, key: str, where: str) -> None:
    if value and all(" " <= character <= "~" for character in value):
        return
    raise Refusal(
        "I-22: a secret to write is one line of printable ASCII",
        where,
        f"such a value for {key!r}",
        "a line break or another character outside of printable ASCII" if value else "an empty value",
        "look where this value comes from: it is not a client secret",
    )


_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def _decode(fmt: Format, content: bytes, where: str) -> _Text:
    """Decode a file; the encodings in use give the same bytes back for every piece of the text."""
    encodings = fmt.encodings(content)
    for encoding in encodings:
        known = _MARKS.get(encoding, b"")
        mark = known if content.startswith(known) else b""
        try:
            body = content[len(mark) :].decode(encoding)
            bad = body.find("\0")
            if bad < 0:
                return _Text(mark, body, encoding)
            bad = len(body[:bad].encode(encoding))
        except UnicodeDecodeError as error:
            bad = error.start
    # Raised here and not in the handler: the decoding error would carry the content along.
    named = " or ".join(encodings)
    raise Refusal(
        f"a file is edited only if all of it is {fmt.name} in {named}",
        where,
        f"text in {named}, without NUL",
        f"a byte that is not such text at offset {bad + len(mark)}",
        f"save the file in {encodings[0]}, or declare its real format",
    )


def _prove(fmt: Format, scan: Scan, text: str, intended: Dict[int, str], where: str) -> None:
    """Read the text again and compare every value, in order, with the first reading or with what was intended."""
    try:
        proved = scan.agrees(fmt.reread(text, where), intended)
        found = "other values than intended"
    except Refusal as refusal:
        proved = False
        found = f"a file that can no longer be read ({refusal.found})"
    if not proved:
        raise Refusal(
            _ONLY_THE_KEY,
            where,
            "a second reading of the file to give exactly the intended values",
            found,
            "nothing was changed; replace the value by hand, and report the construct in the file that causes this",
        )
