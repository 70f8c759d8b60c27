# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's dependents: `sfmc_dependents` in, typed declarations out."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import DEPENDENT, INTEGRATION, declared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declared_upkeep import check_upkeep
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import HostVariables
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import KINDS, check_options, places_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent

FILES = "files"


@dataclass(frozen=True)
class DeclaredDependent:
    """One entry of a host's `sfmc_dependents`, with the client id that its integration's name stands for there.

    :param index: where it stands in the list.
    """

    client_id: str
    dependent: Dependent
    options: Mapping[str, Any]
    index: int = 0


def host_dependents(
    variables: HostVariables, host: str, client_ids: Mapping[str, str] | None = None
) -> tuple[DeclaredDependent, ...]:
    """Return the dependents that one host's variables declare.

    :param client_ids: by the names of the integrations that the host knows, where the caller has them.
    :raises Refusal: an integration that the host does not know, or one name used twice.
    """
    entries = variables.get("sfmc_dependents") or []
    if not entries:
        return ()
    if not isinstance(entries, list):
        raise Refusal(
            "a host's dependents are a list",
            f"sfmc_dependents of {host}",
            "a list of mappings",
            f"a {type(entries).__name__}",
            "put a hyphen before each dependent",
        )
    ids = client_ids or _client_ids(variables, host)
    found: dict[tuple[str, str], DeclaredDependent] = {}
    for number, entry in enumerate(entries):
        item = _dependent(entry, number, ids, host, variables)
        if found.setdefault((item.client_id, item.dependent.name), item) is not item:
            raise _twice(item, host)
    return tuple(found.values())


def _client_ids(variables: HostVariables, host: str) -> dict[str, str]:
    """Return the client id of each integration's name, as this host declares them."""
    integrations = variables.get("sfmc_integrations") or {}
    if not isinstance(integrations, Mapping):
        declared(INTEGRATION, integrations, f"sfmc_integrations of {host}")
    for name, said in integrations.items():
        if not isinstance(said, Mapping):
            declared(INTEGRATION, said, f"sfmc_integrations.{name} of {host}")
    return written_client_ids(integrations) or {}


def written_client_ids(integrations: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the client id of each integration's name, None where one of them says nothing of it."""
    if not isinstance(integrations, Mapping) or not all(isinstance(said, Mapping) for said in integrations.values()):
        return None
    return {str(name): str(said.get("client_id")) for name, said in integrations.items()}


def _dependent(
    entry: Any, number: int, ids: Mapping[str, str], host: str, variables: HostVariables
) -> DeclaredDependent:
    offender = f"sfmc_dependents[{number}] of {host}"
    said = _declared(entry, offender)
    if said["integration"] not in ids:
        raise Refusal(
            "a dependent names an integration that its host knows",
            offender,
            "one of " + (", ".join(sorted(ids)) or "(this host has no sfmc_integrations)"),
            f"integration {said['integration']!r}",
            "correct the name, or declare the integration in the sfmc_integrations of the host's group",
        )
    kind = said["kind"]
    if kind != FILES and kind not in KINDS:
        _check_own_kind(kind, variables.get("sfmc_kinds"), offender)
    name = said["name"] or said["integration"]
    dependent = Dependent(host, name, said["places"], kind, said["proof"], said["care"])
    return DeclaredDependent(ids[said["integration"]], dependent, {**said, "name": name}, number)


def _declared(entry: Any, offender: str) -> Mapping[str, Any]:
    """Return one entry, checked. Hosts of a group mostly say the same, and checking takes longer than comparing."""
    try:
        text = json.dumps(entry, sort_keys=True, default=_decrypted)
    except TypeError:
        # Not what a file of variables can hold; the check says what is wrong with it.
        return _checked(entry, offender)
    try:
        return _checked_once(text)
    except Refusal as refusal:
        texts = {**refusal.as_dict(), "offender": refusal.offender.replace(_ANY, offender, 1)}
        raise Refusal(**texts) from None


def _decrypted(value: object) -> str:
    """Return a text that the inventory holds as `!vault`; up to ansible-core 2.18 it comes as it is."""
    if isinstance(value, Sequence):
        return str(value)
    raise TypeError(type(value).__name__)


_ANY = "sfmc_dependents[*]"


@functools.lru_cache(maxsize=4096)
def _checked_once(text: str) -> Mapping[str, Any]:
    return _checked(json.loads(text), _ANY)


def _checked(entry: Any, offender: str) -> Mapping[str, Any]:
    """Return an entry with its defaults, one `key` for each of its files, and `places`."""
    said = declared(DEPENDENT, entry, offender)
    check_upkeep(said, offender)
    said["care"] = _care(said)
    if said["kind"] == FILES:
        return _with_files(said, offender)
    if said["files"]:
        raise _inconsistent(offender, f"no `files` with the kind {said['kind']}", "`files`")
    options = said["options"] or {}
    if said["kind"] in KINDS:
        kind = KINDS[said["kind"]]
        where = f"{offender}.options"
        options = declared(kind.options, options, where, kind.rules)
        check_options(said["kind"], options, said["proof"], where)
    return {**said, "files": [], "options": options, "places": places_of(said["kind"], options)}


def _care(said: Mapping[str, Any]) -> str:
    """Return what stands for a dependent's restart and check; empty when there is neither.

    How patient a check is does not count: it changes nothing about what was shown.
    """
    restart, check = said["restart"] or {}, said["check"] or {}
    cared = [
        {name: value for name, value in restart.items() if name not in _PATIENCE and value is not None},
        {name: value for name, value in check.items() if name not in _PATIENCE and value is not None},
        (said["options"] or {}).get("rollout"),
    ]
    if not any(cared):
        return ""
    return hashlib.sha256(json.dumps(cared, sort_keys=True, default=str).encode()).hexdigest()[:16]


#: What changes nothing about what a restart or a check is.
_PATIENCE = frozenset({"retries", "delay", "timeout", "settle", "pid_file"})


def _with_files(said: Mapping[str, Any], offender: str) -> Mapping[str, Any]:
    if said["options"]:
        raise _inconsistent(offender, "a `kind` for the `options`", "`options` without a `kind`")
    if not said["files"]:
        raise Refusal(
            "I-38: an empty plan is not a success", offender, "at least one file", "none", "name the file and key"
        )
    files = [{**file, "key": key} for file in said["files"] for key in _keys(file, offender)]
    places = tuple(sorted(f"{file['path']}#{file['key'] or ''}" for file in files))
    restart = said["restart"]
    if restart is not None:
        restart = {**restart, "daemon_reload": any(file["format"] == "systemd_unit" for file in files)}
    return {**said, "files": files, "restart": restart, "places": places}


def _keys(file: Mapping[str, Any], offender: str) -> list[str | None]:
    """Return the keys of one file: `key`, or all of `keys`; a text may go without."""
    key, keys = file["key"], file["keys"]
    if key is not None and keys is not None:
        raise _inconsistent(f"{offender}, {file['path']}", "`key` or `keys`", "both")
    if key is None and not keys:
        if file["format"] == "text" and file["encoding"] == "plain":
            return [None]
        raise _inconsistent(f"{offender}, {file['path']}", "`key`: where in the file the secret stands", "none")
    return [key] if keys is None else list(keys)


def _check_own_kind(kind: str, folder: Any, offender: str) -> None:
    """A kind that the collection does not know is a task file of the inventory's owner."""
    if isinstance(folder, str) and kind.replace("_", "").isalnum() and Path(folder, f"{kind}.yml").is_file():
        return
    raise Refusal(
        "a dependent is of a known kind, or of one that a task file describes",
        offender,
        f"{FILES}, {', '.join(sorted(KINDS))}, or the name of a task file in the folder sfmc_kinds",
        f"the kind {kind!r}",
        "correct `kind`, or write the task file: docs/kinds.md says how",
    )


def _inconsistent(offender: str, expected: str, found: str) -> Refusal:
    return Refusal(
        "a declaration holds the documented options and no others",
        offender,
        expected,
        found,
        "correct it by docs/inventory.md; nothing was changed",
    )


def _twice(item: DeclaredDependent, host: str) -> Refusal:
    return Refusal(
        "a dependent's name is its identity on its host",
        f"sfmc_dependents of {host}",
        f"one dependent of {item.options['integration']} named {item.dependent.name!r}",
        "two",
        "give each its own `name`",
    )
