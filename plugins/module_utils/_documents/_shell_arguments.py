# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Arguments of the commands that set variables, or change how they are set."""

import re
from typing import List

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Note
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_assignments import Assignments
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_grammar import (
    ARGUMENT,
    COMMAND,
    NEXT_AFTER,
    TAKES,
    WRAPPED,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_here_documents import HereDocument
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_values import literal

BLANKS = re.compile(r"(?:[ \t]+|\\\n)*")
#: Arguments without quotes and substitutions, which need no closer look.
_PLAIN_ARGUMENTS = re.compile(r"""(?:[ \t]+[^ \t\n|&;()<>'"\\$`#][^ \t\n|&;()<>'"\\$`]*(?=[ \t\n|&;)]))*""")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[.*\])?", re.DOTALL)
_OPTION = re.compile(r"[-+]")
_IDLE_OPTION = re.compile(r"-[grx]+|--")
#: Options of declare that change values, without those that only show something.
_CHANGING_OPTION = re.compile(r"-(?!.*[fFp]).*[aAcilnuLRZ]")
#: Options that take the next word: those of sudo and env, and of read and its like.
_TAKES_WORD = re.compile(r"-[A-Za-z]*[ughpCrtTURD]|--(?:user|group|unset|chdir)")
_TAKES_WORD_TO_READ = {
    "read": re.compile(r"-[A-Za-z]*[dinNptu]"),
    "mapfile": re.compile(r"-[A-Za-z]*[dnOsuCc]"),
    "readarray": re.compile(r"-[A-Za-z]*[dnOsuCc]"),
}
#: What sets a variable in arithmetic: ``K = 1``, ``K += 1``, ``K++``, ``--K``.
_CALCULATED = re.compile(
    r"(?<![A-Za-z0-9_$])([A-Za-z_][A-Za-z0-9_]*)[ \t\n]*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)"
    r"|(?:\+\+|--)[ \t\n]*([A-Za-z_][A-Za-z0-9_]*)"
)
_BY_ARITHMETIC = "arithmetic that sets it"
_BY_OPTION = "a declaration with options (such as -i, -l, -n or -u)"


class CommandList:
    """What is known within one list of commands: a file, or the inside of a substitution."""

    def __init__(self) -> None:
        self.next = COMMAND
        #: The compound commands that are open here, the innermost last.
        self.open: List[str] = []
        self.documents: List[HereDocument] = []
        #: Whether the declaration at work takes values as they are, and whether it changes what is set elsewhere.
        self.plain = True
        self.changes = False
        #: The command at work, for messages.
        self.command = ""


class Arguments(Assignments):
    """Takes the words of a command by the part they play, and returns where the next word may begin."""

    def arithmetic(self, start: int) -> int:
        """Take an expression, and note what it sets."""
        end = super().arithmetic(start)
        self._note_calculated(start, end)
        return end

    def _note_calculated(self, start: int, end: int) -> None:
        for match in _CALCULATED.finditer(self.text, start, end):
            self._note(match.group(1) or match.group(2), _BY_ARITHMETIC, match.start())

    def _note(self, name: str, what: str, start: int, later_only: bool = False) -> None:
        self.scan.notes.append(Note((name,), what, start, later_only))

    def _note_named(self, start: int, end: int, what: str, later_only: bool = False) -> None:
        """Note the variable that a word names, if it is a literal name."""
        kind, said, _style = literal(self.text[start:end], False)
        name = _NAME.fullmatch(said) if kind == TEXT else None
        if name:
            self._note(name.group(1), what, start, later_only)

    def _said(self, start: int, end: int) -> str:
        return self.text[start:end].replace("\\\n", "")

    def _any_word(self, state: CommandList, start: int, end: int) -> int:
        state.next = NEXT_AFTER[state.next]
        return end

    def _wrapped(self, state: CommandList, start: int, end: int) -> int:
        said = self._said(start, end)
        if said.isdigit() and self.text[end : end + 1] in ("<", ">"):
            raise self.malformed(start, "a file descriptor within one line")
        if state.next == WRAPPED and said.startswith("-"):
            return end
        state.plain, state.changes, state.command = True, False, said
        state.next = TAKES.get(said, ARGUMENT)
        return self._run(_PLAIN_ARGUMENTS, end) if state.next == ARGUMENT else end

    def _declared(self, state: CommandList, start: int, end: int) -> int:
        said = self._said(start, end)
        if _OPTION.match(said):
            state.plain = state.plain and bool(_IDLE_OPTION.fullmatch(said))
            state.changes = state.changes or bool(_CHANGING_OPTION.match(said))
            return end
        taken = self.argument(start, end, state.plain)
        if not taken and state.changes:
            self._note_named(start, end, _BY_OPTION)
        return taken or end

    def _environment(self, state: CommandList, start: int, end: int) -> int:
        said = self._said(start, end)
        if _TAKES_WORD.fullmatch(said):
            return self.word(self._run(BLANKS, end))
        if said.startswith("-"):
            return end
        return self.argument(start, end, True) or self._wrapped(state, start, end)

    def _named(self, state: CommandList, start: int, end: int) -> int:
        takes_word = _TAKES_WORD_TO_READ.get(state.command)
        if takes_word and takes_word.fullmatch(self._said(start, end)):
            return self.word(self._run(BLANKS, end))
        self._note_named(start, end, f"{state.command} that sets it")
        return end

    def _calculated(self, state: CommandList, start: int, end: int) -> int:
        self._note_calculated(start, end)
        return end

    def _printed(self, state: CommandList, start: int, end: int) -> int:
        """Take an argument of ``printf``, of which only the first one can be ``-v``."""
        state.next = ARGUMENT
        if self.text.startswith("-v", start, end):
            start = start + 2 if end > start + 2 else self._run(BLANKS, end)
            end = max(end, self.word(start))
            self._note_named(start, end, "printf -v that sets it")
        return end

    def _unset(self, state: CommandList, start: int, end: int) -> int:
        if self._said(start, end) == "-f":
            state.next = ARGUMENT
        self._note_named(start, end, "unset", later_only=True)
        return end
