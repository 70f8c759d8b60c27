# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's Python cannot take fails its own dependent with a message (I-44); other dependents go on."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

#: Deploys what it reads as JSON: dependents, and the former and the wanted secret; prints the evidence.
DRIVER = """
import json, sys
from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
given = json.loads(sys.stdin.read())
key, client_id = "ab" * 16, "0a1b2c3d4e5f6g7h8i9j0k1l"
known = {name: fingerprint(key, given[name]) for name in ("former", "wanted")}
target = Target(client_id, "http://127.0.0.1:1", key, given["wanted"], known)
upkeep = lambda seen: Upkeep(url_status, seen, lambda seconds: None)
print(json.dumps(deploy(given["dependents"], {client_id: target}, None, upkeep, False)))
"""

RESTART = {**dict.fromkeys(("service", "supervisor", "container", "engine", "command")), "daemon_reload": False}
CHECK = {**dict.fromkeys(("url", "command", "service", "settle")), "status": 200, "validate_certs": True, "retries": 0}
IMPORTS = os.pathsep.join(path for path in sys.path if path)


class Host:
    """Files with a former secret, and a Python of its own that deploys."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.former, self.wanted = secrets.token_hex(12), secrets.token_hex(12)

    def app(self, name: str, **more: Any) -> dict[str, Any]:
        """Return a dependent with a file of its own."""
        path = self.root / f"{name}.env"
        path.write_text(f"S={self.former}\n")
        file = {"path": str(path), "format": "dotenv", "key": "S", "encoding": "plain"}
        said = {"name": name, "client_id": "0a1b2c3d4e5f6g7h8i9j0k1l", "files": [file], "restart": None, "check": None}
        return {**said, "proof": "fingerprint", "unattested": False, "accept_unknown": False, **more}

    def deploy(self, *dependents: dict[str, Any], before: str = "", **environment: str) -> list[dict[str, Any]]:
        """Deploy in a new Python; what it prints on stderr is a failure."""
        given = json.dumps({"dependents": dependents, "former": self.former, "wanted": self.wanted})
        env = {**os.environ, "PYTHONPATH": IMPORTS, **environment}
        ended = subprocess.run(
            [sys.executable, "-c", before + DRIVER], input=given, env=env, capture_output=True, text=True, check=False
        )
        assert ended.stderr == ""
        found: list[dict[str, Any]] = json.loads(ended.stdout)
        return found


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """Return a host."""
    return Host(tmp_path)


BAD: dict[str, dict[str, Any]] = {
    "no command": {"restart": {**RESTART, "command": [], "timeout": 30}},
    "an empty command": {"restart": {**RESTART, "command": [""], "timeout": 30}},
    "a NUL in a command": {"restart": {**RESTART, "command": ["sh", "a\0b"], "timeout": 30}},
    "a lone surrogate in a command": {"restart": {**RESTART, "command": ["sh", "\ud800"], "timeout": 30}},
    "a service that is none": {"restart": {**RESTART, "service": "a\0b", "timeout": 30}},
    "half a URL": {"check": {**CHECK, "url": "http://[::1", "timeout": 30}},
    "a NUL in a check": {"check": {**CHECK, "command": ["sh", "a\0b"], "timeout": 30}},
    "a NUL in a path": {"files": [{"path": "/a\0b", "format": "dotenv", "key": "S", "encoding": "plain"}]},
    "a lone surrogate in a path": {"files": [{"path": "/\ud800", "format": "dotenv", "key": "S", "encoding": "plain"}]},
}


@pytest.mark.parametrize("bad", BAD)
def test_what_python_cannot_take_fails_its_dependent_and_no_other(host: Host, bad: str) -> None:
    good = {"restart": {**RESTART, "command": ["touch", str(host.root / "restarted")], "timeout": 30}}
    failed, well = host.deploy(host.app("bad", **BAD[bad]), host.app("good", **good))
    assert failed["refusal"] is not None and failed["restarted"] is False
    assert (well["refusal"], well["restarted"]) == (None, True)
    assert (host.root / "restarted").exists()
    assert host.former not in json.dumps(failed) and host.wanted not in json.dumps(failed)


def test_a_host_without_room_for_what_a_restart_prints_says_so(host: Host) -> None:
    restart = {"restart": {**RESTART, "command": ["true"], "timeout": 30}}
    nowhere = "import tempfile\ntempfile.TemporaryFile = lambda: open('/nowhere/file')\n"
    (evidence,) = host.deploy(host.app("full", **restart), before=nowhere)
    assert "FileNotFoundError" in evidence["refusal"]["found"] and evidence["changed"] is True


def test_names_that_the_locale_does_not_know_are_as_good_as_any(host: Host) -> None:
    """Python 3.6 with LC_ALL=C takes them for ASCII; a later one does where UTF-8 is switched off."""
    folder = host.root / "größe"
    folder.mkdir()
    app = host.app("äpp")
    (host.root / "äpp.env").rename(folder / "äpp.env")
    (folder / "läuft").symlink_to(folder / "äpp.env")
    app["files"] = [{**app["files"][0], "path": str(folder / name)} for name in ("äpp.env", "läuft")]
    app["restart"] = {**RESTART, "command": ["touch", str(folder / "neu")], "timeout": 30}
    app["check"] = {**CHECK, "command": ["sh", "-c", 'test "$0" = "ä"', "ä"], "timeout": 30}
    (evidence,) = host.deploy(app, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (evidence["refusal"], evidence["restarted"]) == (None, True)
    assert [file["path"] for file in evidence["files"]] == [str(folder / "äpp.env"), str(folder / "läuft")]
    assert (folder / "äpp.env").read_text() == f"S={host.wanted}\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted(["äpp.env", "läuft", "neu"])
