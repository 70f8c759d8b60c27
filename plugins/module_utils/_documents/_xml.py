# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""XML. Keys: a small part of XPath."""

from typing import List, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Format,
    Key,
    Leaf,
    Path,
    Reading,
    Scan,
    ambiguous_value,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_elements import ExpatReading
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_encodings import encoding_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_keys import keys_of_xml, parse_xpath
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_scanner import (
    EMPTY_TAG,
    PLAIN,
    SECTION,
    SPACE,
    XmlScanner,
)

_QUOTES = {'"': "&quot;", "'": "&apos;"}


class Xml(Format):
    """XML 1.0 without a document type of its own; the proof is expat, which Python's own readers use."""

    name = "xml"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return what the file says about itself."""
        return (encoding_of(content),)

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``/a/add[@key='x']/@value`` into its steps."""
        return parse_xpath(key, where)

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return the key with selectors, the one with numbers where they are needed, and with all of them."""
        return keys_of_xml(path, scan.readings)

    def parts(self, path: Path) -> int:
        """Count an element, which is a name and a number, as one."""
        attributes = sum(1 for step in path if str(step).startswith("@"))
        return (len(path) + attributes) // 2

    def scan(self, text: str, where: str) -> Scan:
        """List all attributes, and the text of all elements."""
        scanner = XmlScanner(text, where)
        scanner.document()
        return scanner.scan

    def around(self, leaf: Leaf) -> Tuple[str, str]:
        """Return the white space around the text of an element, which most programs strip."""
        if leaf.style not in (PLAIN, SECTION):
            return ("", "")
        after_space = leaf.value.lstrip(SPACE)
        return leaf.value[: len(leaf.value) - len(after_space)], after_space[len(after_space.rstrip(SPACE)) :]

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape what XML takes for markup; an empty tag (``<a/>``) becomes two."""
        if value != value.strip():
            raise ambiguous_value("XML", "spaces at its ends", "some readers strip them", where)
        if leaf.style == SECTION:
            if "]]>" in value:
                raise ambiguous_value("XML", "]]>", "it would end the CDATA section", where)
            return value
        written = value.replace("&", "&amp;").replace("<", "&lt;")
        if leaf.style in _QUOTES:
            return written.replace(leaf.style, _QUOTES[leaf.style])
        written = written.replace(">", "&gt;")
        return f">{written}</{leaf.path[-2]}>" if leaf.style == EMPTY_TAG else written

    def reread(self, text: str, where: str) -> List[Reading]:
        """Read with expat."""
        reading = ExpatReading(text)
        if reading.failed_at is not None:
            raise malformed("XML", text, reading.failed_at, "well-formed XML", where)
        return reading.readings

    def stands_for_another(self, value: str) -> bool:
        """Tell this of ``$ctx:...`` too, and of braces, which are an encrypted value anywhere in Maven's settings."""
        return is_placeholder(value) or value.lstrip().startswith("$") or "}" in value.partition("{")[2]
