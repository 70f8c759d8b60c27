# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Reading and replacing one value of a file, whatever its format."""

import codecs
import contextlib
import gc
from typing import Iterator, List, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Format,
    Path,
    Reading,
    Scan,
    line_of,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._selectors import resolved
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_ONLY_THE_KEY = "I-24: only the declared key is edited, and the rest of the file stays the same"
_ONE_PLACE = "I-24: a declared key stands in exactly one place"


class _Text(NamedTuple):
    """A decoded file: ``mark`` is its byte order mark (or empty), ``body`` the text after it."""

    mark: bytes
    body: str
    encoding: str

    def offset(self, position: int) -> int:
        """Return where a character of the body stands in the file, in bytes."""
        return len(self.mark) + len(self.body[:position].encode(self.encoding))


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


class Located:
    """One secret in a file: where it stands, and the file with another one in its place.

    :ivar value: the secret, without what belongs to its place (quotes that readers see, a final line end).
    """

    def __init__(self, fmt: Format, content: bytes, key: str, where: str) -> None:
        """Find the one place.

        :raises Refusal: the file is not of its format, or the key is missing, occurs twice or holds no literal string.
        """
        self._fmt, self._content, self._key, self._where = fmt, content, key, where
        with _without_collector():
            self._text = _decode(fmt, content, where)
            self._scan = fmt.scan(self._text.body, where)
            self._index = _find(fmt, self._scan, self._text.body, key, where)
        leaf = self._scan.leaf(self._index)
        self._before, self._after = fmt.around(leaf)
        self.value = leaf.value[len(self._before) : len(leaf.value) - len(self._after)]

    def confirm(self) -> None:
        """Refuse a file that an independent reading sees otherwise."""
        with _without_collector():
            _prove(self._fmt, self._text.body, self._scan.readings, self._where)

    def replaced(self, value: str) -> bytes:
        """Return the file with ``value`` there, proved by reading all of it again; every other byte is as it was."""
        _check_value(value, self._key, self._where)
        leaf, readings = self._scan.leaf(self._index), self._scan.readings
        edited, intended = self._content, readings
        if value != self.value:
            written = self._fmt.encode(leaf, value, self._where).encode(self._text.encoding)
            start = self._text.offset(leaf.start)
            edited = self._content[:start] + written + self._content[self._text.offset(leaf.end) :]
            changed = (leaf.path, leaf.kind, self._before + value + self._after)
            intended = readings[: self._index] + [changed] + readings[self._index + 1 :]
        with _without_collector():
            _prove(self._fmt, _decode(self._fmt, edited, self._where).body, intended, self._where)
        return edited


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


def _find(fmt: Format, scan: Scan, text: str, key: str, where: str) -> int:
    """Return the number of the one value at ``key``, which is a literal string."""
    paths = resolved(fmt.places(scan, fmt.parse_key(key, where)), scan, key, where)
    wanted = set(paths)
    for path in paths:
        _check_unrepeated(fmt, scan, path, key, where)
    found = [index for index, reading in enumerate(scan.readings) if reading[0] in wanted]
    if not found:
        raise _missing(fmt, scan, paths[0], key, where)
    if len(found) > 1:
        lines = ", ".join(str(line_of(text, scan.places[index][0])) for index in found[:10])
        raise Refusal(
            _ONE_PLACE,
            where,
            f"{key!r} once",
            f"{key!r} {len(found)} times, in the lines {lines}",
            "remove all but one: programs differ in which one they use",
        )
    leaf = scan.leaf(found[0])
    if leaf.kind != TEXT:
        raise _not_a_string(key, leaf.kind, where)
    if any("\ud800" <= character <= "\udfff" for character in leaf.value):
        raise _not_a_string(key, "half of a surrogate pair", where)
    fmt.check_literal(leaf, key, where)
    return found[0]


def _check_unrepeated(fmt: Format, scan: Scan, path: Path, key: str, where: str) -> None:
    for length in range(1, len(path) + 1):
        if path[:length] in scan.repeated:
            raise Refusal(
                _ONE_PLACE,
                where,
                f"every part of {key!r} once",
                f"part {fmt.parts(path[:length])} of it more than once",
                "remove the repetition: programs differ in which one they use",
            )


def _missing(fmt: Format, scan: Scan, path: Path, key: str, where: str) -> Refusal:
    known = {there[:length] for there, *_rest in scan.readings for length in range(1, min(len(there), len(path)) + 1)}
    if path in known:
        return _not_a_string(key, "an object or a list with values of its own", where)
    there = max(length for length in range(len(path)) if not length or path[:length] in known)
    parts = fmt.parts(path[:there])
    found = f"nothing there; the first {parts} of its {fmt.parts(path)} parts exist" if parts else "no such key"
    return Refusal(
        "a declared key exists in its file",
        where,
        f"the key {key!r}",
        found,
        fmt.missing_hint(scan, path) or "correct `key` or `path` in `sfmc_dependents`, or add the key to the file once",
    )


def _not_a_string(key: str, kind: str, where: str) -> Refusal:
    return Refusal(
        "I-24: a declared key holds a string",
        where,
        f"a string at {key!r}",
        kind,
        "correct `key` in `sfmc_dependents`, or make the value a string",
    )


def _prove(fmt: Format, text: str, intended: List[Reading], where: str) -> None:
    """Read the text again and compare every value, in order, with what was intended."""
    try:
        proved = fmt.reread(text, where) == intended
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
