# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation in pieces: host by host, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations


def test_i_10_a_limited_run_distributes_there_and_does_not_activate(pair_of_hosts: Operations) -> None:
    """I-3, I-10: attestations add up over runs; the hosts of a play never count as all."""
    operations = pair_of_hosts
    former = operations.secret("crm_sync")
    first = operations.rotate(limit="prod-a")
    assert first.status == 0, str(first)
    assert "proved on 1 dependent(s): prod-b/mule" in first.said, str(first)
    assert "prod-b" not in first.recap, str(first)
    assert operations.sent("crm_sync") == ["generate"]
    staged = operations.secret("crm_sync", "staged")
    values = operations.estate.values("prod", "crm_sync")
    assert {value for place, value in values.items() if place.startswith("prod-a")} == {staged}
    assert {value for place, value in values.items() if place.startswith("prod-b")} == {former}

    again = operations.rotate(limit="prod-a")
    assert again.status == 0 and again.changed == 0, str(again)
    assert operations.sent("crm_sync") == ["generate"]

    rest = operations.rotate(limit="prod-b")
    assert rest.status == 0, str(rest)
    assert "prod-a" not in rest.recap, str(rest)
    assert operations.sent("crm_sync") == ["generate", "activate"]
    assert operations.held("crm_sync") == {staged} == {operations.secret("crm_sync")}
    assert operations.rotation("crm_sync").outcome == "rotated"


def test_i_33_a_host_that_joins_closes_the_gate_again(pair_of_hosts: Operations) -> None:
    """I-33, I-11."""
    operations = pair_of_hosts
    estate = operations.estate
    assert operations.rotate(limit="prod-a").status == 0
    path = estate.host("prod-b") / "srv/late.env"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"SFMC_CLIENT_SECRET={operations.secret('crm_sync')}\n")
    late = {
        "integration": "crm_sync",
        "name": "late",
        "files": [{"path": str(path), "format": "dotenv", "key": "SFMC_CLIENT_SECRET"}],
    }
    operations.declare_host("prod-a", lambda items: items.append(late))
    run = operations.rotate(limit="prod-b")
    assert run.status == 0 and "prod-a/late" in run.said, str(run)
    assert operations.sent("crm_sync") == ["generate"]
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert operations.secret("crm_sync") in path.read_text()
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_runs_that_never_wait_end_well_and_say_what_they_wait_for(bring_up: BringUp) -> None:
    """I-1, I-8: `sfmc_wait=0`, as on a schedule; "not yet" is a normal result. The clock stands unless it is moved."""
    operations = bring_up(speed=0)
    operations.hand_in_active("crm_sync")
    clock = operations.estate.simulator

    def step(says: str, sent: list[str]) -> None:
        run = operations.rotate(sfmc_wait=0)
        assert run.status == 0, str(run)
        assert says in run.said, str(run)
        assert operations.sent("crm_sync") == sent

    step("crm_sync: staged; waits for the clock, until", ["generate"])
    step("crm_sync: staged; waits for the clock, until", ["generate"])
    clock.advance(290)
    step("crm_sync: staged; waits for the clock, until", ["generate"])
    clock.advance(15)
    step("crm_sync: soaking; waits for the clock, until", ["generate", "activate"])
    step("crm_sync: soaking; waits for the clock, until", ["generate", "activate"])
    clock.advance(1100)
    step("crm_sync: soaking; waits for the clock, until", ["generate", "activate"])
    clock.advance(200)
    step("crm_sync: closed; waits for nothing", ["generate", "activate"])
    step("crm_sync: closed; waits for nothing", ["generate", "activate"])


def test_a_person_may_decide_about_the_activation(pair_of_hosts: Operations) -> None:
    """`sfmc_activate: false` proves everything and stops there."""
    operations = pair_of_hosts
    run = operations.rotate(sfmc_activate=False)
    assert "run again with -e sfmc_activate=true" in run.said, str(run)
    assert operations.sent("crm_sync") == ["generate"]
    assert operations.held("crm_sync") == {operations.secret("crm_sync", "staged")}
    assert operations.rotate(sfmc_activate=True).status == 0
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_i_37_a_hold_beats_the_schedule_and_a_reason_beats_the_hold(pair_of_hosts: Operations) -> None:
    """I-37, I-1: a forced reason counts once."""
    operations = pair_of_hosts
    operations.declare_integration("crm_sync", hold={"reason": "campaign week"})
    held = operations.rotate()
    assert "I-37: a hold beats the schedule" in held.said and "campaign week" in held.said, str(held)
    assert operations.sent("crm_sync") == []
    assert operations.rotate(sfmc_force="the secret was in a ticket").status == 0
    assert operations.sent("crm_sync") == ["generate", "activate"]
    again = operations.rotate(sfmc_force="the secret was in a ticket")
    assert again.status == 0 and again.changed == 0, str(again)
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_abandon_after_half_of_the_hosts_puts_the_active_secret_back(pair_of_hosts: Operations) -> None:
    """I-41: a first-class way out; the second time there is nothing to do."""
    operations = pair_of_hosts
    former = operations.secret("crm_sync")
    before = operations.estate.snapshot()
    assert operations.rotate(limit="prod-a").status == 0
    assert len(operations.held("crm_sync")) == 2

    given_up = operations.playbook("abandon", sfmc_abandon_integration="crm_sync", sfmc_abandon_reason="a freeze")
    assert given_up.status == 0, str(given_up)
    assert operations.estate.snapshot() == before, "the hosts are not as they were"
    assert operations.held("crm_sync") == {former} == {operations.secret("crm_sync")}
    record = operations.record("crm_sync")
    assert record.secrets.staged is None and record.journal.open_rotation is None
    assert operations.rotation("crm_sync").outcome == "abandoned"
    assert operations.sent("crm_sync") == ["generate"]

    world = operations.world()
    again = operations.playbook("abandon", sfmc_abandon_integration="crm_sync")
    assert again.status == 0 and again.changed == 0, str(again)
    assert operations.world() == world


def test_i_14_a_restart_that_is_declared_in_the_middle_is_made_before_the_activation(pair_of_hosts: Operations) -> None:
    """What was proved without it counts no more; the file itself is right already."""
    operations = pair_of_hosts
    assert operations.rotate(sfmc_activate=False).status == 2
    trace = operations.estate.root / "restarted"
    restart = {"command": ["/bin/sh", "-c", f"echo restarted >> {trace}"]}
    operations.declare_host("prod-b", lambda items: items[0].update(restart=restart))
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert trace.read_text() == "restarted\n"
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_retire_takes_a_dependent_that_is_gone_out_of_the_registry(pair_of_hosts: Operations) -> None:
    """I-11: never by itself, never while it is declared."""
    operations = pair_of_hosts
    words: dict[str, Any] = {"sfmc_retire_dependent": "prod-b/mule", "sfmc_retire_reason": "scrapped"}
    refused = operations.playbook("retire", **words)
    assert refused.status == 2 and "I-11" in refused.said and "take the entry out" in refused.said, str(refused)
    operations.declare_host("prod-b", lambda items: items.clear())
    open_gate = operations.rotate()
    assert open_gate.status == 2 and "prod-b" not in open_gate.recap, str(open_gate)
    assert "1 that the inventory declares no more: prod-b/mule" in open_gate.said, str(open_gate)
    assert '"sfmc_retire_dependent": "prod-b/mule"' in open_gate.said.replace("''", "'"), str(open_gate)
    assert "prod-b/mule" in operations.playbook("status").said
    assert operations.sent("crm_sync") == ["generate"]
    retired = operations.playbook("retire", **words)
    assert retired.status == 0 and retired.changed == 1, str(retired)
    again = operations.playbook("retire", **words)
    assert again.status == 0 and again.changed == 0, str(again)
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_a_task_of_ones_own_gets_the_staged_secret_only_after_a_distribution_began(pair_of_hosts: Operations) -> None:
    """Otherwise giving the rotation up would leave hosts with a secret that nobody knows."""
    pair_of_hosts.playbook("rotate", "--limit", "prod-a", sfmc_wait=0)
    pair_of_hosts.estate.simulator.advance(400)
    pair_of_hosts.play([{"keyturn.sfmc.staged_secret": {"wait": 0}, "run_once": True}])
    ended = pair_of_hosts.play([{"keyturn.sfmc.deployed_secret": {}}])
    assert (ended.status, ended.changed) == (0, 0), str(ended)
    assert pair_of_hosts.held("crm_sync") == {pair_of_hosts.secret("crm_sync")}


def test_i_14_a_restart_that_failed_long_after_the_first_proof_is_not_forgotten(
    pair_of_hosts: Operations, tmp_path: Path
) -> None:
    """I-34: prod-a was restored from a backup, and its proof is too old; writing works, restarting does not."""
    operations = pair_of_hosts
    log, broken = tmp_path / "restarts", tmp_path / "broken"
    restart = {"command": ["sh", "-c", f"test ! -e {broken} && echo restarted >> {log}"]}
    operations.declare_host("prod-a", lambda items: items[0].update(restart=restart))
    path = operations.estate.host("prod-a") / "srv/shop/.env"
    before = path.read_bytes()
    operations.rotate(limit="prod-a")
    path.write_bytes(before)
    log.unlink()
    operations.estate.simulator.advance(73 * 3600)
    broken.touch()
    failed = operations.rotate(limit="prod-a")
    assert failed.status == 2 and "a restart is owed until it worked" in failed.said, str(failed)
    assert path.read_bytes() != before
    broken.unlink()
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert log.read_text().splitlines() == ["restarted"]


def test_retire_of_a_name_that_nobody_has_says_which_there_are(pair_of_hosts: Operations) -> None:
    """I-11."""
    ended = pair_of_hosts.playbook("retire", sfmc_retire_dependent="prod-z/mule", sfmc_retire_reason="gone")
    assert ended.status == 2
    assert "correct the name: it is HOST/NAME" in ended.said
    ended = pair_of_hosts.playbook("retire")
    assert ended.status == 2
    assert "I-11" in ended.said
