# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of faults, and which of them meets which request (pure)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: What meets a connection before any request is known; never a part of ``*``.
CONNECTION = "connection"
KINDS = ("token", "userinfo", "token_context", "endpoints", "account_users", "generate", "retrieve", "activate", "*")
SECRETS = ("active", "staged", "previous", "unknown")


class Dish(NamedTuple):
    """One fault of the menu.

    :ivar acts: whether the request takes effect all the same. For an answer that replaces the real one (``None``) the
        fault itself says so, by default it does not.
    :ivar parameters: its own parameters with their defaults.
    :ivar on: the kind of request that it meets when nobody says which.
    """

    acts: bool | None
    parameters: Mapping[str, float | str | None]
    meaning: str
    on: str = "token"


MENU: dict[str, Dish] = {
    "rate_limited": Dish(None, {"retry_after": 5}, "429, error code 50100; with `retry_after: null` no `Retry-After`"),
    "blocked": Dish(None, {}, "429, error code 50200, no `Retry-After`"),
    "server_error": Dish(None, {}, "500 in the platform's dialect"),
    "unavailable": Dish(None, {}, "503, error code 50300"),
    "bad_gateway_html": Dish(None, {}, "502 with a proxy's HTML page"),
    "empty": Dish(None, {}, "200 without a body"),
    "not_json": Dish(None, {}, "200 that says JSON and is not"),
    "redirect": Dish(None, {"location": "https://elsewhere.invalid/"}, "307 to another host"),
    "reset": Dish(None, {}, "the connection is reset (RST) without an answer"),
    "half_body": Dish(True, {}, "the real answer, cut in the middle; `Content-Length` promises all of it"),
    "slow": Dish(True, {"seconds": 5}, "acts at once, answers after so many *real* seconds"),
    "wrong_date": Dish(True, {"offset_seconds": 3600}, "the real answer with a `Date` that is so many seconds off"),
    "answer_dropped": Dish(True, {}, "acts, then closes the connection without an answer"),
    "activation_ignored": Dish(True, {}, "answers 200 to an activation and does nothing", "activate"),
    "replaced_staging": Dish(True, {}, "somebody generates in Setup, pace permitting; then the real answer"),
    "flapping": Dish(
        True, {"lag_seconds": 300, "turns": "sn"}, "tokens by turns of a stale node and of one that knows"
    ),
    "unknown_authority": Dish(False, {"port": 0}, "a certificate of an authority that nobody trusts", CONNECTION),
    "other_name": Dish(False, {"port": 0}, "a certificate for another host", CONNECTION),
    "expired": Dish(False, {"port": 0}, "a certificate that has ended", CONNECTION),
    "plain_http": Dish(False, {"port": 0}, "no TLS: the server answers 400 in plain HTTP", CONNECTION),
}


@dataclass
class Fault:
    """One fault that waits for its requests.

    :ivar on: kind of request, ``*`` for any; ``client_id`` and ``which`` (secret) narrow it when they are set.
    :ivar times: how many requests it still meets; ``None`` is forever.
    """

    id: int
    fault: str
    on: str
    client_id: str | None
    which: str | None
    times: int | None
    acts: bool
    parameters: dict[str, float | str | None]
    met: int = 0

    def meets(self, kind: str, client_id: str | None, which: str) -> bool:
        """Say whether this request is one of the fault's."""
        return (
            self.times != 0
            and (self.on == kind or (self.on == "*" and kind != CONNECTION))
            and self.client_id in (None, client_id)
            and self.which in (None, which)
        )

    @property
    def lag(self) -> float:
        """How many seconds the node that answers now is behind; the request has been counted."""
        turns = str(self.parameters.get("turns") or "n")
        return self.number("lag_seconds") if turns[(self.met - 1) % len(turns)] == "s" else 0.0

    def number(self, name: str) -> float:
        """Return a parameter that is a number."""
        value = self.parameters[name]
        return float(value) if value is not None else 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the fault as the admin API shows it."""
        return asdict(self)


class Faults:
    """The faults that wait, in the order in which they were added; the first that fits is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._made = 0

    def add(self, wanted: Mapping[str, object]) -> Fault:
        """Add a fault; the shape of ``wanted`` is the body of ``POST /_sim/faults``.

        :raises Refusal: for anything that is not on the menu.
        """
        fault = _parse(wanted)
        with self._lock:
            self._made += 1
            fault.id = self._made
            self._waiting.append(fault)
        return fault

    def take(self, kind: str, client_id: str | None, which: str) -> Fault | None:
        """Return the fault for this request, and count it."""
        with self._lock:
            return _counted(fault for fault in self._waiting if fault.meets(kind, client_id, which))

    def take_connection(self, port: int) -> Fault | None:
        """Return the fault for a new connection to this port, and count it."""
        with self._lock:
            fits = (fault for fault in self._waiting if fault.meets(CONNECTION, None, "unknown"))
            return _counted(fault for fault in fits if fault.parameters["port"] in (0, port))

    def remove(self, fault_id: int | None = None) -> int:
        """Remove one fault, or all of them; return how many."""
        with self._lock:
            kept = [] if fault_id is None else [fault for fault in self._waiting if fault.id != fault_id]
            removed = len(self._waiting) - len(kept)
            self._waiting = kept
        return removed

    def as_list(self) -> list[dict[str, object]]:
        """Return all faults, also those that are used up."""
        with self._lock:
            return [fault.as_dict() for fault in self._waiting]


def _counted(fitting: Iterator[Fault]) -> Fault | None:
    fault = next(fitting, None)
    if fault is not None:
        fault.met += 1
        fault.times = None if fault.times is None else fault.times - 1
    return fault


def _parse(wanted: Mapping[str, object]) -> Fault:
    name = str(wanted.get("fault"))
    if name not in MENU:
        raise _bad("fault", "one of " + ", ".join(MENU), wanted.get("fault"))
    dish = MENU[name]
    unknown = set(wanted) - {"fault", "on", "client_id", "which", "times", "acts", *dish.parameters}
    if unknown:
        raise _bad("its keys", "fault, on, client_id, which, times, acts " + " ".join(dish.parameters), sorted(unknown))
    kinds = (CONNECTION,) if dish.on == CONNECTION else KINDS
    client_id = wanted.get("client_id")
    which = wanted.get("which")
    return Fault(
        id=0,
        fault=name,
        on=_one_of("on", wanted.get("on", dish.on), kinds),
        client_id=None if client_id is None else str(client_id),
        which=None if which is None else _one_of("which", which, SECRETS),
        times=_times(wanted.get("times", 1)),
        acts=_acts(dish, wanted.get("acts")),
        parameters={
            key: _parameter(key, default, wanted.get(key, default)) for key, default in dish.parameters.items()
        },
    )


def _one_of(key: str, value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise _bad(key, "one of " + ", ".join(choices), value)
    return str(value)


def _times(value: object) -> int | None:
    if value == "forever":
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _bad("times", "a number from 1, or forever", value)
    return value


def _acts(dish: Dish, value: object) -> bool:
    if value is None:
        return bool(dish.acts)
    if not isinstance(value, bool) or dish.acts not in (None, value):
        raise _bad("acts", "absent" if dish.acts else "true or false", value)
    return value


def _parameter(key: str, default: float | str | None, value: object) -> float | str | None:
    if isinstance(default, str):
        if isinstance(value, str):
            return value
    elif value is None and key == "retry_after":
        return None
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise _bad(key, "a text" if isinstance(default, str) else "a number", value)


def _bad(key: str, expected: str, found: object) -> Refusal:
    return Refusal("a fault is one of the menu", f"fault: {key}", expected, repr(found), "see README.md, Faults")
