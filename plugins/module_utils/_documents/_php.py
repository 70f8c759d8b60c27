# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""PHP files. Keys: those of formats with a tree, after the name of a variable, property, constant or ``return``."""

import re
from typing import Dict, List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    BYTES,
    Format,
    Key,
    Leaf,
    Path,
    Reading,
    Scan,
    Selector,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import dotted, keys_of_tree, parse_dotted
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_scanner import scan_php
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_strings import quoted, strings_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_values import array_key

#: A key with a selector is looked up in no more arrays than this.
_MANY_PLACES = 100
#: What stands for something that only its token tells from others.
_UNSAID = re.compile(r"\{[0-9]+\}")


class Php(Format):
    """PHP 7 and 8 as far as literal values go; what PHP computes, it alone knows."""

    name = "php"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8, and what is left of older files: PHP reads bytes."""
        return BYTES

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``$config.sfmc.client_secret``; as in PHP, a name that is a whole number is that number."""
        steps = parse_dotted("PHP", key, where)
        return tuple(array_key(step) if isinstance(step, str) else step for step in steps)

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return the key without its place where that says nothing, else with it; and the others."""
        place, rest = str(path[0]), path[1:]
        short = place.rpartition("::")[2].lstrip("\\") if not _UNSAID.search(place) else ""
        whole = [] if _UNSAID.search(place) else keys_of_tree(path, scan.readings)
        shorter = [dotted((short,) + rest)] if short else []
        alone = [dotted(rest)] if rest else []
        ordered = alone + whole if not whole or place == "return" else shorter + whole + alone
        said = [key for key in dict.fromkeys(ordered) if key]
        return [] if any(_UNSAID.search(str(step)) for step in rest) else said

    def places(self, scan: Scan, key: Key) -> Tuple[Key, ...]:
        """Return the place that the key begins with; else every place that it leaves out, in part or as a whole."""
        if any(path[0] == key[0] for path, _kind, _value in scan.readings):
            return (key,)
        found: Dict[Key, bool] = {}
        for path, _kind, _value in scan.readings:
            place = (path[0],)
            if _leads_to(key, path):
                found[place + key] = True
            if _is_short_for(key[0], path[0]) and _leads_to(key[1:], path):
                found[place + key[1:]] = True
        if len(found) > _MANY_PLACES and any(isinstance(step, Selector) for step in key):
            return (key,)
        return tuple(found) or (key,)

    def scan(self, text: str, where: str) -> Scan:
        """List the entries of all arrays, and all that variables, properties and constants are written with."""
        return scan_php(text, where)[0]

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape what the quotes in use need."""
        return quoted(value, leaf.style)

    def reread(self, text: str, where: str) -> List[Reading]:
        """Scan again, and confirm with another walk over the text that it has exactly these strings."""
        scan, strings = scan_php(text, where)
        if strings != strings_in(text):
            raise malformed("PHP", text, 0, "a file in which two readings see the same strings", where)
        return scan.readings

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Point at an array around the value that the key leaves out."""
        if any(there[-len(path) :] == path for there, _kind, _value in scan.readings):
            return "a key names every array around the value, from the outermost on: declare it as a whole"
        return ""


def _is_short_for(name: object, place: object) -> bool:
    """Tell whether a name stands for a place: a constant, or the member of a class or function that it leaves out."""
    return isinstance(name, str) and isinstance(place, str) and (place == f"\\{name}" or place.endswith(f"::{name}"))


def _leads_to(key: Key, path: Path) -> bool:
    """Tell whether the key, with any entry for each selector, is where the path is or leads there; after its place."""
    return len(path) > len(key) and all(
        isinstance(step, Selector) or step == there for step, there in zip(key, path[1:])
    )
