# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets in the environments that containers are started with, running or not."""

import glob
import json
import os
import shutil
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._program import NotEnded, ended
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._declared import DeclaredPlaces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._environment import in_order, secrets_in, use_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use, shown

#: Where the engines keep what they know of their containers; * stands for the name of a user.
DOCKER = ("/var/lib/docker/containers", "/var/snap/docker/common/var-lib-docker/containers")
PODMAN = (
    "/var/lib/containers/storage/overlay-containers",
    "/var/lib/containers/storage/vfs-containers",
    "/home/*/.local/share/containers/storage/overlay-containers",
)
#: What is asked where there are no such files.
PROGRAMS = ("docker", "podman")

_LARGEST = 16 * 1024 * 1024
_SECONDS = 20.0
_ID_SHOWN = 12


class Container(NamedTuple):
    """A container with its environment, which may hold secrets."""

    id: str
    name: str
    environment: List[str]

    def __repr__(self) -> str:
        return f"Container({self.id!r}, {self.name!r})"


class Engines(NamedTuple):
    """Where containers are looked for."""

    docker: Sequence[str] = DOCKER
    podman: Sequence[str] = PODMAN
    programs: Sequence[str] = PROGRAMS


def containers_of(engines: Engines) -> Tuple[List[Container], int]:
    """Return the containers of this host, and how many could not be read."""
    found: Dict[str, Container] = {}
    skipped = 0
    for read, roots, program in ((_docker, engines.docker, "docker"), (_podman, engines.podman, "podman")):
        folders = sorted(folder for root in roots for folder in glob.glob(root) if os.path.isdir(folder))
        for folder in folders:
            there, missed = read(folder)
            skipped += missed + (0 if os.access(folder, os.R_OK | os.X_OK) else 1)
            found.update((container.id, container) for container in there)
        if not folders and program in engines.programs:
            found.update((container.id, container) for container in _asked(program))
    return [found[each] for each in sorted(found)], skipped


def uses_of_containers(
    sought: Sought,
    declared: Optional[DeclaredPlaces] = None,
    engines: Engines = Engines(),  # noqa: B008
) -> Tuple[List[Use], int, int]:
    """Return the uses, how many containers were looked at, and how many could not be."""
    found: Dict[Tuple[str, str, str], Use] = {}
    containers, skipped = containers_of(engines)
    for container in containers:
        lines = [line.encode("utf-8", "surrogateescape") for line in container.environment]
        known = {"service": container.name, "declared": declared.service_of(container.name) if declared else ""}
        for name, secret in secrets_in(lines, sought):
            place = f"container {container.name}"
            use = use_of(place, "container", shown(name), secret, sought, known)
            found.setdefault((place, name, secret.value), use)
    return in_order(found.values()), len(containers), skipped


def _docker(folder: str) -> Tuple[List[Container], int]:
    found, skipped = [], 0
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*", "config.v2.json"))):
        container = _inspected(_json(path))
        if container:
            found.append(container)
        else:
            skipped += 1
    return found, skipped


def _podman(folder: str) -> Tuple[List[Container], int]:
    found, skipped = [], 0
    listed = _json(os.path.join(folder, "containers.json"))
    names = {
        entry["id"]: _first(entry.get("names"))
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*", "userdata", "config.json"))):
        number = os.path.basename(os.path.dirname(os.path.dirname(path)))
        container = _json(path)
        process = container.get("process") if isinstance(container, dict) else None
        if isinstance(process, dict):
            found.append(Container(number, names.get(number) or number[:_ID_SHOWN], _strings(process.get("env"))))
        else:
            skipped += 1
    return found, skipped


def _asked(program: str) -> Iterator[Container]:
    """Yield what an engine says of its containers."""
    path = shutil.which(program)
    numbers = _said([path, "ps", "--all", "--quiet", "--no-trunc"]).split() if path else []
    if path and numbers:
        for entry in _list(_said([path, "inspect", "--type", "container", *numbers])):
            container = _inspected(entry)
            if container:
                yield container


def _said(argv: List[str]) -> str:
    try:
        status, output, _errors = ended(argv, None, _SECONDS)
    except (OSError, NotEnded):
        return ""
    return output if status == 0 else ""


def _inspected(entry: Any) -> Optional[Container]:
    """Return a container from what docker keeps of it, and both engines print."""
    if not isinstance(entry, dict):
        return None
    number, name, config = entry.get("ID") or entry.get("Id"), entry.get("Name"), entry.get("Config")
    if not isinstance(number, str) or not isinstance(config, dict):
        return None
    shown_name = name.lstrip("/") if isinstance(name, str) else ""
    return Container(number, shown_name or number[:_ID_SHOWN], _strings(config.get("Env")))


def _json(path: str) -> Any:
    try:
        with open(path, "rb") as stream:
            return json.loads(stream.read(_LARGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _list(text: str) -> List[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _strings(value: Any) -> List[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _first(names: Any) -> str:
    found = _strings(names)
    return found[0] if found else ""
