# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""INI files, as Python's configparser reads them. Keys: ``Section.key``; the last dot splits."""

import configparser
import io
import re
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    BYTES,
    TEXT,
    Format,
    Key,
    Leaf,
    Path,
    Reading,
    Scan,
    ambiguous_value,
    bad_key,
    malformed,
    with_comment,
)

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_SECTION = re.compile(r"\[([^\]]+)\]")
_DELIMITER = re.compile(r"[=:]")
_QUOTED_KEY = re.compile(r"(.+)\.'([^']+)'", re.DOTALL)
_MAY_BE_COMMENT = re.compile(r"(?:^|\s)[;#]")

_A_SECTION = "a section"
#: No file can have this section, so that the reader treats [DEFAULT] as any other.
_NO_SECTION = "\n"


class Ini(Format):
    """The grammar of :class:`configparser.RawConfigParser` with its defaults, which is also the proof."""

    name = "ini"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8, and what is left of older files."""
        return BYTES

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``Web Services.clientsecret`` into section and key; ``Section.'a.b'`` names a key with dots."""
        quoted = _QUOTED_KEY.fullmatch(key)
        section, _dot, name = (quoted.group(1), ".", quoted.group(2)) if quoted else key.rpartition(".")
        if not section or not name:
            raise bad_key("INI", key, "Section.key", where)
        return (section, name.lower())

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return section and key, the key in quotes if it has dots; beside those, its own quotes cannot be said."""
        section, name = str(path[0]), str(path[-1])
        if "'" in name and ("." in name or name.startswith("'")):
            return []
        return [f"{section}.'{name}'" if "." in name else f"{section}.{name}"]

    def scan(self, text: str, where: str) -> Scan:
        """List all options of all sections."""
        scanner = _Scanner(text, where)
        for line in _LINE.finditer(text):
            scanner.line(line.group(1), line.start())
        scanner.finish_option()
        return scanner.scan

    def around(self, leaf: Leaf) -> Tuple[str, str]:
        """Return quotes: a part of the value to configparser, none to the programs that put them there."""
        quote = leaf.value[:1]
        quoted = len(leaf.value) > 1 and quote in ("'", '"') and leaf.value.endswith(quote)
        return (quote, quote) if quoted else ("", "")

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Return the value as it is, in the quotes that are there: the format knows neither quotes nor escapes."""
        before, after = self.around(leaf)
        if before and before in value:
            raise ambiguous_value("INI", f"the character {before}", "it would end the quotes", where)
        written = before + value + after
        if value != value.strip():
            raise ambiguous_value("INI", "spaces at its ends", "readers strip them", where)
        if _MAY_BE_COMMENT.search(written):
            obstacle = "; or # at its beginning or after a space"
            raise ambiguous_value("INI", obstacle, "some readers take it for a comment", where)
        if not before and value[0] in "'\"" and value.endswith(value[0]) and len(value) > 1:
            raise ambiguous_value("INI", "quotes around it", "some readers strip them", where)
        return written

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse a comment after the value, before anybody compares the two with a known secret."""
        if _MAY_BE_COMMENT.search(leaf.value):
            raise with_comment(key, where)

    def reread(self, text: str, where: str) -> List[Reading]:
        """Scan again, and confirm the result with Python's own parser, without interpolation.

        That parser merges repeated sections and keys, so that it alone would not notice a new repetition.
        """
        readings = self.scan(text, where).readings
        parser = configparser.RawConfigParser(strict=False, default_section=_NO_SECTION)
        try:
            parser.read_file(io.StringIO(text, newline=None))
        except configparser.Error:
            confirmed = False
        else:
            confirmed = _merged(readings) == {section: dict(parser.items(section)) for section in parser.sections()}
        # Raised here and not in the handler: the parser's error quotes the file.
        if not confirmed:
            raise malformed("INI", text, 0, "a file that configparser reads in the same way", where)
        return readings

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Point at [DEFAULT], from which configparser would take the value."""
        if any(reading[0] == ("DEFAULT", path[1]) for reading in scan.readings):
            return f"the value comes from [DEFAULT]: declare the key as DEFAULT.{path[1]}, or add it to its section"
        return ""


def _merged(readings: List[Reading]) -> Dict[str, Dict[str, str]]:
    """Return sections by name, with options by name; of what is repeated, the last counts."""
    sections: Dict[str, Dict[str, str]] = {}
    for path, kind, value in readings:
        options = sections.setdefault(str(path[0]), {})
        if kind == TEXT:
            options[str(path[1])] = value
    return sections


class _Option(NamedTuple):
    """The option that following lines may continue."""

    path: Path
    start: int
    lines: List[str]
    line_ends: List[int]


class _Scanner:
    """One pass over the lines of a text, in the manner of configparser."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = Scan()
        self._sections: Set[str] = set()
        self._section: Optional[str] = None
        self._option: Optional[_Option] = None
        self._indent = 0

    def line(self, line: str, start: int) -> None:
        """Take the line that stands at ``start``."""
        stripped = line.strip()
        if not stripped:
            self._continue("", start)
        elif stripped[0] not in "#;":
            begin = start + len(line) - len(line.lstrip())
            if self._option and begin - start > self._indent:
                self._continue(stripped, begin)
            else:
                self._indent = begin - start
                self._header_or_option(stripped, begin)

    def finish_option(self) -> None:
        """List the option that ends here."""
        option, self._option = self._option, None
        if not option:
            return
        value = "\n".join(option.lines).rstrip()
        end = max([option.start] + [e for line, e in zip(option.lines, option.line_ends) if line])
        self.scan.add(option.path, TEXT, value, option.start, end)

    def _continue(self, stripped: str, begin: int) -> None:
        if self._option:
            self._option.lines.append(stripped)
            self._option.line_ends.append(begin + len(stripped))

    def _header_or_option(self, stripped: str, begin: int) -> None:
        self.finish_option()
        header = _SECTION.match(stripped)
        if header:
            if "]" in stripped[header.end() :]:
                raise self._malformed(begin, "a section header with one ]: versions of Python differ in reading two")
            self._section = header.group(1)
            if self._section in self._sections:
                self.scan.repeated.add((self._section,))
            self._sections.add(self._section)
            self.scan.add((self._section,), _A_SECTION, "", begin, begin + header.end())
            return
        if self._section is None:
            raise self._malformed(begin, "a [section] before the first key")
        delimiter = _DELIMITER.search(stripped)
        name = stripped[: delimiter.start()].rstrip() if delimiter else ""
        if not delimiter or not name:
            raise self._malformed(begin, "key = value, [section], a comment or an empty line")
        value = stripped[delimiter.end() :].lstrip()
        end = begin + len(stripped)
        self._option = _Option((self._section, name.lower()), end - len(value), [value], [end])

    def _malformed(self, position: int, expected: str) -> Exception:
        return malformed("INI", self.text, position, expected, self.where)
