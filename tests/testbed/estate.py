# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole estate: laid out, started, looked at, ended."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed import snapshot, sshd
from ansible_collections.keyturn.sfmc.tests.testbed.connections import TRANSPORTS, connect
from ansible_collections.keyturn.sfmc.tests.testbed.contents import values_between
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, Integration
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import Package, ServiceUnit, Skeleton, lay_out
from ansible_collections.keyturn.sfmc.tests.testbed.inventory import Inventory
from ansible_collections.keyturn.sfmc.tests.testbed.processes import Processes
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import Simulator, SimulatorAddress, start_simulator
from ansible_collections.keyturn.sfmc.tests.testbed.snapshot import Snapshot
from ansible_collections.keyturn.sfmc.tests.testbed.state import State
from ansible_collections.keyturn.sfmc.tests.testbed.state import load as load_state

#: Tells the folder of an estate, which may be emptied, from any other.
_MARK = ".keyturn-testbed"
_PLAIN_ROOT = re.compile(r"/[A-Za-z0-9_./+@,=-]+")


class Estate(AbstractContextManager["Estate"]):
    """An estate in a folder of its own. As a context manager it is up inside of ``with``.

    :param root: new or empty folder; ``hosts/<name>/`` stands for the file system of a host.
    :param transport: ``ssh``, ``local`` (connections without SSH), or ``auto``: ssh where it can be had.
    :param speed: of the simulator's clock, simulated seconds per real second.
    :param tls: the simulator speaks https with a certificate authority of its own.
    :param interpreter: Python of the managed hosts (default: this one).
    :param simulator: one that runs already (or any server that gives tokens) instead of one of the estate's own.
    :param packages: by environment and integration, instead of new ones that the simulator is asked to make.
    :ivar transport: what is in use once the estate is up; ``transport_reason`` says why.
    :ivar packages: by environment and integration, with the secret that was active at the beginning.
    """

    def __init__(
        self,
        root: Path,
        declaration: Declaration,
        *,
        transport: str = "auto",
        speed: float = 1.0,
        tls: bool = False,
        interpreter: str = sys.executable,
        simulator: SimulatorAddress | None = None,
        packages: Mapping[tuple[str, str], Package] | None = None,
    ) -> None:
        if transport not in TRANSPORTS:
            raise _bad("transport", f"one of {', '.join(TRANSPORTS)}", transport)
        declaration.check()
        self.root = Path(os.path.abspath(root))
        self.declaration = declaration
        self.transport = transport
        self.transport_reason = "not up yet"
        self.packages: dict[tuple[str, str], Package] = dict(packages or {})
        self.skeletons: list[Skeleton] = []
        self.services: list[ServiceUnit] = []
        self._speed = speed
        self._tls = tls
        self._interpreter = interpreter
        self._address = simulator
        self._processes = Processes(self.root / "run")

    # --- up and down -------------------------------------------------------------------------------------------------

    def up(self) -> Estate:
        """Start the simulator, lay out the hosts, start SSH servers and services; return when all of them answer."""
        self._claim_root()
        try:
            if self._address is None:
                self._address = start_simulator(self._processes, self.root / "simulator", self._speed, self._tls)
            if not self.packages:
                self._install_packages()
            self._lay_out()
            reached = connect(self.root / "ssh", self._processes, self.hosts(), self.transport, self._interpreter)
            self.transport, self.transport_reason = reached.transport, reached.reason
            inventory = Inventory(self.root, self.declaration, self._address)
            inventory.write(self.packages, self.services, reached.variables)
            state = State(self.declaration, *reached[:2], self._address, self.packages, self.skeletons, self.services)
            state.save(self.root)
            self._control_all(self.services, "start")
        except BaseException:
            self.down()
            raise
        return self

    def down(self) -> None:
        """End every process of the estate. Files stay. Fine to call again."""
        end(self.root)

    def remove(self) -> None:
        """End everything and remove the folder."""
        end(self.root, remove=True)

    def __enter__(self) -> Estate:
        return self.up()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    @classmethod
    def load(cls, root: Path) -> Estate:
        """Return the estate that another process brought up."""
        state = load_state(Path(root))
        estate = cls(Path(root), state.declaration, simulator=state.address, packages=state.packages)
        estate.transport, estate.transport_reason = state.transport, state.transport_reason
        estate.skeletons, estate.services = state.skeletons, state.services
        return estate

    # --- to look at --------------------------------------------------------------------------------------------------

    @property
    def inventory(self) -> Path:
        """The inventory file, for ``ansible-playbook -i``; ``ansible.cfg`` names it too."""
        return self.root / "inventory" / "hosts.yml"

    @property
    def simulator(self) -> Simulator:
        """The admin API of the simulator."""
        if self._address is None:
            raise _bad("the simulator", "an estate that is up", "one that is not")
        return Simulator(self._address)

    def host(self, name: str) -> Path:
        """Return the folder that stands for a host's file system."""
        return self.root / "hosts" / name

    def hosts(self, environment: str = "") -> list[str]:
        """Return the names of all hosts, or of an environment's."""
        return [host.name for host in self.declaration.hosts if environment in ("", host.environment)]

    def client_id(self, environment: str, integration: str) -> str:
        """Return an integration's client id."""
        return self.packages[environment, integration].client_id

    def secret(self, environment: str, integration: str, which: str = "active") -> str:
        """Return a secret as the simulator has it now: ``active``, ``staged`` or ``previous``."""
        return self.simulator.secret(self.client_id(environment, integration), which)

    def values(self, environment: str, integration: str) -> dict[str, str]:
        """Return what stands at every declared place of an integration: ``{"host:path:key": value}``."""
        hosts, found = set(self.hosts(environment)), {}
        for skeleton in self.skeletons:
            if skeleton.host not in hosts:
                continue
            values = values_between(skeleton.pieces, Path(skeleton.path).read_bytes())
            if values is None:
                raise _bad(skeleton.path, "a file in which only secrets changed", "other changes")
            for (name, key), value in zip(skeleton.slots, values, strict=True):
                if name == integration:
                    found[f"{skeleton.host}:{skeleton.path}:{key}"] = value
        return found

    def snapshot(self, environment: str = "") -> Snapshot:
        """Return the files of all hosts, or of an environment's."""
        return snapshot.take(self.host(name) for name in self.hosts(environment))

    def differences(self, before: Snapshot, after: Snapshot) -> list[str]:
        """Say what differs between two snapshots apart from declared secrets."""
        return snapshot.differences(before, after, self.skeletons)

    def service(self, host: str, name: str) -> ServiceUnit:
        """Return a service by host and dependent."""
        return next(unit for unit in self.services if (unit.host, unit.name) == (host, name))

    def control(self, unit: ServiceUnit, action: str) -> subprocess.CompletedProcess[str]:
        """Run ``start``, ``stop``, ``restart`` or ``status`` of a service."""
        return subprocess.run(unit.control(action), capture_output=True, text=True, check=False)

    def processes(self) -> dict[str, int]:
        """Return the pids of the simulator and the SSH servers that run."""
        return self._processes.running()

    def ansible(
        self, program: str, *arguments: str, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run ``ansible``, ``ansible-playbook``, ``ansible-inventory`` ... with the estate's configuration.

        :param env: further environment variables.
        """
        command = [str(Path(sys.executable).parent / program), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self.root, env=self.environment(env), input=stdin
        )

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which Ansible sees this estate and no settings of this machine's user."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', os.defpath)}"
        ours = {"ANSIBLE_CONFIG": str(self.root / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "PATH": path}
        return {**inherited, **ours, **(more or {})}

    # --- how ---------------------------------------------------------------------------------------------------------

    def _claim_root(self) -> None:
        if not _PLAIN_ROOT.fullmatch(str(self.root)):
            raise _bad("the root", "a path of letters, digits and _./+@,=- only", str(self.root))
        self.root.mkdir(parents=True, exist_ok=True, mode=0o755)
        if any(self.root.iterdir()):
            raise Refusal(
                "an estate has a folder of its own",
                str(self.root),
                "a new or empty folder",
                "one with files in it",
                "bring the former estate down with --remove, or choose another folder",
            )
        (self.root / _MARK).touch()

    def _install_packages(self) -> None:
        now = _time(self.simulator.now())
        for number, environment in enumerate(self.declaration.environments, start=1):
            tenant = {"subdomain": f"mc{number:022}-xx", "enterprise_id": str(7_000_000 + number)}
            for each in environment.integrations:
                made = self.simulator.add_package({**tenant, **_package(each, now)})
                package = Package(str(made["client_id"]), str(made["subdomain"]), str(made["active"]["secret"]))
                self.packages[environment.name, each.name] = package

    def _lay_out(self) -> None:
        assert self._address is not None
        for host in self.declaration.hosts:
            packages = {name: each for (where, name), each in self.packages.items() if where == host.environment}
            laid = lay_out(self.host(host.name), host, packages, self._address)
            self.skeletons += laid.skeletons
            self.services += laid.services

    def _control_all(self, services: Sequence[ServiceUnit], action: str) -> None:
        running = [
            (unit, subprocess.Popen(unit.control(action), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
            for unit in services
        ]
        outputs = [(unit, process.communicate()[0], process.returncode) for unit, process in running]
        for unit, output, status in outputs:
            if status:
                raise Refusal(
                    f"services {action}", f"{unit.host}: {unit.name}", "status 0", output.strip(), f"see {unit.unit}"
                )


def end(root: Path, remove: bool = False) -> bool:
    """End every process of the estate in a folder, as far as it was ever brought up.

    :param remove: remove the folder too.
    :return: whether an estate was there; where none was, nothing is touched.
    """
    root = Path(os.path.abspath(root))
    if not (root / _MARK).exists():
        return False
    stopping = []
    for unit in root.glob("hosts/*/etc/service/*.json"):
        control = ServiceUnit(unit.parents[2].name, unit.stem, str(unit)).control("stop")
        stopping.append(subprocess.Popen(control, stdout=subprocess.DEVNULL))
    for process in stopping:
        process.wait()
    processes = Processes(root / "run")
    if (root / "ssh").exists():
        sshd.SshHosts(root / "ssh", processes).stop()
    processes.end()
    if remove:
        shutil.rmtree(root)
    return True


def _package(integration: Integration, now: datetime) -> dict[str, Any]:
    generated_at = (now - timedelta(days=integration.age_days)).isoformat()
    return {
        "name": integration.package,
        "owner": integration.owner,
        "scopes": list(integration.scopes),
        "active": {"format": integration.secret_format, "generated_at": generated_at},
    }


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _bad(offender: str, expected: str, found: str) -> Refusal:
    return Refusal("an estate is used as its documentation says", offender, expected, found, "correct the call")
