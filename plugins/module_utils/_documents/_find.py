# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Which values of a file are meant."""

from typing import Callable, List

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Format,
    Leaf,
    Path,
    Scan,
    line_of,
    several_lines,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._selectors import resolved
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Returns the numbers of the values to read and to replace, all of them with the same secret:
#: (format, scan, text of the file, key, name of the file).
Finder = Callable[[Format, Scan, str, str, str], List[int]]

#: No message names more lines.
_MANY = 10
_ONE_PLACE = "I-24: a declared key stands in exactly one place"


def place_of_key(fmt: Format, scan: Scan, text: str, key: str, where: str) -> List[int]:
    """Return the number of the one value at ``key``, which is a string in one line.

    :raises Refusal: the key is missing, occurs twice or holds no string in one line.
    """
    paths = resolved(fmt.places(scan, fmt.parse_key(key, where)), scan, key, where)
    wanted = set(paths)
    for path in paths:
        _check_unrepeated(fmt, scan, path, key, where)
    found = scan.numbers_at(wanted)
    if not found:
        raise _missing(fmt, scan, paths[0], key, where)
    if len(found) > 1:
        lines = ", ".join(str(line_of(text, scan.leaf(number).start)) for number in found[:_MANY])
        raise Refusal(
            _ONE_PLACE,
            where,
            f"{key!r} once",
            f"{key!r} {len(found)} times, in the lines {lines}",
            fmt.repeated_hint(text) or "remove all but one: programs differ in which one they use",
        )
    leaf = scan.leaf(found[0])
    if leaf.kind != TEXT:
        raise _not_a_string(key, leaf.kind, where)
    if any("\ud800" <= character <= "\udfff" for character in leaf.value):
        raise _not_a_string(key, "half of a surrogate pair", where)
    _check_alone(scan, leaf, text, key, where)
    fmt.check_literal(leaf, key, where)
    _check_one_line(fmt, leaf, text, key, where)
    return found


def _check_one_line(fmt: Format, leaf: Leaf, text: str, key: str, where: str) -> None:
    opening, closing = fmt.frame(leaf)
    before, after = fmt.around(leaf)
    value = leaf.value[len(before) : len(leaf.value) - len(after)]
    written = text[leaf.start + len(opening) : leaf.end - len(closing)]
    if any(line_end in piece for piece in (value, written) for line_end in "\r\n"):
        first, last = line_of(text, leaf.start), line_of(text, leaf.end)
        lines = f"the lines {first} to {last}" if last > first else f"line {first}"
        raise several_lines(key, f"a value with a line end in it, in {lines}", where)


def _check_alone(scan: Scan, leaf: Leaf, text: str, key: str, where: str) -> None:
    rivals = [rival for rival in scan.rivals(leaf) if rival.position > leaf.start or not rival.later_only]
    if rivals:
        named = dict.fromkeys(f"{rival.what} in line {line_of(text, rival.position)}" for rival in rivals[:_MANY])
        raise Refusal(
            _ONE_PLACE,
            where,
            f"nothing else that sets {key!r} or takes it back",
            ", ".join(named),
            "remove or rename what is named here; if the value at the key counts all the same, declare `format: text`",
        )


def _check_unrepeated(fmt: Format, scan: Scan, path: Path, key: str, where: str) -> None:
    for length in range(1, len(path) + 1):
        if scan.is_repeated(path[:length]):
            raise Refusal(
                _ONE_PLACE,
                where,
                f"every part of {key!r} once",
                f"part {fmt.parts(path[:length])} of it more than once",
                "remove the repetition: programs differ in which one they use",
            )


def _missing(fmt: Format, scan: Scan, path: Path, key: str, where: str) -> Refusal:
    scan.complete()
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
