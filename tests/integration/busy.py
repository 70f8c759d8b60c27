# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate whose services ask for a fresh token some two hundred times a second, and who watches them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.keyturn.sfmc.tests.integration.background import PATIENCE_SECONDS, Background, started
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
    Service,
)
from ansible_collections.keyturn.sfmc.tests.testbed.judge import Verdict, is_service, judge

INTEGRATION = "crm_sync"
HOSTS = ("prod-a", "prod-b", "prod-c")
#: How many requests a test sees through; KEYTURN_REQUESTS is for all of them.
REQUESTS = int(os.environ.get("KEYTURN_REQUESTS", "10000"))
REQUESTS_IN_TROUBLE = int(os.environ.get("KEYTURN_REQUESTS", "2000"))
#: Simulated seconds per real second: while services ask, and while nobody needs to wait for a clock.
SLOW, FAST = 1.0, 600.0

_FILES = {
    "web shop": ConfigFile("/srv/shop/.env", "dotenv", "SFMC_CLIENT_SECRET", 0o600),
    "mule": ConfigFile("/opt/mule/conf/sfmc.properties", "properties", "sfmc.clientSecret", 0o640),
}
SERVICES = tuple(f"{host}/{name.replace(' ', '-')}" for host in HOSTS for name in _FILES)


def busy_hosts() -> Declaration:
    """Three hosts, two services on each that read their file at start and then ask about 40 times a second."""
    dependents = tuple(Dependent(INTEGRATION, name, (file,), Service(0.02)) for name, file in _FILES.items())
    return Declaration(
        "busy-hosts",
        (Environment("prod", (Integration(INTEGRATION, "CRM Sync", age_days=170),)),),
        tuple(Host(name, "prod", dependents) for name in HOSTS),
    )


class Watch:
    """Sees what the simulator records from now on, and slows its clock while there is much to ask for."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self._simulator = operations.estate.simulator
        self._client_id = operations.client_id(INTEGRATION)
        self._speed = FAST
        self.asked = 0
        self._simulator.mark("before staging")
        self.lines: list[dict[str, Any]] = self._simulator.effects()[-1:]

    def look(self) -> None:
        """Take what was recorded since the last look."""
        new = self._simulator.effects(self.lines[-1]["n"])
        self.lines += new
        self.asked += sum(is_service(line, self._client_id) for line in new)

    def verdict(self) -> Verdict:
        """Judge everything so far."""
        self.look()
        return judge(self.lines, self._client_id, SERVICES)

    def mark(self, what: str) -> None:
        """Write into the record what is done to the world now: the phase of all that follows."""
        self._simulator.mark(what)

    def since(self, mark: str) -> dict[str, dict[str, int]]:
        """Return by service with which secrets it got tokens since a mark."""
        self.look()
        begun = next(place for place, line in enumerate(self.lines) if line["outcome"] == mark)
        return judge(self.lines[begun:], self._client_id, SERVICES).by_secret

    def has(self, kind: str, outcome: str) -> bool:
        """Tell whether something was recorded."""
        return any((line["kind"], line["outcome"]) == (kind, outcome) for line in self.lines)

    def rotate(self, requests: int, **options: Any) -> Outcome:
        """Run the rotation while services ask; until so many requests were made the waits of SFMC are long."""
        with started(self.operations, "rotate", **options) as running:
            self.see(running, requests)
            return running.ended()

    def see(self, running: Background, requests: int, until: Callable[[], object] = lambda: False) -> bool:
        """Watch a run to its end, or until something is true, which is then returned.

        Half of the requests are made before a staged secret is old enough, the others before the rotation is closed.

        :param requests: how many in all, since the watch began.
        """

        def step() -> None:
            self.look()
            wanted = requests if self.has("activate", "activated") else requests // 2
            self._run_at(SLOW if self.asked < wanted else FAST)

        try:
            return running.see(step, until)
        finally:
            self._run_at(FAST)

    def wait_for(self, requests: int) -> None:
        """Watch until so many more requests were made."""
        self.look()
        wanted, deadline = self.asked + requests, time.monotonic() + PATIENCE_SECONDS
        while self.asked < wanted:
            assert time.monotonic() < deadline, f"{self.asked} of {wanted} requests: the services do not ask"
            time.sleep(0.05)
            self.look()

    def _run_at(self, speed: float) -> None:
        if speed != self._speed:
            self._simulator.run_at(speed)
            self._speed = speed
