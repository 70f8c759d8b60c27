# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: the folder, the credentials and the variables of a job, over ansible-runner's three stages.

Written from the source of AWX 24 and later (`awx/main/tasks/jobs.py`, `receptor.py`): what the controller sends
(`transmit`), a `worker` in the execution environment, and what comes back (`process`). No AWX and no container run
here: a folder stands for ``/runner``, the virtual environment of the tests for the image.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import ansible_runner
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import collections_path

#: Files of a job that hold secrets because AWX puts them there: answers of surveys, files of custom credentials.
BY_AWX = ("/env/extravars", "/env/tmp")
VAULT_ID = "store"
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_PLAYBOOK = "- name: From the collection\n  ansible.builtin.import_playbook: keyturn.sfmc.{}\n"


class _Unsafe(yaml.SafeDumper):
    """Marks every text `!unsafe`, keys too, as AWX does."""

    def represent_data(self, data: Any) -> Any:
        if isinstance(data, str):
            return self.represent_scalar("!unsafe", data)
        return super().represent_data(data)


@dataclass
class Job:
    """A job that has ended. `stream` is all that came back from the execution environment, as it came."""

    number: int
    status: str
    folder: Path
    stream: bytes = field(repr=False)
    events: list[dict[str, Any]] = field(repr=False)

    @property
    def said(self) -> str:
        """All that a person sees in AWX, with every run of blanks as one."""
        text = _COLOUR.sub("", " ".join(event.get("stdout", "") for event in self.events))
        return " ".join(text.split()).replace("''", "'")

    @property
    def artifacts(self) -> Path:
        """The folder of its artifacts."""
        return self.folder / "artifacts" / str(self.number)


class Awx:
    """Starts jobs over an estate, whose inventory it has as an inventory source would: as JSON, vaulted values too."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self.root = operations.estate.root / "awx"
        #: What the execution environment mounts as /runner.
        self.runner = self.root / "runner"
        (self.root / "home").mkdir(parents=True)
        self.jobs: list[Job] = []

    def run(
        self,
        playbook: str,
        survey: Mapping[str, Any] | None = None,
        vault: bool = True,
        files: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        words: Sequence[str] = ("-vvvv", "--diff"),
    ) -> Job:
        """Run a job template.

        :param survey: answers and extra variables.
        :param vault: whether it has a Vault credential.
        :param files: contents that a custom credential injects as files, by the variable that tells where each is.
        :param environment: what differs from the execution environment otherwise.
        """
        number = 40 + len(self.jobs)
        folder = self.root / f"awx_{number}_job"
        for name in ("env", "inventory", "project"):
            (folder / name).mkdir(parents=True, mode=0o700)
        (folder / "project" / f"{playbook}.yml").write_text(f"---\n{_PLAYBOOK.format(playbook)}")
        self._write_inventory(folder / "inventory" / "hosts")
        _private(folder / "env" / "extravars", _unsafe({**(survey or {}), **_meta(number, playbook)}))
        words = ["-u", "root", *words, "-l", self.operations.environment]
        words += ["--vault-id", f"{VAULT_ID}@prompt"] if vault else []
        _private(folder / "env" / "cmdline", " ".join(words))
        settings = {"job_timeout": 250, "suppress_ansible_output": True, "suppress_output_file": False}
        _private(folder / "env" / "settings", json.dumps(settings))
        parameters = {
            "ident": number,
            "private_data_dir": str(folder),
            "playbook": f"{playbook}.yml",
            "inventory": str(folder / "inventory" / "hosts"),
            "passwords": {rf"Vault password \({VAULT_ID}\):\s*?$": self._vault_password()} if vault else {},
            "suppress_env_files": True,
            "envvars": {**self._variables(number, folder), **self._inject(folder, files or {}), **(environment or {})},
            "ssh_key": (self.operations.estate.root / "ssh" / "id").read_text(),
            "fact_cache_type": "jsonfile",
        }
        job = self._ended(number, folder, self._work(parameters), parameters)
        self.jobs.append(job)
        return job

    def _work(self, parameters: Mapping[str, Any]) -> bytes:
        """Send a job to the execution environment, and return what it sends back."""
        with TemporaryFile() as file:
            ansible_runner.interface.run(streamer="transmit", _output=file, **parameters)
            file.seek(0)
            sent = file.read()
        program = Path(sys.executable).parent / "ansible-runner"
        inherited = self.operations.estate.environment({"HOME": str(self.root / "home")})
        kept = {name: value for name, value in inherited.items() if not name.startswith("ANSIBLE_")}
        worker = [str(program), "worker", "--private-data-dir", str(self.runner), "--delete"]
        done = subprocess.run(worker, input=sent, env=kept, capture_output=True, check=False, timeout=300)
        assert done.stdout and not done.stderr, (done.returncode, done.stderr[-3000:])
        return done.stdout

    def _ended(self, number: int, folder: Path, stream: bytes, parameters: Mapping[str, Any]) -> Job:
        events: list[dict[str, Any]] = []

        def keep(event: dict[str, Any]) -> bool:
            events.append(event)
            return True

        back = ansible_runner.interface.run(
            streamer="process", quiet=True, _input=io.BytesIO(stream), event_handler=keep, **parameters
        )
        return Job(number, back.status, folder, stream, events)

    def _variables(self, number: int, folder: Path) -> dict[str, str]:
        """Return what AWX sets in the environment of every job."""
        return {
            # Where the controller made the folder; in the execution environment it is /runner.
            "AWX_PRIVATE_DATA_DIR": f"/tmp/{folder.name}",
            "JOB_ID": str(number),
            "INVENTORY_ID": "1",
            "PROJECT_REVISION": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            "MAX_EVENT_RES": "700000",
            "AWX_HOST": "https://awx.example.com",
            "ANSIBLE_FORCE_COLOR": "True",
            "ANSIBLE_HOST_KEY_CHECKING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
            "ANSIBLE_PARAMIKO_RECORD_HOST_KEYS": "False",
            "ANSIBLE_COLLECTIONS_PATH": f"{self.runner}/requirements_collections:{collections_path()}",
            "ANSIBLE_ROLES_PATH": f"{self.runner}/requirements_roles",
        }

    def _inject(self, folder: Path, files: Mapping[str, str]) -> dict[str, str]:
        """Write the files of a custom credential; return the variables that tell where they are."""
        for number, content in enumerate(files.values()):
            _private(folder / "env" / f"tmp{number}credential", content)
        return {name: str(self.runner / "env" / f"tmp{number}credential") for number, name in enumerate(files)}

    def _write_inventory(self, path: Path) -> None:
        """Write the script that AWX writes: it prints the inventory, with each host's number in AWX."""
        source = ["--inventory", str(self.operations.estate.inventory), "--list", "--export"]
        listed = self.operations.estate.ansible("ansible-inventory", *source)
        assert listed.returncode == 0, listed
        found = json.loads(listed.stdout)
        for number, variables in enumerate(found["_meta"]["hostvars"].values(), start=1):
            # The key is in the job's ssh-agent, which "identities only" would leave out.
            variables.pop("ansible_ssh_private_key_file")
            arguments = variables["ansible_ssh_common_args"]
            variables["ansible_ssh_common_args"] = arguments.replace("-o IdentitiesOnly=yes", "")
            variables.update(remote_tower_enabled="true", remote_tower_id=number)
        text = f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(found)!r})\n"
        _private(path, text, 0o700)

    def _vault_password(self) -> str:
        return (self.operations.estate.root / "vault-password").read_text().strip()


@contextmanager
def volume(operations: Operations) -> Iterator[str]:
    """Mount a volume for jobs, and return its path. Where tests run in a container, other folders may be in a layer."""
    mounted = Path("/dev/shm")
    with TemporaryDirectory(prefix="keyturn-", dir=mounted if mounted.is_dir() else None) as folder:
        path = operations.estate.root / "lasting"
        path.symlink_to(folder)
        yield str(path)


def without(package: str, folder: Path) -> dict[str, str]:
    """Return what makes an environment lack a Python package, as an image without it does.

    :param folder: a new one, for what stands in the package's place.
    """
    folder.mkdir()
    lacking = f"raise ModuleNotFoundError(\"No module named '{package}'\", name='{package}')\n"
    (folder / f"{package}.py").write_text(lacking)
    return {"PYTHONPATH": str(folder)}


def _meta(number: int, name: str) -> dict[str, Any]:
    """Return the variables that AWX adds to those of the template and the survey."""
    said = {
        "job_id": number,
        "job_launch_type": "manual",
        "job_template_id": 7,
        "job_template_name": name,
        "inventory_id": 1,
        "inventory_name": "estate",
        "project_revision": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "project_scm_branch": "",
        "user_id": 3,
        "user_name": "anna",
        "user_email": "anna@example.com",
        "user_first_name": "Anna",
        "user_last_name": "",
    }
    return {f"{prefix}_{key}": value for key, value in said.items() for prefix in ("awx", "tower")}


def _unsafe(variables: Mapping[str, Any]) -> str:
    return "".join(yaml.dump({key: value}, Dumper=_Unsafe) for key, value in variables.items())


def _private(path: Path, content: str, mode: int = 0o600) -> None:
    path.touch(mode=mode)
    path.write_text(content, encoding="utf-8")
