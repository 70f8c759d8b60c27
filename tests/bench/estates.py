# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estates of the benchmark, and putting one back to where a rollout begins."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
)
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

INTEGRATION = "crm_sync"
ENVIRONMENT = "prod"
#: Five files of one program on every host; the hand-written playbook knows them by these names.
FILES = (
    ConfigFile("/srv/app/.env", "dotenv", "SFMC_CLIENT_SECRET", 0o600),
    ConfigFile("/srv/app/sfmc.properties", "properties", "sfmc.clientSecret", 0o640),
    ConfigFile("/srv/app/config.json", "json", "sfmc.clientSecret", 0o640),
    ConfigFile("/srv/app/config.ini", "ini", "sfmc.client_secret", 0o640),
    ConfigFile("/srv/app/jobs.json", "json", "jobs[1].client_secret", 0o640),
)
#: The simulator's clock stands, and is moved: nothing here waits for it.
_SETTINGS: dict[str, Any] = {"sfmc_clock_skew_seconds": 1_000_000_000, "sfmc_wait": 0, "sfmc_activate": False}


def five_files(hosts: int) -> Declaration:
    """Return an estate with so many hosts, five files each, one integration that is due."""
    return _declared(hosts, (Dependent(INTEGRATION, "app", FILES),))


def three_dependents(hosts: int) -> Declaration:
    """Return an estate with so many hosts, three dependents each."""
    return _declared(
        hosts,
        tuple(Dependent(INTEGRATION, f"app {number}", (FILES[number],)) for number in range(3)),
    )


def _declared(hosts: int, dependents: tuple[Dependent, ...]) -> Declaration:
    return Declaration(
        f"bench-{hosts}",
        (Environment(ENVIRONMENT, (Integration(INTEGRATION, "CRM Sync", age_days=170),)),),
        tuple(Host(f"h{number:04}", ENVIRONMENT, dependents) for number in range(1, hosts + 1)),
    )


def settle(estate: Estate, forks: int) -> None:
    """Set what all runs of the benchmark share."""
    path = estate.root / "inventory" / "group_vars" / "all.yml"
    path.write_text(path.read_text("utf-8") + yaml.safe_dump(_SETTINGS), "utf-8")
    config = estate.root / "ansible.cfg"
    config.write_text(config.read_text("utf-8").replace("forks = 10", f"forks = {forks}"), "utf-8")


def unreachable(estate: Estate) -> None:
    """Give every host an address at which nobody listens: planning contacts none."""
    inventory = yaml.safe_load(estate.inventory.read_text("utf-8"))
    for variables in inventory["all"]["children"][ENVIRONMENT]["hosts"].values():
        variables.clear()
        variables.update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=9)
    estate.inventory.write_text(yaml.safe_dump(inventory), "utf-8")


def renew_before(estate: Estate, days: int) -> None:
    """Declare how long before its end the secret, which has ten days left, is due."""
    path = estate.root / "inventory" / "group_vars" / f"{ENVIRONMENT}.yml"
    variables = yaml.safe_load(path.read_text("utf-8"))
    variables["sfmc_integrations"][INTEGRATION]["renew_before_days"] = days
    path.write_text(yaml.safe_dump(variables), "utf-8")


class Beginning:
    """The files and the store of an estate as they are now, to be put back before the next round."""

    def __init__(self, estate: Estate) -> None:
        self._root = estate.root
        self._kept = estate.root / "beginning"
        for part in self._parts():
            shutil.copytree(self._root / part, self._kept / part)

    def restore(self) -> None:
        """Put everything back."""
        for part in self._parts():
            shutil.copytree(self._kept / part, self._root / part, dirs_exist_ok=True)

    @staticmethod
    def _parts() -> tuple[Path, ...]:
        return (Path("hosts"), Path("inventory/keyturn"))
