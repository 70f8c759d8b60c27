# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Shell scripts, as sh and bash read them. Keys: the name of the variable."""

import re
from typing import Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
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
    bytes_and_mark,
    needs_no_quotes,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_assignments import INSIDE
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_commands import Commands
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_values import ANSI

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TO_ESCAPE = re.compile(r'["\\$`]')
_OTHER_LANGUAGE = re.compile(r"#![^\n]*\b(?:t?csh|fish|python|perl|ruby|node|php)")


class Shell(Format):
    """The grammar of POSIX's shell and of bash, as far as it takes to know every word that sets a variable."""

    name = "shell"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8, and what is left of older files; to a shell, a byte order mark belongs to the first word."""
        return bytes_and_mark(content)

    def parse_key(self, key: str, where: str) -> Key:
        """Return the name of the variable as a path of one part."""
        if not _NAME.fullmatch(key):
            raise bad_key("shell", key, "the name of a variable", where)
        return (key,)

    def scan(self, text: str, where: str) -> Scan:
        """List all assignments, wherever they stand."""
        if _OTHER_LANGUAGE.match(text):
            raise malformed(
                "shell", text, 0, "a first line that names sh, bash or the like, if it names a program", where
            )
        commands = Commands(text, where)
        commands.document()
        return commands.scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write the value in the quotes in use; other quotes only if the value needs them."""
        if leaf.style == INSIDE["'"]:
            if "'" in value:
                raise ambiguous_value("shell", "single quotes", "it stands within such quotes", where)
            return value
        if leaf.style == INSIDE['"']:
            return _in_double_quotes(value)
        if leaf.style == ANSI:
            return "$'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        if leaf.style == BARE and needs_no_quotes(value):
            return value
        if leaf.style != DOUBLE and "'" not in value:
            return f"'{value}'"
        return f'"{_in_double_quotes(value)}"'

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Name the places in which a shell sets variables and this format does not look."""
        return (
            "correct `key` or `path` in `sfmc_dependents`, or set the variable as NAME=value in a command of the "
            "script: not in an argument, in ${NAME:=value} or in a here-document; `format: text` finds it there"
        )


def _in_double_quotes(value: str) -> str:
    return _TO_ESCAPE.sub(r"\\\g<0>", value)
