# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tree with uses of client secrets in every format and place, and with what only looks like one."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.support import planted_uses
from ansible_collections.keyturn.sfmc.tests.support.planted_tree import (
    DOCKER_ID,
    Credentials,
    Expected,
    Planted,
    in_base64,
)

__all__ = ["DOCKER_ID", "Credentials", "Expected", "Planted", "in_base64", "plant"]

_USES = (
    planted_uses.lines,
    planted_uses.trees,
    planted_uses.code,
    planted_uses.of_systems,
    planted_uses.several,
    planted_uses.copies,
    planted_uses.encodings,
    planted_uses.names,
    planted_uses.texts,
)


def plant(folder: Path) -> Planted:
    """Make the tree below a new folder."""
    planted = Planted(folder)
    for make in _USES:
        make(planted)
    _decoys(planted)
    _mentions(planted)
    _processes(planted)
    _containers(planted)
    return planted


def _decoys(planted: Planted) -> None:
    """What looks like a secret, in files that name no integration."""
    decoy, stranger = planted.decoy, planted.known.strangers
    long_name = "SFMC_" + "CLIENT_SECRET_OF_" * 3 + "PRODUCTION"
    long_name += "_" * (64 - len(long_name))
    decoy("opt/decoys/names.sh", f"#!/bin/sh\nexport SFMC_CLIENT_SECRET_PRODUCTION\nuse {long_name}\n")
    decoy("opt/decoys/postgres.env", f"client_secret={stranger}\nPGPASSWORD={stranger}\n")
    decoy("opt/decoys/keycloak.json", json.dumps({"client_id": "web", "client_secret": stranger}))
    decoy("opt/decoys/random.bin", bytes(range(256)) * 40)
    decoy("opt/decoys/comment.env", f"TZ=UTC\n# SFMC_CLIENT_SECRET={planted.known.unknown}\n")


def _mentions(planted: Planted) -> None:
    """What names an integration, and holds something else than its secret."""
    mention, crm, stranger = planted.mention, planted.known.crm, planted.known.strangers
    host = "mc1crm.auth.marketingcloudapis.com"
    placeholders = "changeme|<your secret>|${SFMC_SECRET}|{{ sfmc_secret }}|%SFMC_SECRET%|********|"
    placeholders += "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER|SFMC_CLIENT_SECRET_OLD|your-client-secret"
    for number, placeholder in enumerate(placeholders.split("|")):
        entry = {"client_id": crm, "client_secret": placeholder}
        mention(f"opt/mentions/placeholder{number}.json", json.dumps(entry))
    mention("opt/mentions/README.md", f"Use the client id {crm} with client_secret=abcdef0123456789abcdef01.\n")
    mention("opt/mentions/jwt.yml", f"client_id: {crm}\njwt_secret: {stranger}\nappsignature: {stranger}\n")
    mention("opt/mentions/hosts.txt", f"10.0.0.1 {host}\n")
    mention("opt/mentions/comment.ini", f"[sfmc]\nclientid={crm}\n; clientsecret={planted.known.unknown}\n")
    mention("opt/mentions/auth.py", f'CLIENT_ID = "{crm}"\nCLIENT_SECRET = os.environ["SFMC_CLIENT_SECRET"]\n')


def _processes(planted: Planted) -> None:
    """Processes as Linux shows them: three of one service, one in a container, one by itself."""
    known = planted.known
    variable = f"SFMC_CLIENT_SECRET={known.active}"
    for number in (101, 102, 103):
        _process(planted, number, ["PATH=/bin", variable], "0::/system.slice/mule.service\n", "/usr/bin/java")
    members = json.dumps({"secret": known.of_forms})
    group = f"0::/system.slice/docker-{DOCKER_ID}.scope\n"
    _process(planted, 201, [f"SFMC={members}"], group, "/app/sync")
    environment = [f"CLIENT_ID={known.crm}", f"CLIENT_SECRET={known.old_unknown}"]
    _process(planted, 301, environment, "0::/user.slice/user-0.slice/session-1.scope\n", "/opt/bin/push")
    _process(planted, 401, [f"client_secret={known.strangers}"], "0::/system.slice/other.service\n", "/usr/bin/other")
    for place, key, secret, client_id in (
        ("process of mule.service", "SFMC_CLIENT_SECRET", "active", known.crm),
        ("process of container sync", "SFMC", "active", known.forms),
        ("process of /opt/bin/push", "CLIENT_SECRET", "unknown", known.crm),
    ):
        planted.expected_elsewhere.append(Expected(place, "process", "", key, secret, client_id))


def _process(planted: Planted, number: int, environment: list[str], group: str, program: str) -> None:
    folder = planted.proc / str(number)
    folder.mkdir(parents=True)
    (folder / "environ").write_bytes(b"".join(line.encode() + b"\0" for line in environment))
    (folder / "cgroup").write_text(group)
    (folder / "stat").write_text(f"{number} (a program) S 1 1 1\n")
    (folder / "comm").write_text("a program\n")
    (folder / "exe").symlink_to(program)


def _containers(planted: Planted) -> None:
    """A container of docker, and one of podman."""
    known = planted.known
    members = json.dumps({"secret": known.of_forms})
    config = {"ID": DOCKER_ID, "Name": "/sync", "Config": {"Env": ["PATH=/bin", f"SFMC={members}"]}}
    _json_file(planted.docker / DOCKER_ID / "config.v2.json", config)
    _json_file(planted.podman / "containers.json", [{"id": "b" * 64, "names": ["crm"]}])
    process = {"env": [f"SFMC_CLIENT_SECRET={known.staged}"]}
    _json_file(planted.podman / ("b" * 64) / "userdata" / "config.json", {"process": process})
    for place, key, secret, client_id in (
        ("container sync", "SFMC", "active", known.forms),
        ("container crm", "SFMC_CLIENT_SECRET", "staged", known.crm),
    ):
        planted.expected_elsewhere.append(Expected(place, "container", "", key, secret, client_id))


def _json_file(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
