# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be in the repository: secrets, private keys, this machine's paths, a registry's address.

Findings name the file, the line and the rule, never the text that was found: it could be a secret.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from . import tree


class Rule(NamedTuple):
    """A pattern, and what a person reads when it is found."""

    name: str
    pattern: re.Pattern[str]
    way_out: str


class Finding(NamedTuple):
    """A line of a file that breaks a rule; lines count from 1."""

    file: Path
    line: int
    rule: Rule


# The patterns are written so that this file does not match itself.
SECRET = Rule(
    "a client secret in the new format",
    # 64 characters in the one public sample; names of settings such as SFMC_CLIENT_SECRET are far shorter.
    re.compile(r"SFMC[_][A-Za-z0-9_-]{40,}"),
    "make it at run time",
)
PRIVATE_KEY = Rule("a private key", re.compile(r"-{5}BEGIN [A-Z ]*PRIVATE[ ]KEY-{5}"), "make it at run time")
# Invented users of hosts in tests and documentation.
EXAMPLE_USERS = ("app", "batch", "deploy", "mule")
HOME = Rule(
    "a path below somebody's home directory",
    re.compile(
        rf"(?<![\w.~$}}-])(?:/(?:home|Users)/(?!(?:{'|'.join(EXAMPLE_USERS)})\b)[A-Za-z0-9._-]+|/root)/[\w.-]",
    ),
    f"use a relative path, `~`, or an invented user: {', '.join(EXAMPLE_USERS)}",
)
REGISTRY = Rule(
    "the address of a package registry",
    re.compile(
        r"""(?:^|[\s"'])(?:--)?(?:extra-)?index-url\b\s*[=: ]\s*["']?\w+://"""
        r"""|^\s*(?:-i|-f|--find-links)[ =]+\w+://"""
        r"""|(?:^|[\s"'])(?:--)?trusted-host\b\s*[=: ]\s*\w"""
        r"""|\bPIP_(?:EXTRA_)?INDEX_URL\s*[=:]\s*["']?\w+://""",
        re.IGNORECASE,
    ),
    "leave it to the machine's own configuration of pip",
)
RULES = (SECRET, PRIVATE_KEY, HOME, REGISTRY)


def this_machine() -> Iterator[Rule]:
    """Yield a rule for each path that is true on this machine only: the repository's and the user's home."""
    for name, path in (("the path of this working tree", tree.ROOT), ("this user's home", Path.home())):
        if len(path.parts) > 2:
            yield Rule(name, re.compile(re.escape(str(path)) + r"(?![\w-])"), HOME.way_out)


def findings(file: Path, text: str, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Yield each line of ``text`` that breaks a rule."""
    for number, line in enumerate(text.splitlines(), start=1):
        for rule in rules:
            if rule.pattern.search(line):
                yield Finding(file, number, rule)


def main() -> int:
    """Look through every file of the project; return the exit status."""
    rules = (*RULES, *this_machine())
    found: list[Finding] = []
    for file in tree.files():
        if not (tree.ROOT / file).is_symlink():
            # Undecodable bytes are no reason to look away: what is readable in such a file is searched.
            found += findings(file, (tree.ROOT / file).read_text("utf-8", errors="replace"), rules)
    for finding in found:
        place, rule = f"{finding.file}:{finding.line}", finding.rule
        print(f"{place}: {rule.name} must not be in the repository: {rule.way_out}")
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
