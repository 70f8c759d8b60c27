# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the stores that `sfmc_store` describes, and reads what they keep of an integration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.blockers import no_such_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.lasting import check_lasts
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.host_file import Host, HostFileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher

#: Reaches a host of the inventory.
Reach = Callable[[str], Host]


class Stores:
    """Opens stores, one for the same settings: it keeps its connection, and what it has decrypted last.

    Made once in each action and lookup, which know the run's vault secrets and how hosts are reached.
    """

    def __init__(self, vault_secrets: list[tuple[str, Any]], reach: Reach | None = None) -> None:
        """Take the run's vault secrets, and what reaches hosts; without it a store on a host is refused."""
        self._vault_secrets = vault_secrets
        self._reach = reach
        self._open: dict[str, Store] = {}

    def open(self, settings: Mapping[str, Any]) -> Store:
        """Return the store that `sfmc_store` describes.

        :raises Refusal: it cannot work: no vault secret, no library, no credentials, a folder that does not last.
        """
        said = repr(sorted(settings.items()))
        if said not in self._open:
            self._open[said] = self._opened(settings)
        return self._open[said]

    def record(self, integration: Integration) -> Record:
        """Return an integration's record from its store."""
        return Keeper(self.open(integration.store), integration.client_id, integration.name).load()

    def secret(self, integration: Integration, stage: str) -> Secret:
        """Return the `active` or the `staged` secret from the store; Refusal when there is none."""
        return secret_of(self.record(integration), stage)

    def _opened(self, settings: Mapping[str, Any]) -> Store:
        kind = settings.get("kind", "file")
        if kind == "hashi_vault":
            from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.hashi_vault import hashi_vault_store

            return hashi_vault_store(settings, os.environ)
        if kind == "aws_secretsmanager":
            from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws import aws_store

            return aws_store(settings)
        if kind == "host_file":
            return self._on_a_host(settings)
        path = Path(settings["path"]).expanduser()
        check_lasts(path, bool(settings.get("path_is_default")))
        return FileStore(path, self._cipher(settings))

    def _on_a_host(self, settings: Mapping[str, Any]) -> Store:
        name = settings["host"]
        if self._reach is None:
            raise Refusal(
                "a store on a host is reached as the inventory says",
                f"sfmc_store.host {name}",
                "a run that knows the inventory",
                "none",
                "run it by ansible-playbook",
            )
        host = self._reach(name)
        if host.is_here:
            check_lasts(Path(settings["path"]), False)
        return HostFileStore(host, settings["path"], self._cipher(settings))

    def _cipher(self, settings: Mapping[str, Any]) -> VaultCipher:
        return VaultCipher(self._vault_secrets, settings.get("vault_id"))


def secret_of(record: Record, stage: str) -> Secret:
    """Return the `active` or the `staged` secret of a record; Refusal when there is none."""
    secret: Secret | None = getattr(record.secrets, stage)
    if secret is None:
        raise no_such_secret(record.journal, stage)
    return secret
