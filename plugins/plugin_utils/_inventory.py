# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's view of integrations and dependents: variables in, typed declarations out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import auth_url_of, checked_url
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import (
    DEPENDENT,
    INTEGRATION,
    PROVIDER,
    STORE,
    declared,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Hold, Policy

#: Variables of one host, each templated when it is asked for.
HostVariables = Mapping[str, Any]


@dataclass(frozen=True)
class Integration:
    """One API integration as the inventory declares it. Its identity is the client id."""

    name: str
    client_id: str
    package: str
    auth_url: str
    account: str
    owner: str
    ca_path: str | None
    policy: Policy
    store: Mapping[str, Any]
    provider: Mapping[str, Any]


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
    "sfmc_force",
    "inventory_dir",
)


def host_integrations(variables: HostVariables, host: str) -> tuple[Integration, ...]:
    """Return the integrations that one host's variables declare."""
    integrations = variables.get("sfmc_integrations") or {}
    if not isinstance(integrations, Mapping):
        declared(INTEGRATION, integrations, f"sfmc_integrations of {host}")
    store = declared(STORE, variables.get("sfmc_store") or {}, f"sfmc_store of {host}")
    if store["path"] is None:
        store = {**store, "path": f"{variables.get('inventory_dir') or '.'}/keyturn", "path_is_default": True}
    provider = declared(PROVIDER, variables.get("sfmc_provider") or {}, f"sfmc_provider of {host}")
    return tuple(
        _integration(
            str(name), declared(INTEGRATION, said, f"sfmc_integrations.{name} of {host}"), variables, store, provider
        )
        for name, said in sorted(integrations.items())
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


def _integration(
    name: str, said: Mapping[str, Any], variables: HostVariables, store: Mapping[str, Any], provider: Mapping[str, Any]
) -> Integration:
    _check_client_id(name, said["client_id"])
    auth_url = said["auth_url"] or (auth_url_of(said["subdomain"]) if said["subdomain"] else None)
    if auth_url is None:
        raise Refusal(
            "an integration says where its tenant is",
            f"sfmc_integrations.{name}",
            "subdomain: the part before .auth.marketingcloudapis.com",
            "no subdomain",
            "copy it from the package's Authentication Base URI in Setup > Installed Packages",
        )
    if said["subdomain"]:
        auth_url_of(said["subdomain"])
    return Integration(
        name=name,
        client_id=said["client_id"],
        package=said["package"] or name,
        auth_url=checked_url(auth_url, f"sfmc_integrations.{name}.auth_url"),
        account=re.sub(r"[^A-Za-z0-9.-]", "-", said["account"] or said["subdomain"] or auth_url),
        owner=said["owner"],
        ca_path=said["ca_path"] or variables.get("sfmc_ca_path"),
        policy=_policy(name, said, variables, provider),
        store=store,
        provider=provider,
    )


def _check_client_id(name: str, client_id: str) -> None:
    if not re.fullmatch(r"[a-z0-9]{24}", client_id):
        raise Refusal(
            "the client id is an integration's identity",
            f"sfmc_integrations.{name}.client_id",
            "24 small letters and digits",
            f"{len(client_id)} characters"
            + ("" if re.fullmatch(r"[a-z0-9]*", client_id) else ", other ones among them"),
            "copy the Client Id from the package's API Integration in Setup > Installed Packages",
        )


def _policy(name: str, said: Mapping[str, Any], variables: HostVariables, provider: Mapping[str, Any]) -> Policy:
    default = Policy()
    number = _numbers(name, said, variables)
    return Policy(
        renew_before=timedelta(days=number("renew_before_days", default.renew_before / timedelta(days=1))),
        attestation_age=timedelta(hours=number("attestation_hours", default.attestation_age / timedelta(hours=1))),
        clock_skew=timedelta(seconds=number("clock_skew_seconds", default.clock_skew.total_seconds())),
        no_dependents=said["dependents"] == "none",
        activate=_truth(variables.get("sfmc_activate", True)),
        force=str(variables.get("sfmc_force") or ""),
        hold=_hold(name, said["hold"]),
        operator=provider["kind"] == "operator",
        retrieves=provider["retrieve"] is not None,
    )


def _numbers(name: str, said: Mapping[str, Any], variables: HostVariables) -> Any:
    def number(option: str, default: float) -> float:
        own = said.get(option)
        value = variables.get(f"sfmc_{option}", default) if own is None else own
        try:
            return float(value)
        except (TypeError, ValueError):
            offender = f"sfmc_{option} (for {name})"
            raise Refusal(
                "times are numbers", offender, "a number", f"a {type(value).__name__}", "correct it in the inventory"
            ) from None

    return number


def _truth(value: object) -> bool:
    return value if isinstance(value, bool) else str(value).strip().lower() in ("1", "true", "yes", "on")


def _hold(name: str, said: Mapping[str, Any] | None) -> Hold | None:
    if said is None:
        return None
    until = said["until"]
    if until is None:
        return Hold(said["reason"])
    try:
        when = datetime.fromisoformat(until)
    except ValueError:
        raise Refusal(
            "I-37: a hold says until when, or has no end",
            f"sfmc_integrations.{name}.hold.until",
            "a date such as 2026-12-24, or a time with its zone",
            "a text that is neither",
            "correct it; while it is unreadable nothing is rotated",
        ) from None
    return Hold(said["reason"], when if when.tzinfo else when.replace(tzinfo=timezone.utc))


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
