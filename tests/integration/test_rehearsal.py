# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal goes the whole way with the active secret, lists what would stop a rotation, and changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair, several
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome, unchanged

_SHOP = "srv/shop/.env"
HOSTS = ("prod-cut", "prod-down", "prod-drift", "prod-key", "prod-locked", "prod-sick", "prod-well")
#: Keeps all programs of a host's Python from the network, as a firewall does.
_FIREWALL = """\
import errno, socket

def connect(self, address):
    raise OSError(errno.ENETUNREACH, "no route")

socket.socket.connect = connect
"""


def _rehearse(operations: Operations, **options: Any) -> Outcome:
    return operations.playbook("rehearse", **options)


def _restarts(operations: Operations) -> int:
    return len([each for each in operations.effects() if each["outcome"] == "restarted"])


@contextmanager
def _nothing_but_restarts(operations: Operations) -> Iterator[None]:
    """See that no file, no byte of the store and no effect differs afterwards, apart from restarts."""
    before = operations.world()
    yield
    after = operations.world()
    for world in (before, after):
        world["effects"] = [each for each in world["effects"] if each["outcome"] not in ("stopping", "restarted")]
    assert after == before


def test_i_31_two_rehearsals_restart_and_prove_and_change_nothing(bring_up: BringUp) -> None:
    """I-31, I-27: then the real rotation goes through as rehearsed."""
    operations = bring_up(pair(service=True))
    operations.hand_in_active("crm_sync")
    for number in (1, 2):
        tokens = len(operations.effects("token"))
        with _nothing_but_restarts(operations):
            run = _rehearse(operations)
        assert run.status == 0, run
        assert "2 dependents on 2 hosts rehearsed: nothing would stop a rotation" in run.said, run
        assert _restarts(operations) == number
        assert len(operations.effects("token")) >= tokens + 3, "the controller and each host ask for a token"
        assert operations.secret("crm_sync") not in run.stdout + run.stderr
    with unchanged(operations):
        assert _rehearse(operations, sfmc_rehearse_restart=False).status == 0
        assert _rehearse(operations, limit="prod-b").status == 0
    assert operations.rotate().status == 0
    assert operations.service("prod-a", "web shop").record()["refused"] == 0


def test_i_44_each_trouble_is_listed_with_a_way_out(bring_up: BringUp) -> None:
    """I-44, I-31, I-5, I-12, I-24: planted on one host each, in the store and at the provider."""
    operations = bring_up(several(HOSTS))
    operations.hand_in_active("crm_sync")
    _cut_off(operations, "prod-cut")
    operations.declare_variables("prod-down", ansible_port=1)
    _file(operations, "prod-drift").write_bytes(b"SFMC_CLIENT_SECRET=somebody-elses-secret\n")
    operations.declare_host("prod-key", lambda items: items[0]["files"][0].update(key="SFMC_SECRET"))
    sick = {"command": ["/bin/false"], "retries": 0}
    operations.declare_host("prod-sick", lambda items: items[0].update(check=sick))
    operations.declare_group(
        lambda variables: variables["sfmc_provider"]["generate"].update(url="https://127.0.0.1/${packet}")
    )
    locked, unlock = _locked(_file(operations, "prod-locked"))
    lock = operations.store_folder / ".lock"
    lock.unlink()
    lock.mkdir()
    try:
        with unchanged(operations):
            run = _rehearse(operations, sfmc_serial=["100%"])
    finally:
        unlock()
        lock.rmdir()
    assert run.status == 2, run
    for where, what, way_out in (
        ("prod-cut/shop", "unknown: no connection", "see that this host reaches SFMC"),
        ("prod-down", "be reached over", "see that the host can be reached"),
        ("prod-drift/shop", "an unknown value", "put the active secret there by hand"),
        ("prod-key/shop", "no such key", "correct `key` or `path`"),
        ("prod-locked/shop", *locked),
        ("prod-sick/shop", "/bin/false: exit status 1", "mend it and run again"),
        ("crm_sync", "Is a directory", "mend the folder's owner, mode or disk"),
        ("crm_sync", "https://127.0.0.1/${packet}: ${packet}", "correct sfmc_provider.generate"),
    ):
        row, way = _row(run, where, what)
        assert way_out in way, f"{row!r} has the way out {way!r} in {run}"
    assert "7 dependents on 7 hosts rehearsed: 8 things would stop a rotation" in run.said, run
    assert "prod-well" not in _table(run), run
    assert max(map(len, _table(run).splitlines())) <= 100, _table(run)


def test_after_a_check_that_failed_no_later_batch_is_restarted(bring_up: BringUp) -> None:
    """A rehearsal restarts what works; a canary that does not come back is enough."""
    operations = bring_up(pair(service=True))
    operations.hand_in_active("crm_sync")
    operations.declare_variables("prod-a", sfmc_order=2)
    operations.declare_host("prod-b", lambda items: items[0].update(restart={"command": ["/bin/false"]}))
    run = _rehearse(operations)
    assert run.status == 2 and "hosts of later batches are rehearsed without restarts" in run.said, run
    assert _restarts(operations) == 0, run
    assert "prod-a" not in _table(run), run


def test_what_is_no_file_is_read_and_proved_and_never_written(pair_of_hosts: Operations) -> None:
    """Nor is anybody asked for what only a person can do."""
    operations = pair_of_hosts
    kept = operations.estate.host("prod-b") / "opt/kept"
    kept.write_text(operations.secret("crm_sync"))
    write, read = ["sh", "-c", f"cat > {kept}; touch {kept}.written"], ["cat", str(kept)]

    def declare(items: list[dict[str, Any]]) -> None:
        for name, options in (("keeper", {"write": write, "read": read}), ("blind", {"write": write})):
            items.append({"integration": "crm_sync", "name": name, "kind": "command", "options": options})
        options = {"where": "a vendor's screen"}
        items.append({"integration": "crm_sync", "name": "vendor", "kind": "manual", "options": options})

    operations.declare_host("prod-b", declare)
    with unchanged(operations):
        run = _rehearse(operations)
    assert run.status == 0, run
    assert "4 dependents on 2 hosts rehearsed: nothing would stop a rotation" in run.said, run
    assert "cannot be read, so nothing is proved of it: prod-b/blind" in run.said, run
    assert "a person brings the secret to prod-b/vendor: not rehearsed" in run.said, run

    kept.write_text("somebody-elses-secret")
    with unchanged(operations):
        run = _rehearse(operations)
    assert run.status == 2 and "an unknown value" in _row(run, "prod-b/keeper", "")[0], run


def test_an_open_rotation_is_not_rehearsed(pair_of_hosts: Operations) -> None:
    """Its hosts are just being given another secret: none is contacted."""
    operations = pair_of_hosts
    operations.declare_host("prod-b", lambda items: items[0].update(restart={"command": ["/bin/false"]}))
    assert operations.rotate().status == 2
    with unchanged(operations):
        run = _rehearse(operations)
    assert run.status == 2, run
    row, way = _row(run, "crm_sync", "which is under way")
    assert "ansible-playbook keyturn.sfmc.rotate goes on with it" in way, (row, run)
    assert set(run.recap) == {"prod-a"}, "the one on which Ansible runs what runs once"


def _file(operations: Operations, host: str) -> Path:
    return operations.estate.host(host) / _SHOP


def _cut_off(operations: Operations, host: str) -> None:
    """Take the network away from what Ansible runs on a host."""
    folder = operations.estate.root / "firewall"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_FIREWALL)
    python = folder / "python3"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    operations.declare_variables(host, ansible_python_interpreter=str(python))


def _locked(path: Path) -> tuple[tuple[str, str], Callable[[], object]]:
    """Make a file that nobody can replace; return what is said of it, and what frees it."""

    def chattr(change: str) -> bool:
        return subprocess.run(["chattr", change, str(path)], check=False, capture_output=True).returncode == 0

    if chattr("+i"):
        return ("an immutable file", "`chattr -i -a` unlocks it"), lambda: chattr("-i")
    twin = path.parent.parent / "twin"
    os.link(path, twin)
    return ("2 hard links to it", "make the other names symbolic links"), twin.unlink


def _table(run: Outcome) -> str:
    """Return what is shown at the end."""
    return run.stdout.partition("TASK [Say what would stop a rotation]")[2].partition("ok: [")[0]


def _row(run: Outcome, where: str, what: str) -> tuple[str, str]:
    """Return the row of one trouble, continued lines joined, and its way out."""
    head, _blank, rest = _table(run).partition("\n  \n")
    ways, _blank, _notes = rest.partition("\n  \n")
    texts = _joined(ways.splitlines(), lambda line: line[2:4].strip().isdigit())
    for row in _joined(head.splitlines()[1:], lambda line: not line.startswith("   ")):
        first, _blank, number = row[0].rpartition(" ")
        said = " ".join(" ".join([first, *row[1:]]).split())
        if said.startswith(where) and what in said:
            return said, " ".join(texts[int(number) - 1])
    raise AssertionError(f"no row for {where}, {what!r} in {run}")


def _joined(lines: list[str], begins: Callable[[str], bool]) -> list[list[str]]:
    """Keep wrapped lines with what they belong to."""
    found: list[list[str]] = []
    for line in lines:
        if begins(line) or not found:
            found.append([])
        found[-1].append(line.strip())
    return found
