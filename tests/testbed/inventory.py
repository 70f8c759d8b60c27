# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate as Ansible sees it: inventory, group and host variables, vault password, configuration."""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, Environment, Host
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import Package, ServiceUnit, on_host
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import SimulatorAddress, collections_path

_CONFIG = """\
[defaults]
home = {root}/ansible
local_tmp = {root}/ansible/tmp
inventory = {root}/inventory/hosts.yml
collections_path = {collections}
vault_password_file = {root}/vault-password
forks = 10
callback_result_format = yaml
retry_files_enabled = False

[connection]
pipelining = True

[ssh_connection]
ssh_args = -o ControlMaster=auto -o ControlPersist=60s
"""


class Inventory:
    """The Ansible side of an estate, below its root: ``inventory/``, ``ansible.cfg``, ``vault-password``."""

    def __init__(self, root: Path, declaration: Declaration, address: SimulatorAddress) -> None:
        self._root = root
        self._declaration = declaration
        self._address = address

    def write(
        self,
        packages: Mapping[tuple[str, str], Package],
        services: list[ServiceUnit],
        connections: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Write everything.

        :param packages: by environment and integration.
        :param connections: connection variables by host.
        """
        folder = self._root / "inventory"
        for name in ("group_vars", "host_vars"):
            (folder / name).mkdir(parents=True)
        self._write_config()
        _dump(folder / "hosts.yml", {"all": {"children": self._groups(connections)}})
        for environment in self._declaration.environments:
            _dump(folder / "group_vars" / f"{environment.name}.yml", self._environment(environment, packages))
        units = {(unit.host, unit.name): unit for unit in services}
        for host in self._declaration.hosts:
            _dump(folder / "host_vars" / f"{host.name}.yml", {"sfmc_dependents": self._dependents(host, units)})
        self._write_console_token(folder / "group_vars" / "all.yml")

    def _write_config(self) -> None:
        password = self._root / "vault-password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24) + "\n", encoding="ascii")
        config = _CONFIG.format(root=self._root, collections=collections_path())
        (self._root / "ansible.cfg").write_text(config, encoding="utf-8")

    def _write_console_token(self, path: Path) -> None:
        password = (self._root / "vault-password").read_bytes().strip()
        token = self._address.console_token or secrets.token_urlsafe(24)
        encrypted = VaultLib([("default", VaultSecret(password))]).encrypt(token).decode("ascii")
        path.write_text(f"---\nsfmc_console_token: !vault |\n{textwrap.indent(encrypted, '  ')}", encoding="utf-8")

    def _groups(self, connections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        return {
            environment.name: {
                "hosts": {
                    host.name: dict(connections[host.name])
                    for host in self._declaration.hosts
                    if host.environment == environment.name
                }
            }
            for environment in self._declaration.environments
        }

    def _environment(self, environment: Environment, packages: Mapping[tuple[str, str], Package]) -> dict[str, Any]:
        return {
            "sfmc_environment": environment.name,
            "sfmc_store": {"kind": "file", "path": "{{ inventory_dir }}/keyturn"},
            "sfmc_provider": self._http_provider() if environment.provider == "http" else {"kind": "operator"},
            "sfmc_integrations": {
                each.name: {
                    "package": each.package,
                    "client_id": packages[environment.name, each.name].client_id,
                    "subdomain": packages[environment.name, each.name].subdomain,
                    "owner": each.owner,
                    "renew_before_days": each.renew_before_days,
                    "auth_url": self._address.url,
                    **self._trust(),
                }
                for each in environment.integrations
            },
        }

    def _http_provider(self) -> dict[str, Any]:
        console = f"{self._address.url}/console/packages/${{client_id}}"
        headers = {"Authorization": "Bearer {{ sfmc_console_token }}"}
        body = {"description": "${description}"}
        return {
            "kind": "http",
            **self._trust(),
            "generate": {
                "url": f"{console}/staged-secret",
                "method": "POST",
                "headers": headers,
                "body": body,
                "secret": "staged.secret",
            },
            "retrieve": {
                "url": f"{console}/staged-secret?description=${{description}}",
                "method": "GET",
                "headers": headers,
                "secret": "staged.secret",
            },
            "activate": {"url": f"{console}/activation", "method": "POST", "headers": headers, "body": body},
        }

    def _trust(self) -> dict[str, str]:
        return {"ca_path": self._address.ca_path} if self._address.ca_path else {}

    def _dependents(self, host: Host, units: Mapping[tuple[str, str], ServiceUnit]) -> list[dict[str, Any]]:
        root = self._root / "hosts" / host.name
        declared: list[dict[str, Any]] = []
        for dependent in host.dependents:
            entry: dict[str, Any] = {"integration": dependent.integration, "name": dependent.name}
            entry["files"] = [
                {"path": str(on_host(root, file.path)), "format": file.format, "key": file.key}
                for file in dependent.files
            ]
            unit = units.get((host.name, dependent.name))
            if unit:
                entry["restart"] = {"command": unit.control("restart"), "pid_file": unit.settings()["pid_file"]}
                entry["check"] = {"url": unit.settings()["health_url"]}
            declared.append(entry)
        return declared


class _Plain(yaml.SafeDumper):
    """YAML as people write it: no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dump(path: Path, variables: Mapping[str, Any]) -> None:
    text = yaml.dump(dict(variables), Dumper=_Plain, sort_keys=False, width=160, allow_unicode=True)
    path.write_text(f"---\n{text}", encoding="utf-8")
