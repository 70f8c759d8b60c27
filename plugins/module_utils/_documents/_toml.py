# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""TOML. Keys: those of formats with a tree."""

import re
from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Format,
    Key,
    Leaf,
    Reading,
    Scan,
    ambiguous_value,
    indirect_value,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import parse_dotted
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import (
    check_no_placeholder_new,
    check_no_placeholder_there,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_scanner import scanned
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml_second_reading import reread

#: TOML itself knows no references, but programs replace these, and placeholders, in what they read from it.
_REFERENCE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*|@\{[^{}]*\}|\{\{.*\}\}")


class Toml(Format):
    """TOML 1.0; the proof is a second reading, which ``tomllib`` confirms where Python has it."""

    name = "toml"

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``sfmc.clients[0].'a.b'`` into ``("sfmc", "clients", 0, "a.b")``."""
        return parse_dotted("TOML", key, where)

    def scan(self, text: str, where: str) -> Scan:
        """List all values, and the headers of tables."""
        return scanned(text, where)

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the quotes in use, or in double ones where single ones cannot hold it."""
        check_no_placeholder_new("TOML", value, where)
        if _REFERENCE.fullmatch(value):
            raise ambiguous_value("TOML", "the form of a reference", "some programs replace $NAME and the like", where)
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

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse what a program replaces by something else."""
        check_no_placeholder_there(leaf.value, key, where)
        if _REFERENCE.fullmatch(leaf.value.strip()):
            raise indirect_value(key, "a reference, such as $NAME, which programs replace by another value", where)
