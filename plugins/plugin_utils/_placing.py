# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret in the arguments and results of other collections' modules: found, filled in, kept out of messages. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import parse_dotted

_BROKEN_OFF = "MODULE FAILURE"
_SSH = "Shared connection to "
_SHOWN = 300
_SHORTEST = 6


def value_at(result: Any, path: str, where: str) -> Any:
    """Return what stands at a path such as `resources[0].data.secret`; None when nothing does.

    :raises Refusal: a path that is none.
    """
    for step in parse_dotted("results", path, where) if path else ():
        if isinstance(step, int) and isinstance(result, Sequence) and not isinstance(result, str):
            result = result[step] if step < len(result) else None
        elif isinstance(step, str) and isinstance(result, Mapping):
            result = result.get(step)
        else:
            return None
    return result


def filled(arguments: Any, marks: Mapping[str, Any]) -> Any:
    """Return arguments with marks such as `${secret}` replaced, in texts and names at any depth.

    A text that is a mark and nothing else becomes what the mark stands for, whatever its type.
    """
    if isinstance(arguments, Mapping):
        return {filled(str(name), marks): filled(value, marks) for name, value in arguments.items()}
    if isinstance(arguments, list | tuple):
        return [filled(value, marks) for value in arguments]
    if not isinstance(arguments, str):
        return arguments
    if arguments in marks:
        return marks[arguments]
    for mark, value in marks.items():
        arguments = arguments.replace(mark, value if isinstance(value, str) else json.dumps(value))
    return arguments


def message_of(result: Mapping[str, Any]) -> str:
    """Return what a module that failed says; of one that broke off, the last line of its traceback."""
    said = str(result.get("msg") or "")
    if said and not said.startswith(_BROKEN_OFF):
        return said
    error = result.get("exception")
    # A text up to ansible-core 2.18, then an object.
    text = error if isinstance(error, str) else getattr(getattr(error, "event", None), "msg", "")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(_SSH)]
    return lines[-1] if lines else said or "no message"


def redacted(message: object, secrets: Iterable[str]) -> str:
    """Return the beginning of another program's message without these texts, in any form that it may show them."""
    text = " ".join(str(message).split())
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            for form in (secret, json.dumps(secret)[1:-1], base64.b64encode(secret.encode("utf-8")).decode("ascii")):
                text = text.replace(form, "(a secret)")
    return text[:_SHOWN]


def texts_of(value: Any) -> list[str]:
    """Return every text in a value that was read elsewhere: none of them may be shown."""
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


def decoded(value: str, encoding: str, where: str) -> str:
    return value


def encoded(value: str, encoding: str) -> str:
    return value
