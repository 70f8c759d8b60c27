# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Tables of cron, those of users and those in ``/etc/cron.d``. Keys: the name of the variable."""

import re
from typing import Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Format,
    Key,
    Leaf,
    Path,
    Scan,
    ambiguous_value,
    bad_key,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._quotes import (
    BARE,
    DOUBLE,
    SINGLE,
    bytes_and_mark,
)

_EMPTY = "an empty value without quotes, which not every cron takes for a value"
_LAST_LINE = "the last line, which cron ignores because it has no line end"
_COMMENT = "a value with # in it, which cron takes for a part of the value"
_REFERENCE = "a value with $, which looks like a reference, but cron takes it as it is"
_WITHIN_COMMAND = "a variable that is set within a command"

_SPACES = " \t\r\f\v"
_BLANK = f"[{_SPACES}]"
_SETTING = re.compile(
    rf"""(?:'([^'=\n]*)'|"([^"=\n]*)"|([^\s'"=#][^\s=]*)){_BLANK}*={_BLANK}*"""
    rf"""(?:'([^'\n]*)'{_BLANK}*|"([^"\n]*)"{_BLANK}*|((?:[^\s'"][^\n]*)?))(\n|\Z)""",
    re.ASCII,
)
_INDENT = re.compile(r"[ \t]*")
_REST = re.compile(r"[^\n]*\n?")
_JOB = re.compile(r"[0-9*@~-]")
_SET_WITHIN = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)\+?=")
_MAY_BE_COMMENT = re.compile(r"(?:^|\s)#")


class Crontab(Format):
    """The grammar of crontab(5), as Vixie cron and cronie read it: nothing in a value is expanded or escaped."""

    name = "crontab"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8, and what is left of older files; to cron, a byte order mark belongs to the first line."""
        return bytes_and_mark(content)

    def parse_key(self, key: str, where: str) -> Key:
        """Return the name of the variable as a path of one part."""
        if not re.fullmatch(r"[^\s='\"]+", key):
            raise bad_key("crontab", key, "the name of a variable", where)
        return (key,)

    def scan(self, text: str, where: str) -> Scan:
        """List the variables that have a line of their own, and those which commands set."""
        scan = Scan()
        position = 0
        while position < len(text):
            start = _end(_INDENT, text, position)
            setting = _SETTING.match(text, start)
            position = _end(_REST, text, start)
            if setting:
                _add(setting, scan)
            elif _JOB.match(text, start):
                for name in _SET_WITHIN.finditer(text, start, position):
                    scan.add((name.group(1),), _WITHIN_COMMAND, "", name.end(), name.end())
            elif text[start : start + 1] not in ("", "\n", "#"):
                raise malformed("crontab", text, start, "NAME=value, a job, a comment or an empty line", where)
        return scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the quotes in use; other quotes only if the value needs them."""
        for found, obstacle, reason in (
            ("$" in value, "the character $", "it looks like a reference, which cron does not replace"),
            (_MAY_BE_COMMENT.search(value), "# at its beginning or after a space", "it looks like a comment"),
        ):
            if found:
                raise ambiguous_value("crontab", obstacle, reason, where)
        if leaf.style == BARE and value == value.strip(" ") and value[0] not in "'\"":
            return value
        possible = [quote for quote in (leaf.style, SINGLE, DOUBLE) if quote != BARE and quote not in value]
        if not possible:
            raise ambiguous_value("crontab", "both kinds of quotes", "cron knows no escapes", where)
        return possible[0] + value + possible[0]

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Say what a line has to look like."""
        return "correct `key` or `path` in `sfmc_dependents`, or add the line NAME=value before the jobs"


def _add(setting: "re.Match[str]", scan: Scan) -> None:
    single_name, double_name, bare_name, single, double, bare, line_end = setting.groups()
    if bare is not None:
        value, start, style = bare.rstrip(_SPACES), setting.start(6), BARE
        end = start + len(value)
    else:
        value, style = (single, SINGLE) if single is not None else (double, DOUBLE)
        start = setting.start(4 if style == SINGLE else 5) - 1
        end = start + len(value) + 2
    kind = TEXT
    for applies, other in (
        (not line_end, _LAST_LINE),
        (style == BARE and not value, _EMPTY),
        (_MAY_BE_COMMENT.search(value), _COMMENT),
        ("$" in value, _REFERENCE),
    ):
        if applies and kind == TEXT:
            kind = other
    scan.add((single_name or double_name or bare_name or "",), kind, value, start, end, style)


def _end(pattern: "re.Pattern[str]", text: str, position: int) -> int:
    """Return where the match of a pattern that may be empty ends."""
    match = pattern.match(text, position)
    return match.end() if match else position
