# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores that the conformance suite goes over."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store
from ansible_collections.keyturn.sfmc.tests.standins.aws import REGION, Aws, aws
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault
from ansible_collections.keyturn.sfmc.tests.support.opened_stores import Elsewhere, OpenedElsewhere, opened, process

PASSWORD = secrets.token_hex(8)
TOKEN = f"hvs.{secrets.token_hex(12)}"


def vault_secrets(password: str = PASSWORD, vault_id: str = "default") -> list[tuple[str, Any]]:
    """Return what Ansible gives to a run that was started with this password."""
    return [(vault_id, VaultSecret(password.encode()))]


@dataclass(frozen=True)
class Place:
    """Where a store is; opens it anew at each call, as another controller does.

    :ivar writers: how many processes write at once, and how often each: what a call costs differs.
    :ivar elsewhere: the process that opens it; None: this one.
    """

    settings: dict[str, Any]
    given: dict[str, str] = field(default_factory=dict)
    writers: tuple[int, int] = (8, 5)
    elsewhere: Elsewhere | None = None

    def __call__(self) -> Store:
        if self.elsewhere is not None:
            return OpenedElsewhere(self.elsewhere, self._words)
        return opened(**self._words)

    def process(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a process that runs this code, with `store` opened and `sys` imported."""
        return process(self._words, code, *arguments)

    @property
    def _words(self) -> dict[str, Any]:
        return {"settings": self.settings, **self.given}


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Elsewhere]:
    """Return a process that has Ansible's loaders."""
    other = Elsewhere()
    yield other
    other.close()


@pytest.fixture(scope="session")
def cloud() -> Iterator[Aws]:
    """Serve AWS."""
    with aws() as served:
        yield served


@pytest.fixture
def on_aws(cloud: Aws, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return a store in AWS that nobody else uses."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    prefix = f"keyturn-{secrets.token_hex(4)}/"
    return Place(
        {"kind": "aws_secretsmanager", "prefix": prefix, "region": REGION, "endpoint_url": cloud.url}, writers=(4, 3)
    )


@pytest.fixture
def vault() -> Iterator[Vault]:
    """Serve Vault."""
    with Vault("secret", "", TOKEN, ("", ""), {}) as served:
        yield served
        assert served.mistakes == []


@pytest.fixture
def in_vault(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return a store in Vault."""
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    return Place({"kind": "hashi_vault", "url": vault.url, "mount": "secret", "path": "keyturn"}, writers=(4, 3))


@pytest.fixture
def on_a_host(tmp_path: Path, elsewhere: Elsewhere) -> Place:
    """Return a store on a host of an inventory, which is this machine."""
    inventory = tmp_path / "inventory.json"
    bastion = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(json.dumps({"all": {"hosts": {"bastion": bastion}}}))
    settings = {"kind": "host_file", "host": "bastion", "path": str(tmp_path / "store")}
    return Place(settings, {"password": PASSWORD, "inventory": str(inventory)}, writers=(3, 1), elsewhere=elsewhere)


@pytest.fixture
def in_a_folder(tmp_path: Path) -> Place:
    """Return the file store."""
    return Place({"path": str(tmp_path / "store")}, {"password": PASSWORD})


@pytest.fixture(
    params=["in_a_folder", "on_a_host", "in_vault", "on_aws"],
    ids=["file", "host_file", "hashi_vault", "aws_secretsmanager"],
)
def open_store(request: pytest.FixtureRequest) -> Place:
    """Return what opens each of the stores."""
    place: Place = request.getfixturevalue(request.param)
    return place


#: Opens the store anew, as another controller does.
Open = Callable[[], Store]
