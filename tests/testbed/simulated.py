# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process of the testbed, and its admin API as tests use it."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed.processes import Processes, free_port, wait_until

MODULE = "ansible_collections.keyturn.sfmc.tests.simulator"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class SimulatorAddress:
    """Where the simulator is; ``ca_path`` is empty without TLS, ``console_token`` opens the console API."""

    url: str
    console_token: str
    ca_path: str = ""


def collections_path() -> Path:
    """Return the folder that holds ``ansible_collections``, for ``PYTHONPATH`` and Ansible alike."""
    here = Path(__file__).absolute()
    return next(parent.parent for parent in here.parents if parent.name == "ansible_collections")


def start_simulator(processes: Processes, folder: Path, speed: float, tls: bool) -> SimulatorAddress:
    """Start the simulator as the process ``simulator``; return when it listens.

    :param folder: for its port, token and certificate files; made when missing.
    :param speed: simulated seconds per real second.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    token_file, port_file, ca_file = folder / "console-token", folder / "url", folder / "ca.pem"
    token_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
    port_file.unlink(missing_ok=True)
    argv = [sys.executable, "-m", MODULE, "--port", str(free_port()), "--port-file", str(port_file)]
    argv += ["--speed", str(speed), "--console-token-file", str(token_file)]
    if tls:
        argv += ["--tls", "--ca-out", str(ca_file)]
    search = [str(collections_path()), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = processes.start("simulator", argv, {**os.environ, "PYTHONPATH": os.pathsep.join(search)})
    url = wait_until(lambda: _read(port_file), "the simulator", process, processes.log("simulator"))
    return SimulatorAddress(url, token_file.read_text(encoding="ascii"), str(ca_file) if tls else "")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


class Simulator:
    """The admin API (``/_sim``) of a running simulator. Shapes are those of its README.

    :raises Refusal: from every method, when the simulator does not do it.
    """

    def __init__(self, address: SimulatorAddress) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = address.ca_path or True

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request below ``/_sim/`` and return the parsed answer."""
        url = f"{self.address.url}/_sim/{path}"
        answer = self._session.request(method, url, json=body, timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            # Answers of the admin API can hold secrets.
            found = f"HTTP {answer.status_code} {answer.json().get('error', '')}"
            raise Refusal("the admin API does what tests ask", f"{method} {url}", "2xx", found, "see its README.md")
        return answer.json()

    def add_package(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Install a package; the answer has its secrets."""
        return dict(self.call("POST", "packages", wanted))

    def package(self, client_id: str) -> dict[str, Any]:
        """Return a package with ``active``, ``staged``, ``previous``: ``{"secret", "generated_at", ...}`` or None."""
        return dict(self.call("GET", f"packages/{client_id}"))

    def secret(self, client_id: str, which: str = "active") -> str:
        """Return a secret's value: ``active``, ``staged`` or ``previous``."""
        return str(self.package(client_id)[which]["secret"])

    def now(self) -> str:
        """Return the simulated time in ISO 8601."""
        return str(self.call("GET", "clock")["now"])

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.call("POST", "clock", {"advance_seconds": seconds})

    def run_at(self, speed: float) -> None:
        """Let the clock run at another speed from now on."""
        self.call("POST", "clock", {"speed": speed})

    def effects(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the ordered record, after a line's number."""
        return list(self.call("GET", f"effects?since={since}")["effects"])

    def mark(self, what: str) -> None:
        """Write into the record what a test does to the world at this moment."""
        self.call("POST", "effects", {"outcome": what, "who": "test"})

    def generate(self, client_id: str) -> None:
        """Generate a staged secret in Setup, as a person does; the one that was staged is dead."""
        self.call("POST", f"packages/{client_id}/generate")

    def activate(self, client_id: str) -> None:
        """Click in Setup, as a person does."""
        self.call("POST", f"packages/{client_id}/activate")

    def counts(self) -> dict[str, dict[str, int]]:
        """Return token requests per client id."""
        return dict(self.call("GET", "counts")["counts"])

    def add_fault(self, fault: str, **options: Any) -> None:
        """Add a fault of the menu."""
        self.call("POST", "faults", {"fault": fault, **options})
