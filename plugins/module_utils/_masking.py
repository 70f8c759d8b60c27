# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets in what other programs print: hidden in whatever form they stand there, and in pieces. Pure."""

import base64
import json
import re
from html import escape
from typing import Dict, Iterable, List, Set
from urllib.parse import quote, quote_plus

#: Shorter values are words that anything may say.
_SHORTEST = 6
#: A line may be cut anywhere, so that only a piece of a secret is in it.
_PIECE = 10
#: What nobody knows here and looks like a secret all the same: another one, a token, a header.
_IN_A_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_LONG_WORD = re.compile(r"[A-Za-z0-9_+~=-]{24,}")


def masked(text: str, secrets: Iterable[str], declared: str = "") -> str:
    """Return a text without these secrets, in any form that programs may show them, and without what looks like one.

    :param declared: what the inventory says by itself: its words are no secrets.
    """
    spots = bytearray(len(text))
    for size, pieces in _pieces(secrets).items():
        for start in range(len(text) - size + 1):
            if text[start : start + size] in pieces:
                spots[start : start + size] = b"\1" * size
    shown = _IN_A_URL.sub("://(hidden)@", _without(text, spots))
    return _LONG_WORD.sub(lambda word: _unless_plain(word.group(), declared), shown)


def _pieces(secrets: Iterable[str]) -> Dict[int, Set[str]]:
    """Return the pieces of all forms of the secrets, by their size: a text is searched once for each size."""
    found = {}  # type: Dict[int, Set[str]]
    for form in {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}:
        size = min(len(form), _PIECE)
        found.setdefault(size, set()).update(form[start : start + size] for start in range(len(form) - size + 1))
    return found


def _without(text: str, spots: bytearray) -> str:
    shown: List[str] = []
    for number, letter in enumerate(text):
        if not spots[number]:
            shown.append(letter)
        elif not number or not spots[number - 1]:
            shown.append("(a secret)")
    return "".join(shown)


def _unless_plain(word: str, declared: str) -> str:
    mixed = any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
    return "(hidden)" if mixed and word not in declared else word


def _forms(secret: str) -> Set[str]:
    """Return a secret in the forms in which programs write it down."""
    raw = secret.encode("utf-8", "surrogatepass")
    once = json.dumps(secret)[1:-1]
    forms = {secret, once, json.dumps(once)[1:-1], escape(secret), repr(secret)[1:-1], raw.hex(), raw.hex().upper()}
    forms.update((quote(raw, safe=""), quote_plus(raw)))
    # Inside of a longer base64 text (`Basic ...` of client id and secret) it begins at one of three places, and its
    # neighbours have a share in the letters at its ends.
    for shift in range(3):
        for encoded in (base64.b64encode, base64.urlsafe_b64encode):
            letters = encoded(b"\0" * shift + raw).decode("ascii").rstrip("=")
            forms.add(letters[shift + 1 if shift else 0 : len(letters) - (1 if (shift + len(raw)) % 3 else 0)])
    return {form for form in forms if len(form) >= _SHORTEST}
