# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that leaves as many traces as Ansible can be told to leave, and all that is to be searched afterwards."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.integration.other_systems import COLLECTIONS
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.leaks.watching import watched_processes

VERBOSE = ("-vvvv", "--diff")
#: The simulator knows every secret, and so does its own log; the testbed's files and a person's are their owner's only.
_NOT_SEARCHED = ("simulator/", "estate.json", "vault-password", "private-")


class Traces:
    """What the runs over an estate leave behind, and the secrets that may be in none of it.

    :ivar settings: environment of a run: log file, cached facts, reports, temporary folders below the estate's root.
    :ivar secrets: by what to call them; `remember` takes those that SFMC knows at this moment.
    """

    def __init__(self, operations: Operations, pipelining: bool = True) -> None:
        self.operations = operations
        self.root = operations.estate.root
        self.settings = {**_settings(self.root), "ANSIBLE_PIPELINING": str(pipelining)}
        self.secrets = {
            "console token": (self.root / "simulator" / "console-token").read_text().strip(),
            "vault password": (self.root / "vault-password").read_text().strip(),
        }
        self.runs: list[Outcome] = []
        self.processes: dict[str, bytes] = {}
        for name in ("remote-tmp", "tmp", "runner/project"):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the processes meanwhile."""
        with watched_processes(self.root) as seen:
            yield
        assert seen, "no process was seen: the search proves nothing"
        self.processes.update(seen)

    def remember(self, integration: str = "crm_sync") -> None:
        """Search for the secrets that SFMC has now, too."""
        client_id = self.operations.client_id(integration)
        for which in ("active", "staged", "previous"):
            secret = (self.operations.package(integration)[which] or {}).get("secret")
            if secret and secret not in self.secrets.values():
                name = f"{integration} {len(self.secrets)} ({which})"
                self.secrets[name] = secret
                self.secrets[f"{name} with its client id"] = f"{client_id}:{secret}"

    def playbook(self, name: str, *words: str, env: Mapping[str, str] | None = None, **variables: Any) -> Outcome:
        """Run a playbook at `-vvvv --diff`."""
        environment = {**self.settings, **(env or {})}
        return self._kept(self.operations.playbook(name, *VERBOSE, *words, env=environment, **variables))

    def play(self, tasks: list[dict[str, Any]], env: Mapping[str, str] | None = None, **options: Any) -> Outcome:
        """Run tasks of one's own at `-vvvv --diff`."""
        environment = {**self.settings, **(env or {})}
        return self._kept(self.operations.play(tasks, *VERBOSE, env=environment, **options))

    def through_runner(self, name: str, **variables: Any) -> Outcome:
        """Run a playbook of the collection by ansible-runner, as AWX does: its events and artifacts stay."""
        file = self.operations.private(variables)
        words = [*VERBOSE, "--limit", self.operations.environment, "-e", f"@{file}"]
        command = ["run", str(self.root / "runner"), "--playbook", f"keyturn.sfmc.{name}"]
        command += ["--inventory", str(self.operations.estate.inventory), f"--cmdline={shlex.join(words)}"]
        ended = self.operations.estate.ansible("ansible-runner", *command, env=self.settings)
        return self._kept(Outcome(ended.returncode, ended.stdout, ended.stderr))

    def with_json(self) -> dict[str, str]:
        """Return what makes a run say everything as JSON, statistics of one's own too."""
        return {
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        }

    def places(self) -> dict[str, bytes]:
        """Return everything that is searched, by its name."""
        places = {f"stdout of run {n}": run.stdout.encode() for n, run in enumerate(self.runs)}
        places.update({f"stderr of run {n}": run.stderr.encode() for n, run in enumerate(self.runs)})
        declared = {skeleton.path for skeleton in self.operations.estate.skeletons}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if path.is_file() and not name.startswith(_NOT_SEARCHED) and str(path) not in declared:
                places[name] = path.read_bytes()
        return {**places, **_of_this_user(), **self.processes}

    def leaked(self) -> list[str]:
        """Say which secret is where it may not be, and in which form. Declared files hold theirs in its place alone."""
        self.operations.held("crm_sync")
        return leaks(self.secrets, self.places())

    def _kept(self, run: Outcome) -> Outcome:
        self.runs.append(run)
        return run


def _settings(root: Path) -> dict[str, str]:
    return {
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(root / "facts"),
        # From ansible-core 2.21 on, results hold the arguments of modules only where somebody wants them.
        "ANSIBLE_INJECT_INVOCATION": "true",
        "ANSIBLE_LOG_PATH": str(root / "ansible.log"),
        "ANSIBLE_REMOTE_TMP": str(root / "remote-tmp"),
        "ANSIBLE_ASYNC_DIR": str(root / "async"),
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit,ansible.builtin.tree",
        "ANSIBLE_CALLBACK_TREE_DIR": str(root / "tree"),
        "JUNIT_OUTPUT_DIR": str(root / "junit"),
        "TMPDIR": str(root / "tmp"),
    }


def _of_this_user() -> dict[str, bytes]:
    """Return what Ansible keeps in the home of its user, where nobody tells it otherwise."""
    found: dict[str, bytes] = {}
    walks = (os.walk(Path.home() / name) for name in (".ansible", ".ansible_async"))
    for path in (Path(folder) / name for walk in walks for folder, _folders, names in walk for name in names):
        try:
            found[str(path)] = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue  # somebody else's, who is done with it
    return found
