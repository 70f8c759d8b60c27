# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Every use and every mention in one document, named so that it can be declared. Pure."""

import collections
import re
from typing import Counter, Dict, Iterator, List, Optional, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._guessing import formats_of, is_copy, is_prose
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._keys_tried import Named, Reader, Span
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._leaves import are_twins, secrets_among
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use, shown, use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import (
    PLAIN,
    UNKNOWN,
    Secret,
    is_shaped,
    names_a_secret,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._view import Hit, View, known_in, only_one, signs_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._words import Word, Words

#: Formats that list only what they can replace: a secret may stand elsewhere in such a file.
_INCOMPLETE = ("", "shell", "crontab", "php")
#: Formats that are all lines of variables, and of which one file may be several.
_OF_VARIABLES = {"dotenv", "environment_file", "shell"}
#: Kinds that nothing can edit.
_CLOSED = ("archive", "process", "container")
#: More uses of one file say nothing new, least of all those that nobody can name, as in a log.
_MANY = 1000
_MANY_UNNAMED = 20


def uses_in(content: bytes, path: str, sought: Sought, place: str = "", kind: str = "file") -> List[Use]:
    """Return all uses in a document, in its order; if there is none, its mentions.

    :param content: decompressed.
    :param path: gives the name by which the format is guessed.
    :param place: what is reported; without it, the path.
    """
    if kind == "file" and is_copy(path):
        kind = "backup"
    document = _Document(content, path, sought, kind)
    found = document.uses() or list(document.mentions())
    place = place or shown(path)
    for each in found:
        each.update(place=place, kind=kind, path="" if kind in ("process", "container") else place.partition("!")[0])
        if kind in ("file", "backup"):
            each["path"] = shown(path)
            # A name that is no UTF-8 cannot be written down, so that nothing can be declared there.
            each["format"] = each["format"] if shown(path) == path else ""
    return found


class _Document:
    """What is known of one document."""

    def __init__(self, content: bytes, path: str, sought: Sought, kind: str) -> None:
        self._sought, self._path, self._kind = sought, path, kind
        self._view = View(content)
        self._text = self._view.text()
        self._words = Words(self._text)
        self._signs = signs_in(self._view.data, sought)
        self._only = only_one(self._signs, self._view.data, sought)
        self._named_here = bool(self._signs.client_ids or self._signs.hosts)
        self._reader = Reader(content, path, sought)
        #: By where they begin in the view.
        self._found: Dict[int, Use] = {}
        self._claimed: List[Span] = []
        #: Uses of which nobody can say where they stand.
        self._lost: List[Use] = []
        #: How many places of a secret have no name but their number.
        self._unnamed: Counter[str] = collections.Counter()
        self._of_others: Set[str] = set()
        #: Uses that only the name of their key, somewhere in a file with the client id, makes one.
        self._guesses: List[Use] = []

    def uses(self) -> List[Use]:
        """Return the uses, by their places."""
        formats = formats_of(self._path, self._text[:400]) if self._view.is_text else []
        name = self._values(formats)
        known = known_in(self._view.data, self._sought)
        for other in _alike(name, formats):
            if not all(map(self._is_claimed, known)):
                self._values([other], again=True)
        for hit in sorted([*known, *self._unknown(name)]):
            is_enough = len(self._found) >= _MANY or self._unnamed[hit.secret.value] >= _MANY_UNNAMED
            if not is_enough and not self._is_claimed(hit):
                self._add_hit(hit)
        return self._less_guesses([self._found[start] for start in sorted(self._found)] + self._lost)

    def _less_guesses(self, uses: List[Use]) -> List[Use]:
        """Leave out what only its name makes a secret, in a file that has this integration's secret elsewhere.

        It is another product's: a file with the client id has one secret for it, and a name is no proof.
        """
        sure = {each["client_id"] for each in uses if not self._is_guess(each)}
        return [each for each in uses if not (self._is_guess(each) and each["client_id"] in sure)]

    def _is_guess(self, each: Use) -> bool:
        return any(each is guess for guess in self._guesses)

    def mentions(self) -> Iterator[Use]:
        """Yield a mention for each client id; for a host if there is none."""
        ids = sorted(self._signs.client_ids.items(), key=lambda item: item[1])
        for client_id, at in ids:
            yield use("", "", client_id=client_id, line=self._view.line(at))
        if not ids and self._signs.hosts:
            first = min(self._signs.hosts.values())
            yield use("", "", client_id=self._only, line=self._view.line(first))

    def _values(self, formats: List[str], again: bool = False) -> str:
        """Add the secrets that are values of the first format that fits; return its name.

        :param again: only known ones, which no format before this one could name.
        """
        name, survey = self._reader.survey(formats)
        if not survey:
            return ""
        tried = [name, *_alike(name, formats)]
        among = secrets_among(survey.readings, self._named_here, self._sought)
        self._of_others |= among.of_others
        for found in among.found:
            secret = found.secret
            if again and (found.inside or secret.stage == UNKNOWN):
                continue
            named = None if found.inside else self._reader.by_key(tried, survey, found.path, secret)
            if named and not self._overlaps(self._view.place(named.span[0]), self._view.place(named.span[1])):
                self._add(self._view.place(named.span[0]), named, secret)
            elif not named and secret.stage == UNKNOWN and not self._add_unknown(secret):
                self._lost.append(self._use(None, secret, 0))
        return name

    def _add_unknown(self, secret: Secret) -> bool:
        """Add the places of an unknown secret that has no key; tell whether there is one."""
        added = False
        for hit in self._places_of(secret):
            if not self._is_claimed(hit):
                self._add_hit(hit)
            added = True
        return added

    def _places_of(self, secret: Secret) -> Iterator[Hit]:
        """Yield where an unknown secret stands: by itself if it has their form, else behind a name for it."""
        for match in re.finditer(re.escape(secret.value), self._text):
            start = match.start()
            is_meant = secret.value.startswith("SFMC_") or names_a_secret(self._words.before(start))
            if is_meant and not self._words.in_comment(start):
                yield Hit(start, match.end(), secret._replace(encoding=PLAIN))

    def _unknown(self, name: str) -> Iterator[Hit]:
        """Yield unknown secrets that are no values of a format."""
        words = list(self._words.shaped())
        if name in _INCOMPLETE and self._named_here and not is_prose(self._path):
            words += self._words.assigned()
        left_alone = self._of_others.union(self._sought.secrets)
        for word in words:
            if word.value not in left_alone and not self._words.in_comment(word.start):
                owner = self._beside(word)
                secret = Secret(word.value, owner, UNKNOWN, near=bool(owner))
                yield Hit(word.start, word.start + len(word.value), secret)

    def _beside(self, word: Word) -> str:
        """Return the client id in the line of a word, or that of a name like its own."""
        line = self._words.before(word.start) + re.split(r"[\r\n]", self._text[word.start : word.start + 1000])[0]
        there = [client_id for client_id in self._signs.client_ids if client_id in line]
        if len(there) != 1:
            there = [
                client_id
                for client_id, at in self._signs.client_ids.items()
                if word.name and any(are_twins(name, word.name) for name in _names_before(self._text, at))
            ]
        return there[0] if len(there) == 1 else ""

    def _add_hit(self, hit: Hit) -> None:
        span = (self._view.offset(hit.start), self._view.offset(hit.end))
        named = None
        if self._view.is_text and hit.whole and self._kind not in _CLOSED:
            named = self._reader.by_expression(span, hit.secret, sorted(self._signs.client_ids))
        if named is None or named.key.startswith("\\A"):
            self._unnamed[hit.secret.value] += 1
        self._add(hit.start, named, hit.secret, (hit.start, hit.end))

    def _add(self, start: int, named: Optional[Named], secret: Secret, hit: Optional[Span] = None) -> None:
        if named:
            hit = (self._view.place(named.span[0]), self._view.place(named.span[1]))
        if hit:
            self._claimed.append(hit)
        self._found.setdefault(start, self._use(named, secret, self._view.line(start)))

    def _is_claimed(self, hit: Hit) -> bool:
        return self._overlaps(hit.start, hit.end)

    def _overlaps(self, start: int, end: int) -> bool:
        return any(begin < end and start < until for begin, until in self._claimed)

    def _use(self, named: Optional[Named], secret: Secret, line: int) -> Use:
        client_id = secret.client_id or self._only
        found = use(
            "",
            "",
            format=named.format if named and self._kind not in _CLOSED else "",
            key=named.key if named else "",
            encoding=secret.encoding,
            line=line,
            client_id=client_id,
            secret=secret.stage,
            fingerprint=self._sought.fingerprint(client_id, secret.value),
        )
        if secret.stage == UNKNOWN and not secret.near and not is_shaped(secret.value):
            self._guesses.append(found)
        return found


def _alike(name: str, formats: List[str]) -> List[str]:
    """Return formats that may replace what this one cannot: `export` in a file for systemd, for example."""
    others = formats[formats.index(name) + 1 :] if name else []
    return [other for other in others if {name, other} <= _OF_VARIABLES]


def _names_before(text: str, position: int) -> Tuple[str, ...]:
    """Return the name before a value, in whatever language."""
    before = text[max(position - 80, 0) : position]
    words = "".join(letter if letter.isalnum() or letter in "_.-" else " " for letter in before).split()
    return tuple(words[-1:])
