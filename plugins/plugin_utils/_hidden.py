# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of other systems, without secrets in any form in which such a message may hold them (I-27). Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

_SHORTEST = 6
_LONGEST_MESSAGE = 300
_SECRET, _LEFT_OUT = "(a secret)", "(left out)"
#: What may be a secret that nobody told us of: APIs show what they hold, and more than was read.
_RANDOM = re.compile(r"(?=[A-Za-z_+~=-]*[0-9])(?=[0-9_+~=-]*[A-Za-z])[A-Za-z0-9_+~=-]{24,}")


class Hidden:
    """Texts that no message may show. What is hidden once stays so."""

    def __init__(self, texts: Iterable[str] = (), declared: Iterable[str] = ()) -> None:
        """Take what is hidden from the start.

        :param declared: texts of options that are no credentials: parts of them may be shown, however they look.
        """
        self._texts = set(texts)
        self._declared = tuple(declared)

    def add(self, value: Any) -> None:
        """Hide every text in a value that was read elsewhere, too."""
        self._texts.update(texts_of(value))

    def out_of(self, message: object) -> str:
        """Return the beginning of another program's message without what is hidden, or looks as if it had to be."""
        text = _on_one_line(str(message))
        forms = {_on_one_line(form) for hidden in self._texts for form in _forms(hidden)}
        for form in sorted(forms, key=len, reverse=True):
            if len(form) >= _SHORTEST:
                text = text.replace(form, _SECRET)
        return _RANDOM.sub(self._if_declared, text)[:_LONGEST_MESSAGE]

    def _if_declared(self, found: re.Match[str]) -> str:
        return found[0] if any(found[0] in text for text in self._declared) else _LEFT_OUT

    def __repr__(self) -> str:
        return "Hidden()"


def texts_of(value: Any) -> list[str]:
    """Return every text in a value that was read elsewhere, at any depth, also those in JSON texts."""
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_of(item)]
    if isinstance(value, bytes):
        return texts_of(value.decode("utf-8", "replace"))
    return [value, *_texts_within(value)] if isinstance(value, str) else []


def _texts_within(text: str) -> list[str]:
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return []
    try:
        return texts_of(json.loads(text))
    except (ValueError, RecursionError):
        return []


def _forms(text: str) -> Iterator[str]:
    """Return a text, and each of its lines, as programs write them."""
    for part in {text, *map(str.strip, text.splitlines())}:
        yield part
        yield repr(part)[1:-1]
        yield quote(part, safe="")
        yield quote(part)
        yield quote_plus(part)
        for ascii_only in (True, False):
            escaped = json.dumps(part, ensure_ascii=ascii_only)[1:-1]
            yield escaped
            yield json.dumps(escaped, ensure_ascii=ascii_only)[1:-1]
        yield from _encoded(part.encode("utf-8", "surrogatepass"))


def _encoded(raw: bytes) -> Iterator[str]:
    yield raw.hex()
    yield base64.b64encode(raw).decode("ascii")
    # Within a longer text it begins at one of three places; its ends depend on its neighbours.
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw).decode("ascii")
        yield whole[4 if shift else 0 : len(whole) // 4 * 4 - 4]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
