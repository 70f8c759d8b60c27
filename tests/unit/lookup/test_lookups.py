# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups, in a process of their own as Ansible loads them, over a real store and a simulated SFMC."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Sighting, Verdict
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

AT = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)
ROOT = Path(__file__).parents[3]

#: Reads a list of lookups as JSON: [plugin, term, options]; writes what each returned or refused, and runs
#: `between` after the first.
DRIVER = """
import json, subprocess, sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([sys.argv[1]])
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar
wanted = json.load(sys.stdin)
loader = DataLoader()
loader.set_vault_secrets([("default", VaultSecret(wanted["password"].encode()))] if wanted["password"] else [])
results = []
for name, term, options in wanted["lookups"]:
    if name == "between":
        open(term, "wb").write(open(options, "rb").read())
        continue
    plugin = lookup_loader.get("keyturn.sfmc." + name, loader=loader, templar=Templar(loader, wanted["variables"]))
    try:
        results.append(plugin.run([term], wanted["variables"], **options))
    except AnsibleError as error:
        results.append(str(error))
json.dump(results, sys.stdout)
"""


class Place:
    """A store with an integration `crm`, and the simulated SFMC that knows its active secret."""

    def __init__(self, root: Path, world: World, url: str) -> None:
        self.world = world
        self.package = world.add_package({"name": "CRM Sync", "scopes": "a b"})
        self.password = secrets.token_hex(8)
        self.folder = root / "keyturn"
        self.store = Stores([("default", VaultSecret(self.password.encode()))]).open({"path": str(self.folder)})
        crm = {"client_id": self.package.client_id, "auth_url": url}
        self.variables: dict[str, Any] = {
            "inventory_hostname": "h1",
            "inventory_dir": str(root),
            "sfmc_integrations": {"crm": crm},
        }
        self.keep(self.package.active.value)

    def keep(self, secret: str) -> None:
        """Make this the active secret of the store."""
        keeper = Keeper(self.store, self.package.client_id, "crm")
        keeper.commit(lambda record: changes.adopted(record, secret, AT, Sighting(Verdict.ACCEPTED), AT))

    def look_up(self, *lookups: tuple[str, str, Any], password: str | None = None) -> list[Any]:
        """Return what each lookup came to, all in one process."""
        wanted = {
            "password": self.password if password is None else password,
            "variables": self.variables,
            "lookups": lookups,
        }
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, str(ROOT / ".work" / "collections")],
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "ANSIBLE_HOME": str(self.folder.parent / "home")},
        )
        assert done.returncode == 0, done.stderr
        results: list[Any] = json.loads(done.stdout)
        return results

    def tokens(self) -> int:
        """Return how many tokens SFMC gave."""
        return sum(line["kind"] == "token" for line in self.world.effects)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Return a place."""
    world = World(Clock(AT, speed=0))
    with running(world) as url:
        yield Place(tmp_path, world, url)


def test_a_secret_is_read_and_stays_the_same_within_a_process(place: Place, tmp_path: Path) -> None:
    """I-30: one pinned value, although the store changes in between; no effect on the store."""
    path = Path(place.store.where(place.package.client_id))
    before = path.read_bytes()
    place.keep("B" * 24)
    (tmp_path / "later").write_bytes(path.read_bytes())
    path.write_bytes(before)
    first, second = place.look_up(
        ("client_secret", "crm", {}), ("between", str(path), str(tmp_path / "later")), ("client_secret", "crm", {})
    )
    assert first == second == [place.package.active.value]
    assert place.look_up(("client_secret", "crm", {})) == [["B" * 24]]
    assert path.read_bytes() == (tmp_path / "later").read_bytes()


def test_what_is_not_there_is_refused_with_a_way_out(place: Place) -> None:
    """I-44."""
    no_staged, no_integration = place.look_up(
        ("client_secret", "crm", {"stage": "staged"}), ("client_secret", "cms", {})
    )
    assert "Expected a staged secret in the store; found none" in no_staged
    assert "one of crm" in no_integration


@pytest.mark.parametrize("password", ["", "another"])
def test_without_the_vault_password_nothing_is_read(place: Place, password: str) -> None:
    """I-27: and nothing of it is in the message."""
    (refused,) = place.look_up(("client_secret", "crm", {}), password=password)
    assert "--vault-password-file" in refused
    assert place.package.active.value not in refused


def test_a_wrong_declaration_is_a_readable_error(place: Place) -> None:
    place.variables["sfmc_integrations"]["crm"]["client_id"] = "short"
    (refused,) = place.look_up(("client_secret", "crm", {}))
    assert "24 small letters and digits" in refused


def test_a_token_is_asked_for_once_and_used_again(place: Place) -> None:
    """I-21, I-30: one token for one secret and scope in a process."""
    results = place.look_up(
        ("access_token", "crm", {}), ("access_token", "crm", {}), ("access_token", "crm", {"scope": "a"})
    )
    assert results[0] == results[1] != results[2]
    assert place.tokens() == 2


def test_a_token_for_a_dead_secret_is_refused_without_showing_it(place: Place) -> None:
    """I-27."""
    place.keep("B" * 24)
    (refused,) = place.look_up(("access_token", "crm", {}))
    assert "rejected" in refused and "B" * 24 not in refused
