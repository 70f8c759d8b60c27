# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds runs: store, provider and client of each declared integration."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Callable, Iterable, Sequence

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import Provider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.http import Call, HttpProvider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.operator import OperatorProvider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper, PaceKeeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store

#: From so many integrations on it is worth while to read their documents side by side.
_MANY = 8


class Workshop:
    """Makes the collaborators of runs, sharing what can be shared within one call."""

    def __init__(
        self,
        inventory: Inventory,
        stores: Stores,
        tell: Callable[[str], None],
        hosts: Sequence[str] | None = None,
    ) -> None:
        """Take the inventory, what opens stores, and where progress is shown.

        :param hosts: those whose dependents are read, beside the registry of the journal; None: the whole inventory's.
        """
        self._inventory = inventory
        self._hosts = hosts
        self._open = stores.open
        self._tell = tell
        self._wanted: set[str] = set()
        self._by_client_id = functools.lru_cache(maxsize=1)(self._gathered)

    def runs(self, integrations: Iterable[Integration]) -> list[Run]:
        """Return a run for each integration."""
        wanted = list(integrations)
        self._wanted |= {item.client_id for item in wanted}
        if len(wanted) >= _MANY:
            self._read_ahead(wanted)
        return [self._run(integration) for integration in wanted]

    def _read_ahead(self, integrations: Iterable[Integration]) -> None:
        names: dict[int, tuple[Store, list[str]]] = {}
        for integration in integrations:
            store = self._open(integration.store)
            names.setdefault(id(store), (store, []))[1].append(integration.client_id)
        for store, own in names.values():
            store.read_ahead(own)

    def _run(self, integration: Integration) -> Run:
        store = self._open(integration.store)
        return Run(
            integration,
            Keeper(store, integration.client_id, integration.name),
            PaceKeeper(store, integration.account, integration.client_id),
            provider_for(integration),
            SfmcClient(integration.auth_url, HttpClient(integration.ca_path)),
            lambda: self._by_client_id().get(integration.client_id, ()),
            self._tell,
            whole=self._hosts is None and not integration.policy.sliced,
            holder=holder(),
        )

    def _gathered(self) -> dict[str, tuple[Dependent, ...]]:
        """Read the inventory once, when the first integration needs it (I-10)."""
        found: dict[str, list[Dependent]] = {}
        for item in self._inventory.dependents(self._hosts, self._wanted):
            found.setdefault(item.client_id, []).append(item.dependent)
        return {client_id: tuple(dependents) for client_id, dependents in found.items()}


def holder() -> str:
    """Return who this is, for people who find its lease: the machine, the process, the AWX job where there is one."""
    job = os.environ.get("JOB_ID")
    return f"{socket.gethostname()}, process {os.getpid()}" + (f", AWX job {job}" if job else "")


def provider_for(integration: Integration) -> Provider:
    """Return the provider that `sfmc_provider` describes; Refusal when a call is missing."""
    settings = integration.provider
    if settings["kind"] == "operator":
        return OperatorProvider()
    for call in ("generate", "activate"):
        if not settings[call]:
            raise Refusal(
                "an http provider says how to generate and how to activate",
                "sfmc_provider",
                f"a mapping {call!r} with a url",
                "none",
                "add it, or set kind: operator, which works on every tenant",
            )
    for call in ("generate", "retrieve"):
        if settings[call] and not settings[call]["secret"]:
            raise Refusal(
                "I-5: a call that answers with a secret says where the secret stands in the answer",
                f"sfmc_provider.{call}",
                "secret: names joined by dots, such as staged.secret",
                "none, so the secret would be lost",
                "add it; nothing was sent",
            )
    http = HttpClient(settings["ca_path"] or integration.ca_path, settings["timeout"])
    retrieve = Call(**settings["retrieve"]) if settings["retrieve"] else None
    return HttpProvider(http, Call(**settings["generate"]), Call(**settings["activate"]), retrieve)
