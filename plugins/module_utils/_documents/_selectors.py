# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Keys with selectors, resolved to the paths of one file (``values[key=et_clientSecret].value``)."""

from typing import Dict, List, Optional, Sequence, Set, Tuple, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Key, Path, Scan, Selector
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Names or numbers of entries, by the path of their container.
_Entries = Dict[Path, Set[Union[str, int]]]
#: What was selected already, by depth and selector: the file is searched once, however many keys there are.
_Known = Dict[Tuple[int, Selector], _Entries]


def resolved(keys: Sequence[Key], scan: Scan, said: str, where: str) -> Tuple[Path, ...]:
    """Return the paths that these keys stand for in a file, selectors replaced by the names and numbers they select.

    :param keys: what one key of a user may mean in this file; those that select nothing are left out.
    :param said: the key as the user wrote it, for messages.
    :raises Refusal: a selector selects two entries, or every key selects none.
    """
    found: List[Path] = []
    known: _Known = {}
    for key in keys:
        path = _path(key, scan, known, said, where)
        if path is not None:
            found.append(path)
    if not found:
        raise _selects(said, "no entry with such a text", where)
    return tuple(found)


def _path(key: Key, scan: Scan, known: _Known, said: str, where: str) -> Optional[Path]:
    path: Path = ()
    for step in key:
        if not isinstance(step, Selector):
            path += (step,)
            continue
        asked = (len(path), step)
        if asked not in known:
            known[asked] = _selected(scan, *asked)
        entries = known[asked].get(path, set())
        if len(entries) > 1:
            raise _selects(said, f"{len(entries)} entries with the same text", where)
        if not entries:
            return None
        path += tuple(entries)
    return path


def _selected(scan: Scan, depth: int, selector: Selector) -> _Entries:
    """Return the entries in which the selector's text stands, for each container at this depth."""
    selected: _Entries = {}
    for path, _kind, value in scan.readings:
        if value == selector.value and path[depth + 1 :] == selector.names and len(path) > depth:
            selected.setdefault(path[:depth], set()).add(path[depth])
    return selected


def _selects(said: str, found: str, where: str) -> Refusal:
    return Refusal(
        "I-24: a selector selects exactly one entry",
        where,
        f"one entry for each selector of {said!r}",
        found,
        "correct `key` in `sfmc_dependents`; the text after = is compared as a whole",
    )
