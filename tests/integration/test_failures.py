# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is broken on one host is named and blocks its integration's activation, nothing else; a rerun mends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import two_integrations
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome, start_host, stop_host

Dependents = list[dict[str, Any]]


@pytest.fixture
def operations(bring_up: BringUp) -> Operations:
    operations = bring_up(two_integrations())
    operations.hand_in_active("crm_sync", "web_forms")
    return operations


def _blocked(operations: Operations, run: Outcome, dependent: str, *says: str) -> None:
    assert run.status != 0, str(run)
    for text in (dependent, *says):
        assert text in run.said, f"{text!r} is not said in {run}"
    assert operations.sent("crm_sync") == ["generate"], "it was activated"
    proved = {each.dependent for each in operations.rotation("crm_sync").attestations}
    assert proved == {"prod-a/web shop", "prod-b/mule"} - {dependent}
    assert operations.sent("web_forms") == ["generate", "activate"], f"web_forms was held up: {run}"
    assert operations.rotation("web_forms").outcome == "rotated"
    _refused_none(operations)


def _ends_well(operations: Operations) -> None:
    run = operations.rotate()
    assert run.status == 0, str(run)
    assert operations.sent("crm_sync") == ["generate", "activate"]
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}
    _refused_none(operations)


def _refused_none(operations: Operations) -> None:
    record = operations.service("prod-a", "web shop").record()
    assert record["refused"] == 0, record


def test_i_12_a_host_that_is_down(operations: Operations) -> None:
    """I-12: absence is not coverage; the hosts after it are reached all the same."""
    stop_host(operations, "prod-b")
    run = operations.rotate()
    _blocked(operations, run, "prod-b/mule", "prod-b/mule not proved: ", "Connection refused")
    assert "prod-c" in run.recap

    start_host(operations, "prod-b")
    _ends_well(operations)


def test_i_45_a_damaged_journal_of_one_integration_holds_up_no_other(operations: Operations) -> None:
    """Its hosts know both integrations."""
    document = operations.document("web_forms")
    whole = document.read_bytes()
    document.write_bytes(b"not a vault file")
    run = operations.rotate()
    assert run.status == 2 and "web_forms" in run.said, str(run)
    assert operations.sent("crm_sync") == ["generate", "activate"], str(run)
    document.write_bytes(whole)
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert operations.sent("web_forms") == ["generate", "activate"]


def _restart(items: Dependents, command: str) -> None:
    items[0]["restart"] = {"command": [command]}


def _check(items: Dependents, command: str) -> None:
    items[0]["restart"] = {"command": ["/bin/true"]}
    items[0]["check"] = {"command": [command], "retries": 1, "delay": 0}


@pytest.mark.parametrize(
    ("declare", "why"),
    (
        pytest.param(_restart, "/bin/false: I-14: a restart is owed until it worked", id="a restart that fails"),
        pytest.param(_check, "/bin/false: a dependent is well after it got its secret", id="a health check that fails"),
    ),
)
def test_a_dependent_that_does_not_come_back(
    operations: Operations, declare: Callable[[Dependents, str], None], why: str
) -> None:
    """I-14: the restart is owed until it worked, although the file is right already."""
    operations.declare_host("prod-b", lambda items: declare(items, "/bin/false"))
    run = operations.rotate()
    _blocked(operations, run, "prod-b/mule", f"prod-b/mule not proved: {why}")
    assert operations.secret("crm_sync", "staged") in {*operations.estate.values("prod", "crm_sync").values()}
    operations.declare_host("prod-b", lambda items: declare(items, "/bin/true"))
    _ends_well(operations)


def test_a_service_that_does_not_answer_after_its_restart(operations: Operations) -> None:
    """The health check by URL; two others go on."""

    def wrong_port(items: Dependents) -> None:
        items[0]["restart"], items[0]["check"] = (
            {"command": ["/bin/true"]},
            {"url": "http://127.0.0.1:9/health", "retries": 1, "delay": 0},
        )

    operations.declare_host("prod-b", wrong_port)
    _blocked(operations, operations.rotate(), "prod-b/mule", "prod-b/mule not proved: http://127.0.0.1:9/health")
    operations.declare_host("prod-b", lambda items: [items[0].pop(name) for name in ("check", "restart")])
    _ends_well(operations)


def test_i_34_a_host_that_was_rolled_back_after_its_proof_is_seen(operations: Operations) -> None:
    """I-34: attestations age out (here after five hours) and are taken again before the activation."""
    operations.declare_integration("crm_sync", attestation_hours=5)
    operations.declare_host("prod-b", lambda items: _restart(items, "/bin/false"))
    path = operations.estate.host("prod-a") / "srv/shop/.env"
    before = path.read_bytes()
    assert operations.rotate().status == 2
    path.write_bytes(before)
    operations.estate.simulator.advance(6 * 3600)
    operations.declare_host("prod-b", lambda items: _restart(items, "/bin/true"))
    _ends_well(operations)


def test_i_12_a_host_that_goes_away_during_its_restart(operations: Operations) -> None:
    """I-12: the others are distributed to and recorded all the same."""
    pid = operations.estate.processes()["sshd-prod-b"]
    cut = ["/bin/sh", "-c", f"pkill -KILL -P {pid}; sleep 5"]
    operations.declare_host("prod-b", lambda items: items[0].update(restart={"command": cut}))
    run = operations.rotate()
    _blocked(operations, run, "prod-b/mule", "prod-b/mule not proved: ")
    operations.declare_host("prod-b", lambda items: _restart(items, "/bin/true"))
    _ends_well(operations)


def test_giving_up_fails_while_a_host_has_not_got_the_active_secret_back(operations: Operations) -> None:
    """A rotation that is given up is over only when nobody holds its secret any more."""
    operations.declare_host("prod-b", lambda items: _restart(items, "/bin/false"))
    assert operations.rotate().status == 2
    path = operations.estate.host("prod-a") / "srv/shop/.env"
    away = path.rename(path.with_name("away"))
    operations.declare_host("prod-b", lambda items: _restart(items, "/bin/true"))
    run = operations.playbook("abandon", sfmc_abandon_integration="crm_sync")
    assert run.status == 2, str(run)
    assert "prod-a/web shop" in run.said
    away.rename(path)
    assert operations.playbook("abandon", sfmc_abandon_integration="crm_sync").status == 0
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}
