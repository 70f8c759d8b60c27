# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who sets AWX up: runs the playbook `awx_setup` against the stand-in of the controller."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.keyturn.sfmc.tests.integration.operations import Outcome
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.standins.controller.server import Controller

ROOT = Path(__file__).absolute().parents[2]
MODULES = ROOT / ".work/ecosystem/ansible_collections/awx/awx/plugins/modules"
DATA = ROOT / "roles/awx/vars/main.yml"
#: What AWX runs, as the project has them.
PLAYBOOKS = (
    *("status", "verify", "discover", "rotate", "stage", "distribute", "activate", "hand_in"),
    *("approve", "abandon", "acknowledge", "retire"),
)
_files = count(1)


def controller(token: str, **options: Any) -> Controller:
    """Return a controller in which everything is that the role does not make."""
    made = Controller(MODULES, token, [f"playbooks/keyturn_{name}.yml" for name in PLAYBOOKS], **options)
    types = {name: made.put("credential_types", name=name, inputs={}, injectors={}) for name in ("Machine", "Vault")}
    for name, kind in {"Web servers": "Machine", "Vault: store": "Vault", "Vault: provider": "Vault"}.items():
        made.put("credentials", name=name, credential_type=types[kind], inputs={}, organization=made.organization)
    made.put("instance_groups", name="far away")
    made.put("teams", name="Web team", organization=made.organization)
    made.put("users", username="ada")
    return made


class Setup:
    """A folder with the variables of a set-up, and the secrets that they lead to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_urlsafe(24)
        self.secrets = {name: secrets.token_urlsafe(24) for name in ("aws", "vault", "slack", "hook")}
        for name in ("aws", "vault"):
            path = folder / name
            path.touch(0o600)
            path.write_text(self.secrets[name], encoding="ascii")
        self.variables: dict[str, Any] = {
            "sfmc_awx_organization": "Web",
            "sfmc_awx_project_url": "https://git.example.com/web/rotation.git",
            "sfmc_awx_image": "registry.example.com/web/keyturn-ee:1",
            "sfmc_awx_limit": "prod",
            "sfmc_awx_integrations": ["crm_sync", "shop"],
            "sfmc_awx_host_credentials": ["Web servers"],
            "sfmc_awx_store_credentials": ["Vault: store"],
            "sfmc_awx_provider_credentials": ["Vault: provider"],
            "sfmc_awx_store_files": {name: str(folder / name) for name in ("aws", "vault")},
            "sfmc_awx_slices": 4,
            "sfmc_awx_distribute_instance_groups": ["far away"],
            "sfmc_awx_execute": {"teams": ["Web team"]},
            "sfmc_awx_approve": {"users": ["ada"]},
            "sfmc_awx_notifications": [
                {
                    "name": "channel",
                    "type": "slack",
                    "configuration": {"token": self.secrets["slack"], "channels": ["#web"]},
                    "when": ["failure", "approval"],
                },
                # Of a webhook, AWX hides the password alone.
                {
                    "name": "hook",
                    "type": "webhook",
                    "configuration": {
                        "url": f"https://hooks.example.com/{self.secrets['hook']}",
                        "headers": {"X-Token": self.secrets["hook"]},
                        "http_method": "POST",
                    },
                    "when": ["failure"],
                },
            ],
        }

    def run(self, url: str, *arguments: str, token: str | None = None, **variables: Any) -> Outcome:
        """Run the playbook."""
        given = self._private({**self.variables, **variables})
        return self._ansible(
            url, self.token if token is None else token, "keyturn.sfmc.awx_setup", "-e", f"@{given}", *arguments
        )

    def side_by_side(self, url: str, *arguments: str, **hosts: dict[str, Any]) -> Outcome:
        """Run the role for several set-ups at once; each is a host with variables of its own beside the common ones."""
        common = {name.removeprefix("sfmc_"): value for name, value in self.variables.items()}
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        inventory = self._private(
            {"all": {"vars": {**common, **local}, "hosts": {name: given or None for name, given in hosts.items()}}}
        )
        role = {"name": "keyturn.sfmc.awx", "rolespec_validate": False}
        play = [{"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.import_role": role}]}]
        path = self.folder / f"play-{next(_files)}.yml"
        path.write_text(yaml.safe_dump(play), encoding="utf-8")
        return self._ansible(url, self.token, str(path), "-i", str(inventory), *arguments)

    def leaked(self, run: Outcome) -> list[str]:
        """Return which of the secrets stand in what a run has shown."""
        shown = {"output": run.stdout.encode(), "errors": run.stderr.encode()}
        return leaks({**self.secrets, "token": self.token}, shown)

    def _private(self, content: Any) -> Path:
        path = self.folder / f"private-{next(_files)}.yml"
        path.touch(0o600)
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def _ansible(self, url: str, token: str, *words: str) -> Outcome:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CONTROLLER_"))}
        environment = {
            **kept,
            "HOME": str(self.folder),
            "CONTROLLER_HOST": url,
            "CONTROLLER_OAUTH_TOKEN": token,
            "ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.work/collections'}:{ROOT / '.work/ecosystem'}",
            # From ansible-core 2.21 on, results hold the arguments of modules only where somebody wants them.
            "ANSIBLE_INJECT_INVOCATION": "true",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
        }
        program = Path(sys.executable).parent / "ansible-playbook"
        done = subprocess.run(
            [str(program), *words], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return Outcome(done.returncode, done.stdout, done.stderr)
