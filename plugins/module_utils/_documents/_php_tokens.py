# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The tokens of a PHP file, as far as its values need them: no blanks, no comments, nothing of the text around PHP."""

import re
from typing import Dict, List, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import malformed

#: Brackets inside of one another, and strings with code in them inside of one another.
MAX_DEPTH = 100

#: Kinds of tokens. Those of brackets, commas and the like are their own text.
STRING = "string"
TEMPLATE = "template"
VARIABLE = "variable"
NAME = "name"
NUMBER = "number"
CAST = "cast"
COMPOUND = "compound"
OPERATOR = "operator"
END = "end"

_PLAIN = frozenset((NAME, STRING, VARIABLE, NUMBER, OPERATOR, CAST, COMPOUND))
_LABEL_START = r"A-Za-z_\x80-\U0010ffff"
_LABEL = rf"[{_LABEL_START}][0-9{_LABEL_START}]*"
_SINGLE_QUOTED = r"'[^'\\]*(?:\\[\s\S][^'\\]*)*'"
#: Without variables in it.
_DOUBLE_QUOTED = rf'"[^"\\${{]*(?:(?:\\[\s\S]|\$(?![{{{_LABEL_START}])|\{{(?!\$))[^"\\${{]*)*"'
_CASTS = "int|integer|bool|boolean|float|double|real|string|binary|array|object|unset"
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    rf"(?P<{VARIABLE}>\${_LABEL})"
    rf"|(?P<{STRING}>[bB]?(?:{_SINGLE_QUOTED}|{_DOUBLE_QUOTED}))"
    rf"|(?P<heredoc>[bB]?<<<[ \t]*(?:({_LABEL})|\"({_LABEL})\"|'({_LABEL})')(?:\r\n|\r|\n))"
    rf"|(?P<{TEMPLATE}>[bB]?\"|`)"
    rf"|(?P<{NAME}>\\?{_LABEL}(?:\\{_LABEL})*)"
    rf"|(?P<{NUMBER}>0[xX][0-9A-Fa-f_]+|0[bB][01_]+|0[oO][0-7_]+"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)"
    rf"|(?P<{CAST}>\([ \t]*(?i:{_CASTS})[ \t]*\))"
    r"|(?P<comment>/\*|(?:\#(?!\[)|//)[^\r\n?]*(?:\?(?!>)[^\r\n?]*)*)"
    r"|(?P<close>\?>(?:\r\n|\r|\n)?)"
    r"|(?P<sign>=>|\?->|->|::|=(?!=)|[,;:])"
    r"|(?P<bracket>\#\[|[(){}\[\]])"
    rf"|(?P<{COMPOUND}>(?:\*\*|\?\?|<<|>>|[-+*/.%&|^])=(?!=))"
    rf"|(?P<{OPERATOR}>===?|[!<>]==?|\?\?|--|[-+*/.%&|^!<>?@~$\\])"
    r")"
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_OPEN_TAG = re.compile(r"<\?(?:(=)|[pP][hH][pP](?:[ \t\r\n]|\Z))")
_CODE_IN_STRING = r"\{(?=\$)|\$\{"
_IN_TEMPLATE = {quote: re.compile(rf"\\[\s\S]|{_CODE_IN_STRING}|{quote}") for quote in ('"', "`")}
#: A line that begins with a name, after blanks (1); in a heredoc also an escape or the beginning of code.
_NAMED_LINE = rf"[\r\n]([ \t]*)({_LABEL})"
_IN_NOWDOC = re.compile(_NAMED_LINE)
_IN_HEREDOC = re.compile(rf"{_NAMED_LINE}|\\[^\r\n]|{_CODE_IN_STRING}")
#: How a heredoc ends before PHP 7.3.
_OLD_HEREDOC_END = re.compile(rf"[\r\n]({_LABEL});?(?=[\r\n]|\Z)")
_HALT = "__halt_compiler"
_HALT_CALL = re.compile(r"[ \t\r\n]*\([ \t\r\n]*\)[ \t\r\n]*(?:;|\?>)")
_CLOSING = {"(": ")", "[": "]", "#[": "]", "{": "}"}


class Tokens:
    """Kinds, starts and ends of the tokens of a text; the last one is of kind ``END``. ``?>`` counts as a semicolon.

    :ivar closing: the number of the closing bracket for that of each opening one.
    """

    def __init__(self) -> None:
        self.kinds: List[str] = []
        self.starts: List[int] = []
        self.ends: List[int] = []
        self.closing: Dict[int, int] = {}
        self._open: List[int] = []

    def add(self, kind: str, start: int, end: int) -> None:
        """Append the next token."""
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)

    def open(self, kind: str, start: int, end: int) -> int:
        """Append an opening bracket; return how many are open now."""
        self._open.append(len(self.kinds))
        self.add(kind, start, end)
        return len(self._open)

    def close(self, kind: str, start: int, end: int) -> bool:
        """Append a closing bracket; tell whether it closes the last open one."""
        if not self._open or _CLOSING[self.kinds[self._open[-1]]] != kind:
            return False
        self.closing[self._open.pop()] = len(self.kinds)
        self.add(kind, start, end)
        return True

    def unclosed(self) -> Optional[int]:
        """Return where the last bracket that is still open stands."""
        return self.starts[self._open[-1]] if self._open else None


def tokens_of(text: str, where: str) -> Tokens:
    """Return the tokens of a PHP file. A text that PHP cannot take apart, or not always alike, is refused."""
    if "<?" not in text:
        raise malformed("PHP", text, len(text), "<?php", where)
    lexer, tokens = _Lexer(text, where), Tokens()
    lexer.code(lexer.open_tag(0, tokens), tokens, 0)
    return tokens


class _Lexer:
    """Takes a text apart. Methods take the position where their part begins, and return where it ends."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self._old_heredoc_ends: Optional[Dict[str, int]] = None

    def open_tag(self, position: int, tokens: Tokens) -> int:
        """Skip what PHP prints as it is; return where code begins."""
        start = self.text.find("<?", position)
        if start < 0:
            return len(self.text)
        tag = _OPEN_TAG.match(self.text, start)
        if not tag:
            raise self._malformed(start, "<?php or <?=: whether <? alone begins PHP depends on a setting")
        if tag.group(1):
            tokens.add(OPERATOR, start, tag.end())
        return tag.end()

    def code(self, position: int, tokens: Tokens, depth: int) -> int:
        """Take code apart: up to the end of the file, or to the brace that ends the code in a string.

        :param depth: how many strings are around this code.
        """
        text, add = self.text, tokens.add
        while True:
            match = _TOKEN.match(text, position)
            if not match:
                return self._end(position, tokens, depth)
            kind, start, position = str(match.lastgroup), match.start(match.lastindex or 0), match.end()
            if kind in _PLAIN:
                add(kind, start, position)
                if kind == NAME and position - start == len(_HALT) and self._halts(start, tokens):
                    return self._halted(position, tokens)
            elif kind == "sign":
                add(text[start:position], start, position)
            elif kind == "bracket":
                bracket = text[start:position]
                if depth and bracket == "}" and tokens.unclosed() is None:
                    return position
                self._bracket(bracket, start, position, tokens)
            elif kind in ("heredoc", TEMPLATE):
                position = self._heredoc(match, depth) if kind == "heredoc" else self._template(position, depth)
                add(TEMPLATE, start, position)
            else:
                position = self._left_out(start, position, tokens, depth)

    def _bracket(self, bracket: str, start: int, end: int, tokens: Tokens) -> None:
        if bracket in _CLOSING:
            if tokens.open(bracket, start, end) > MAX_DEPTH:
                raise self._malformed(start, f"at most {MAX_DEPTH} brackets inside of one another")
        elif not tokens.close(bracket, start, end):
            raise self._malformed(start, "no closing bracket, or that of the last open one")

    def _left_out(self, start: int, end: int, tokens: Tokens, depth: int) -> int:
        """Skip a comment, or what follows ``?>``."""
        if self.text.startswith("/*", start):
            found = self.text.find("*/", end)
            if found < 0:
                raise self._malformed(start, "a closing */ for this /*")
            return found + 2
        if self.text.startswith("?>", start):
            if depth:
                raise self._malformed(start, "no ?> inside of a string")
            tokens.add(";", start, end)
            return self.open_tag(end, tokens)
        return end

    def _template(self, inside: int, depth: int) -> int:
        """Skip a string with variables in it, or a command in backticks."""
        pattern = _IN_TEMPLATE[self.text[inside - 1]]
        position = inside
        while True:
            stop = pattern.search(self.text, position)
            if not stop:
                raise self._malformed(inside - 1, "a closing quote for this one")
            position = stop.end()
            if stop.end() - stop.start() == 1 and self.text[stop.start()] != "{":
                return position
            if self.text[stop.start()] != "\\":
                position = self._code_in_string(position, depth)

    def _heredoc(self, match: "re.Match[str]", depth: int) -> int:
        """Skip a text that begins with ``<<<``, and its closing label."""
        bare, quoted, nowdoc = match.groups()[match.lastindex or 0 :][:3]
        pattern = _IN_NOWDOC if nowdoc else _IN_HEREDOC
        position = match.end() - 1
        while True:
            stop = pattern.search(self.text, position)
            if not stop:
                start = match.start(match.lastindex or 0)
                raise self._malformed(start, "a line with the closing label of the text that begins here")
            position = stop.end()
            if stop.group(2):
                if stop.group(2) == (bare or quoted or nowdoc):
                    self._check_heredoc_end(stop)
                    return position
            elif self.text[stop.start()] != "\\":
                position = self._code_in_string(position, depth)

    def _check_heredoc_end(self, stop: "re.Match[str]") -> None:
        """Refuse an end that PHP before 7.3 would not see, if it would see another one."""
        if self._old_heredoc_ends is None:
            self._old_heredoc_ends = {old.group(1): old.start() for old in _OLD_HEREDOC_END.finditer(self.text)}
        if _OLD_HEREDOC_END.match(self.text, stop.start()) is None and (
            self._old_heredoc_ends.get(stop.group(2), -1) > stop.start()
        ):
            expected = "a closing label at the beginning of its line, alone: versions of PHP differ in reading this one"
            raise self._malformed(stop.start(2), expected)

    def _code_in_string(self, position: int, depth: int) -> int:
        if depth == MAX_DEPTH:
            raise self._malformed(position, f"at most {MAX_DEPTH} strings with code inside of one another")
        return self.code(position, Tokens(), depth + 1)

    def _halts(self, start: int, tokens: Tokens) -> bool:
        return self.text[start : start + len(_HALT)].lower() == _HALT and tokens.kinds[-2:-1] not in (["->"], ["?->"])

    def _halted(self, position: int, tokens: Tokens) -> int:
        """Skip all that follows ``__halt_compiler();``: it is no PHP."""
        call = _HALT_CALL.match(self.text, position)
        if not call or tokens.unclosed() is not None:
            raise self._malformed(position, "(); after __halt_compiler, outside of all brackets")
        tokens.add(";", call.end() - 1, call.end())
        tokens.add(END, call.end(), call.end())
        return len(self.text)

    def _end(self, position: int, tokens: Tokens, depth: int) -> int:
        blanks = _BLANKS.match(self.text, position)
        end = blanks.end() if blanks else position
        if end < len(self.text):
            expected = "a closing ' for this one" if self.text[end] == "'" else "PHP"
            raise self._malformed(end, expected)
        unclosed = tokens.unclosed()
        if unclosed is not None:
            raise self._malformed(unclosed, "a closing bracket for this one")
        if depth or (tokens.kinds and tokens.kinds[-1] not in (";", "}", ":")):
            raise self._malformed(end, "a semicolon")
        tokens.add(END, end, end)
        return end

    def _malformed(self, position: int, expected: str) -> Exception:
        return malformed("PHP", self.text, position, expected, self.where)
