# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drifts after a rotation is named, host by host, and mended on request, without a word to SFMC's console."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import nine_formats_and_a_service, pair
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome, unchanged


@pytest.fixture
def operations(bring_up: BringUp) -> Operations:
    """An estate whose service reads its secret at start; the active secret is handed in."""
    operations = bring_up(pair(service=True))
    operations.hand_in_active("crm_sync")
    return operations


def _verify(operations: Operations, **options: object) -> Outcome:
    return operations.playbook("verify", **options)


def _swap(path: Path, old: str, new: str) -> None:
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


def test_i_32_the_former_secret_that_came_back_is_named_and_mended(operations: Operations) -> None:
    """I-32, I-24, I-27: long after the rotation is closed. An unknown secret is named and left alone."""
    former = operations.secret("crm_sync")
    assert operations.rotate().status == 0
    active = operations.secret("crm_sync")
    with unchanged(operations):
        clean = _verify(operations)
    assert clean.status == 0, clean
    assert "2 dependents looked at: every one holds what it should" in clean.said, clean

    shop = operations.estate.host("prod-a") / "srv/shop/.env"
    mule = operations.estate.host("prod-b") / "opt/mule/conf/sfmc.properties"
    _swap(shop, active, former)
    _swap(mule, active, "somebody-elses-secret")
    with unchanged(operations):
        drifted = _verify(operations)
    assert drifted.status == 2, drifted
    assert "the earlier secret, " in drifted.said and "prod-a/web shop" in drifted.said, drifted
    assert "an unknown value, " in drifted.said and "prod-b/mule" in drifted.said, drifted
    assert "2 dependents looked at: 2 things to see to" in drifted.said, drifted

    journal, sent = operations.stored("crm_sync"), operations.sent("crm_sync")
    healed = _verify(operations, sfmc_heal=True)
    assert "mended: prod-a/web shop" in healed.said and "1 thing to see to" in healed.said, healed
    assert healed.status == 2, healed
    assert active.encode() in shop.read_bytes() and former.encode() not in shop.read_bytes()
    assert b"somebody-elses-secret" in mule.read_bytes()
    assert (operations.stored("crm_sync"), operations.sent("crm_sync")) == (journal, sent)
    assert operations.service("prod-a", "web shop").record()["refused"] == 0
    for run in (clean, drifted, healed):
        assert not [secret for secret in (active, former) if secret in run.stdout + run.stderr]

    _swap(mule, "somebody-elses-secret", active)
    with unchanged(operations):
        again = _verify(operations, sfmc_heal=True)
    assert again.status == 0 and again.changed == 0, again


def _jobs() -> list[tuple[str, str]]:
    """Return host and file of each dependent that has no service."""
    return [
        (host.name, file.path.lstrip("/"))
        for host in nine_formats_and_a_service().hosts
        for dependent in host.dependents
        if dependent.service is None
        for file in dependent.files
    ]


def test_i_32_ten_drifts_are_named_and_mended(bring_up: BringUp) -> None:
    """I-32, I-14: nine files with the former secret, and a service that runs since before its file was last written."""
    operations = bring_up(nine_formats_and_a_service())
    operations.hand_in_active("crm_sync")
    former = operations.secret("crm_sync")
    assert operations.rotate().status == 0
    active = operations.secret("crm_sync")
    jobs = [operations.estate.host(host) / place for host, place in _jobs()]
    for path in jobs:
        _swap(path, active, former)
    shop = operations.estate.host("prod-b") / "srv/shop/.env"
    started = operations.service("prod-b", "web shop").record()["starts"]
    # Content as before, written anew: nobody can tell what the service read.
    os.utime(shop, (time.time() + 1, time.time() + 1))

    with unchanged(operations):
        drifted = _verify(operations)
    assert drifted.status == 2 and "10 dependents looked at: 10 things to see to" in drifted.said, drifted
    assert drifted.said.count("the earlier secret, ") == len(jobs) == 9, drifted
    assert "prod-b/web shop" in drifted.said and "running for longer" in drifted.said, drifted

    os.utime(shop, (time.time(), time.time()))
    sent = operations.sent("crm_sync")
    healed = _verify(operations, sfmc_heal=True)
    assert healed.status == 0 and healed.said.count("mended: ") == 10, healed
    assert operations.held("crm_sync") == {active}
    assert operations.service("prod-b", "web shop").record()["starts"] == started + 1
    assert operations.sent("crm_sync") == sent
    with unchanged(operations):
        again = _verify(operations, sfmc_heal=True)
    assert again.status == 0 and again.changed == 0, again


def test_fresh_tokens_and_permissions_are_looked_at_on_request(operations: Operations) -> None:
    """A token of each host, one read-only call for each integration; scopes and business unit as declared, or named."""
    clean = _verify(operations, sfmc_verify_token=True)
    assert clean.status == 0, clean
    asked = operations.effects("token_context")
    assert [effect["outcome"] for effect in asked] == ["accepted"], asked
    seen = required(operations.journal("crm_sync").permissions)
    operations.declare_integration("crm_sync", scopes=[*seen.scopes[1:], "key_manage_revoke"], business_unit="1")
    drifted = _verify(operations, sfmc_verify_token=True)
    assert drifted.status == 2 and "3 things to see to" in drifted.said, drifted
    for text in (f"also {seen.scopes[0]}", "key_manage_revoke", "business_unit of crm_sync"):
        assert text in drifted.said, f"{text!r} is not in {drifted}"


def test_a_host_that_is_down_and_a_file_that_is_gone_are_named(operations: Operations) -> None:
    """I-12: silence is not health."""
    (operations.estate.host("prod-a") / "opt/batch/config.json").unlink()
    operations.declare_variables("prod-b", ansible_port=1)
    with unchanged(operations):
        run = _verify(operations)
    assert run.status == 2, run
    for text in ("prod-a/web shop", "ENOENT", "prod-b", "be reached over", "2 things to see to"):
        assert text in run.said, f"{text!r} is not in {run}"


def test_during_a_rotation_hosts_are_left_to_it(operations: Operations) -> None:
    """I-7: they hold either secret then, and both are right."""
    operations.declare_host("prod-b", lambda items: items[0].update(restart={"command": ["/bin/false"]}))
    assert operations.rotate().status == 2
    held = operations.held("crm_sync")
    with unchanged(operations):
        run = _verify(operations, sfmc_heal=True)
    assert run.status == 0 and run.changed == 0, run
    assert "not looked at, as a rotation is open, or an unknown secret is accepted there: 2 dependents" in run.said, run
    assert operations.held("crm_sync") == held


def test_i_43_a_look_at_all_places_is_kept_and_one_that_is_overdue_is_said(operations: Operations) -> None:
    """I-43: who watches the watch; a look at a part of them is none."""
    operations.declare_group(lambda variables: variables.update(sfmc_verify_hours=24))
    assert "I-43" in operations.playbook("status").said
    assert operations.playbook("verify", limit="prod-a").status == 0
    assert operations.journal("crm_sync").verified_at is None
    assert _verify(operations).status == 0
    assert operations.journal("crm_sync").verified_at is not None
    operations.declare_group(lambda variables: variables.update(sfmc_verify_hours=8760))
    assert "I-43" not in operations.playbook("status").said
