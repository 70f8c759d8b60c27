# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long `status` and `report` take over hundreds of integrations, beside a playbook that does nothing."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret, new_record, record_document
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Known
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher
from ansible_collections.keyturn.sfmc.tests.bench.measuring import measure, median
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_client_id, make_new_secret

INTEGRATIONS, HOSTS, OF_A_HOST = 500, 1000, 20
#: Nothing is due, so that nobody is asked; what is measured is reading and writing.
_OLDEST_DAYS = 140
_IDLE = [{"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "x"}, "run_once": True}]}]


class Folder:
    """An inventory with a store, and what Ansible needs to run there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def environment(self) -> dict[str, str]:
        """Return the environment of a command."""
        return {**os.environ, "ANSIBLE_CONFIG": str(self.root / "ansible.cfg")}

    def make(self) -> None:
        """Write inventory, store and configuration."""
        ids = [make_client_id() for _number in range(INTEGRATIONS)]
        inventory = self.root / "inventory"
        (inventory / "group_vars").mkdir(parents=True)
        shared = {"sfmc_integrations": {_name(n): _integration(n, ids[n]) for n in range(INTEGRATIONS)}}
        (inventory / "group_vars" / "all.yml").write_text(yaml.safe_dump(shared), "utf-8")
        hosts = {_host(n): {"sfmc_dependents": [_entry(n, part) for part in range(OF_A_HOST)]} for n in range(HOSTS)}
        (inventory / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}), "utf-8")
        self._keep(inventory / "keyturn", ids)
        (self.root / "idle.yml").write_text(yaml.safe_dump(_IDLE), "utf-8")
        (self.root / "password").write_text("bench", "utf-8")
        settings = f"inventory={inventory}/hosts.json\nvault_password_file={self.root}/password\n"
        collections = Path(__file__).resolve().parents[2] / ".work" / "collections"
        (self.root / "ansible.cfg").write_text(f"[defaults]\n{settings}collections_path={collections}\n", "utf-8")

    def _keep(self, folder: Path, ids: list[str]) -> None:
        store = FileStore(folder, VaultCipher([("default", VaultSecret(b"bench"))]))
        now = datetime.now(timezone.utc).replace(microsecond=0)
        places: dict[int, list[Dependent]] = {}
        for host in range(HOSTS):
            for part in range(OF_A_HOST):
                place = (f"/srv/app{part}/.env#SFMC_CLIENT_SECRET",)
                places.setdefault(_which(host, part), []).append(Dependent(_host(host), f"app {part}", place))
        for number, client_id in enumerate(ids):
            record, secret = new_record(client_id, _name(number)), Secret(make_new_secret())
            born = now - timedelta(days=_OLDEST_DAYS * number / INTEGRATIONS)
            journal = transitions.adopted(record.journal, Known(record.secrets.fingerprint(secret), born), now)
            journal = transitions.registered(journal, places[number])
            store.save(client_id, record_document(Record(journal, replace(record.secrets, active=secret))), None)


def large_estate(rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure; return seconds by name."""
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as root:
        folder = Folder(Path(root))
        folder.make()
        say(f"{INTEGRATIONS} integrations, {HOSTS} hosts, {HOSTS * OF_A_HOST} dependents")
        commands = {
            "idle_s": ("idle.yml",),
            "status_s": ("keyturn.sfmc.status",),
            "report_s": ("keyturn.sfmc.report", "-e", f"sfmc_report_path={root}/report.html"),
        }
        found: dict[str, Any] = {"integrations": INTEGRATIONS, "dependents": HOSTS * OF_A_HOST}
        for name, command in commands.items():
            words = ("ansible-playbook", *command)
            found[name] = median(max(3, rounds), lambda words=words: measure(folder, *words)).seconds  # type: ignore[misc]
            say(f"{name}: {found[name]:.1f} s")
        return found


def _name(number: int) -> str:
    return f"int{number:03}"


def _host(number: int) -> str:
    return f"h{number:04}"


def _which(host: int, part: int) -> int:
    return (host * OF_A_HOST + part) % INTEGRATIONS


def _integration(number: int, client_id: str) -> dict[str, str]:
    owner = f"team{number % 20}@example.com"
    return {"client_id": client_id, "package": f"Package {number}", "subdomain": "mcbench-xx", "owner": owner}


def _entry(host: int, part: int) -> dict[str, Any]:
    file = {"path": f"/srv/app{part}/.env", "format": "dotenv", "key": "SFMC_CLIENT_SECRET"}
    restart = {"service": f"app{part}"}
    return {"integration": _name(_which(host, part)), "name": f"app {part}", "files": [file], "restart": restart}
