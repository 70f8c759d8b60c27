# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""TOML. Keys: those of formats with a tree."""

from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Format,
    Key,
    Leaf,
    Path,
    Reading,
    Scan,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import keys_of_tree, parse_dotted
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_scanner import scanned
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_second_reading import reread


class Toml(Format):
    """TOML 1.0; the proof is a second reading, which ``tomllib`` confirms where Python has it."""

    name = "toml"

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``sfmc.clients[0].'a.b'`` into ``("sfmc", "clients", 0, "a.b")``."""
        return parse_dotted("TOML", key, where)

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return the key with selectors for entries of lists, and the one with their numbers."""
        return keys_of_tree(path, scan.readings)

    def scan(self, text: str, where: str) -> Scan:
        """List all values, and the headers of tables."""
        return scanned(text, where)

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the quotes in use, or in double ones where single ones cannot hold it."""
        opening, closing = leaf.style.split(" ")
        # Of a quote next to three others, older parsers think differently.
        held = "'" not in value if closing == "'" else "'''" not in f"''{value}''"
        if "'" in opening and not held:
            opening, closing = opening.replace("'", '"'), closing.replace("'", '"')
        if '"' in opening:
            value = value.replace("\\", "\\\\").replace('"', '\\"')
        return opening + value + closing

    def reread(self, text: str, where: str) -> List[Reading]:
        """Read by tokens, and with Python's own parser."""
        return reread(text, where)

    def around(self, leaf: Leaf) -> Tuple[str, str]:
        """Return the line end before closing quotes that stand on a line of their own."""
        return ("", "\n" if "\n" in leaf.style.split(" ")[1] else "")

    def frame(self, leaf: Leaf) -> Tuple[str, str]:
        """Return quotes that stand on lines of their own, with the line ends."""
        opening, closing = leaf.style.split(" ")
        return opening, closing
