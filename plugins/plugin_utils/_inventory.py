# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole inventory: which integrations the play's hosts declare, and every dependent of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from ansible.errors import AnsibleError

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import (
    DeclaredDependent,
    host_dependents,
    written_client_ids,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import (
    HostVariables,
    Integration,
    host_integrations,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VAULT_WAYS

#: What is read of a host that declares integrations; which of them cannot be had is in Ansible's own words.
_WHAT_IS_READ = "sfmc_integrations, sfmc_provider or another sfmc variable"


T = TypeVar("T")


class Once(Generic[T]):
    """Asks once about each value: hosts of a group share the very object of what their group declares."""

    def __init__(self, ask: Callable[[Any], T]) -> None:
        self._ask = ask
        # The value is kept with its answer, so that no other gets its id.
        self._known: dict[int, tuple[object, T]] = {}

    def __call__(self, value: object) -> T:
        """Return the answer for this value."""
        if id(value) not in self._known:
            self._known[id(value)] = value, self._ask(value)
        return self._known[id(value)][1]


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
        self._raw = functools.cache(raw or hostvars.__getitem__)
        self._dependents: dict[str, tuple[DeclaredDependent, ...]] = {}
        self._orders: dict[str, float] = {}
        self._is_template = Once(_is_template)
        self._names_kinds = Once(_names_kinds)
        self._client_ids = Once(written_client_ids)

    def integrations(self, hosts: Iterable[str], generating: bool = True) -> tuple[Integration, ...]:
        """Return the integrations that these hosts declare, by client id once each.

        :param generating: whether their providers are wanted. A run that neither generates nor activates need not be
            able to read them.
        :raises Refusal: a malformed declaration, or one client id declared in two ways.
        """
        found: dict[str, Integration] = {}
        seen: list[tuple[Any, ...]] = []
        for host in hosts:
            raw = self._raw(host)
            if not raw.get("sfmc_integrations"):
                continue
            with _reading(_WHAT_IS_READ, host):
                said = self._said(host, raw, generating)
            if said in seen:
                continue
            seen.append(said)
            with _reading(_WHAT_IS_READ, host):
                declared = host_integrations(self._hostvars[host], host, generating)
            for integration in declared:
                _agree(found.setdefault(integration.client_id, integration), integration, host)
        return tuple(sorted(found.values(), key=lambda item: (item.name, item.client_id)))

    def client_ids(self) -> frozenset[str]:
        """Return the client ids of the integrations that any host declares."""
        found: set[str] = set()
        for host in self._hosts:
            said = self._raw(host).get("sfmc_integrations")
            if not said:
                continue
            written = _written_ids(said)
            with _reading("sfmc_integrations", host):
                found |= {item.client_id for item in self.known_to(host)} if written is None else written
        return frozenset(found)

    def known_to(self, host: str) -> tuple[Integration, ...]:
        """Return the integrations of one host, without their providers: to bring a secret there needs none."""
        return host_integrations(self._hostvars[host], host, generating=False)

    def _said(self, host: str, raw: HostVariables, generating: bool) -> tuple[Any, ...]:
        """Return what a host declares, to be compared with others.

        Provider settings are compared as written: they hold credentials, often from Ansible Vault, and decrypting one
        for each of a thousand hosts takes longer than all the rest.
        """
        variables: HostVariables | None = None
        said = []
        for name in _DECLARING:
            value = raw.get(name) if generating or name != "sfmc_provider" else None
            if name != "sfmc_provider" and self._is_template(value):
                variables = self._hostvars[host] if variables is None else variables
                value = variables.get(name)
            said.append(value)
        return tuple(said)

    def dependents(
        self, hosts: Iterable[str] | None = None, of: Collection[str] | None = None
    ) -> tuple[DeclaredDependent, ...]:
        """Return what these hosts declare to hold a secret; the whole inventory's when no hosts are named (I-10).

        :param of: client ids; a host that certainly knows none of them is not read, so that what is wrong with it, or
            locked by another team's vault, holds nobody else up.
        """
        named = self._hosts if hosts is None else hosts
        return tuple(item for host in named for item in self._of(host, of))

    def _of(self, host: str, of: Collection[str] | None) -> tuple[DeclaredDependent, ...]:
        if host not in self._dependents:
            raw = self._raw(host)
            if not raw.get("sfmc_dependents"):
                self._dependents[host] = ()
            elif of is not None and not _may_know(raw.get("sfmc_integrations"), of):
                return ()
            else:
                self._orders[host] = self._order(host, raw)
                with _reading("sfmc_dependents", host):
                    self._dependents[host] = self._read(host, raw)
        return self._dependents[host]

    def _read(self, host: str, raw: HostVariables) -> tuple[DeclaredDependent, ...]:
        """Return the dependents of a host, from what is written there where no template is in it."""
        integrations = raw.get("sfmc_integrations") or {}
        dependents = raw["sfmc_dependents"]
        own_kinds = self._is_template(raw.get("sfmc_kinds")) and self._names_kinds(dependents)
        if own_kinds or self._is_template(integrations) or self._is_template(dependents):
            return host_dependents(self._hostvars[host], host)
        return host_dependents(raw, host, self._client_ids(integrations))

    def orders(self, hosts: Iterable[str]) -> dict[str, float]:
        """Return the place of each host in the order of a rollout, `sfmc_order`; 0 where it says nothing.

        :raises Refusal: it is no number; so does reading the dependents of the host.
        """
        return {host: self._orders[host] if host in self._orders else self._order(host) for host in hosts}

    def _order(self, host: str, raw: HostVariables | None = None) -> float:
        value = (self._raw(host) if raw is None else raw).get("sfmc_order", 0)
        if _is_template(value):
            with _reading("sfmc_order", host):
                value = self._hostvars[host].get("sfmc_order")
        try:
            if math.isfinite(float(value)):
                return float(value)
            raise ValueError
        except (TypeError, ValueError):
            raise Refusal(
                "the order of hosts is a number, the lowest first",
                f"sfmc_order of {host}",
                "a number, such as 10 for databases and 20 for web servers",
                str(value) if isinstance(value, float) else f"a {type(value).__name__}",
                "correct it in the inventory",
            ) from None


def _written_ids(integrations: object) -> set[str] | None:
    """Return the client ids that a host's integrations name as they are written, None where templates decide."""
    if not isinstance(integrations, Mapping):
        return None
    ids = [said.get("client_id") if isinstance(said, Mapping) else None for said in integrations.values()]
    written = {name for name in ids if isinstance(name, str) and not _is_template(name)}
    return written if len(written) == len(ids) else None


def _may_know(integrations: object, client_ids: Collection[str]) -> bool:
    """Tell whether what a host says of its integrations, as written, may name one of these client ids."""
    if not isinstance(integrations, Mapping) or not integrations:
        return True
    for said in integrations.values():
        written = said.get("client_id") if isinstance(said, Mapping) else None
        if not isinstance(written, str) or _is_template(written) or written in client_ids:
            return True
    return False


@contextmanager
def _reading(variable: str, host: str) -> Iterator[None]:
    """Say whose variable it is that cannot be had: undefined names in it, or a vault that this run cannot open.

    :raises Refusal: instead of Ansible's error.
    """
    try:
        yield
    except AnsibleError as error:
        raise Refusal(
            "I-10: the whole inventory is read, whatever the limit",
            f"{variable} of {host}",
            "a value that Ansible can make out",
            " ".join(str(error).split())[:300],
            f"correct it, or give this run the vault password that it needs ({VAULT_WAYS}); a host is read when it"
            " knows one of the integrations that are rotated",
        ) from None


def _is_template(value: object) -> bool:
    """Tell whether a value as written may come out otherwise on another host."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value or "{#" in value
    if isinstance(value, Mapping):
        return any(_is_template(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(map(_is_template, value))


def _names_kinds(dependents: object) -> bool:
    """Tell whether a dependent is of a kind that may be the inventory owner's, in the folder `sfmc_kinds`."""
    return isinstance(dependents, list) and any(isinstance(entry, Mapping) and "kind" in entry for entry in dependents)


_DECLARING = (
    "sfmc_integrations",
    "sfmc_store",
    "sfmc_provider",
    "sfmc_ca_path",
    "sfmc_renew_before_days",
    "sfmc_spread_days",
    "sfmc_attestation_hours",
    "sfmc_clock_skew_seconds",
    "sfmc_tokens_per_second",
    "sfmc_verify_hours",
    "sfmc_activate",
    "sfmc_approval",
    "sfmc_sliced",
    "sfmc_strays",
    "sfmc_environment",
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
