# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wraps the prose of the pages at 120 columns; tables, headlines and blocks stay as they are.

python -m ansible_collections.keyturn.sfmc.tests.support.wrapped    wraps every paragraph with a line that is longer
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from ansible_collections.keyturn.sfmc.tests.support.pages import PAGES

COLUMNS = 120
#: Made by a tool.
_MADE = ("CHANGELOG.md",)
#: What begins something else than a line of the paragraph above, where a line begins with it.
_MARKS = r"(?:```|<!--|\||#+(?: |$)|[-*+>](?: |$)|\d+[.)](?: |$))"
_ITEM = re.compile(r" *(?:(?:[-*+]|\d+[.)]) +)?")


def wrapped(text: str) -> str:
    """Return a page in which each paragraph and item with a line that is too long is filled anew."""
    return "\n".join(line for part, prose in _parts(text.split("\n")) for line in (_filled(part) if prose else part))


def too_long(text: str) -> list[str]:
    """Return the lines that can be wrapped and are not."""
    there = set(text.split("\n"))
    return [line for line in there - set(wrapped(text).split("\n")) if len(line) > COLUMNS]


def _parts(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield paragraphs and items as lists of lines, and every other line alone, with whether it is prose."""
    part: list[str] = []
    until = ""
    for line in lines:
        begins = re.match(r" *(```|<!--)", line)
        if until or begins or not line.strip() or re.match(r" *(?:\||#)", line):
            if part:
                yield part, True
            yield [line], False
            part = []
            if until:
                until = "" if line.strip().endswith(until) else until
            elif begins:
                until = {"```": "```", "<!--": "" if "-->" in line else "-->"}[begins[1]]
        elif re.match(f" *{_MARKS}", line) and part:
            yield part, True
            part = [line]
        else:
            part.append(line)
    if part:
        yield part, True


def _filled(part: list[str]) -> list[str]:
    if all(len(line) <= COLUMNS for line in part):
        return part
    begin = _ITEM.match(part[0])
    head = begin[0] if begin else ""
    lines = [head]
    for word in _words(" ".join([part[0][len(head) :], *(line.strip() for line in part[1:])])):
        if len(lines[-1]) + 1 + len(word) > COLUMNS and lines[-1].strip():
            lines.append(" " * len(head))
        lines[-1] += word if not lines[-1].strip() or lines[-1] == head else f" {word}"
    return lines


def _words(text: str) -> list[str]:
    """Return what stays on one line: words, and code with its blanks; what would begin something else goes along."""
    words: list[str] = []
    for word in re.findall(r"(?:`[^`]*`|\S)+", text):
        if words and re.match(f"{_MARKS}", word):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def main() -> int:
    """Wrap every page; return the exit status."""
    for page in (page for page in PAGES if page.name not in _MADE):
        text = page.read_text(encoding="utf-8")
        if wrapped(text) != text:
            page.write_text(wrapped(text), encoding="utf-8")
            print(f"wrapped: {page.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
