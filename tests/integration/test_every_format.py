# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service for each format, which reads its secret when it starts, lives through a rotation without a refusal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import FORMATS
from ansible_collections.keyturn.sfmc.tests.testbed.estates import every_format


@pytest.fixture(scope="module")
def rotated(bring_up_once: BringUp) -> Iterator[Operations]:
    operations = bring_up_once(every_format())
    operations.hand_in_active("crm_sync")
    ended = operations.rotate()
    assert ended.status == 0, ended
    yield operations


def test_every_file_holds_the_new_secret_and_all_else_is_as_it_was(rotated: Operations) -> None:
    """`held` looks between the pieces of each file that were there before, without any parser."""
    assert rotated.held("crm_sync") == {rotated.secret("crm_sync")}
    assert rotated.sent("crm_sync") == ["generate", "activate"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_its_service_was_never_refused(rotated: Operations, file_format: str) -> None:
    name = f"{file_format} service"
    (host,) = {host.name for host in every_format().hosts for each in host.dependents if each.name == name}
    record = rotated.service(host, name).record()
    assert (record["refused"], record["starts"]) == (0, 2), record
    assert record["accepted"] > 0 and record["last"] == "accepted", record
