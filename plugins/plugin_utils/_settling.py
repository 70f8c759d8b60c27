# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until another system is done with a change: some answer before it has taken effect."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._place import Present
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import value_at

#: As an argument specification: where the state stands in a result, and what it is meanwhile and afterwards.
STATE: Mapping[str, Any] = {
    "at": {"type": "str", "required": True},
    "busy": {"type": "str", "required": True},
    "done": {"type": "str", "required": True},
    "delay": {"type": "float", "default": 2.0},
    "timeout": {"type": "float", "default": 300.0},
}


def settled(
    ask: Callable[[], Any],
    options: Mapping[str, Any],
    where: str,
    hidden: Hidden,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Any:
    """Ask until the system is done; return its last answer.

    :param options: as STATE describes them.
    :param hidden: what no message may show.
    :raises Refusal: it is in another state, or busy for longer than `timeout`.
    """
    ends = monotonic() + options["timeout"]
    found = ask()
    while value_at(found, options["at"], where) == options["busy"] and monotonic() < ends:
        sleep(options["delay"])
        found = ask()
    state = value_at(found, options["at"], where)
    if state == options["done"]:
        return found
    raise Refusal(
        "a place counts when its system is done with the last change of it",
        where,
        f"{options['at']} to be {options['done']}",
        "nothing" if state is None else hidden.out_of(state)[:40],
        "see there what keeps it or why it failed, then run again: both secrets work until the activation, which waits",
    )


_BETWEEN_LOOKS = 2.0


def changed(
    read: Callable[[], Present],
    before: Present,
    patience: float,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Present:
    """Read until something else stands there than before a write: some systems go on showing it for a while.

    :param patience: seconds after which the last reading counts.
    """
    ends = monotonic() + patience
    present = read()
    while present.shown and present.secret == before.secret and monotonic() < ends:
        sleep(_BETWEEN_LOOKS)
        present = read()
    return present
