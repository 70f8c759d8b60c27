# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`sfmc_notify` as typed values: who is told, of what, and how. Nothing here shows a URL or a password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import declared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import is_private
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import EVENTS, Notice

#: Stands for the owner of the integration among the recipients of a mail.
OWNER = "owner"
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\Z")

_COMMON: dict[str, Any] = {
    "kind": {"type": "str", "required": True},
    "name": {"type": "str"},
    "on": {"type": "list", "elements": "str", "default": list(EVENTS), "choices": list(EVENTS)},
    "integrations": {"type": "list", "elements": "str"},
    "repeat_days": {"type": "float"},
    "timeout": {"type": "int", "default": 20},
}
_URL: dict[str, Any] = {"url": {"type": "str", "required": True, "no_log": True}, "ca_path": {"type": "str"}}
_MAIL: dict[str, Any] = {
    "to": {"type": "list", "elements": "str", "default": [OWNER]},
    "otherwise": {"type": "list", "elements": "str", "default": []},
    "sender": {"type": "str", "required": True},
    "host": {"type": "str", "default": "localhost"},
    "port": {"type": "int", "default": 25},
    "secure": {"type": "str", "choices": ["always", "never", "starttls", "try"]},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
}
_SERVICENOW: dict[str, Any] = {
    **_URL,
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "token": {"type": "str", "no_log": True},
    "table": {"type": "str", "default": "incident"},
    "fields": {"type": "dict", "default": {}},
}
_KINDS: dict[str, dict[str, Any]] = {
    "mail": _MAIL,
    "slack": _URL,
    "teams": _URL,
    "servicenow": _SERVICENOW,
    "webhook": {**_URL, "headers": {"type": "dict", "default": {}, "no_log": True}},
    "tasks": {"file": {"type": "str", "required": True}},
}


@dataclass(frozen=True)
class Hook:
    """One way to tell somebody. `number` is its place in the list, where its credentials stay."""

    number: int
    name: str
    kind: str
    events: frozenset[str]
    integrations: frozenset[str] | None
    repeat: timedelta
    #: Where it leads, for people: a host, or the file with the tasks.
    where: str
    to: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    fields: Mapping[str, Any] | None = None

    def wants(self, notice: Notice) -> bool:
        """Tell whether it is called for this."""
        named = self.integrations is None or self.integrations & {notice.integration, notice.client_id}
        return notice.event in self.events and bool(named)

    def recipients(self, notice: Notice) -> tuple[str, ...]:
        """Return who gets the mail about this: addresses, each once; nobody where the owner is no address."""
        named = [notice.owner if to == OWNER else to for to in self.to]
        usable = [address for address in named if _ADDRESS.match(address)] or list(self.otherwise)
        return tuple(dict.fromkeys(usable))


def hooks_of(said: Any, repeat_days: float) -> tuple[Hook, ...]:
    """Return the hooks that `sfmc_notify` declares.

    :raises Refusal: it is no list, an option is wrong, a URL is not private, or two hooks have one name.
    """
    if not isinstance(said, list):
        raise _unusable("sfmc_notify", "a list of hooks", f"a {type(said).__name__}")
    hooks = tuple(_hook(number, each, repeat_days) for number, each in enumerate(said))
    names = [hook.name for hook in hooks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _unusable("sfmc_notify", "a `name` for each of several hooks of one kind", f"twice {', '.join(twice)}")
    return hooks


def credentials_of(said: Any) -> list[str]:
    """Return what of `sfmc_notify` nobody should see, whether it is well declared or not."""
    hooks = [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []
    found = [hook.get(key) for hook in hooks for key in ("url", "password", "token")]
    headers = [hook.get("headers") for hook in hooks]
    found += [value for each in headers if isinstance(each, Mapping) for value in each.values()]
    return [text for text in found if isinstance(text, str)]


def _hook(number: int, said: Any, repeat_days: float) -> Hook:
    offender = f"sfmc_notify[{number}]"
    kind = said.get("kind") if isinstance(said, Mapping) else None
    if kind not in _KINDS:
        raise _unusable(f"{offender}.kind", "one of " + ", ".join(_KINDS), "another kind, or none")
    options = declared({**_COMMON, **_KINDS[kind]}, said, offender)
    repeat = repeat_days if options["repeat_days"] is None else options["repeat_days"]
    if not 0 <= repeat <= 366:
        raise _unusable(f"{offender}.repeat_days", "a number of days from 0 (never again) to 366", f"{repeat:g}")
    wanted = options["integrations"]
    return Hook(
        number=number,
        name=options["name"] or kind,
        kind=kind,
        events=frozenset(options["on"]),
        integrations=None if wanted is None else frozenset(wanted),
        repeat=timedelta(days=repeat),
        where=_where(kind, options, offender),
        to=tuple(options.get("to") or ()),
        otherwise=tuple(options.get("otherwise") or ()),
        fields=options.get("fields"),
    )


def _where(kind: str, options: Mapping[str, Any], offender: str) -> str:
    if kind == "tasks":
        return str(options["file"])
    if kind == "mail":
        _check_mail(options, offender)
        return f"{options['host']}:{options['port']}"
    if not is_private(options["url"]):
        raise _unusable(f"{offender}.url", "an https URL, or plain http on loopback", "another one (it is not shown)")
    if kind == "servicenow" and bool(options["token"]) == bool(options["username"] and options["password"]):
        raise _unusable(offender, "a `token`, or `username` and `password`", "neither or both")
    return urlsplit(options["url"]).hostname or ""


def _check_mail(options: Mapping[str, Any], offender: str) -> None:
    addresses = [*(to for to in options["to"] if to != OWNER), *options["otherwise"], options["sender"]]
    wrong = [address for address in addresses if not _ADDRESS.match(address)]
    if wrong:
        raise _unusable(offender, "addresses such as team@example.com, or `owner` in `to`", repr(wrong[0]))
    if bool(options["username"]) != bool(options["password"]):
        raise _unusable(offender, "`username` and `password`, or neither", "one of them")
    if options["password"] and options["secure"] in ("never", "try"):
        raise _unusable(f"{offender}.secure", "`starttls` or `always` where there is a password", options["secure"])


def _unusable(offender: str, expected: str, found: str) -> Refusal:
    return Refusal(
        "a hook says whom it tells, and its credentials stay private",
        offender,
        expected,
        found,
        "correct it by docs/monitoring.md; nothing was sent",
    )
