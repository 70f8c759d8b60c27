# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fenced blocks of a Markdown page, and the commands in them.

A block's first line is its language and, for the text of a file, ``file=PATH``. In a ``console`` block commands begin
with ``$``, the rest is what they print; a block without any ``$`` is all commands, or, marked ``<!-- shown -->``, all
output. A comment on the line before a block is a mark: ``<!-- not run: WHY -->``.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).absolute().parents[2]
#: All pages whose blocks tests look at.
PAGES = (
    *sorted(ROOT.glob("[A-Z]*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "roles").glob("*/README.md")),
)
#: Languages whose blocks hold commands.
SHELLS = ("console", "bash", "shell")
_BLOCK = re.compile(
    r"^(?P<mark> *<!--[^\n]*-->\n)?(?P<indent> *)```(?P<language>\S*)(?P<more>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
#: What differs from day to day is compared by its form.
_TIMES = (
    (re.compile(r"\b20\d\d-\d\d-\d\d\b"), "<date>"),
    (re.compile(r"\b20\d{6}(?=-)"), "<day>"),
)


@dataclass(frozen=True)
class Command:
    """One command of a page, with what the page says that it prints."""

    text: str
    output: str = ""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    language: str
    text: str
    file: str = ""
    mark: str = ""
    commands: tuple[Command, ...] = field(default=())

    @property
    def where(self) -> str:
        """Page and line, as editors know them."""
        return f"{self.page}:{self.line}"

    @property
    def not_run(self) -> str:
        """Why its commands are not run; empty where they are."""
        return self.mark.removeprefix("not run:").strip() if self.mark.startswith("not run:") else ""


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order.

    :raises ValueError: a fence is not closed.
    """
    text = page.read_text(encoding="utf-8")
    name = str(page.relative_to(ROOT))
    fences = 0
    for found in _BLOCK.finditer(text):
        fences += 2
        file = re.fullmatch(r"(?: file=(\S+))?", found["more"])
        if file is None:
            raise ValueError(f"{name}: a block begins with {found['language']}{found['more']}")
        mark = (found["mark"] or "").strip().removeprefix("<!--").removesuffix("-->").strip()
        line = text.count("\n", 0, found.start()) + 1 + bool(found["mark"])
        inside = textwrap.dedent(found["text"])
        commands = tuple(_commands(inside)) if found["language"] in SHELLS and mark != "shown" else ()
        yield Block(name, line, found["language"], inside, file[1] or "", mark, commands)
    if fences != len(re.findall(r"^ *```", text, re.MULTILINE)):
        raise ValueError(f"{name}: a fence is not closed, or a block is not understood")


def _commands(text: str) -> Iterator[Command]:
    """Yield the commands of a ``console`` block; a backslash at the end continues one."""
    lines = text.splitlines()
    prompted = any(line.startswith("$ ") for line in lines)
    command, output = "", list[str]()
    continued = False
    for line in lines:
        if continued or line.startswith("$ ") or not prompted:
            if not continued:
                if command:
                    yield Command(command, "\n".join(output))
                command, output = "", []
            command += line.removeprefix("$ ") + "\n"
            continued = line.endswith("\\")
        else:
            output.append(line)
    if command:
        yield Command(command, "\n".join(output))


def fits(expected: str, came: str) -> bool:
    """Tell whether what came is what a page shows: three dots alone on a line are any lines, within one any text.

    Times are compared by their form, blanks at the end of a line and empty lines around everything not at all.
    """
    pattern = ""
    for line in _plain(expected).split("\n"):
        if line == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += "[^\n]*?".join(re.escape(part) for part in line.split("...")) + "\n"
    return re.fullmatch(pattern, _plain(came) + "\n") is not None


def _plain(text: str) -> str:
    # A backspace takes back what was before it, as a terminal does.
    text = re.sub(r"[^\n]\x08", "", text)
    for form, word in _TIMES:
        text = form.sub(word, text)
    return "\n".join(line.rstrip() for line in text.replace("\r", "").split("\n")).strip("\n")
