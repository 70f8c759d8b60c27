# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one module call for a host: which dependents, which secrets, when it is its turn to ask for a token."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible import constants as C

from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._pacing import Turns
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import unproved
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.preview import is_settled, is_to_come
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Situation
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores, secret_of


class HostCall:
    """What the host module needs to know of some dependents of one host, all of integrations that the host declares."""

    def __init__(
        self,
        integrations: Iterable[Integration],
        dependents: Iterable[DeclaredDependent],
        stores: Stores,
        distributing: bool,
        preview: bool = False,
    ) -> None:
        """Read the records of the dependents' integrations, once each.

        :param distributing: whether a distribution asks, which names those whose proof is missing.
        :param preview: whether this only shows what a distribution would do, which has not begun.
        """
        self.dependents = tuple(dependents)
        needed = {item.client_id for item in self.dependents}
        self._integrations = {item.client_id: item for item in integrations if item.client_id in needed}
        self._records = {key: stores.record(item) for key, item in self._integrations.items()}
        self._distributing = distributing
        self._beginning = distributing and preview

    def record(self, client_id: str) -> Record:
        """Return the record of an integration."""
        return self._records[client_id]

    def is_to_come(self, client_id: str) -> bool:
        """Tell whether this shows a distribution whose secret is not there yet: there is nothing to compare with."""
        return self._beginning and is_to_come(self._records[client_id].journal)

    def is_settled(self, item: DeclaredDependent) -> bool:
        """Tell whether it is known what a dependent should hold, and no rotation is bringing it anything else."""
        journal = self._records[item.client_id].journal
        return is_settled(journal) and not self.accepts_unknown(item)

    def secret(self, client_id: str) -> Secret:
        """Return the secret that the dependents of an integration should hold."""
        record = self._records[client_id]
        return secret_of(record, desired_secret(record.journal, self._beginning))

    def known(self, client_id: str) -> dict[str, str]:
        """Return the fingerprints that may stand at a place, by the names of their secrets."""
        secrets = self._records[client_id].secrets
        kept = {name: getattr(secrets, name) for name in ("active", "staged", "previous")}
        forgotten = self._records[client_id].journal.forgotten
        return {
            **{f"earlier {number}": found for number, found in enumerate(forgotten, start=1)},
            **{name: secrets.fingerprint(secret) for name, secret in kept.items() if secret is not None},
        }

    def recognised(self, client_id: str, value: str) -> str | None:
        """Return the fingerprint of a value that is a known secret, None for any other."""
        found = fingerprint(self._records[client_id].secrets.key, value)
        return found if found in self.known(client_id).values() else None

    def arguments(self, check_mode: bool, unseen: bool = False) -> dict[str, Any]:
        """Return the arguments of the module `deployed_secret`, secrets among them.

        :param unseen: whether what was written could not be read back. A token is asked for then, also where the
            fingerprint would do.
        """
        return {
            "dependents": [self._dependent(item, unseen) for item in self.dependents],
            "targets": [self._target(item, check_mode, unseen) for item in self._integrations.values()],
            "hidden": sorted({secret for key in self._integrations for secret in self._hidden(key)}),
            "secrets": {key: self.secret(key).reveal() for key in self._integrations},
            "fingerprint_keys": {key: record.secrets.key for key, record in self._records.items()},
        }

    def _hidden(self, client_id: str) -> list[str]:
        """Return the secrets that programs of the host may know: what they print is shown without them (I-27).

        The staged one only once it may be there: nobody gets it before.
        """
        record = self._records[client_id]
        rotation, secrets = record.journal.open_rotation, record.secrets
        handed_out = self._distributing or (rotation is not None and rotation.distribution_at is not None)
        kept = [secrets.active, secrets.previous, secrets.staged if handed_out else None]
        return [secret.reveal() for secret in kept if secret is not None]

    def accepts_unknown(self, item: DeclaredDependent) -> bool:
        """Tell whether any value may stand at a place: declared so, and nobody ever proved what stands there."""
        adopted = self._records[item.client_id].journal.adopted
        return item.options["unknown_secret"] == "accept" and item.dependent.id not in adopted

    def _dependent(self, item: DeclaredDependent, unseen: bool) -> dict[str, Any]:
        said = item.options
        return {
            "name": item.dependent.name,
            "client_id": item.client_id,
            "files": [{name: file[name] for name in ("path", "format", "key", "encoding")} for file in said["files"]],
            "restart": _given(said["restart"]),
            "check": _given(said["check"]),
            "proof": _proof(item, unseen),
            "unattested": self._is_unattested(item),
            "accept_unknown": self.accepts_unknown(item),
        }

    def _is_unattested(self, item: DeclaredDependent) -> bool:
        """Tell whether a restart may be owed although nothing changes now.

        A distribution names only those whose proof does not count; whoever else asks is told by the controller's clock.
        """
        # A previous secret outside of a rotation: a person handed in another active one, and hosts may still use that.
        record = self._records[item.client_id]
        replaced = record.journal.open_rotation is None and record.secrets.previous is not None
        if self._distributing or self.accepts_unknown(item) or replaced:
            return True
        journal, policy = self._records[item.client_id].journal, self._integrations[item.client_id].policy
        return bool(unproved(Situation(journal, (item.dependent,), policy, datetime.now(timezone.utc))))

    def _target(self, integration: Integration, check_mode: bool, unseen: bool) -> dict[str, Any]:
        client_id = integration.client_id
        own = [item for item in self.dependents if item.client_id == client_id]
        asks = any(_proof(item, unseen) != "fingerprint" for item in own)
        turns = Turns(Path(C.DEFAULT_LOCAL_TMP))
        wait = turns.wait(client_id, integration.tokens_per_second) if asks and not check_mode else 0.0
        return {
            "client_id": client_id,
            "auth_url": integration.auth_url,
            "ca_path": integration.ca_path,
            "known": self.known(client_id),
            "ask_at": time.time() + wait,
            "ask_within": wait,
        }


def _proof(item: DeclaredDependent, unseen: bool) -> str:
    proof = str(item.options["proof"])
    return "token" if unseen and proof == "fingerprint" else proof


def rehearsing(dependent: Mapping[str, Any], restart: bool, check_mode: bool) -> dict[str, Any]:
    """Return what the host module is told of a dependent that is rehearsed: its care is owed, nothing is written.

    :param restart: whether it is restarted.
    :param check_mode: nothing is asked of SFMC then: hosts have no turns.
    """
    own = {"rehearse": True, "unattested": True, **({"proof": "fingerprint"} if check_mode else {})}
    return {**dependent, **own} if restart else {**dependent, **own, "restart": None}


def _given(options: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the options that were given: a module takes no nothing."""
    return None if options is None else {name: value for name, value in options.items() if value is not None}
