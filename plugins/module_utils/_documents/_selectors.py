# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Keys with selectors, resolved to the paths of one file (``values[key=et_clientSecret].value``)."""

import re
from typing import Dict, List, Optional, Sequence, Set, Tuple, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Key,
    Only,
    Path,
    Reading,
    Scan,
    Selector,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def resolved(keys: Sequence[Key], scan: Scan, said: str, where: str) -> Tuple[Path, ...]:
    """Return the paths that these keys stand for in a file, with names and numbers for what only the file can tell.

    :param keys: what one key of a user may mean in this file; those whose selectors select nothing are left out.
    :param said: the key as the user wrote it, for messages.
    :raises Refusal: a step means two entries, or every key selects none.
    """
    if any(isinstance(step, (Only, Selector)) for key in keys for step in key):
        scan.complete()
    found: List[Path] = []
    parts = _parts(scan) if len(keys) > 1 else {}
    for key in keys:
        first = key[0]
        plain = not isinstance(first, (Only, Selector))
        below = parts.get(first, []) if parts and plain else scan.readings
        path = _path(key, below, scan.repeated, said, where)
        if path is not None:
            found.append(path)
    if not found:
        raise _selects(said, "no entry with such a text", where)
    return tuple(found)


def _parts(scan: Scan) -> Dict[object, List[Reading]]:
    """Return the values by the first step of their paths: many documents are not searched for each of them."""
    parts: Dict[object, List[Reading]] = {}
    for reading in scan.readings:
        parts.setdefault(reading[0][0], []).append(reading)
    return parts


def _path(key: Key, below: Sequence[Reading], repeated: Set[Path], said: str, where: str) -> Optional[Path]:
    path: Path = ()
    for step in key:
        if not isinstance(step, (Only, Selector)):
            path += (step,)
            continue
        depth = len(path)
        below = [reading for reading in below if reading[0][:depth] == path and len(reading[0]) > depth]
        if isinstance(step, Only):
            entry = _only(below, depth, step, said, where)
        else:
            selected = _selected(below, depth, step)
            entries = {matching[depth] for matching in selected}
            if len(entries) > 1:
                raise _selects(said, f"{len(entries)} entries with the same text", where)
            if not entries:
                return None
            _check_once(selected, below, repeated, said, where)
            entry = entries.pop()
        path += (entry,)
    return path


def _only(below: Sequence[Reading], depth: int, step: Only, said: str, where: str) -> Union[str, int]:
    entries = {entry for entry in {reading[0][depth] for reading in below} if _fits(step, entry)}
    if len(entries) > 1:
        raise Refusal(
            "I-24: a declared key stands in exactly one place",
            where,
            f"one entry for each part of {said!r}",
            f"{len(entries)} entries for {step.said!r}",
            "say in `key` which of them is meant; docs/formats.md has the syntax with examples",
        )
    # Without an entry, what the user said stands for it: nothing will be found there.
    return entries.pop() if entries else step.said


def _selected(below: Sequence[Reading], depth: int, selector: Selector) -> Set[Path]:
    """Return where the selector's text stands in the entries of a container.

    :param below: what stands in the container, whose path has ``depth`` steps.
    """
    return {
        path
        for path, _kind, value in below
        if (value.strip() if selector.trimmed else value) == selector.value
        and len(path) == depth + 1 + len(selector.names)
        and all(map(_fits, selector.names, path[depth + 1 :]))
    }


def _check_once(selected: Set[Path], below: Sequence[Reading], repeated: Set[Path], said: str, where: str) -> None:
    """Refuse an entry that says twice what it is selected by: programs differ in which one they use."""
    for path in selected:
        again = sum(reading[0] == path for reading in below) > 1
        if again or any(path[:length] in repeated for length in range(1, len(path) + 1)):
            raise _selects(said, "an entry that has what selects it more than once", where)


def _fits(step: Union[str, Only], entry: Union[str, int]) -> bool:
    if isinstance(step, Only):
        return re.fullmatch(step.pattern, str(entry)) is not None
    return step == entry


def _selects(said: str, found: str, where: str) -> Refusal:
    return Refusal(
        "I-24: a selector selects exactly one entry",
        where,
        f"one entry for each selector of {said!r}",
        found,
        "correct `key` in `sfmc_dependents`; the text after = is compared as a whole",
    )
