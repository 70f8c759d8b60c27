# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The encoding of an XML file: its byte order mark, and what the file itself declares."""

import codecs
import re

#: The XML declaration; groups 2 and 4 are version and encoding.
DECLARATION = re.compile(
    r"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])(1\.[0-9]+)\1"""
    r"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][A-Za-z0-9._-]*)\3)?"""
    r"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\5)?[ \t\r\n]*\?>"""
)

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

#: Declared names that are known, with Python's names for them.
_CODECS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii"}
_CODECS.update({f"iso-8859-{number}": f"iso-8859-{number}" for number in range(1, 17) if number != 12})
_CODECS.update({f"windows-125{number}": f"cp125{number}" for number in range(9)})
_CODECS.update({"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"})


def is_known(declared: str) -> bool:
    """Tell whether a file that declares this encoding can be read."""
    return declared.lower() in _CODECS or declared.lower() == "utf-16"


def encoding_of(content: bytes) -> str:
    """Return the encoding of a file, in Python's name for it.

    A mark and a declaration that contradict each other give the declared encoding: in that, the mark is no XML. So do
    unknown encodings and the mark, or ISO 8859-1 without one; that the declaration is refused is left to the scan.
    """
    marked = next((codec for mark, codec in _MARKS if content.startswith(mark)), "")
    declared = _declared(content, marked or "latin-1").lower()
    if declared == "utf-16":
        return marked if marked.startswith("utf-16") else "utf-16-le"
    if not declared:
        return marked or "utf-8"
    return _CODECS.get(declared, marked or "latin-1")


def _declared(content: bytes, codec: str) -> str:
    """Return the declared encoding, or an empty text."""
    end = content.find("?>".encode(codec))
    head = content[: end + len("?>".encode(codec))].decode(codec, "replace") if end > 0 else ""
    match = DECLARATION.match(head.lstrip("\ufeff"))
    return (match.group(4) or "") if match else ""
