# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-playbook` killed at an effect, with all that it started; the same command again finishes the rotation.

A few points by default, every point with KEYTURN_KILLS=all.
"""

from __future__ import annotations

import fcntl
import os

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.controllers import started
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.testbed.processes import family, kill_all_at_once
from ansible_collections.keyturn.sfmc.tests.testbed.snapshot import Snapshot

#: The effects of a whole rotation of two hosts, each a batch of its own.
EFFECTS = (
    "prove writable",
    "save pace",
    "save generation sent",
    "generate",
    "save staged",
    "save pace",
    "save usable",
    "save distributing",
    "save pace",
    "deploy prod-a",
    "save attested",
    "save attested",
    "deploy prod-b",
    "save attested",
    "save pace",
    "save activation sent",
    "activate",
    "save activation answered",
    "save pace",
    "save activated",
    "save closed",
)
POINTS = tuple(f"{side} {effect}" for effect in EFFECTS for side in ("before", "after"))
#: Each once: the others are alike, and tests/unit/run/test_run_killed.py has them all.
CHOSEN = (
    "before generate",
    "after generate",
    "after save staged",
    "after deploy prod-a",
    "before activate",
    "after activate",
    "before save closed",
)
_ALL = os.environ.get("KEYTURN_KILLS") == "all"
NUMBERS = [number for number, point in enumerate(POINTS, start=1) if _ALL or point in CHOSEN]


@pytest.mark.parametrize("number", NUMBERS, ids=[f"{number} {POINTS[number - 1]}" for number in NUMBERS])
def test_i_13_the_same_command_again_finishes_what_a_killed_one_began(pair_of_hosts: Operations, number: int) -> None:
    """I-1, I-5, I-6, I-13: one generation, one activation, every host with the new secret, nothing left over."""
    former, before = pair_of_hosts.secret("crm_sync"), pair_of_hosts.estate.snapshot()
    with started(pair_of_hosts, stands_at=number) as controller:
        controller.wait_until_it_stands()
        controller.kill()
        assert controller.points == list(POINTS[:number])
    _ends_well(pair_of_hosts, former, before)


def test_i_14_a_host_that_dies_with_the_controller_between_write_and_restart(pair_of_hosts: Operations) -> None:
    """I-13, I-14: the file has the new secret; the restart is owed, and made by the next run."""
    root = pair_of_hosts.estate.root
    reached, restarts = root / "reached", root / "restarts"
    # The first time it says that it was reached, and never comes to an end.
    script = f"test -e {reached} && echo restarted >> {restarts} || {{ touch {reached}; exec sleep 600; }}"
    pair_of_hosts.declare_host("prod-a", lambda items: items[0].update(restart={"command": ["/bin/sh", "-c", script]}))
    former, before = pair_of_hosts.secret("crm_sync"), pair_of_hosts.estate.snapshot()
    with started(pair_of_hosts) as controller:
        controller.wait_until(reached.exists)
        server = pair_of_hosts.estate.processes()["sshd-prod-a"]
        sessions = [pid for pid in family([server]) if pid != server]
        controller.kill()
        for session in sessions:
            kill_all_at_once(session)
        assert controller.points[-1] == "before deploy prod-a"
    assert pair_of_hosts.held("crm_sync") == {former, pair_of_hosts.secret("crm_sync", "staged")}
    _ends_well(pair_of_hosts, former, before)
    assert restarts.read_text() == "restarted\n"


def _ends_well(operations: Operations, former: str, before: Snapshot) -> None:
    again = operations.rotate()
    assert again.status == 0, str(again)
    done = [(each["kind"], each["outcome"]) for each in operations.effects("generate", "activate")]
    assert done == [("generate", "generated"), ("activate", "activated")]
    assert operations.rotation("crm_sync").outcome == "rotated"
    assert operations.held("crm_sync") == {operations.secret("crm_sync")} != {former}
    assert operations.package("crm_sync")["staged"] is None
    after = operations.estate.snapshot()
    assert operations.estate.differences(before, after) == [], "something beside the secrets changed on a host"
    left = [path.name for path in operations.store_folder.iterdir() if path.suffix != ".txt" and path.name != ".lock"]
    assert left == []
    with (operations.store_folder / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
