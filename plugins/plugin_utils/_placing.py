# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret in the arguments and results of other collections' modules: found, filled in, seen to be whole. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import parse_dotted
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden, texts_of

_OF_WHAT_IS_READ = ("${present}", "${merged}", "${version}")
_BROKEN_OFF = "MODULE FAILURE"
_SSH = "Shared connection to "
#: What ansible-core, up to 2.21 and from 2.22 on, puts in the place of a text that a module was given as a credential.
_MASKS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********", "$REDACTED$")


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
        if mark in arguments:
            arguments = arguments.replace(mark, value if isinstance(value, str) else json.dumps(value))
    return arguments


def check_marks(arguments: Any, is_read: bool, where: str) -> None:
    """See that what is written has the secret in it, and no mark that nothing stands for.

    :param is_read: whether the place was read, so that there is something to write back.
    :raises Refusal: neither `${secret}` nor `${merged}`, or a mark of what is read where nothing is.
    """
    written = "\n".join((*names_of(arguments), *texts_of(arguments)))
    if "${secret}" not in written and "${merged}" not in written:
        raise Refusal(
            "I-4: what is written to a place has the secret in it",
            where,
            "`${secret}`, or `${merged}`, in it",
            "neither",
            "put the mark where the secret belongs; nothing was written",
        )
    unread = [mark for mark in _OF_WHAT_IS_READ if mark in written and not is_read]
    if unread:
        raise Refusal(
            "I-23: what is written back was read before",
            where,
            f"a `read`, as {' and '.join(unread)} stands for what is there",
            "none",
            "declare how the place is read, or write `${secret}` alone; nothing was written",
        )


def message_of(result: Mapping[str, Any]) -> str:
    """Return what a module that failed says, with what the API behind it answered.

    Of one that broke off, the last line of its traceback.
    """
    said = str(result.get("msg") or "")
    if said.startswith(_BROKEN_OFF) or not said:
        said = _last_line(result.get("exception")) or said or "no message"
    answer = value_at(result, "json.message", "a result")
    if answer is None:
        return said
    return f"{said}: {answer if isinstance(answer, str) else json.dumps(answer)}"


def _last_line(error: Any) -> str:
    # A text up to ansible-core 2.18, then an object.
    text = error if isinstance(error, str) else getattr(getattr(error, "event", None), "msg", "")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(_SSH)]
    return lines[-1] if lines else ""


def names_of(value: Any) -> list[str]:
    """Return the name of every member in a value that was read elsewhere."""
    if isinstance(value, Mapping):
        return [*map(str, value), *(name for item in value.values() for name in names_of(item))]
    return [name for item in value for name in names_of(item)] if isinstance(value, list | tuple) else []


def check_whole(value: Any, where: str, placeholder: str = "") -> None:
    """Refuse what was read through a mask: written back, it would destroy what stands there (I-22).

    A module that is given a credential takes that text out of its result wherever it stands, in other members too.

    :param placeholder: what the system itself shows in place of a secret.
    """
    for text in (*names_of(value), *texts_of(value)):
        if text != placeholder and any(mask in text for mask in _MASKS):
            raise Refusal(
                "I-22: a masked text is never written back",
                where,
                "what stands there, as it is",
                "a text that the module masked: it is, or holds, one of the credentials that the module was given",
                "log in without giving that text as an option (environment, credential file, identity of the machine),"
                " or take it out of there; nothing was written",
            )


def check_expected(result: Any, expected: Mapping[str, Any], where: str, hidden: Hidden) -> None:
    """See that a result says what it must, by paths: that a system meant the place that was asked for.

    :param hidden: texts that are not shown.
    :raises Refusal: it says something else, or nothing.
    """
    for path, value in expected.items():
        found = value_at(result, path, where)
        if found != value:
            raise Refusal(
                "a declared place exists",
                where,
                f"{value} as {path} in the answer",
                "nothing" if found is None else hidden.out_of(found),
                "correct the options of this dependent",
            )


def check_unexpected(result: Any, unexpected: Mapping[str, Any], where: str) -> None:
    """See that a result does not say, by paths, that its system means another sort of place.

    :raises Refusal: it says so.
    """
    for path, value in unexpected.items():
        if value_at(result, path, where) == value:
            raise Refusal(
                "a declared place exists",
                where,
                f"a place of which the answer does not say {path}: {json.dumps(value)}",
                "an answer that says so",
                f"correct the options of this dependent: `{path.split('.')[-1]}`, perhaps",
            )
