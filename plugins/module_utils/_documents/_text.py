# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Any text: the secret is what an expression finds, or stands wherever a known secret stands."""

import itertools
import re
from bisect import bisect_left
from typing import Dict, List, Sequence, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Known
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._find import Finder
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    BYTES,
    TEXT,
    Format,
    Key,
    Leaf,
    Scan,
    ambiguous_value,
    bad_key,
    line_of,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: What no quoting that we know of treats specially.
_UNQUOTED = re.compile(r"[A-Za-z0-9_.~+/=-]+")
#: All that may be a secret: as long as it gets, for a part of a longer word is none.
_CANDIDATE = re.compile(r"[A-Za-z0-9_-]{20,}")

_OTHER_TEXT = "other text"
_MAX_KEY = 1000
_MAX_LINES = 10


class _AnyText(Format):
    """What all files have: bytes, of which nobody knows how they quote."""

    name = "text"

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return UTF-8, and what is left of older files."""
        return BYTES

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Return the value as it is."""
        if not _UNQUOTED.fullmatch(value):
            obstacle = "characters other than letters, digits and . _ ~ + / = -"
            raise ambiguous_value("text", obstacle, "nobody knows how they are quoted there", where)
        return value


class Expression(_AnyText):
    """One expression over a file: the group of its one match is the secret. Line ends look like line feeds to it."""

    def __init__(self, key: str, where: str) -> None:
        self._expression = _compiled(key, where)

    def parse_key(self, key: str, where: str) -> Key:
        """Return where :meth:`scan` lists the secret."""
        return ("secret",)

    def scan(self, text: str, where: str) -> Scan:
        """List what stands before the secret, the secret, and what stands after it."""
        shown = text.replace("\r\n", "\n").replace("\r", "\n")
        match = self._match(shown, where)
        # Where the expression saw line ends that are one character longer in the file.
        longer = [found.start() - number for number, found in enumerate(re.finditer("\r\n", text))]
        start, end = (position + bisect_left(longer, position) for position in match.span(1))
        scan = Scan()
        scan.add(("before",), _OTHER_TEXT, text[:start], 0, start)
        scan.add(("secret",), TEXT, match.group(1), start, end)
        scan.add(("after",), _OTHER_TEXT, text[end:], end, len(text))
        return scan

    def _match(self, shown: str, where: str) -> "re.Match[str]":
        matches = list(itertools.islice(self._expression.finditer(shown), _MAX_LINES))
        if len(matches) == 1 and matches[0].start(1) >= 0:
            return matches[0]
        found = "a match in which its group took no part" if matches else "no match"
        if len(matches) > 1:
            starts = [max(match.start(), match.start(1)) for match in matches]
            count = f"{len(matches)} matches" if len(matches) < _MAX_LINES else f"{_MAX_LINES} matches or more"
            found = f"{count}, in {_lines(shown, starts)}"
        raise Refusal(
            "I-24: a declared expression matches in exactly one place",
            where,
            "one match of the expression in `key`, with the secret in its group",
            found,
            "correct `key` of this file in `sfmc_dependents`: more of the text around the secret makes a match unique",
        )


class Candidates(_AnyText):
    """A file as all that may be a secret, and the text between."""

    def scan(self, text: str, where: str) -> Scan:
        """List candidates and the text between them, all of the file."""
        scan = Scan()
        position = 0
        for match in _CANDIDATE.finditer(text):
            scan.add((len(scan.readings),), _OTHER_TEXT, text[position : match.start()], position, match.start())
            scan.add((len(scan.readings),), TEXT, match.group(), *match.span())
            position = match.end()
        scan.add((len(scan.readings),), _OTHER_TEXT, text[position:], position, len(text))
        return scan

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Return the value as it is, if the next reader will find it again."""
        if not _CANDIDATE.fullmatch(value):
            obstacle = "less than 20 characters, or others than letters, digits, _ and -"
            raise ambiguous_value("text", obstacle, "without a key, it would not be found again", where)
        return value


def places_of_known(known: Known) -> Finder:
    """Return the finder of all places in which one secret stands that is known.

    :param known: is asked once for each text that may be a secret.
    """

    def find(fmt: Format, scan: Scan, text: str, key: str, where: str) -> List[int]:
        asked: Dict[str, bool] = {}
        found: List[int] = []
        first: Dict[str, int] = {}
        for index, (_path, kind, value) in enumerate(scan.readings):
            if kind == TEXT and value not in asked:
                asked[value] = known(value)
            if kind == TEXT and asked[value]:
                found.append(index)
                first.setdefault(value, scan.places[index][0])
        if not first:
            raise _not_one(f"none among {len(asked)} texts that look like secrets", where)
        if len(first) > 1:
            raise _not_one(f"{len(first)} known secrets, in {_lines(text, sorted(first.values()))}", where)
        secret = next(iter(first))
        starts = {scan.places[index][0] for index in found}
        within = [match.start() for match in re.finditer(re.escape(secret), text) if match.start() not in starts]
        if within:
            raise _not_one(f"that secret as a part of a longer word, in {_lines(text, within)}", where)
        return found

    return find


def _compiled(key: str, where: str) -> "re.Pattern[str]":
    expected = "a regular expression with one group, in the syntax of Python"
    found = f"at most {_MAX_KEY} characters"
    if len(key) <= _MAX_KEY:
        try:
            expression = re.compile(key, re.MULTILINE)
        except (re.error, ValueError, OverflowError, RuntimeError) as error:  # versions of Python differ
            found = str(error)
        else:
            if expression.groups == 1:
                return expression
            found = f"this one has {expression.groups}"
    raise bad_key("text", key, f"{expected} ({found})", where)


def _lines(text: str, positions: Sequence[int]) -> str:
    numbers = sorted({line_of(text, position) for position in positions[:_MAX_LINES]})
    return "the lines " + ", ".join(str(number) for number in numbers)


def _not_one(found: str, where: str) -> Refusal:
    return Refusal(
        "I-24: a file without a key holds one secret that the journal knows, in one place or in several",
        where,
        "one known secret (letters, digits, _ and -, at least 20 of them, nothing of that before or after)",
        found,
        "declare a `key` for this file in `sfmc_dependents`, put the active secret there, or remove the former one",
    )
