# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that several modules have, and what is said of arguments that do not fit. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import DEFAULT_SIZES

#: Options of every module that works on integrations; documented in the fragment `keyturn.sfmc.integrations`.
INTEGRATIONS: dict[str, Any] = {"integration": {"type": "str"}}
#: Options of the modules that wait; documented in the fragment `keyturn.sfmc.integrations.waiting`.
WAITING: dict[str, Any] = {
    "wait": {"type": "int", "default": 600},
    "poll": {"type": "float", "default": 15.0},
    "on_blocked": {"type": "str", "default": "fail", "choices": ["fail", "report"]},
}
#: Option of the modules that plan a distribution; documented with each of them.
SERIAL: dict[str, Any] = {"serial": {"type": "list", "elements": "str", "default": list(DEFAULT_SIZES)}}
#: Option of the modules that a distribution narrows down to the dependents whose proof is missing.
ONLY: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {"client_id": {"type": "str", "required": True}, "dependent": {"type": "str", "required": True}},
}
#: Where secrets are kept that somebody forgot, more often than elsewhere.
SCAN_ROOTS = (
    "/etc",
    "/home",
    "/opt",
    "/root",
    "/srv",
    "/usr/local",
    "/var/lib",
    "/var/spool/cron",
    "/var/www",
)
#: Options of a scan that a task gives; documented with `keyturn.sfmc.secret_scan`.
SCAN: dict[str, Any] = {
    "roots": {"type": "list", "elements": "str", "default": list(SCAN_ROOTS)},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "max_bytes": {"type": "int", "default": 64 * 1024 * 1024},
    "processes": {"type": "bool", "default": True},
    "containers": {"type": "bool", "default": True},
    "gentle": {"type": "bool", "default": False},
    "state": {"type": "str", "default": ""},
    "full": {"type": "bool", "default": False},
}


def is_meant(item: DeclaredDependent, only: list[dict[str, str]] | None) -> bool:
    """Tell whether a dependent is among those that the option `only` names; without the option all are."""
    return only is None or {"client_id": item.client_id, "dependent": item.dependent.id} in only


def check_waiting(arguments: Mapping[str, Any]) -> None:
    for option, variable in (("wait", "sfmc_wait"), ("poll", "sfmc_poll_seconds")):
        if not 0 <= arguments[option] < math.inf:
            raise Refusal(
                "waiting takes its time in seconds",
                variable,
                "a number of seconds, 0 or more",
                str(arguments[option]),
                "correct it; nothing was changed",
            )


def in_background(module: str) -> Refusal:
    return Refusal(
        "I-29: no secret goes into a background job",
        module,
        "a task without async",
        "one with async, whose arguments and result Ansible keeps in files of the host",
        "take async (and poll) out of the task; nothing was changed. To rotate many hosts side by side, raise forks",
    )


def bad_arguments(module: str, found: str) -> Refusal:
    return Refusal(
        "arguments are as the documentation of the module says",
        module,
        f"what ansible-doc {module} lists",
        found,
        "correct the variable or the task that they come from (a playbook has it from one that begins with sfmc_);"
        " nothing was changed",
    )
