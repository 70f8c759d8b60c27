# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One pass over an XML text: every attribute and the text of every element, with their places."""

import re
from typing import List, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Path, malformed
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_elements import Element
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_encodings import DECLARATION, is_known
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_keys import NAME
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_settings import SettingsScan

#: Elements inside of one another: a bound for the length of paths.
MAX_DEPTH = 60

#: How the text of an element is written; attributes have their quote.
PLAIN = "text"
SECTION = "a CDATA section"
ALL_OF_IT = "text that begins or ends with a written-out space"
EMPTY_TAG = "/>"

#: White space of XML.
SPACE = " \t\r\n"

_S = "[ \t\r\n]"
_BAD_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: What XML 1.1 reads otherwise than 1.0.
_NOT_IN_1_1 = re.compile("[\x7f-\x9f\u2028]")
_START_TAG = re.compile(f"<({NAME})")
_ATTRIBUTE = re.compile(rf"""{_S}+({NAME}){_S}*={_S}*(?:"([^"<]*)"|'([^'<]*)')""")
_TAG_END = re.compile(rf"{_S}*(/?)>")
_END_TAG = re.compile(rf"</({NAME}){_S}*>")
_INSTRUCTION = re.compile(rf"<\?({NAME})(?={_S}|\?>)")
_LITERAL = """(?:"[^"]*"|'[^']*')"""
_DOCTYPE = re.compile(
    rf"<!DOCTYPE{_S}+{NAME}(?:{_S}+(?:SYSTEM{_S}+{_LITERAL}|PUBLIC{_S}+{_LITERAL}{_S}+{_LITERAL}))?{_S}*>"
)
_REFERENCE = r"&(?:#0*([0-9]{1,7});|#x0*([0-9A-Fa-f]{1,6});|(amp|lt|gt|quot|apos);)?"
#: What is not read as it is written, in texts and in attributes.
_IN_TEXT = re.compile(rf"\r\n?|{_REFERENCE}")
_IN_ATTRIBUTE = re.compile(rf"\r\n?|[\t\n]|{_REFERENCE}")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SECTION_START = "<![CDATA["
_SECTION_END = "]]>"


class XmlScanner:
    """Every method that takes markup gets the position where it begins, and returns where it ends."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = SettingsScan()
        self._document = Element(())
        self._open: List[_OpenElement] = []
        self._doctype_seen = False

    def document(self) -> None:
        """Take the whole text."""
        position = self._declaration()
        bad = _BAD_CHARACTER.search(self.text)
        if bad:
            raise self._malformed(bad.start(), "a character that XML allows")
        while position < len(self.text):
            markup = self.text.find("<", position)
            end = markup if markup >= 0 else len(self.text)
            self._characters(position, end)
            position = self._markup(markup) if markup >= 0 else end
        if self._open or not self.scan.readings:
            raise self._malformed(position, "an end tag" if self._open else "an element")

    def _declaration(self) -> int:
        if not self.text.startswith(("<", " ", "\t", "\r", "\n")):
            raise self._malformed(
                0, "markup, in the encoding that the file declares; a byte order mark has to agree with it"
            )
        if not re.match(rf"<\?xml{_S}", self.text):
            return 0
        match = DECLARATION.match(self.text)
        if not match:
            raise self._malformed(0, "an XML declaration with a version and perhaps encoding and standalone")
        if match.group(2) not in ("1.0", "1.1"):
            raise self._malformed(match.start(2), "version 1.0 or 1.1")
        if match.group(4) and not is_known(match.group(4)):
            raise self._malformed(match.start(4), "UTF-8, UTF-16, US-ASCII, ISO-8859-n or windows-125n")
        other = _NOT_IN_1_1.search(self.text) if match.group(2) == "1.1" else None
        if other:
            raise self._malformed(
                other.start(), "no control character or line separator, which XML 1.1 reads otherwise"
            )
        return match.end()

    def _characters(self, start: int, end: int) -> None:
        raw = self.text[start:end]
        if not self._open:
            if raw.strip(SPACE):
                position = start + len(raw) - len(raw.lstrip(SPACE))
                raise self._malformed(position, "nothing but comments outside of the one element at the top")
            return
        if _SECTION_END in raw:
            raise self._malformed(start + raw.index(_SECTION_END), "no ]]> outside of a CDATA section")
        self._open[-1].pieces.append(self._decoded(_IN_TEXT, raw, start, "\n"))

    def _markup(self, start: int) -> int:
        follows = self.text[start + 1 : start + 2]
        if follows == "/":
            return self._end_tag(start)
        if follows == "?":
            return self._instruction(start)
        if follows != "!":
            return self._start_tag(start)
        if self.text.startswith("<!--", start):
            return self._comment(start)
        if self.text.startswith(_SECTION_START, start):
            return self._section(start)
        return self._doctype(start)

    def _start_tag(self, start: int) -> int:
        tag = _START_TAG.match(self.text, start)
        if not tag:
            raise self._malformed(start, "a tag, or &lt; for a < in a text")
        if not self._open and self.scan.readings:
            raise self._malformed(start, "one element at the top")
        if len(self._open) == MAX_DEPTH:
            raise self._malformed(start, f"at most {MAX_DEPTH} elements inside of one another")
        path = (self._open[-1] if self._open else self._document).child(tag.group(1))
        position = self._attributes(path, tag.end())
        end = _TAG_END.match(self.text, position)
        if not end:
            raise self._malformed(position, 'an attribute (name="value"), > or />')
        if end.group(1):
            self.scan.add(path, TEXT, "", end.start(1), end.end(), EMPTY_TAG)
        else:
            self._open.append(_OpenElement(path, end.end()))
        return end.end()

    def _attributes(self, path: Path, start: int) -> int:
        names: Set[str] = set()
        position = start
        attribute = _ATTRIBUTE.match(self.text, position)
        while attribute:
            name = attribute.group(1)
            if name in names:
                raise self._malformed(attribute.start(1), "each attribute once")
            names.add(name)
            group = 2 if attribute.group(2) is not None else 3
            value = self._decoded(_IN_ATTRIBUTE, attribute.group(group), attribute.start(group), " ")
            self.scan.add(path + ("@" + name,), TEXT, value, *attribute.span(group), self.text[attribute.end() - 1])
            position = attribute.end()
            attribute = _ATTRIBUTE.match(self.text, position)
        return position

    def _end_tag(self, start: int) -> int:
        match = _END_TAG.match(self.text, start)
        if not match or not self._open or self._open[-1].path[-2] != match.group(1):
            raise self._malformed(start, "the end tag of the element that is open")
        element = self._open.pop()
        self.scan.add(*element.reading(), *element.place(self.text, start))
        return match.end()

    def _instruction(self, start: int) -> int:
        match = _INSTRUCTION.match(self.text, start)
        end = self.text.find("?>", match.end()) if match else -1
        if not match or end < 0 or match.group(1).lower() == "xml":
            raise self._malformed(start, "a processing instruction with a name and ?>; <?xml only at the beginning")
        self._note_comment()
        return end + len("?>")

    def _comment(self, start: int) -> int:
        end = self.text.find("--", start + len("<!--"))
        if end < 0 or not self.text.startswith("-->", end):
            raise self._malformed(start, "a comment that ends with -->, without -- in it")
        self._note_comment()
        return end + len("-->")

    def _note_comment(self) -> None:
        if self._open:
            self._open[-1].comment()

    def _section(self, start: int) -> int:
        inside = start + len(_SECTION_START)
        end = self.text.find(_SECTION_END, inside)
        if end < 0 or not self._open:
            raise self._malformed(start, "a CDATA section that ends with ]]>, inside of an element")
        self._open[-1].pieces.append(_unfolded(self.text[inside:end]))
        self._open[-1].sections += 1
        return end + len(_SECTION_END)

    def _doctype(self, start: int) -> int:
        match = _DOCTYPE.match(self.text, start)
        if not match or self._doctype_seen or self._open or self.scan.readings:
            raise self._malformed(start, "a DOCTYPE without declarations in [...], which could change values")
        self._doctype_seen = True
        return match.end()

    def _decoded(self, special: "re.Pattern[str]", raw: str, start: int, blank: str) -> str:
        """Return what readers see for ``raw``, which stands at ``start``; ``blank`` is what they see for line ends."""

        def character(match: "re.Match[str]") -> str:
            if not match.group().startswith("&"):
                return blank
            decimal, hexadecimal, entity = match.groups()
            if entity:
                return _ENTITIES[entity]
            code = int(decimal) if decimal else int(hexadecimal or "0", 16)
            if not _is_allowed(code):
                raise self._malformed(
                    start + match.start(), "&amp;, &lt;, &gt;, &quot;, &apos; or the number of a character"
                )
            return chr(code)

        return special.sub(character, raw)

    def _malformed(self, position: int, expected: str) -> Exception:
        return malformed("XML", self.text, position, expected, self.where)


class _OpenElement(Element):
    """An element, and where its content begins."""

    __slots__ = ("inside", "sections")

    def __init__(self, path: Path, inside: int) -> None:
        super().__init__(path)
        self.inside = inside
        self.sections = 0

    def place(self, text: str, end: int) -> Tuple[int, int, str]:
        """Return the place of the text, less the white space around it, and how it is written."""
        if self.kind != TEXT:
            return self.inside, end, ""
        start, stop = _stripped(text, self.inside, end)
        if not self.sections and text.find("&", start, stop) < 0:
            return start, stop, PLAIN
        value = "".join(self.pieces)[len(_unfolded(text[self.inside : start])) :]
        value = value[: len(value) - len(_unfolded(text[stop:end]))]
        one_section = self.sections == 1 and text.startswith(_SECTION_START, start)
        # The white space before an empty section could not be told from that after it.
        if one_section and text.endswith(_SECTION_END, start, stop) and (value.strip(SPACE) or stop == end):
            return (*_stripped(text, start + len(_SECTION_START), stop - len(_SECTION_END)), SECTION)
        if value != value.strip(SPACE) or (start < stop and not value):
            return self.inside, end, ALL_OF_IT
        return start, stop, PLAIN


def _stripped(text: str, start: int, end: int) -> Tuple[int, int]:
    """Return the part of ``text[start:end]`` without the white space around it."""
    raw = text[start:end]
    after_space = start + len(raw) - len(raw.lstrip(SPACE))
    return after_space, after_space + len(raw.strip(SPACE))


def _unfolded(raw: str) -> str:
    """Return a text with the line ends that readers see."""
    return raw.replace("\r\n", "\n").replace("\r", "\n") if "\r" in raw else raw


def _is_allowed(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xDFFF < code < 0xFFFE or 0xFFFF < code < 0x110000
