# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets in the environments of running processes, as Linux shows them."""

import os
import re
from typing import Dict, List, Mapping, Optional, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._declared import DeclaredPlaces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._environment import in_order, secrets_in, use_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use, shown

#: The id of a container in the name of its control group: docker, podman, containerd, CRI-O.
_CONTAINER = re.compile(r"(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:/|$)")
_UNIT = re.compile(r"/([^/]+\.service)(?=/|$)")
#: Environments are small; a kernel hands out no more than this for one.
_LARGEST = 4 * 1024 * 1024
_DELETED = " (deleted)"
_ID_SHOWN = 12


class _Whose:
    """What a process belongs to: its place, and the service or container that a restart would name."""

    def __init__(self, place: str, service: str = "") -> None:
        self.place, self.service = place, service


def uses_of_processes(
    sought: Sought,
    declared: Optional[DeclaredPlaces] = None,
    proc: str = "/proc",
    containers: Optional[Mapping[str, str]] = None,
    own: Optional[int] = None,
) -> Tuple[List[Use], int, int]:
    """Return the uses, how many processes were looked at, and how many could not be.

    :param containers: names of containers by their ids.
    :param own: the process that asks: it and what started it hold what they do because of this run.
    """
    found: Dict[Tuple[str, str, str], Use] = {}
    looked, skipped = 0, 0
    left_out = _with_parents(proc, os.getpid() if own is None else own)
    for number in _numbers(proc):
        if number in left_out:
            continue
        try:
            content = _read(proc, number, "environ")
        except PermissionError:
            skipped += 1
            continue
        except OSError:
            # It has ended meanwhile.
            continue
        looked += 1
        secrets = secrets_in(content.split(b"\0"), sought) if content else []
        if not secrets:
            continue
        whose = _whose(proc, number, containers or {})
        known = {"service": whose.service, "declared": declared.service_of(whose.service) if declared else ""}
        for name, secret in secrets:
            where = (whose.place, name, secret.value)
            found.setdefault(where, use_of(whose.place, "process", shown(name), secret, sought, known))
    return in_order(found.values()), looked, skipped


def _numbers(proc: str) -> List[int]:
    try:
        return sorted(int(name) for name in os.listdir(proc) if name.isdigit())
    except OSError:
        return []


def _with_parents(proc: str, number: int) -> Set[int]:
    """Return a process and those that started it, other than the first one of the host or the container."""
    found: Set[int] = set()
    while number > 1 and number not in found:
        found.add(number)
        try:
            # The name of a program may hold spaces and parentheses.
            fields = _read(proc, number, "stat").rpartition(b")")[2].split()
            number = int(fields[1])
        except (OSError, ValueError, IndexError):
            break
    return found


def _whose(proc: str, number: int, containers: Mapping[str, str]) -> _Whose:
    group = _text(proc, number, "cgroup")
    for line in group.splitlines():
        container = _CONTAINER.search(line)
        if container:
            name = containers.get(container.group(1), container.group(1)[:_ID_SHOWN])
            return _Whose(f"process of container {name}", name)
    units = [unit for line in group.splitlines() for unit in _UNIT.findall(line)]
    if units:
        return _Whose(f"process of {units[-1]}", units[-1])
    return _Whose(f"process of {_program(proc, number)}")


def _program(proc: str, number: int) -> str:
    try:
        program = shown(os.readlink(os.path.join(proc, str(number), "exe")))
    except OSError:
        program = _text(proc, number, "comm").strip() or "an unknown program"
    return program[: -len(_DELETED)] if program.endswith(_DELETED) else program


def _text(proc: str, number: int, name: str) -> str:
    try:
        return _read(proc, number, name).decode("utf-8", "backslashreplace")
    except OSError:
        return ""


def _read(proc: str, number: int, name: str) -> bytes:
    with open(os.path.join(proc, str(number), name), "rb") as stream:
        return stream.read(_LARGEST)
