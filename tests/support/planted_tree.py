# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder in which uses of client secrets are planted, and the list of what has to be found there."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.simulator.credentials import (
    make_client_id,
    make_new_secret,
    make_old_secret,
)

#: The id of the container `sync`.
DOCKER_ID = "c0ffee" + "0" * 58


@dataclass(frozen=True)
class Expected:
    """A use that a scan has to report.

    ``key`` is empty where the format is ``text``, of which any expression will do that finds this place, or ``""``.
    """

    place: str
    kind: str
    format: str
    key: str
    secret: str
    client_id: str
    encoding: str = "plain"


def _unlike_a_word() -> str:
    """Return an old secret with a digit: one in seventy has none, and is not told from a word within a text."""
    return next(secret for secret in iter(make_old_secret, "") if any(sign.isdigit() for sign in secret))


@dataclass
class Credentials:
    """Two integrations, with all their secrets, and secrets that nobody knows. It prints as nothing."""

    crm: str = field(default_factory=make_client_id)
    forms: str = field(default_factory=make_client_id)
    active: str = field(default_factory=make_new_secret)
    staged: str = field(default_factory=make_new_secret)
    previous: str = field(default_factory=make_old_secret)
    of_forms: str = field(default_factory=make_new_secret)
    unknown: str = field(default_factory=make_new_secret)
    old_unknown: str = field(default_factory=_unlike_a_word)
    strangers: str = field(default_factory=_unlike_a_word)

    def __repr__(self) -> str:
        return "Credentials()"

    @property
    def integrations(self) -> list[dict[str, str]]:
        """Return what `secret_scan` is given as `integrations`."""
        return [
            {"client_id": self.crm, "auth_url": "https://mc1crm.auth.marketingcloudapis.com/"},
            {"client_id": self.forms, "auth_url": "https://mc2forms.auth.marketingcloudapis.com/"},
        ]

    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        """Return what it is given as `secrets`."""
        return {
            self.crm: {"active": self.active, "staged": self.staged, "previous": self.previous},
            self.forms: {"active": self.of_forms},
        }

    @property
    def fingerprint_keys(self) -> dict[str, str]:
        """Return what it is given as `fingerprint_keys`."""
        return {self.crm: "a key of crm", self.forms: "a key of forms"}


class Planted:
    """The tree below ``root``; containers and processes of a host stand below ``machine``, outside of it.

    :ivar expected: the uses in files and archives.
    :ivar expected_elsewhere: those of processes and containers.
    :ivar mentions: places that name an integration and hold no secret.
    :ivar decoys: places that must not be reported at all.
    """

    def __init__(self, folder: Path) -> None:
        self.root, self.machine = folder / "tree", folder / "machine"
        self.proc, self.docker, self.podman = (self.machine / name for name in ("proc", "docker", "podman"))
        self.known = Credentials()
        self.expected: list[Expected] = []
        self.expected_elsewhere: list[Expected] = []
        self.mentions: list[str] = []
        self.decoys: list[str] = []
        #: Links by what they lead to: the file itself is reported, once.
        self.links: dict[str, str] = {}

    def file(self, path: str | bytes, content: str | bytes) -> str:
        """Write a file; return its place as it is reported."""
        raw = os.fsencode(self.root) + b"/" + os.fsencode(path)
        os.makedirs(os.path.dirname(raw), exist_ok=True)
        with open(raw, "wb") as stream:
            stream.write(content.encode("utf-8") if isinstance(content, str) else content)
        return raw.decode("utf-8", "backslashreplace")

    def use(
        self,
        place: str,
        file_format: str,
        key: str = "",
        *,
        secret: str = "active",
        client_id: str | None = None,
        kind: str = "file",
        encoding: str = "plain",
    ) -> None:
        """Expect a use there."""
        owner = self.known.crm if client_id is None else client_id
        self.expected.append(Expected(place, kind, file_format, key, secret, owner, encoding))

    def decoy(self, path: str, content: str | bytes) -> None:
        """Write a file that is nobody's business."""
        self.decoys.append(self.file(path, content))

    def mention(self, path: str, content: str) -> None:
        """Write a file that names an integration and holds no secret."""
        self.mentions.append(self.file(path, content))


def in_base64(text: str) -> str:
    """Return the base64 of a text."""
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
