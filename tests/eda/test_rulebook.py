# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook in the real ansible-rulebook, over an estate against the simulator; a stand-in for the controller."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.integration.estates import two_integrations
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.standins.job_templates import JobTemplates
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate
from ansible_collections.keyturn.sfmc.tests.testbed.processes import kill_all_at_once
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import collections_path

_TEMPLATES = ["SFMC rotate", "SFMC verify", "SFMC status"]
_PATIENCE_SECONDS = 60.0


@pytest.fixture
def operations() -> Iterator[Operations]:
    """An estate with two integrations that are due, their active secrets handed in."""
    with TemporaryDirectory(prefix="kt-rulebook-") as folder:
        estate = Estate(Path(folder) / "estate", two_integrations(service=False), speed=600, transport="ssh")
        try:
            operations = Operations(estate.up())
            operations.hand_in_active("crm_sync", "web_forms")
            yield operations
        finally:
            estate.remove()


class Rulebook:
    """A running ansible-rulebook."""

    def __init__(self, operations: Operations, controller: JobTemplates, token: str) -> None:
        # Not the estate's own folder, whose ansible.cfg knows the vault password.
        root = operations.estate.root / "rulebook"
        self.temporary = root / "tmp"
        self.temporary.mkdir(parents=True)
        self.output = root / "output"
        self.password = root / "vault-password"
        self.password.touch(0o600)
        self.password.write_bytes((root.parent / "vault-password").read_bytes())
        variables = {
            "sfmc_inventory": str(operations.estate.inventory),
            "sfmc_vault_ids": [f"default@{self.password}"],
            "sfmc_organization": JobTemplates.ORGANIZATION,
            "sfmc_interval": 1,
        }
        (root / "vars.yml").write_text(json.dumps(variables))
        programs = tree.WORK / "rulebook" / "bin"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        environment = {
            **kept,
            "PATH": f"{programs}{os.pathsep}{kept.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
            "ANSIBLE_COLLECTIONS_PATH": collections_path(),
            "ANSIBLE_HOME": str(root / "ansible"),
            "HOME": str(root),
            "TMPDIR": str(self.temporary),
            "EDA_CONTROLLER_URL": controller.url,
            "EDA_CONTROLLER_TOKEN": token,
            "EDA_JOB_TEMPLATE_REFRESH_DELAY": "0.1",
        }
        command = [str(programs / "ansible-rulebook"), "--rulebook", "keyturn.sfmc.rotation", "--print-events"]
        command += ["--vars", str(root / "vars.yml"), "--shutdown-delay", "5"]
        with self.output.open("wb") as said:
            self.process = subprocess.Popen(
                command,
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until(self, there: Callable[[], Any], what: str) -> None:
        """Wait until something is so that the rulebook brings about."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not there():
            assert self.process.poll() is None and time.monotonic() < deadline, f"{what}: {self.said}"
            time.sleep(0.1)

    @property
    def said(self) -> str:
        """All that it has printed."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def interrupt(self) -> int:
        """End it as a person does; return its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def test_what_is_due_what_is_over_and_a_look_that_fails_start_their_jobs(operations: Operations) -> None:
    token, former = secrets.token_urlsafe(24), operations.secret("crm_sync")
    with JobTemplates(token, _TEMPLATES) as controller:
        assert isinstance(controller, JobTemplates)
        rulebook = Rulebook(operations, controller, token)
        try:
            rulebook.wait_until(lambda: controller.launched, "rotations are due")
            assert operations.rotate().status == 0
            rulebook.wait_until(lambda: "SFMC verify" in controller.launched, "rotations are over")
            password = rulebook.password.read_bytes()
            rulebook.password.write_text("another")
            rulebook.wait_until(lambda: "SFMC status" in controller.launched, "a look fails")
            rulebook.interrupt()
            assert list(rulebook.temporary.glob("keyturn-look-*")) == [], rulebook.said
        finally:
            kill_all_at_once(rulebook.process.pid)
            rulebook.process.wait()
        assert controller.mistakes == []
        # The ends of two rotations may be seen by two looks.
        assert list(dict.fromkeys(controller.launched)) == _TEMPLATES and controller.launched.count(_TEMPLATES[0]) == 1
        bodies = [call.body for call in controller.writes()]
        assert all("ansible_eda" not in (body.get("extra_vars") or {}) for body in bodies), bodies
    assert rulebook.said.count("'event': 'due'") == 2, rulebook.said
    known = {"former": former, "active": operations.secret("crm_sync"), "token": token}
    known["vault password"] = password.decode().strip()
    assert leaks(known, {"output": rulebook.output.read_bytes(), "requests": repr(bodies).encode()}) == []
