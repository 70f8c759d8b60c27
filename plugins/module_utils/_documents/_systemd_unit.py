# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Unit files of systemd and their drop-ins. Keys: ``Service.Environment.NAME``, ``Section.Directive``."""

import re
from typing import Dict, List, Set

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Format,
    Key,
    Leaf,
    Note,
    Path,
    Scan,
    ambiguous_value,
    bad_key,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._systemd_words import (
    SEVERAL_LINES,
    encoded,
    variables,
)

_ENVIRONMENT = "Environment"
_UNSET = "UnsetEnvironment"
_RESET = "an empty Environment=, which takes back what was set before it"
_INTERPRETED = "a value with quotes, $, % or a backslash, which each directive reads in its own way"
_REFERENCES = {
    "EnvironmentFile": "the name of a file",
    "PassEnvironment": "names of variables, without values",
    _UNSET: "names of variables, without values",
}
_WHOLE_VALUE = "the whole value"

#: As systemd sees it: one \n, one \r or one of each.
_LINE_END_PATTERN = r"(?:\r\n?|\n\r?|\Z)"
_COMMENT_PATTERN = rf"[ \t]*[#;][^\r\n]*{_LINE_END_PATTERN}"
#: A backslash at the end of a line joins it with the next one, less the comments between them.
_JOIN_PATTERN = rf"\\{_LINE_END_PATTERN}(?:{_COMMENT_PATTERN})*"
_COMMENT = re.compile(_COMMENT_PATTERN)
_LINE = re.compile(rf"((?:[^\\\r\n]+|\\[^\r\n]|{_JOIN_PATTERN})*){_LINE_END_PATTERN}")
_JOIN_OR_ESCAPE = re.compile(rf"({_JOIN_PATTERN})|\\[^\r\n]")
_SECTION = re.compile(r"\[([^\[\]\n]+)\]")
_DIRECTIVE = re.compile(r"[^\s\[\]=]+")
_NOT_PLAIN = re.compile(r"""[%$\\'"]""")
#: A word is a name, or a name with a value; it may be in quotes.
_UNSET_NAME = re.compile(r"""(?<![^ \t\n"'])([A-Za-z_][A-Za-z0-9_]*)""")
_BLANKS = " \t\n"


class SystemdUnit(Format):
    """The grammar of systemd.syntax(7); a line that systemd would skip with a warning is refused."""

    name = "systemd_unit"

    def parse_key(self, key: str, where: str) -> Key:
        """Split ``Service.Environment.NAME`` into three parts, any other key at its last dot."""
        section, _dot, name = key.rpartition(".")
        outer, _dot, directive = section.rpartition(".")
        path = (outer, directive, name) if outer and directive == _ENVIRONMENT else (section, name)
        if not all(path):
            raise bad_key("systemd units", key, "Section.Environment.NAME or Section.Directive", where)
        return path

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return section and directive, and the name of a variable of ``Environment=``."""
        return [".".join(map(str, path))]

    def scan(self, text: str, where: str) -> Scan:
        """List all directives, and the variables of Environment=."""
        unit = _Unit(text, where)
        position = 0
        while position < len(text):
            line = _COMMENT.match(text, position)
            if not line:
                line = _LINE.match(text, position)
                if not line:
                    raise malformed("systemd", text, position, "a line", where)
                unit.line(line.group(1), position)
            position = line.end()
        return unit.scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Escape what stands in Environment=; write anything else as it is."""
        if leaf.style != _WHOLE_VALUE:
            return encoded(value, leaf.style)
        if _NOT_PLAIN.search(value):
            raise ambiguous_value(
                "systemd units", "quotes, $, % and backslash", "directives read them otherwise", where
            )
        if value != value.strip():
            raise ambiguous_value("systemd units", "spaces at its ends", "systemd strips them", where)
        return value


class _Unit:
    """What is known at a line of a unit file."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = Scan()
        self._section = ""
        #: Variables of each section, as far as no empty Environment= has taken them back.
        self._set: Dict[str, Set[str]] = {}

    def line(self, raw: str, start: int) -> None:
        """Take a line with all that a backslash joins to it."""
        flat = _flat(raw)
        stripped = flat.strip(_BLANKS)
        begin = start + len(flat) - len(flat.lstrip(_BLANKS))
        if not stripped:
            return
        header = _SECTION.fullmatch(stripped)
        if header:
            self._section = header.group(1)
            return
        name, sign, value = stripped.partition("=")
        directive = name.rstrip(_BLANKS)
        if not sign or not _DIRECTIVE.fullmatch(directive):
            raise malformed("systemd", self.text, begin, "[Section], Directive=value or a comment", self.where)
        if not self._section:
            raise malformed("systemd", self.text, begin, "a [Section] before the first directive", self.where)
        inside = value.lstrip(_BLANKS)
        value_start = begin + len(stripped) - len(inside)
        if directive == _ENVIRONMENT:
            self._environment(inside, value_start)
        else:
            self._directive(directive, inside, value_start)

    def _directive(self, directive: str, value: str, start: int) -> None:
        kind = TEXT
        if directive == _UNSET:
            for name in _UNSET_NAME.finditer(value):
                path = (self._section, _ENVIRONMENT, name.group(1))
                self.scan.notes.append(Note(path, f"{_UNSET}= of it", start + name.start()))
        if directive in _REFERENCES:
            kind = _REFERENCES[directive]
        elif "\n" in value:
            kind = SEVERAL_LINES
        elif _NOT_PLAIN.search(value):
            kind = _INTERPRETED
        self.scan.add((self._section, directive), kind, value, start, start + len(value), _WHOLE_VALUE)

    def _environment(self, value: str, start: int) -> None:
        names = self._set.setdefault(self._section, set())
        if not value:
            for name in sorted(names):
                self.scan.add((self._section, _ENVIRONMENT, name), _RESET, "", start, start)
            names.clear()
        for variable in variables(self.text, value, start, self.where):
            path = (self._section, _ENVIRONMENT, variable.name)
            self.scan.add(path, *variable[1:])
            names.add(variable.name)


def _flat(raw: str) -> str:
    """Return the line with a line end in place of every character that joins it, so that places stay the same."""
    if "\\" not in raw:
        return raw
    return _JOIN_OR_ESCAPE.sub(lambda match: "\n" * len(match.group()) if match.group(1) else match.group(), raw)
