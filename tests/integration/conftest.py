# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates for tests: real sshd hosts, a real simulator, nothing of it left afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

BringUp = Callable[..., Operations]


def _bringing_up() -> Iterator[BringUp]:
    estates: list[Estate] = []

    def bring_up(declaration: Declaration | None = None, speed: float = 600) -> Operations:
        root = Path(mkdtemp(prefix="kt-integration-")) / "estate"
        estate = Estate(root, declaration or pair(), speed=speed, transport="ssh")
        estates.append(estate)
        return Operations(estate.up())

    try:
        yield bring_up
    finally:
        for estate in estates:
            estate.remove()
            estate.root.parent.rmdir()


bring_up = pytest.fixture(_bringing_up, name="bring_up")
bring_up_once = pytest.fixture(_bringing_up, scope="module", name="bring_up_once")


@pytest.fixture
def pair_of_hosts(bring_up: BringUp) -> Operations:
    """Two hosts, one integration that is due, its active secret handed in."""
    operations = bring_up()
    operations.hand_in_active("crm_sync")
    return operations
