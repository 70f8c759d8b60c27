# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does with an estate: playbooks, declarations, a look into the store."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultSecret
from ansible.release import __version__

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, parse_record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Rotation, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import ServiceUnit
from ansible_collections.keyturn.sfmc.tests.testbed.processes import Processes, wait_until

#: The simulator's clock runs fast, so it is never near this machine's; waiting is short in real seconds.
SETTINGS: dict[str, Any] = {
    "sfmc_clock_skew_seconds": 1_000_000_000,
    "sfmc_wait": 86_400,
    "sfmc_poll_seconds": 0.1,
}
#: From 2.22 on ansible-core masks secrets that it knows of in all that it shows, and in no module's result any more.
CORE_MASKS = tuple(map(int, __version__.split(".")[:2])) >= (2, 22)
_RECAP = re.compile(r"^(\S+)\s+: (ok=\d+ .*)$", re.MULTILINE)
_PROBES = {"token", "userinfo", "account_users"}
_files = count(1)


@dataclass(frozen=True)
class Outcome:
    """How a command ended. ``said`` is all its output on one line, as messages may be wrapped anywhere."""

    status: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """All output with every run of blanks as one, and YAML's doubled quotes as one."""
        return " ".join((self.stdout + " " + self.stderr).split()).replace("''", "'")

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """The play recap: ``{host: {"ok": n, "changed": n, ...}}``."""
        return {
            host: {name: int(number) for name, number in (pair.split("=") for pair in counts.split())}
            for host, counts in _RECAP.findall(self.stdout)
        }

    @property
    def changed(self) -> int:
        """Tasks that changed something, over all hosts."""
        return sum(counts["changed"] for counts in self.recap.values())

    @property
    def tasks(self) -> dict[str, list[str]]:
        """Hosts by headline of the task that something other than ``skipping`` or ``included`` was printed for."""
        found: dict[str, list[str]] = {}
        title = ""
        for line in self.stdout.splitlines():
            headline = re.match(r"TASK \[(.*?)\] \*", line)
            result = re.match(r"(?:ok|changed|failed|fatal): \[([^\]]+)\]", line)
            if headline:
                title = headline.group(1)
            elif result:
                found.setdefault(title, []).append(result.group(1))
        return found

    def __repr__(self) -> str:
        return f"status {self.status}\n{self.stdout}\n{self.stderr}"


class Operations:
    """An estate with somebody who works on it. Group and host variables are changed as files, as people do."""

    def __init__(self, estate: Estate, environment: str = "prod") -> None:
        self.estate = estate
        self.environment = environment
        self._edit(self._group_vars("all"), lambda text: text + yaml.safe_dump(SETTINGS))
        #: Opens the store; another function, where the environment has another store.
        self.store: Callable[[], Store] = self._file_store

    # --- commands ----------------------------------------------------------------------------------------------------

    def playbook(
        self,
        name: str,
        *arguments: str,
        limit: str = "",
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        **variables: Any,
    ) -> Outcome:
        """Run a playbook of the collection (or one that is given by path) with extra variables from a private file."""
        words = self.words(name, *arguments, limit=limit, **variables)
        ended = self.estate.ansible("ansible-playbook", *words, env=env, stdin=stdin)
        return Outcome(ended.returncode, ended.stdout, ended.stderr)

    def words(self, name: str, *arguments: str, limit: str = "", **variables: Any) -> list[str]:
        """Return what follows `ansible-playbook` in the command for a playbook."""
        words = [name if "/" in name else f"keyturn.sfmc.{name}", "--limit", limit or self.environment, *arguments]
        return [*words, "-e", f"@{self.private(variables)}"] if variables else words

    def rotate(self, *arguments: str, **options: Any) -> Outcome:
        """Run the rotation."""
        return self.playbook("rotate", *arguments, **options)

    def play(self, tasks: list[dict[str, Any]], *arguments: str, hosts: str = "prod", **options: Any) -> Outcome:
        """Run tasks of one's own on hosts."""
        path = self.estate.root / f"play-{next(_files)}.yml"
        path.write_text(yaml.safe_dump([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        return self.playbook(str(path), *arguments, **options)

    def private(self, variables: Mapping[str, Any]) -> Path:
        """Write a file that only its owner can read."""
        path = self.estate.root / f"private-{next(_files)}.json"
        path.touch(0o600)
        path.write_text(json.dumps(variables), encoding="utf-8")
        return path

    def hand_in(self, integration: str, secret: str, stage: str = "staged", **options: Any) -> Outcome:
        """Hand a secret in."""
        return self.playbook(
            "hand_in",
            sfmc_hand_in_integration=integration,
            sfmc_hand_in_secret=secret,
            sfmc_hand_in_stage=stage,
            **options,
        )

    def hand_in_active(self, *integrations: str) -> None:
        """Hand in what is active now, with its birth."""
        for name in integrations:
            package = self.package(name)
            ended = self.hand_in(
                name,
                package["active"]["secret"],
                "active",
                sfmc_hand_in_generated_at=package["active"]["generated_at"],
            )
            assert ended.status == 0, ended

    # --- what there is -----------------------------------------------------------------------------------------------

    def package(self, integration: str) -> dict[str, Any]:
        """Return a package as the simulator has it, secrets too."""
        return self.estate.simulator.package(self.client_id(integration))

    def client_id(self, integration: str) -> str:
        """Return an integration's client id."""
        return self.estate.client_id(self.environment, integration)

    def secret(self, integration: str, which: str = "active") -> str:
        """Return a secret as the simulator has it now."""
        return self.estate.secret(self.environment, integration, which)

    def held(self, integration: str) -> set[str]:
        """Return the distinct values that stand at the declared places."""
        return set(self.estate.values(self.environment, integration).values())

    def document(self, integration: str) -> Path:
        """Return the path of an integration's document in the store."""
        return self.store_folder / f"{self.client_id(integration)}.vault.txt"

    @property
    def store_folder(self) -> Path:
        """Where the file store of the environment is."""
        return self.estate.root / "inventory" / "keyturn"

    def _file_store(self) -> FileStore:
        """Open the store with the estate's vault password."""
        password = (self.estate.root / "vault-password").read_bytes().strip()
        return FileStore(self.store_folder, VaultCipher([("default", VaultSecret(password))]))

    def record(self, integration: str) -> Record:
        """Return what the store keeps for an integration."""
        return parse_record(self.stored(integration), self.client_id(integration), "the store")

    def stored(self, integration: str) -> Mapping[str, Any]:
        """Return an integration's document as it is."""
        return required(self.store().load(self.client_id(integration))).document

    def restore(self, integration: str, document: Mapping[str, Any]) -> None:
        """Put another document in the place of an integration's."""
        name, store = self.client_id(integration), self.store()
        store.save(name, document, required(store.load(name)).version)

    def journal(self, integration: str) -> Journal:
        """Return an integration's journal."""
        return self.record(integration).journal

    def rotation(self, integration: str) -> Rotation:
        """Return the last rotation."""
        return required(self.journal(integration).rotation)

    def history(self, integration: str) -> list[str]:
        """Return what the journal says has happened, in order."""
        return [event.what for event in self.journal(integration).history]

    def effects(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the simulator's record, of some kinds or of all but the probes."""
        found = self.estate.simulator.effects()
        return [each for each in found if (each["kind"] in kinds if kinds else each["kind"] not in _PROBES)]

    def sent(self, integration: str) -> list[str]:
        """Return what was asked of the console for an integration, in order."""
        own = self.client_id(integration)
        return [each["kind"] for each in self.effects("generate", "retrieve", "activate") if each["client_id"] == own]

    def service(self, host: str, name: str) -> ServiceUnit:
        """Return a service."""
        return self.estate.service(host, name)

    def world(self) -> dict[str, Any]:
        """Return all that a run may change: files of the hosts, the store's bytes, what SFMC did."""
        folder = self.store_folder
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        return {
            "hosts": dict(self.estate.snapshot()),
            "store": {path.name: path.read_bytes() for path in files if path.suffix == ".txt"},
            "effects": self.effects(),
        }

    # --- declarations ------------------------------------------------------------------------------------------------

    def declare_group(self, change: Callable[[dict[str, Any]], object], group: str = "") -> None:
        """Change the variables of the environment's group."""
        self._edit(self._group_vars(group or self.environment), _changed(change))

    def declare_integration(self, name: str, **options: Any) -> None:
        """Set options of an integration; None takes one away."""

        def change(variables: dict[str, Any]) -> None:
            integration = variables["sfmc_integrations"][name]
            integration.update(options)
            for option in [option for option, value in integration.items() if value is None]:
                del integration[option]

        self.declare_group(change)

    def declare_host(self, host: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Change the dependents of a host."""
        self._edit(self._host_vars(host), _changed(lambda variables: change(variables["sfmc_dependents"])))

    def declare_variables(self, host: str, **given: Any) -> None:
        """Set variables of a host."""
        self._edit(self._host_vars(host), _changed(lambda variables: variables.update(given)))

    def _host_vars(self, host: str) -> Path:
        return self.estate.root / "inventory" / "host_vars" / f"{host}.yml"

    def _group_vars(self, group: str) -> Path:
        return self.estate.root / "inventory" / "group_vars" / f"{group}.yml"

    def _edit(self, path: Path, change: Callable[[str], str]) -> None:
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        variables = yaml.safe_load(text)
        change(variables)
        return yaml.safe_dump(variables, sort_keys=False)

    return edit


@contextmanager
def unchanged(operations: Operations) -> Iterator[None]:
    """See that nothing but probes happened meanwhile, anywhere."""
    before = operations.world()
    yield
    after = operations.world()
    for part, was in before.items():
        assert after[part] == was, f"{part} changed"


def stop_host(operations: Operations, host: str) -> None:
    """End a host's SSH server with all its sessions; what else runs there goes on."""
    Processes(operations.estate.root / "run").end([f"sshd-{host}"])


def start_host(operations: Operations, host: str) -> None:
    """Start a host's SSH server again; return when it listens."""
    root = operations.estate.root
    processes = Processes(root / "run")
    log = processes.log(f"sshd-{host}")
    said = len(log.read_text())
    sshd = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/sbin:/usr/local/sbin") or "sshd"
    server = processes.start(f"sshd-{host}", [sshd, "-D", "-e", "-f", str(root / "ssh" / host / "sshd_config")])
    wait_until(lambda: "Server listening" in log.read_text()[said:], f"sshd of {host}", server, log)


def end_process(pid: int) -> None:
    """End one process that the estate started."""
    os.kill(pid, 15)
