# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole inventory: which integrations the play's hosts declare, and every dependent of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import DEPENDENT, INTEGRATION, declared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import (
    HostVariables,
    Integration,
    host_integrations,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent


@dataclass(frozen=True)
class DeclaredDependent:
    """One entry of a host's `sfmc_dependents`, with the client id that its integration's name stands for there."""

    client_id: str
    dependent: Dependent
    options: Mapping[str, Any]


class Inventory:
    """Reads the `sfmc_*` variables of hosts. What is never asked for is never templated."""

    def __init__(
        self,
        hostvars: Mapping[str, HostVariables],
        hosts: Iterable[str],
        raw: Callable[[str], HostVariables] | None = None,
    ) -> None:
        """Take Ansible's `hostvars`, the names of all hosts of the inventory, and the variables as they are written.

        :param raw: returns a host's variables before templating; most hosts differ in nothing that matters here, and
            to see that takes a hundredth of the time of templating them.
        """
        self._hostvars = hostvars
        self._hosts = tuple(hosts)
        self._raw = raw or hostvars.__getitem__

    def integrations(self, hosts: Iterable[str]) -> tuple[Integration, ...]:
        """Return the integrations that these hosts declare, by client id once each.

        :raises Refusal: a malformed declaration, or one client id declared in two ways.
        """
        found: dict[str, Integration] = {}
        seen: list[tuple[Any, ...]] = []
        for host in hosts:
            raw = self._raw(host)
            if not raw.get("sfmc_integrations"):
                continue
            said = self._said(host, raw)
            if said in seen:
                continue
            seen.append(said)
            for integration in host_integrations(self._hostvars[host], host):
                _agree(found.setdefault(integration.client_id, integration), integration, host)
        return tuple(sorted(found.values(), key=lambda item: (item.name, item.client_id)))

    def _said(self, host: str, raw: HostVariables) -> tuple[Any, ...]:
        """Return what a host declares, to be compared with others.

        Provider settings are compared as written: they hold credentials, often from Ansible Vault, and decrypting one
        for each of a thousand hosts takes longer than all the rest.
        """
        variables: HostVariables | None = None
        said = []
        for name in _DECLARING:
            value = raw.get(name)
            if name != "sfmc_provider" and _is_template(value):
                variables = self._hostvars[host] if variables is None else variables
                value = variables.get(name)
            said.append(value)
        return tuple(said)

    def dependents(self, hosts: Iterable[str] | None = None) -> tuple[DeclaredDependent, ...]:
        """Return what these hosts declare to hold a secret; the whole inventory's when no hosts are named (I-10)."""
        found: list[DeclaredDependent] = []
        for host in self._hosts if hosts is None else hosts:
            if self._raw(host).get("sfmc_dependents"):
                found.extend(host_dependents(self._hostvars[host], host))
        return tuple(found)


def _is_template(value: object) -> bool:
    """Tell whether a value as written may come out otherwise on another host."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, Mapping):
        return any(_is_template(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(map(_is_template, value))


_DECLARING = (
    "sfmc_integrations",
    "sfmc_store",
    "sfmc_provider",
    "sfmc_ca_path",
    "sfmc_renew_before_days",
    "sfmc_attestation_hours",
    "sfmc_clock_skew_seconds",
    "sfmc_activate",
    "sfmc_activated",
    "sfmc_force",
    "inventory_dir",
)


def host_dependents(variables: HostVariables, host: str) -> tuple[DeclaredDependent, ...]:
    """Return the dependents that one host's variables declare.

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
    ids = _client_ids(variables, host)
    found: dict[tuple[str, str], DeclaredDependent] = {}
    for number, entry in enumerate(entries):
        item = _dependent(entry, number, ids, host)
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
    return {str(name): str(said.get("client_id")) for name, said in integrations.items()}


def _dependent(entry: Any, number: int, ids: Mapping[str, str], host: str) -> DeclaredDependent:
    offender = f"sfmc_dependents[{number}] of {host}"
    said = declared(DEPENDENT, entry, offender)
    if said["integration"] not in ids:
        raise Refusal(
            "a dependent names an integration that its host knows",
            offender,
            "one of " + (", ".join(sorted(ids)) or "(this host has no sfmc_integrations)"),
            f"integration {said['integration']!r}",
            "correct the name, or declare the integration in the sfmc_integrations of the host's group",
        )
    if not said["files"]:
        raise Refusal(
            "I-38: an empty plan is not a success",
            offender,
            "at least one file",
            "an empty list",
            "name the file and key",
        )
    name = said["name"] or said["integration"]
    places = tuple(sorted(f"{file['path']}#{file['key']}" for file in said["files"]))
    return DeclaredDependent(ids[said["integration"]], Dependent(host, name, places), {**said, "name": name})


def _twice(item: DeclaredDependent, host: str) -> Refusal:
    return Refusal(
        "a dependent's name is its identity on its host",
        f"sfmc_dependents of {host}",
        f"one dependent of {item.options['integration']} named {item.dependent.name!r}",
        "two",
        "give each its own `name`",
    )


def _agree(first: Integration, second: Integration, host: str) -> None:
    if first == second:
        return
    raise Refusal(
        "one client id is one integration, declared in one way",
        f"client id {first.client_id}",
        f"the declaration of {first.name} that other hosts have",
        f"another one for {second.name} on {host}",
        "declare the integration once, in a group that holds all of its hosts",
    )
