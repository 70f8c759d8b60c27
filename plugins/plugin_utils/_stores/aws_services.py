# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets that services read: the active one under AWSCURRENT, the staged one under AWSPENDING.

The document is the truth, and what services read follows it. The version of each secret has an id that is made from the
secret itself, so a step that was taken already is seen, and taking it again changes nothing: whoever comes after a
killed controller goes on where that one stopped.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws_access import AwsSecrets
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Stored

_CURRENT, _PENDING = "AWSCURRENT", "AWSPENDING"
_TRIES = 3
Load = Callable[[], Stored | None]


class Services:
    """Secrets `<prefix><client id>`."""

    def __init__(self, secrets: AwsSecrets, prefix: str) -> None:
        """Take the access and what the names of these secrets begin with."""
        self._secrets = secrets
        self._prefix = prefix
        self._done: dict[str, dict[str, str]] = {}

    def try_to_follow(self, name: str, document: Mapping[str, Any], load: Load) -> None:
        """Follow the document; what goes wrong is left to `follow`, since a save is not to look as if it had failed."""
        try:
            self.follow(name, document, load)
        except Refusal:
            self._done.pop(name, None)

    def follow(self, name: str, document: Mapping[str, Any], load: Load) -> None:
        """Let services read the secrets of the document, unless this has been seen to already.

        :param load: returns the document as it is now: another controller may have gone on.
        """
        if self._done.get(name) == _ids(document):
            return
        for _try in range(_TRIES):
            # Seen before the document is: if another controller moves a label after it, ours is refused.
            labels = self._labels(name)
            stored = load()
            wanted = stored.document if stored is not None else document
            if not shown(wanted) or self._moved(name, wanted, labels):
                self._done[name] = _ids(wanted)
                return
        raise Refusal(
            "what services read in AWS follows the document of the store",
            f"AWS secret {self._prefix}{name}",
            "the labels AWSCURRENT and AWSPENDING to be moved by this collection alone",
            "that somebody else moves them",
            "take rotation and other writers off this secret, then run again; the document itself is saved",
        )

    def prove(self, name: str, document: Mapping[str, Any]) -> None:
        """Do what a later step needs: to write the active secret once more changes nothing."""
        if shown(document):
            self._labels(name)
            self._put(name, document, "active")

    def _labels(self, name: str) -> dict[str, frozenset[str]]:
        labels = self._secrets.labels(self._prefix + name)
        if labels is None:
            self._secrets.create(self._prefix + name, f"SFMC client secret of {name}, kept by keyturn.sfmc")
        return labels or {}

    def _moved(self, name: str, document: Mapping[str, Any], labels: Mapping[str, frozenset[str]]) -> bool:
        """Bring both labels where they belong; tell whether nobody came between."""
        ids = _ids(document)
        for label, stage in ((_CURRENT, "active"), (_PENDING, "staged")):
            holder = next((version for version, found in labels.items() if label in found), None)
            wanted = ids.get(stage)
            if holder == wanted:
                continue
            if wanted is not None:
                self._put(name, document, stage)
                if not labels and label == _CURRENT:
                    # AWS gives AWSCURRENT to the first version of a secret.
                    holder = wanted if self._holds(name, wanted) else None
            if holder != wanted and not self._secrets.move(self._prefix + name, label, wanted, holder):
                return False
        return True

    def _holds(self, name: str, version: str) -> bool:
        return _CURRENT in self._labels(name).get(version, frozenset())

    def _put(self, name: str, document: Mapping[str, Any], stage: str) -> None:
        value = {"client_id": name, "client_secret": document["secrets"][stage]}
        self._secrets.put(self._prefix + name, _ids(document)[stage], SecretString=json.dumps(value))


def shown(document: Mapping[str, Any]) -> bool:
    """Tell whether a document has something for services: an integration's, once its active secret is known."""
    secrets = document.get("secrets")
    return bool(isinstance(secrets, Mapping) and document.get("fingerprint_key") and secrets.get("active"))


def _ids(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the version ids of the secrets that services read, by stage."""
    if not shown(document):
        return {}
    key = str(document["fingerprint_key"]).encode()
    return {
        stage: hmac.new(key, f"services {document['secrets'][stage]}".encode(), hashlib.sha256).hexdigest()
        for stage in ("active", "staged")
        if document["secrets"].get(stage)
    }
