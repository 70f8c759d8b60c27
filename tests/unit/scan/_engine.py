# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of a scan's engine share: made-up secrets, and a namer that says no more than what it was given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._contents import Contents, Examined, Limits, Name
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._needles import Needles
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use, use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import (
    make_client_id,
    make_new_secret,
    make_old_secret,
)

AUTH_URL = "https://mctest.auth.marketingcloudapis.com"


class Estate:
    """Some integrations, each with an active secret of the old form and a staged one of the new form."""

    def __init__(self, integrations: int = 1) -> None:
        self.client_ids = [make_client_id() for _number in range(integrations)]
        self.old = [make_old_secret() for _number in range(integrations)]
        self.new = [make_new_secret() for _number in range(integrations)]
        self.secrets = {
            client_id: {"active": old, "staged": new}
            for client_id, old, new in zip(self.client_ids, self.old, self.new, strict=True)
        }
        self.integrations = [{"client_id": client_id, "auth_url": AUTH_URL} for client_id in self.client_ids]

    def __repr__(self) -> str:
        return "Estate()"

    def sought(self, **secrets: str) -> Sought:
        """Return what is sought; `secrets` take the place of those of the first integration, by stage."""
        kept = dict(self.secrets)
        if secrets:
            kept[self.client_ids[0]] = secrets
        return Sought(self.integrations, kept, {client_id: f"key-{client_id}" for client_id in self.client_ids})


class Naming:
    """Stands in for the naming of uses: a use for each secret in a content, and a record of what was asked."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self.asked: list[tuple[bytes, str, str, str]] = []

    def __call__(self, content: bytes, path: str, place: str, kind: str) -> list[Use]:
        self.asked.append((content, path, place, kind))
        plain = content.replace(b"\0", b"")
        places = [(plain.find(secret), secret) for secret in self._secrets]
        found = [
            use(place, kind, path=path, key="key", format="text", secret="active", line=1 + plain.count(b"\n", 0, at))
            for at, _secret in places
            if at >= 0
        ]
        return found or [use(place, kind, path=path)]


def contents(estate: Estate, naming: Name, **options: Any) -> Contents:
    """Return what examines files with a namer that stands in."""
    limits = Limits(options.pop("max_bytes", 64 * 1024 * 1024), options.pop("gentle", False))
    return Contents(Needles(estate.sought()), naming, lambda _use, _content: "", limits, **options)


def found(path: Path | bytes) -> Found:
    """Return a file as the walk gives it out."""
    name = os.fsencode(path)
    return Found(name, os.lstat(name), False)


def examined(path: Path | bytes, estate: Estate, *secrets: str, **options: Any) -> Examined:
    """Return what a file comes to."""
    return contents(estate, Naming(*secrets), **options).examine(found(path))
