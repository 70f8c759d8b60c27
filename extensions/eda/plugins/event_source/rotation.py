# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event source of ansible-rulebook: what should happen to client secrets now."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol

DOCUMENTATION = r"""
---
short_description: Says when a client secret of SFMC is due, and when its rotation is blocked, lost or closed
description:
  - Looks at every integration by the playbook C(keyturn.sfmc.status), at intervals, and puts an event for each thing
    that is new. A thing is what C(keyturn.sfmc.notify) tells people about, and is said once.
  - An event has everything under the key C(rotation) - C(event), C(integration), C(client_id), C(environment),
    C(owner), C(subject), C(body), C(way_out), C(id), C(at). No secret is ever in it.
  - A look that fails is an event too, C(blind), once for each failure. The next look comes after twice the interval,
    and so on up to an hour.
  - What was said is forgotten when the process ends; the next one says again what is still so.
options:
  inventory:
    description:
      - Inventory files or folders, as for C(ansible-playbook --inventory).
    type: list
    elements: str
    required: true
  vault_ids:
    description:
      - Vault secrets, each as C(ID@FILE) for C(--vault-id). FILE may be a program. Nobody is there to be prompted.
    type: list
    elements: str
    default: []
  vault_password_file:
    description:
      - A file for C(--vault-password-file).
    type: str
  limit:
    description:
      - Hosts whose integrations are looked at, as for C(--limit).
    type: str
  directory:
    description:
      - Where C(ansible-playbook) runs, so where its C(ansible.cfg) is. Without it, where ansible-rulebook runs.
    type: str
  interval:
    description:
      - Seconds between two looks, 1 or more.
    type: float
    default: 900
  timeout:
    description:
      - Seconds that a look may take.
    type: float
    default: 600
  events:
    description:
      - Which events are wanted.
    type: list
    elements: str
    choices: [due, urgent, expired, blocked, lost, closed, strays, unwatched, blind]
    default: [due, urgent, expired, blocked, lost, closed, blind]
  repeat_hours:
    description:
      - Say again what is still so after this many hours; C(0) is never. C(closed) is never said again.
    type: float
    default: 0
"""

EXAMPLES = r"""
- keyturn.sfmc.rotation:
    inventory: [/etc/ansible/hosts.yml]
    vault_ids: [store@/etc/ansible/store-password]
    interval: 900
"""

#: ansible-rulebook's own, beside the options.
_FEEDBACK = "eda_feedback_queue"
_TYPES = {
    "inventory": "list",
    "vault_ids": "list",
    "vault_password_file": "text",
    "limit": "text",
    "directory": "text",
    "interval": "number",
    "timeout": "number",
    "events": "list",
    "repeat_hours": "number",
}
_DEFAULTS: dict[str, Any] = {
    "vault_ids": [],
    "vault_password_file": "",
    "limit": "",
    "directory": "",
    "interval": 900.0,
    "timeout": 600.0,
    "repeat_hours": 0.0,
}


class Queue(Protocol):
    """Where events go."""

    async def put(self, event: Any) -> None:
        """Take one, when there is room."""


def _find_the_collection() -> None:
    """Make the collection importable: ansible-rulebook runs this file by its path, and knows nothing of collections."""
    root = Path(__file__).absolute().parents[6]
    if str(root.parent) not in sys.path:
        sys.path.append(str(root.parent))
    # Where other collections are a package of Python, that package hides all folders of its name but its own.
    package = importlib.import_module("ansible_collections")
    if str(root) not in package.__path__:
        package.__path__.append(str(root))


_find_the_collection()

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_look import Look, LookFailed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import EVENTS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._watching import BLIND, Watch

_WANTED = ("due", "urgent", "expired", "blocked", "lost", "closed", BLIND)


async def main(queue: Queue, args: dict[str, Any]) -> None:
    """Put events until it is cancelled; Refusal for options that cannot be meant."""
    options = options_of(args)
    watch = Watch(options["events"], timedelta(seconds=options["interval"]), timedelta(hours=options["repeat_hours"]))
    directory = Path(options["directory"]).expanduser() if options["directory"] else None
    look = Look(_words(options), directory, options["timeout"])
    await watching(queue, watch, look, look.by_hand)


async def watching(
    queue: Queue,
    watch: Watch,
    look: Callable[[], Awaitable[Mapping[str, Any]]],
    by_hand: str,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
) -> None:
    """Look, put what is new, wait; for ever. A look that fails is said and is not the end."""
    way_out = f"see what this says: {by_hand}"
    while True:
        try:
            events = watch.seen(await look())
        except LookFailed as failure:
            events = watch.failed(failure.found, way_out, now())
        except Refusal as refusal:
            events = watch.failed(f"{refusal.rule}: {refusal.found}", way_out, now())
        for event in events:
            await queue.put(event)
            # The queue holds one event, and whoever takes it runs in this thread.
            await asyncio.sleep(0)
        await sleep(watch.pause.total_seconds())


def options_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return all options with their types; a rulebook's variables may make a text of each.

    :raises Refusal: one is unknown, missing, or of another type.
    """
    given = {name: value for name, value in args.items() if name != _FEEDBACK}
    unknown = sorted(set(given) - set(_TYPES))
    if unknown:
        raise _bad(f"option {unknown[0]}", f"one of {', '.join(_TYPES)}", "one that it does not know")
    options = {**_DEFAULTS, "events": list(_WANTED)}
    options.update({name: _typed(name, value) for name, value in given.items() if value is not None})
    if not options.get("inventory"):
        raise _bad("option inventory", "a list of inventory files", "none")
    for event in options["events"]:
        if event not in (*EVENTS, BLIND):
            raise _bad("option events", f"some of {', '.join((*EVENTS, BLIND))}", repr(event))
    if options["interval"] < 1 or options["timeout"] <= 0 or options["repeat_hours"] < 0:
        raise _bad("options interval, timeout, repeat_hours", "1 or more; more than 0; 0 or more", "less")
    for id_ in options["vault_ids"]:
        if not id_.partition("@")[2] or id_.endswith("@prompt"):
            raise _bad("option vault_ids", "ID@FILE", "an entry without a file; nobody is there to be prompted")
    return options


def _typed(name: str, value: Any) -> Any:
    kind = _TYPES[name]
    if kind == "number":
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not 0 <= number < 1e9:
            raise _bad(f"option {name}", "a number", type(value).__name__)
        return number
    if kind == "list":
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
            raise _bad(f"option {name}", "a list of texts", type(value).__name__)
        return values
    if not isinstance(value, str):
        raise _bad(f"option {name}", "a text", type(value).__name__)
    return value


def _words(options: Mapping[str, Any]) -> list[str]:
    """Return the options of ansible-playbook. None of them is a secret: arguments are seen by every user."""
    words = [word for path in options["inventory"] for word in ("--inventory", path)]
    words += [word for id_ in options["vault_ids"] for word in ("--vault-id", id_)]
    for name, option in (("vault_password_file", "--vault-password-file"), ("limit", "--limit")):
        words += [option, options[name]] if options[name] else []
    return words


def _bad(offender: str, expected: str, found: str) -> Refusal:
    return Refusal(
        "an event source is told where the estate is and how often to look",
        f"keyturn.sfmc.rotation, {offender}",
        expected,
        found,
        "correct the rulebook, or the variables that it is given: docs/event-driven.md",
    )


if __name__ == "__main__":

    class _Shown:
        """Shows events instead of putting them anywhere."""

        async def put(self, event: Any) -> None:
            """Show one."""
            print(event)

    asyncio.run(main(_Shown(), {"inventory": sys.argv[1:]}))
