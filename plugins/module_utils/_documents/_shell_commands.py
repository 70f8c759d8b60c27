# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Commands of shell scripts: where a word can set a variable."""

import re
from typing import Callable, Dict

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_arguments import (
    BLANKS,
    Arguments,
    CommandList,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_grammar import (
    AFTER_ASSIGNMENT,
    AFTER_PATTERN,
    ARGUMENT,
    CALCULATED,
    CASE_IN,
    CASE_WORD,
    CLOSED,
    COMMAND,
    COMMAND_MAY_END,
    DECLARED,
    ENVIRONMENT,
    FUNCTION,
    LOOP_IN,
    LOOP_NAME,
    NAMED,
    PATTERN,
    PATTERNS,
    PRINTED,
    RESERVED,
    UNSET,
    WRAPPED,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell_here_documents import announced, end_of

_LOOP_VARIABLE = "the variable of a loop"

_GAP = re.compile(r"(?:[ \t]+|\\\n)*(?:#[^\n]*)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DESCRIPTOR = re.compile(r"(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])")
_PARENTHESES = re.compile(r"[ \t]*\([ \t]*\)")
_CONTROL = re.compile(r";;&|;;|;&|;|&&|&(?!>)|\|\||\|&|\|")
_REDIRECTION = re.compile(r"<<-|<<<|<<|<&|<>|>>|>&|>\||&>>|&>|<|>")
_SPLIT_OPERATOR = re.compile(r"(?:\\\n)+[<>&|;(]")


class Commands(Arguments):
    """One pass over a script. Every method takes the position where its part begins and returns where it ends."""

    def __init__(self, text: str, where: str) -> None:
        super().__init__(text, where)
        self._operators: Dict[str, Callable[[CommandList, int], int]] = {
            "(": self._opening,
            ")": self._closing,
            "<": self._redirection,
            ">": self._redirection,
        }
        self._operators.update(dict.fromkeys(";&|", self._control))
        self._roles: Dict[str, Callable[[CommandList, int, int], int]] = {
            COMMAND: self._command,
            AFTER_ASSIGNMENT: self._command,
            WRAPPED: self._wrapped,
            DECLARED: self._declared,
            ENVIRONMENT: self._environment,
            NAMED: self._named,
            CALCULATED: self._calculated,
            PRINTED: self._printed,
            UNSET: self._unset,
            ARGUMENT: self._any_word,
            CLOSED: self._reserved,
            CASE_WORD: self._any_word,
            CASE_IN: self._case_in,
            PATTERNS: self._patterns,
            PATTERN: self._any_word,
            LOOP_NAME: self._loop_name,
            LOOP_IN: self._loop_in,
            FUNCTION: self._function,
        }

    def document(self) -> None:
        """Take the whole text."""
        state, position = CommandList(), self._run(_GAP, 0)
        while position < len(self.text):
            position = self._run(_GAP, self._take(state, position))
        self._check_end(state, position)

    def commands(self, start: int) -> int:
        """Take the inside of ``$(...)``, and the parenthesis that ends it."""
        state, position = CommandList(), self._run(_GAP, start)
        while state.open or not self.text.startswith(")", position):
            if position == len(self.text):
                raise self.malformed(start - 1, "a closing parenthesis for this one")
            position = self._run(_GAP, self._take(state, position))
        self._check_end(state, position)
        return position + 1

    def _check_end(self, state: CommandList, position: int) -> None:
        if state.open or state.documents or state.next not in COMMAND_MAY_END:
            raise self.malformed(position, "the end of every command and here-document before this place")

    def _take(self, state: CommandList, start: int) -> int:
        """Take a word or an operator."""
        sign = self.text[start]
        if sign == "\n":
            return self._line_end(state, start)
        operator = self._operators.get(sign)
        if operator and not (sign in "<>" and self.text.startswith("(", start + 1)):
            end = operator(state, start)
        else:
            end = self._word(state, start)
        if state.documents and self.text.find("\n", start, end) >= 0:
            raise self.malformed(start, "no line end here, because a here-document begins after this line")
        return end

    def _word(self, state: CommandList, start: int) -> int:
        descriptor = self.text[start] in "0123456789{" and _DESCRIPTOR.match(self.text, start)
        if descriptor:
            return descriptor.end()
        role = self._roles.get(state.next)
        if not role:
            raise self.malformed(start, "a closing parenthesis after the pattern")
        return role(state, start, self.word(start))

    def _line_end(self, state: CommandList, start: int) -> int:
        position = start + 1
        for document in state.documents:
            position = end_of(document, self.text, position, self.where)
        state.documents = []
        if state.next in COMMAND_MAY_END:
            state.next = COMMAND
        elif state.next not in (CASE_IN, PATTERNS, LOOP_IN):
            raise self.malformed(start, "the rest of the command")
        return position

    def _control(self, state: CommandList, start: int) -> int:
        match = _CONTROL.match(self.text, start)
        if not match:
            return self._redirection(state, start)
        sign = match.group()
        may_end = state.next in COMMAND_MAY_END
        if sign == "|" and state.next == AFTER_PATTERN:
            state.next = PATTERN
        elif sign in (";;", ";&", ";;&"):
            if not may_end or state.open[-1:] != ["case"]:
                raise self.malformed(start, "these signs in a case only")
            state.next = PATTERNS
        elif may_end or (sign == ";" and state.next == LOOP_IN):
            state.next = COMMAND
        else:
            raise self.malformed(start, "the rest of the command")
        return self._whole_operator(match.end())

    def _opening(self, state: CommandList, start: int) -> int:
        if state.next == PATTERNS:
            state.next = PATTERN
        elif self.text.startswith("((", start) and state.next in (COMMAND, LOOP_NAME):
            state.next = CLOSED if state.next == COMMAND else LOOP_IN
            return self.arithmetic(start + 2)
        elif state.next == COMMAND:
            state.open.append("(")
        else:
            raise self.malformed(start, "a command, or quotes around this parenthesis")
        return self._whole_operator(start + 1)

    def _closing(self, state: CommandList, start: int) -> int:
        if state.next == AFTER_PATTERN:
            state.next = COMMAND
        elif state.open[-1:] == ["("] and state.next in COMMAND_MAY_END:
            state.open.pop()
            state.next = CLOSED
        else:
            raise self.malformed(start, "an opening parenthesis for this one")
        return start + 1

    def _redirection(self, state: CommandList, start: int) -> int:
        match = _REDIRECTION.match(self.text, start)
        if not match or state.next not in COMMAND_MAY_END:
            raise self.malformed(start, "no redirection here")
        target = self._run(BLANKS, self._whole_operator(match.end()))
        end = self.word(target)
        if end == target:
            raise self.malformed(target, "the target of the redirection")
        if match.group() in ("<<", "<<-"):
            state.documents.append(announced(self.text, target, end, match.group() == "<<-", self.where))
        if state.next == COMMAND:
            state.next = AFTER_ASSIGNMENT
        return end

    def _whole_operator(self, end: int) -> int:
        if _SPLIT_OPERATOR.match(self.text, end):
            raise self.malformed(end, "operators within one line")
        return end

    def _command(self, state: CommandList, start: int, end: int) -> int:
        said = self._said(start, end)
        taken = "=" in said and self.assignment(start, end)
        if taken:
            state.next = AFTER_ASSIGNMENT
            return taken
        if state.next == COMMAND:
            if said in RESERVED:
                return self._reserved(state, start, end)
            function = _PARENTHESES.match(self.text, end)
            if function:
                return function.end()
            if said.startswith("!("):
                raise self.malformed(start, "a space after !")
        return self._wrapped(state, start, end)

    def _reserved(self, state: CommandList, start: int, end: int) -> int:
        said = self._said(start, end)
        closes, opens, follows = RESERVED.get(said, ("", "", ""))
        if (state.next == CLOSED and not closes) or (closes and state.open[-1:] != [closes]):
            raise self.malformed(start, "the beginning or the end of the compound command that belongs here")
        if closes:
            state.open.pop()
        if opens:
            state.open.append(opens)
        state.next = follows
        return self.condition(end) if said == "[[" else end

    def _case_in(self, state: CommandList, start: int, end: int) -> int:
        if self._said(start, end) != "in":
            raise self.malformed(start, "the word in")
        state.next = PATTERNS
        return end

    def _patterns(self, state: CommandList, start: int, end: int) -> int:
        if self._said(start, end) == "esac":
            return self._reserved(state, start, end)
        return self._any_word(state, start, end)

    def _loop_name(self, state: CommandList, start: int, end: int) -> int:
        if not _NAME.fullmatch(self.text, start, end):
            raise self.malformed(start, "the name of a variable")
        self.scan.add((self.text[start:end],), _LOOP_VARIABLE, "", end, end)
        state.next = LOOP_IN
        return end

    def _loop_in(self, state: CommandList, start: int, end: int) -> int:
        said = self._said(start, end)
        if said == "in":
            state.next = ARGUMENT
            return end
        if said != "do":
            raise self.malformed(start, "the word in or do")
        return self._reserved(state, start, end)

    def _function(self, state: CommandList, start: int, end: int) -> int:
        state.next = COMMAND
        function = _PARENTHESES.match(self.text, end)
        return function.end() if function else end
