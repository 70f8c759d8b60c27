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
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_ONLY_THE_KEY = "I-24: only the declared key is edited, and the rest of the file stays the same"
_ONE_PLACE = "I-24: a declared key stands in exactly one place"


class _Text(NamedTuple):
    """A decoded file: ``mark`` is its byte order mark (or empty), ``body`` the text after it."""

    mark: bytes
    body: str


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


@_without_collector()
def read(fmt: Format, content: bytes, key: str, where: str) -> str:
    """Return the value at ``key``, after checking that an independent reading of the file agrees."""
    text = _decode(fmt, content, where)
    scan = fmt.scan(text.body, where)
    leaf = scan.leaf(_find(fmt, scan, text.body, key, where))
    _prove(fmt, text.body, scan.readings, where)
    return leaf.value


@_without_collector()
def replace(fmt: Format, content: bytes, key: str, value: str, where: str) -> bytes:
    """Return the content with ``value`` at ``key``, proved by reading all of it again."""
    _check_value(value, key, where)
    text = _decode(fmt, content, where)
    scan = fmt.scan(text.body, where)
    index = _find(fmt, scan, text.body, key, where)
    leaf = scan.leaf(index)
    if leaf.value == value:
        edited = content
    else:
        start = len(text.mark) + len(text.body[: leaf.start].encode(fmt.encoding))
        end = start + len(text.body[leaf.start : leaf.end].encode(fmt.encoding))
        edited = content[:start] + fmt.encode(leaf, value, where).encode(fmt.encoding) + content[end:]
    scan.readings[index] = (leaf.path, leaf.kind, value)
    _prove(fmt, _decode(fmt, edited, where).body, scan.readings, where)
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


def _decode(fmt: Format, content: bytes, where: str) -> _Text:
    """Decode a file; the encodings in use give the same bytes back for every piece of the text."""
    mark = codecs.BOM_UTF8 if fmt.encoding == "utf-8" and content.startswith(codecs.BOM_UTF8) else b""
    try:
        body = content[len(mark) :].decode(fmt.encoding)
        bad = body.find("\0")
    except UnicodeDecodeError as error:
        body, bad = "", error.start
    # Raised here and not in the handler: the decoding error would carry the content along.
    if bad >= 0:
        raise Refusal(
            f"a file is edited only if all of it is {fmt.name} in {fmt.encoding}",
            where,
            f"text in {fmt.encoding}, without NUL",
            f"a byte that is not such text at offset {bad + len(mark)}",
            f"save the file in {fmt.encoding}, or declare its real format",
        )
    return _Text(mark, body)


def _find(fmt: Format, scan: Scan, text: str, key: str, where: str) -> int:
    """Return the number of the one value at ``key``, which is a literal string."""
    path = fmt.parse_key(key, where)
    for length in range(1, len(path) + 1):
        if path[:length] in scan.repeated:
            raise Refusal(
                _ONE_PLACE,
                where,
                f"every part of {key!r} once",
                f"part {length} of it more than once",
                "remove the repetition: programs differ in which one they use",
            )
    found = [index for index, reading in enumerate(scan.readings) if reading[0] == path]
    if not found:
        raise _missing(fmt, scan, path, key, where)
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


def _missing(fmt: Format, scan: Scan, path: Path, key: str, where: str) -> Refusal:
    known = {there[:length] for there, *_rest in scan.readings for length in range(1, min(len(there), len(path)) + 1)}
    if path in known:
        return _not_a_string(key, "an object or a list with values of its own", where)
    there = max(length for length in range(len(path)) if not length or path[:length] in known)
    found = f"nothing there; the first {there} of its {len(path)} parts exist" if there else "no such key"
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
