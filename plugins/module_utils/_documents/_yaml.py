# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""YAML, as PyYAML reads it. Keys: those of formats with a tree, ``[n]`` in front for one of several documents."""

from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Format,
    Key,
    Leaf,
    Path,
    Reading,
    Scan,
    several_lines,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import keys_of_tree, parse_dotted
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml_reading import (
    A_DOCUMENT,
    ALIAS,
    MERGE,
    key_text,
    loaders,
    read,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml_scalars import (
    BLOCK,
    NO_PLACE,
    around_in_block,
    written,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Characters up to which the slow parser is asked too: some tenths of a second.
_SMALL = 250_000

_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Yaml(Format):
    """YAML 1.1 and 1.2, as far as they agree."""

    name = "yaml"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-16 if the byte order mark says so, else UTF-8."""
        return (_MARKS.get(content[:2], "utf-8"),)

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``sfmc.clients[0].'client.secret'`` into ``("sfmc", "clients", 0, "client.secret")``."""
        return parse_dotted("YAML", key, where)

    def places(self, scan: Scan, key: Key) -> Tuple[Key, ...]:
        """Put the numbers of documents before a key that names none, in a file with several."""
        if not _documents(scan) or not isinstance(key[0], str):
            return (key,)
        names: Path = ()
        for step in key:
            if not isinstance(step, (str, int)):
                break
            names += (step,)
        there = {path[0] for path, _kind, _value in scan.readings if path[1 : len(names) + 1] == names}
        return tuple((number,) + key for number in sorted(there or {0}, key=int))

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return the key with selectors for entries of lists, and the one with their numbers.

        The number of the document stands in front only where two of them have the key.
        """
        whole = keys_of_tree(path, scan.readings)
        below = path[1:]
        if not _documents(scan) or not below or isinstance(below[0], int):
            return whole
        if sum(there[1:] == below for there, _kind, _value in scan.readings) > 1:
            return whole
        mine = [(there[1:], kind, value) for there, kind, value in scan.readings if there[0] == path[0] and there[1:]]
        return keys_of_tree(below, mine) + whole

    def scan(self, text: str, where: str) -> Scan:
        """List all scalars, aliases and empty objects and lists."""
        return read(text, loaders(where).fast, where)

    def reread(self, text: str, where: str) -> List[Reading]:
        """Read with the other parser that there may be: programs use the one or the other, or a port of either.

        A file that it cannot read at all (tabs, new characters) is read with the fast one again.
        """
        if len(text) <= _SMALL:
            try:
                return read(text, loaders(where).pure, where).readings
            except Refusal:
                pass
        return self.scan(text, where).readings

    def around(self, leaf: Leaf) -> Tuple[str, str]:
        """Return the line ends of a block."""
        return around_in_block(leaf.value) if leaf.style == BLOCK else ("", "")

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the style in use; a plain one gets quotes if some program took it for something else."""
        return written(value, leaf.style, where)

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse blocks that are no secret in one line."""
        if leaf.style == NO_PLACE:
            raise several_lines(key, "a block of several lines, or nothing", where)

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Point at anchors, at dots in names and at other documents."""
        documents = _documents(scan)
        number = 1 if documents else 0
        targets = _targets(scan, path, number)
        if targets:
            return f"an alias or a merge (<<) is on the way: the value may stand at {targets[0]!r}, declare that key"
        if _has_it_with_dots(scan, path, number):
            return "the file has this key with dots in its names: quote them in `key`, such as 'a.b'.c"
        if documents:
            return f"the file has {documents} documents: declare a key that one of them has; [n] in front names one"
        return ""


def _documents(scan: Scan) -> int:
    """Return how many documents there are, or 0 for a single one."""
    if not scan.readings or scan.readings[0][1] != A_DOCUMENT:
        return 0
    return 1 + int(scan.readings[-1][0][0])


def _targets(scan: Scan, path: Path, number: int) -> List[str]:
    """Return what aliases on the way may make of ``path``, whatever the first ``number`` parts (the document) are."""
    found = []
    for there, kind, target in scan.readings:
        if kind == ALIAS:
            way = there[number : there.index(MERGE)] if MERGE in there else there[number:]
            if path[number : number + len(way)] == way:
                found.append(key_text((target,) + path[number + len(way) :]))
    known = {key_text(there) for there, _kind, _value in scan.readings}
    return [target for target in found if target in known] or found


def _has_it_with_dots(scan: Scan, path: Path, number: int) -> bool:
    """Tell whether the file divides the names of ``path`` in another way, whatever its document is."""
    said = key_text(path[number:])
    return any(
        key_text(there[number:]) == said and there[number:] != path[number:] for there, _kind, _value in scan.readings
    )
