# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON that an API answers, read so that what is written back is what stood there (I-23). Pure."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


class _Lossy(ValueError):
    """Something of a text would be another one when it is written again."""


def parsed(text: Any, where: str, exactly: bool) -> Any:
    """Return what a JSON text says.

    :param exactly: whether it is going to be written again, so that all of it has to survive that.
    :raises Refusal: it is no JSON text; or a number or a name in it would be lost. Nothing of it is quoted.
    """
    if not isinstance(text, str) or not text.strip():
        raise _not_json(where, "nothing")
    try:
        if exactly:
            text.encode("utf-8")
            return json.loads(text, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object)
        return json.loads(text)
    except _Lossy as lossy:
        raise _not_exact(where, str(lossy)) from None
    except UnicodeEncodeError:
        raise _not_exact(where, "bytes in another encoding than UTF-8") from None
    except (ValueError, RecursionError):
        raise _not_json(where, "another text") from None


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")) or Decimal(repr(number)) != Decimal(text):
        raise _Lossy("a number with more digits, or a larger exponent, than Python keeps")
    return number


def _constant(_name: str) -> float:
    raise _Lossy("a number that is none (NaN, Infinity)")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Lossy("two members with one name")
    return members


def _not_exact(where: str, found: str) -> Refusal:
    return Refusal(
        "I-23: a document is written back only if all of it survives",
        where,
        "a document that is the same after it was read and written",
        found,
        "write the secret alone, if the API takes that (`${secret}` in place of `${merged}`), or correct the document;"
        " nothing was written",
    )


def _not_json(where: str, found: str) -> Refusal:
    return Refusal(
        "a declared place exists",
        where,
        "an answer in JSON",
        found,
        "correct the options of this dependent: see what its URL answers to a GET",
    )
