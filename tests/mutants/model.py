# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mutant is: one protection taken away, and the tests that go red without it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Misfit(Exception):
    """A mutant that does not fit the code any more, which says so instead of proving nothing."""


@dataclass(frozen=True)
class Edit:
    """One snippet of a file, and what takes its place."""

    file: str
    before: str
    after: str

    def applied(self, text: str) -> str:
        """Return the text of the file with the snippet replaced.

        :raises Misfit: the snippet is not there exactly once.
        """
        found = text.count(self.before)
        if found != 1:
            raise Misfit(f"{self.file}: expected once, found {found} times:\n{self.before}")
        return text.replace(self.before, self.after)


@dataclass(frozen=True)
class Mutant:
    """One protection taken away.

    :param name: what holds no more, as a sentence.
    :param tests: pytest's node ids below `tests/`; the first that goes red ends the run.
    """

    hazards: tuple[str, ...]
    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]

    def files(self, root: Path) -> dict[Path, str]:
        """Return the files of a tree that differ in this mutant, with their new text.

        :raises Misfit: a snippet is not there exactly once.
        """
        texts: dict[Path, str] = {}
        for edit in self.edits:
            path = root / edit.file
            texts[path] = edit.applied(texts[path] if path in texts else path.read_text(encoding="utf-8"))
        return texts


def mutant(
    hazards: str,
    name: str,
    file: str,
    before: str,
    after: str,
    *tests: str,
    also: tuple[Edit, ...] = (),
) -> Mutant:
    """Return a mutant, as the catalogue writes it down.

    :param hazards: ids, with blanks between them.
    :param file: below `plugins/`; so are those of `also`, further edits where one protection stands in two places.
    """
    edits = tuple(Edit(f"plugins/{edit.file}", edit.before, edit.after) for edit in (Edit(file, before, after), *also))
    return Mutant(tuple(hazards.split()), name, edits, tests)
