# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout in waves: databases before web servers, a canary in each; a failed batch stops it, the next run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import databases_and_web
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome

DATABASES, WEB = ["prod-db1", "prod-db2"], ["prod-app1", "prod-app2"]


@pytest.fixture
def operations(bring_up: BringUp) -> Operations:
    operations = bring_up(databases_and_web())
    operations.hand_in_active("crm_sync")
    for order, hosts in ((10, DATABASES), (20, WEB)):
        for host in hosts:
            operations.declare_variables(host, sfmc_order=order)
    return operations


def _reached(run: Outcome) -> list[str]:
    """Return the hosts that were asked, in their order."""
    (asked,) = [hosts for title, hosts in run.tasks.items() if "Write, read back" in title]
    return asked


def _file(operations: Operations, host: str) -> Path:
    return operations.estate.host(host) / "srv/shop/.env"


def test_databases_come_before_web_servers_each_with_a_canary(operations: Operations) -> None:
    run = operations.rotate()
    assert run.status == 0, run
    assert _reached(run) == [*DATABASES, *WEB]
    assert run.stdout.count("PLAY [Distribute]") == 4
    assert operations.history("crm_sync").count("attested") == 4


def test_turns_for_token_requests_that_take_long_are_announced(operations: Operations) -> None:
    """Nobody looks at a silent screen for a minute without thinking that it hangs."""
    assert operations.rotate(limit=DATABASES[0]).status == 0
    run = operations.rotate("--check", sfmc_tokens_per_second=0.05, sfmc_serial=["100%"])
    assert "crm_sync: 1 host(s) take turns, 0.05 token requests per second: 20 s" in run.said, run


def test_a_failed_batch_stops_the_rollout_and_the_next_run_goes_on(operations: Operations) -> None:
    """I-3, I-12, I-13: what was done stays, both secrets work, who failed comes last in its order."""
    first, second = DATABASES
    right = _file(operations, first).read_bytes()
    others = {host: _file(operations, host).read_bytes() for host in [second, *WEB]}
    _file(operations, first).write_bytes(b"SFMC_CLIENT_SECRET=somebody-elses-secret\n")

    stopped = operations.rotate()
    assert stopped.status == 2, stopped
    assert "crm_sync: the rollout stops after this batch" in stopped.said
    assert {host: _file(operations, host).read_bytes() for host in others} == others
    assert operations.sent("crm_sync") == ["generate"]

    further = operations.rotate()
    assert further.status == 2, further
    proved = {each.dependent for each in operations.rotation("crm_sync").attestations}
    assert proved == {f"{second}/shop"}, "the databases that are well, and no web server before the last database"
    assert _file(operations, WEB[0]).read_bytes() == others[WEB[0]]

    _file(operations, first).write_bytes(right)
    mended = operations.rotate()
    assert mended.status == 0, mended
    assert _reached(mended) == [first, *WEB]
    assert operations.sent("crm_sync") == ["generate", "activate"]
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}


def test_a_database_that_does_not_answer_holds_back_the_web_servers_and_no_database(operations: Operations) -> None:
    """I-12: it says nothing about the secret. It is asked by a kind of its own, not by the one module call."""
    silent, other = DATABASES
    write, read = ["sh", "-c", "cat > keeper"], ["cat", "keeper"]

    def kept_by_a_program(items: list[dict[str, Any]]) -> None:
        options = {"write": write, "read": read}
        items[:] = [{"integration": "crm_sync", "name": "keeper", "kind": "command", "options": options}]

    operations.declare_host(silent, kept_by_a_program)
    operations.declare_variables(silent, ansible_port=1)
    run = operations.rotate()
    assert run.status == 2 and f"{silent}/keeper not proved" in run.said, run
    assert "waits for hosts of a lower sfmc_order that did not answer: prod-db1" in run.said, run
    assert {each.dependent for each in operations.rotation("crm_sync").attestations} == {f"{other}/shop"}


def test_how_much_may_fail_is_for_the_team_to_say(operations: Operations) -> None:
    _file(operations, DATABASES[0]).write_bytes(b"SFMC_CLIENT_SECRET=somebody-elses-secret\n")
    run = operations.rotate(sfmc_max_fail_percentage=100, sfmc_serial=[4])
    assert run.status == 2, run
    assert {each.dependent for each in operations.rotation("crm_sync").attestations} == {
        f"{host}/shop" for host in [DATABASES[1], *WEB]
    }
    assert operations.sent("crm_sync") == ["generate"]
