# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation leaves on the controller: a record for an auditor, and the estate as JSON."""

from __future__ import annotations

import json

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair, two_integrations
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations


@pytest.fixture
def operations(bring_up: BringUp) -> Operations:
    """An estate that has rotated once."""
    operations = bring_up(pair(service=True))
    operations.hand_in_active("crm_sync")
    assert operations.rotate().status == 0
    return operations


def test_a_record_is_written_checked_and_seen_when_altered(operations: Operations) -> None:
    folder = operations.estate.root / "audit"
    folder.mkdir()
    runs = [operations.playbook("evidence", sfmc_evidence_path=str(folder)) for _again in range(2)]
    assert [(run.status, run.changed) for run in runs] == [(0, 1), (0, 0)], runs
    (path,) = folder.iterdir()
    genuine = operations.playbook("evidence", sfmc_evidence_check=str(path))
    assert genuine.status == 0 and "unaltered" in genuine.said, genuine
    document = json.loads(path.read_text())
    document["summary"]["people"] = ["somebody else"]
    path.write_text(json.dumps(document))
    altered = operations.playbook("evidence", sfmc_evidence_check=str(path))
    assert altered.status == 2 and "the content does not say" in altered.said, altered


def test_the_estate_is_written_and_takes_no_other_file(operations: Operations) -> None:
    path = operations.estate.root / "standing.json"
    runs = [operations.playbook("status", sfmc_status_path=str(path)) for _again in range(2)]
    assert [(run.status, run.changed) for run in runs] == [(0, 1), (0, 0)], runs
    text = path.read_text()
    assert operations.secret("crm_sync") not in text
    assert json.loads(text)["summary"]["integrations"] == 1
    path.write_text("all: {}\n")
    assert operations.playbook("status", sfmc_status_path=str(path)).status == 2
    assert path.read_text() == "all: {}\n"


def test_nothing_is_written_where_nobody_said_where(operations: Operations) -> None:
    run = operations.playbook("evidence")
    assert run.status == 2 and "missing required arguments: path" in run.said, run


def test_a_document_that_cannot_be_read_keeps_no_other_record_from_being_written(bring_up: BringUp) -> None:
    operations = bring_up(two_integrations(service=False))
    operations.hand_in_active("crm_sync", "web_forms")
    assert operations.rotate(sfmc_integration="crm_sync").status == 0
    for asked in ("due,blocked", ["due"]):
        status = operations.playbook("status", sfmc_status_fail_on=asked)
        assert status.status == 2 and "due: web_forms" in status.said, status
    folder = operations.estate.root / "audit"
    folder.mkdir()
    operations.document("web_forms").write_text("torn", encoding="utf-8")
    run = operations.playbook("evidence", sfmc_evidence_path=str(folder))
    assert run.status == 2 and "only reads Ansible Vault files" in run.said, run
    assert [operations.client_id("crm_sync") in path.name for path in folder.iterdir()] == [True]
