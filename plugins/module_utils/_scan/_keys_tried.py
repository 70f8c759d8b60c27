# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A key for a place, tried out before it is proposed: it finds that place, and its value can be replaced. Pure."""

import codecs
import functools
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents import documents
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located, Survey
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Path
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._expressions import Spot, expressions
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import Secret, shaped_in

#: Takes the place of a secret, to see whether another one could.
_STAND_IN = "x-_9" * 16
#: Larger files are not taken apart, in bytes: configuration is smaller, and a host has other work.
_LARGEST = 2 * 1024 * 1024
_LARGEST_YAML = 1024 * 1024
_LARGEST_TEXT = 16 * 1024 * 1024
#: What may be read for the expressions of one file, and for the proofs of its keys, in bytes.
_ENOUGH = 256 * 1024 * 1024
_PROOFS = 8 * 1024 * 1024
#: A small file takes its time, too.
_SMALLEST = 64 * 1024
#: How much slower a format is read again than others.
_WEIGHTS = {"yaml": 50, "xml": 3, "php": 5, "shell": 5, "toml": 5}

#: Ansible would replace these in a declaration.
_TEMPLATES = ("{{", "{%", "{#")

Span = Tuple[int, int]
_STUMBLES = (Refusal, RecursionError, ValueError, OverflowError)


class Named(NamedTuple):
    """A place with its name, as a file is declared; ``span`` is its bytes."""

    format: str
    key: str
    span: Span


class Reader:
    """One file's content, read in different formats."""

    def __init__(self, content: bytes, path: str, sought: Sought) -> None:
        self._content, self._path, self._sought = content, path, sought
        self._read = self._proved = 0
        self._surveys: Dict[str, Optional[Survey]] = {}

    def survey(self, formats: Sequence[str]) -> Tuple[str, Optional[Survey]]:
        """Return the first of these formats that the file has, and its values."""
        for name in formats:
            survey = self._survey(name)
            # A text without any structure is YAML, too.
            if survey and any(path for path, _kind, _value in survey.readings):
                return name, survey
        return "", None

    def _survey(self, name: str) -> Optional[Survey]:
        if name not in self._surveys:
            self._surveys[name] = None
            if len(self._content) <= (_LARGEST_YAML if name == "yaml" else _LARGEST):
                try:
                    self._surveys[name] = documents.survey(name, self._content, self._path)
                except _STUMBLES:
                    pass
        return self._surveys[name]

    def by_key(self, formats: Sequence[str], survey: Survey, path: Path, secret: Secret) -> Optional[Named]:
        """Return the name of a value in the first of these formats that can replace it."""
        keys = [key for key in survey.keys_of(path) if not self._tells(key, secret)]
        encoding = documents.encoding_of(secret.encoding, self._path)
        for name in formats:
            opened = self._survey(name)
            if not opened:
                continue
            for key in keys:
                locate = functools.partial(opened.locate, key, encoding, self._sought.secrets.__contains__)
                located = self._tried(locate, secret, _WEIGHTS.get(name, 1))
                if located:
                    return Named(name, key, located.spans[0])
        return None

    def by_expression(self, span: Span, secret: Secret, client_ids: Sequence[str]) -> Optional[Named]:
        """Return the name of some bytes of a text."""
        spot = self._spot(span)
        if not spot:
            return None
        known = self._sought.secrets.__contains__
        for expression in expressions(spot, client_ids):
            if not self._tells(expression, secret):
                self._read += 3 * len(self._content)
                locate = functools.partial(
                    documents.locate, "text", self._content, expression, self._path, known, secret.encoding
                )
                located = self._tried(locate, secret, 1) if self._read <= _ENOUGH else None
                if located and located.spans == [span]:
                    return Named("text", expression, span)
        return None

    def _tried(self, locate: Callable[[], Located], secret: Secret, weight: int) -> Optional[Located]:
        """Return what is found if it is this secret, and another one could stand there."""
        try:
            located = locate()
            if located.value != secret.value:
                return None
            # What hinders a replacement is mostly the file as a whole: of very many places, the first ones are tried.
            if self._proved <= _PROOFS:
                self._proved += weight * max(len(self._content), _SMALLEST)
                located.replaced(_STAND_IN)
            return located
        except _STUMBLES:
            return None

    def _tells(self, key: str, secret: Secret) -> bool:
        """Tell whether a key would show a secret, which everybody could read, or be a template where it is declared."""
        if any(sign in key for sign in _TEMPLATES):
            return True
        return secret.value in key or any(shaped_in(key)) or any(value in key for value in self._sought.secrets)

    def _spot(self, span: Span) -> Optional[Spot]:
        if len(self._content) > _LARGEST_TEXT or self._read > _ENOUGH:
            return None
        self._read += len(self._content)
        mark = len(codecs.BOM_UTF8) if self._content.startswith(codecs.BOM_UTF8) else 0
        body = self._content[mark:]
        pieces = [body[: span[0] - mark], body[span[0] - mark : span[1] - mark], body[span[1] - mark :]]
        try:
            before, secret, after = [piece.decode("utf-8") for piece in pieces]
        except ValueError:
            before, secret, after = [piece.decode("latin-1") for piece in pieces]
        texts: List[str] = [_line_feeds(text) for text in (before, secret, after)]
        start = len(texts[0])
        return Spot("".join(texts), start, start + len(texts[1]))


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
