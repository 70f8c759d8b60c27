# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of other systems, without secrets in any form in which such a message may hold them (I-27). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._masking import masked

_LONGEST_SEARCHED, _LONGEST_MESSAGE = 2000, 300


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
        secrets = {_on_one_line(part) for text in self._texts for part in (text, *text.splitlines())}
        # Nobody reads more of a message; what is cut in two is recognised all the same.
        text = _on_one_line(str(message))[:_LONGEST_SEARCHED]
        return masked(text, secrets, "\n".join(self._declared))[:_LONGEST_MESSAGE]

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


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
