# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no host could carry out of a dependent's `files`, `restart` and `check`: told before anything is generated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import CHECKED, RESTARTED

_DAY = 86_400
#: The least and the most of each number.
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "timeout": (0.1, _DAY),
    "status": (100, 599),
    "retries": (0, 10_000),
    "delay": (0, _DAY),
    "settle": (0, _DAY),
}


def check_upkeep(said: Mapping[str, Any], offender: str) -> None:
    """See that a host can carry out what one entry of `sfmc_dependents` says.

    :raises Refusal: a path, a name, a command, a URL or a number that is none.
    """
    for number, file in enumerate(said["files"] or []):
        _check(_text_fault(file["path"]), f"{offender}.files[{number}].path", "a path")
    for option, names in (("restart", RESTARTED), ("check", CHECKED)):
        if said[option] is not None:
            _check_options(said[option], names, f"{offender}.{option}")


def _check_options(said: Mapping[str, Any], names: Iterable[str], offender: str) -> None:
    given = [name for name in names if said[name] is not None]
    _check("" if given else "none", offender, " or ".join(names))
    for name in given:
        if name == "url":
            _check(
                _url_fault(said["url"]), f"{offender}.url", "an http or https URL such as http://localhost:8081/health"
            )
        elif name == "command":
            _check(_command_fault(said["command"]), f"{offender}.command", "a list: a program and its arguments")
        else:
            _check(_text_fault(said[name]), f"{offender}.{name}", "a name")
    if said.get("pid_file") is not None:
        _check(_text_fault(said["pid_file"]), f"{offender}.pid_file", "a path")
    for name, (least, most) in _NUMBERS.items():
        value = said.get(name)
        if value is not None and not least <= value <= most:
            _check(str(value), f"{offender}.{name}", f"a number from {least:g} to {most:g}")


def _check(fault: str, offender: str, expected: str) -> None:
    if fault:
        raise Refusal(
            "what is declared of a dependent can be carried out on its host",
            offender,
            expected,
            fault,
            "correct it by docs/inventory.md; nothing was changed",
        )


def _text_fault(text: str) -> str:
    """Return what is wrong with a text that is handed to the system, without the text; empty when nothing is."""
    if not text.strip():
        return "an empty text"
    if "\0" in text:
        return "a text with a NUL in it"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "a text with half a letter in it (a lone surrogate)"
    return ""


def _command_fault(command: list[str]) -> str:
    faults = [fault for fault in map(_text_fault, command) if fault]
    return faults[0] if faults else "" if command else "an empty list"


def _url_fault(url: str) -> str:
    if not url.isascii() or not url.isprintable() or " " in url:
        return "a URL with blanks, or with letters that a URL writes with %"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "a URL whose host or port cannot be read"
    if parts.scheme not in ("http", "https"):
        return f"the scheme {parts.scheme!r}" if parts.scheme else "a URL without a scheme"
    if not host or port == 0:
        return "a URL without a host" if not host else "the port 0"
    return "a URL with a user or password, which no host would send" if "@" in parts.netloc else ""
