# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole inventory: which integrations the play's hosts declare, and every dependent of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent, host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import (
    HostVariables,
    Integration,
    host_integrations,
)


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
        self._dependents: dict[str, tuple[DeclaredDependent, ...]] = {}

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

    def known_to(self, host: str) -> tuple[Integration, ...]:
        """Return the integrations of one host, without their providers: to bring a secret there needs none."""
        return host_integrations(self._hostvars[host], host, generating=False)

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
        named = self._hosts if hosts is None else hosts
        return tuple(item for host in named for item in self._of(host))

    def _of(self, host: str) -> tuple[DeclaredDependent, ...]:
        if host not in self._dependents:
            declares = self._raw(host).get("sfmc_dependents")
            self._dependents[host] = host_dependents(self._hostvars[host], host) if declares else ()
        return self._dependents[host]

    def orders(self, hosts: Iterable[str]) -> dict[str, float]:
        """Return the place of each host in the order of a rollout, `sfmc_order`; 0 where it says nothing.

        :raises Refusal: it is no number.
        """
        return {host: self._order(host) for host in hosts}

    def _order(self, host: str) -> float:
        value = self._raw(host).get("sfmc_order", 0)
        if _is_template(value):
            value = self._hostvars[host].get("sfmc_order")
        try:
            return float(value)
        except (TypeError, ValueError):
            raise Refusal(
                "the order of hosts is a number, the lowest first",
                f"sfmc_order of {host}",
                "a number, such as 10 for databases and 20 for web servers",
                f"a {type(value).__name__}",
                "correct it in the inventory; nothing was changed",
            ) from None


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
    "sfmc_tokens_per_second",
    "sfmc_activate",
    "sfmc_activated",
    "sfmc_force",
    "inventory_dir",
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
