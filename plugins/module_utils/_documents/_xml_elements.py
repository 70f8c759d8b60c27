# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What both readings of an XML file share, open elements; and the second one, by Python's own parser."""

from typing import Dict, List, Optional
from xml.parsers import expat

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Path, Reading

WITH_ELEMENTS = "an element with elements in it"
WITH_COMMENT = "a text with a comment or a processing instruction in it"


class Element:
    """An element that is open: its text so far, and how many elements of each name it holds."""

    __slots__ = ("_numbers", "kind", "path", "pieces")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pieces: List[str] = []
        self.kind = TEXT
        self._numbers: Dict[str, int] = {}

    def child(self, name: str) -> Path:
        """Count one more element of that name in this one, and return its path."""
        self.kind = WITH_ELEMENTS
        number = self._numbers.get(name, 0) + 1
        self._numbers[name] = number
        return self.path + (name, number)

    def comment(self) -> None:
        """Note a comment or a processing instruction."""
        if self.kind == TEXT:
            self.kind = WITH_COMMENT

    def reading(self) -> Reading:
        """Return the element's own text, without that of the elements in it."""
        return (self.path, self.kind, "".join(self.pieces))


class ExpatReading:
    """All values of a text, by expat: attributes at the start of their element, its text at its end.

    :ivar failed_at: the character at which expat gave up, or None.
    """

    def __init__(self, text: str) -> None:
        self.readings: List[Reading] = []
        self.failed_at: Optional[int] = None
        self._open = [Element(())]
        content = text.encode("utf-8")
        # The given encoding counts, whatever the text declares. Nothing external is loaded: expat itself never does.
        parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            self.failed_at = len(content[: max(parser.ErrorByteIndex, 0)].decode("utf-8", "ignore"))

    def _start(self, name: str, attributes: List[str]) -> None:
        path = self._open[-1].child(name)
        for index in range(0, len(attributes), 2):
            self.readings.append((path + ("@" + attributes[index],), TEXT, attributes[index + 1]))
        self._open.append(Element(path))

    def _end(self, _name: str) -> None:
        self.readings.append(self._open.pop().reading())

    def _characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def _comment(self, _text: str) -> None:
        self._open[-1].comment()

    def _instruction(self, _target: str, _text: str) -> None:
        self._open[-1].comment()
