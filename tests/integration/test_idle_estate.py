# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand hosts and nothing due: no host is contacted, nothing changes, and it is over soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate
from ansible_collections.keyturn.sfmc.tests.testbed.estates import many

HOSTS = 1000


@pytest.fixture(scope="module")
def operations() -> Iterator[Operations]:
    """The hosts' files exist; no server does, and the inventory says SSH to a port where nobody listens."""
    root = Path(mkdtemp(prefix="kt-integration-")) / "estate"
    estate = Estate(root, many(HOSTS), speed=0, transport="local")
    try:
        operations = Operations(estate.up())
        inventory = yaml.safe_load(estate.inventory.read_text())
        for variables in inventory["all"]["children"]["prod"]["hosts"].values():
            variables.clear()
            variables.update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=9)
        estate.inventory.write_text(yaml.safe_dump(inventory))
        operations.declare_integration("crm_sync", renew_before_days=5)
        operations.hand_in_active("crm_sync")
        yield operations
    finally:
        estate.remove()
        root.parent.rmdir()


def test_i_15_an_idle_run_contacts_no_host(operations: Operations) -> None:
    """I-15, I-21: no connection, no token request, 0 changed."""
    seen = len(operations.estate.simulator.effects())
    with unchanged(operations):
        began = time.monotonic()
        run = operations.rotate("-vvvv")
        took = time.monotonic() - began
    assert run.status == 0, run.said[-3000:]
    assert run.changed == 0 and list(run.recap) == ["prod-0001"], run.recap
    assert "crm_sync: idle; waits for nothing; due" in run.said
    assert "ESTABLISH SSH CONNECTION" not in run.stdout and "UNREACHABLE" not in run.stdout
    assert not [each for each in operations.estate.simulator.effects()[seen:] if each["kind"] == "token"]
    # A real machine needs a few seconds; this is the bound beyond which something reads every host's variables again.
    assert took < 60, f"{took:.1f} s"


def test_the_registry_holds_every_host(operations: Operations) -> None:
    """I-38, I-10: what is declared is known after the first write, two dependents for each host."""
    assert len(operations.journal("crm_sync").registry) == 2 * HOSTS
