# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole rotation at `-vvvv --diff`; afterwards every secret is searched for in all that it left, in any disguise."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.leaks.watching import watched_processes


def _files(*folders: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _secrets(operations: Operations, *names: str) -> dict[str, str]:
    found = {f"{name} {which}": operations.secret(name, which) for name in names for which in ("active", "previous")}
    found["console token"] = (operations.estate.root / "simulator" / "console-token").read_text().strip()
    found["vault password"] = (operations.estate.root / "vault-password").read_text().strip()
    return found


def _settings(operations: Operations, pipelining: bool) -> dict[str, str]:
    root = operations.estate.root
    return {
        "ANSIBLE_PIPELINING": str(pipelining),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(root / "facts"),
        "ANSIBLE_LOG_PATH": str(root / "ansible.log"),
        "ANSIBLE_REMOTE_TMP": str(root / "remote-tmp"),
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit",
        "JUNIT_OUTPUT_DIR": str(root / "junit"),
    }


def _left(operations: Operations, runs: list[Outcome], processes: dict[str, bytes]) -> dict[str, bytes]:
    root = operations.estate.root
    found = {f"stdout {n}": run.stdout.encode() for n, run in enumerate(runs)}
    found.update({f"stderr {n}": run.stderr.encode() for n, run in enumerate(runs)})
    folders = [root / name for name in ("facts", "remote-tmp", "ansible", "junit", "run", "inventory")]
    found.update(_files(*folders, Path.home() / ".ansible"))
    found.update(_files(*root.glob("hosts/*/var"), *root.glob("hosts/*/tmp")))
    found["ansible.log"] = (root / "ansible.log").read_bytes()
    return {**found, **processes}


@pytest.mark.parametrize("pipelining", (True, False), ids=("pipelining", "no pipelining"))
def test_i_27_a_rotation_shows_no_secret_anywhere(bring_up: BringUp, pipelining: bool) -> None:
    """I-27, I-28, I-29; and `deployed_secret` is one execution for each host, its restart within."""
    operations = bring_up(pair(service=True))
    operations.hand_in_active("crm_sync")
    settings = _settings(operations, pipelining)
    os.makedirs(operations.estate.root / "remote-tmp", exist_ok=True)
    facts = operations.estate.ansible("ansible", "prod", "-m", "setup", "-a", "gather_subset=!all,!min", env=settings)
    assert facts.returncode == 0, facts.stdout
    with watched_processes(operations.estate.root) as processes:
        rotated = operations.rotate("-vvvv", "--diff", env=settings)
        status = operations.playbook("status", "-vvvv", env=settings)
    assert rotated.status == 0 and status.status == 0, rotated.said[-3000:]
    assert processes, "no process was seen: the search proves nothing"
    left = _left(operations, [rotated, status], processes)
    assert any(name.startswith(str(operations.estate.root / "facts")) for name in left), "no fact cache was written"
    found = leaks(_secrets(operations, "crm_sync"), left)
    assert found == []
    runs = len(re.findall(r"Using module file \S*/deployed_secret\.py", rotated.stdout))
    assert runs == 2, f"deployed_secret ran {runs} times for 2 hosts, one of which restarted"
    assert not [path for path in (operations.estate.root / "remote-tmp").rglob("*") if path.is_file()]


def test_i_27_what_checks_and_restarts_print_shows_no_secret(bring_up: BringUp, tmp_path: Path) -> None:
    """I-27: programs that log what they sent; the former secret works until the activation."""
    operations = bring_up(pair())
    operations.hand_in_active("crm_sync")
    former = operations.secret("crm_sync")
    header = base64.b64encode(f"{operations.client_id('crm_sync')}:{former}".encode()).decode()
    (tmp_path / "app.log").write_text(f"401 invalid_client, sent client_secret={former} as Basic {header}\n")
    said = ["sh", "-c", f"cat {tmp_path}/app.log; exit 1"]
    operations.declare_host("prod-a", lambda items: items[0].update(check={"command": said, "retries": 0}))
    operations.declare_host("prod-b", lambda items: items[0].update(restart={"command": said}))
    settings = _settings(operations, True)
    runs = [operations.rotate("-vvvv", "--diff", env=settings, sfmc_max_fail_percentage=100)]
    # Once more: the files are right by now, so that the former secret stands in none of them.
    runs.append(operations.rotate("-vvvv", env=settings, sfmc_max_fail_percentage=100))
    runs.append(operations.playbook("status", env=settings))
    assert [run.status for run in runs[:2]] == [2, 2] and "401 invalid_client, sent" in runs[1].said, runs[1].said
    left = {**_left(operations, runs, {}), "journal": str(operations.journal("crm_sync")).encode()}
    assert leaks({"former": former, "staged": operations.secret("crm_sync", "staged")}, left) == []


def test_i_27_failures_show_no_secret_either(bring_up: BringUp) -> None:
    """I-27, I-24: drift, a failing restart, a secret that is refused, each at `-vvvv --diff`."""
    operations = bring_up(pair())
    operations.hand_in_active("crm_sync")
    settings = _settings(operations, True)
    canary = "SFMC_" + "Kq7-" * 14 + "xyz"
    path = operations.estate.host("prod-a") / "srv/shop/.env"
    path.write_text(f"SFMC_CLIENT_SECRET={canary}\nBROKEN LINE {canary}\n")
    operations.declare_host("prod-b", lambda items: items[0].update(restart={"command": ["/bin/false"]}))
    runs = [operations.rotate("-vvvv", "--diff", env=settings)]
    runs.append(operations.hand_in("crm_sync", canary))
    runs.append(operations.playbook("abandon", "-vvvv", env=settings, sfmc_abandon_integration="crm_sync"))
    assert runs[0].status == 2, runs[0].said[-3000:]
    known = {
        "canary": canary,
        "active": operations.secret("crm_sync"),
        "staged": operations.secret("crm_sync", "staged"),
        "console token": (operations.estate.root / "simulator" / "console-token").read_text().strip(),
    }
    found = leaks(known, _left(operations, runs, {}))
    assert found == []
