# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store in AWS Secrets Manager: a secret for each document, whose latest version has the store's own label.

What services read is another secret (`aws_services`): who may read that one has no right to read the document.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws_access import NEXT, AwsSecrets, aws_secrets
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws_services import Services, shown
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Stored
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.packing import packed, unpacked

#: The label of the version that is the document.
LABEL = "keyturn"
#: The largest value of a secret, in bytes.
LIMIT = 65_536
_FIRST = "The documents of keyturn.sfmc are the versions with the label keyturn. This one only makes the secret."


def aws_store(settings: Mapping[str, Any]) -> AwsStore:
    """Return the store of `sfmc_store`; Refusal when boto3 is missing, or has nothing to go by."""
    return AwsStore(aws_secrets(settings), settings.get("prefix") or "keyturn/")


class AwsStore:
    """Documents in secrets `<prefix>store/<name>`. The version of a document is that of its secret."""

    def __init__(self, secrets: AwsSecrets, prefix: str) -> None:
        """Take the access and what the names of all secrets begin with."""
        self._secrets = secrets
        self._prefix = f"{prefix}store/"
        self._services = Services(secrets, f"{prefix}services/")
        self._latest: dict[str, str] = {}
        self._former: dict[str, set[str]] = {}

    def where(self, name: str) -> str:
        """Return the name of the document's secret."""
        return f"AWS secret {self._prefix}{name}"

    def names(self) -> list[str]:
        """Return the names of all documents; AWS may be minutes behind with them."""
        return sorted(name.removeprefix(self._prefix) for name in self._secrets.listed(self._prefix, LABEL))

    def load(self, name: str) -> Stored | None:
        """Return the document, None when there is none yet."""
        found = self._secrets.value(self._prefix + name, VersionStage=LABEL)
        if found is not None and found[1] in self._former.get(name, set()):
            # Reads may be behind: this store itself has replaced that one.
            found = self._secrets.value(self._prefix + name, VersionId=self._latest[name]) or found
        return None if found is None else Stored(unpacked(found[0], self.where(name)), found[1])

    def read_ahead(self, names: Iterable[str]) -> None:
        """Nothing: what was read early may be old (I-7), and reading is quick."""

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Make a version and move the label to it, if that is where it was expected; return the new version.

        What services read follows. Where that fails, the document is saved all the same, and `complete` says so.
        """
        content = packed(document)
        if len(content) > LIMIT:
            raise self._too_large(name, len(content))
        secret, version = self._prefix + name, str(uuid.uuid4())
        if expected is None:
            self._secrets.create(secret, "A document of keyturn.sfmc", SecretString=_FIRST)
        if not self._secrets.put(secret, version, SecretBinary=content):
            raise Conflict(self.where(name))
        # An answer may have been lost, and the request sent again by boto3.
        if not self._secrets.move(secret, LABEL, version, expected) and self._labelled(secret) != version:
            raise Conflict(self.where(name))
        if expected is not None:
            self._former.setdefault(name, set()).add(expected)
        self._latest[name] = version
        self._services.try_to_follow(name, document, lambda: self.load(name))
        return version

    def prove_writable(self, name: str) -> None:
        """See that there is room for a rotation; make a version beside the document's, and move a label."""
        stored = self.load(name)
        needed = 0 if stored is None else needed_for_a_rotation(stored.document)
        if needed > LIMIT:
            raise self._too_large(name, needed)
        secret, version = self._prefix + name, str(uuid.uuid4())
        self._secrets.create(secret, "A document of keyturn.sfmc", SecretString=_FIRST)
        self._secrets.put(secret, version, SecretBinary=b"{}")
        self._secrets.move(secret, NEXT, None, version)
        if stored is not None:
            self._services.prove(name, stored.document)

    def complete(self, name: str) -> None:
        """Let services read what the document says, where a save before this one did not come so far."""
        stored = self.load(name)
        if stored is not None and shown(stored.document):
            self._services.follow(name, stored.document, lambda: self.load(name))

    def _labelled(self, secret: str) -> str | None:
        labels = self._secrets.labels(secret) or {}
        return next((version for version, found in labels.items() if LABEL in found), None)

    def _too_large(self, name: str, size: int) -> Refusal:
        return Refusal(
            "I-5: secrets are generated only when the store can keep them",
            self.where(name),
            f"a document that takes at most {LIMIT} bytes, compressed, at the end of a rotation",
            f"one that takes {size}",
            "keep integrations with so many dependents in another kind of store: see docs/stores.md",
        )


def needed_for_a_rotation(document: Mapping[str, Any]) -> int:
    """Return how many bytes a document may take at the end of a rotation, more rather than less.

    A rotation adds a proof for each dependent. Names that come back take little; times and digests do not compress.
    """
    return 2 * len(packed(document)) + len(json.dumps(document)) // 25
