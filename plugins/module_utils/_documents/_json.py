# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""JSON. Keys: those of formats with a tree."""

import json
from typing import List

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Format, Key, Leaf, Path, Scan
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json_tree import TreeScan, tree_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import keys_of_tree, parse_dotted


class Json(Format):
    """RFC 8259, read by :func:`json.loads`; a place is found by a grammar of its own, and proved by reading again."""

    name = "json"

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``credentials[0].'a.b'`` into ``("credentials", 0, "a.b")``."""
        return parse_dotted("JSON", key, where)

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return the key with selectors for entries of lists, and the one with their numbers."""
        return keys_of_tree(path, scan.readings)

    def scan(self, text: str, where: str) -> Scan:
        """Find strings, numbers, constants and empty containers."""
        return TreeScan(text, tree_of(text, where), where)

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape quotes and backslashes; the quotes around the value stay where they are."""
        return json.dumps(value)[1:-1]

    def reread(self, text: str, where: str) -> object:
        """Return the tree of the text, which has the order and repeated members."""
        return tree_of(text, where)
