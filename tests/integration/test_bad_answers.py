# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SFMC or the provider down, slow, throttling, or talking nonsense: unknown is unknown, and nothing is sent twice."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, end_process, unchanged

STRANGE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("rate_limited", {"retry_after": 1}),
    ("rate_limited", {"retry_after": 3600}),
    ("blocked", {}),
    ("server_error", {}),
    ("bad_gateway_html", {}),
    ("empty", {}),
    ("not_json", {}),
    ("redirect", {}),
    ("reset", {}),
    ("half_body", {}),
)


@pytest.fixture(scope="module")
def once(bring_up_once: BringUp) -> Operations:
    operations = bring_up_once()
    operations.hand_in_active("crm_sync")
    return operations


@pytest.mark.parametrize(("fault", "options"), STRANGE, ids=str)
def test_i_20_a_strange_answer_to_a_token_request_justifies_no_step(
    once: Operations, fault: str, options: dict[str, Any]
) -> None:
    """I-20, I-41: said, not zero, nothing changed, at most three tries."""
    seen = len(once.estate.simulator.effects())
    once.estate.simulator.add_fault(fault, on="token", times="forever", **options)
    try:
        with unchanged(once):
            run = once.rotate()
    finally:
        once.estate.simulator.call("DELETE", "faults")
    assert run.status == 2, str(run)
    assert "crm_sync: I-20: unknown never justifies a step" in run.said, str(run)
    assert "nothing was changed" in run.said, str(run)
    tries = [each for each in once.estate.simulator.effects()[seen:] if each["kind"] == "token"]
    # The playbook asks twice, at its beginning and its end.
    assert len(tries) <= 6, tries


def test_a_rejected_active_secret_is_no_reason_to_go_on(once: Operations) -> None:
    client_id = once.client_id("crm_sync")
    once.estate.simulator.call("PATCH", f"packages/{client_id}", {"enabled": False})
    try:
        with unchanged(once):
            run = once.rotate()
    finally:
        once.estate.simulator.call("PATCH", f"packages/{client_id}", {"enabled": True})
    assert run.status == 2, str(run)
    assert "crm_sync" in run.said and "Way out:" in run.said, str(run)


def test_a_wrong_console_token_is_said_and_nothing_is_generated(once: Operations) -> None:
    """I-5, I-44: a certain no of the provider is a failure of the run, and the way is open for the next one."""
    run = once.rotate(sfmc_console_token="wrong")
    assert run.status == 2, str(run)
    assert "crm_sync" in run.said and "401" in run.said and "Way out:" in run.said, str(run)
    assert [each["outcome"] for each in once.effects("generate")] in ([], ["unauthorized"])
    assert once.package("crm_sync")["staged"] is None
    assert once.held("crm_sync") == {once.secret("crm_sync")}


@pytest.mark.parametrize(
    ("on", "fault"),
    (
        ("token", "slow"),
        ("token", "unavailable"),
        ("generate", "answer_dropped"),
        ("generate", "half_body"),
        ("generate", "reset"),
        ("activate", "answer_dropped"),
        ("activate", "half_body"),
        ("activate", "reset"),
    ),
)
def test_i_6_one_fault_on_the_way_and_the_rotation_still_ends(pair_of_hosts: Operations, on: str, fault: str) -> None:
    """I-6, I-1: one generation and one activation took place, however many were asked for."""
    operations = pair_of_hosts
    operations.estate.simulator.add_fault(fault, on=on, **({"seconds": 1} if fault == "slow" else {}))
    run = operations.rotate()
    if run.status != 0:
        assert "Way out:" in run.said, str(run)
        run = operations.rotate()
    assert run.status == 0, str(run)
    effects = operations.effects("generate", "activate")
    assert [each["outcome"] for each in effects].count("generated") == 1, effects
    assert [each["outcome"] for each in effects].count("activated") == 1, effects
    assert operations.rotation("crm_sync").outcome == "rotated"
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}


def test_i_41_an_activation_that_does_nothing_ends_with_a_person(pair_of_hosts: Operations) -> None:
    """I-41: bounded tries, then `orphaned`; a click in Setup and a rerun finish it."""
    operations = pair_of_hosts
    operations.estate.simulator.add_fault("activation_ignored", on="activate", times="forever")
    run = operations.rotate()
    assert run.status == 2, str(run)
    assert "I-41: tries are bounded" in run.said and "activate it by hand and run again" in run.said, str(run)
    assert operations.sent("crm_sync") == ["generate", "activate", "activate", "activate"]
    again = operations.rotate()
    assert again.status == 2 and len(operations.sent("crm_sync")) == 4, str(again)
    operations.estate.simulator.call("POST", f"packages/{operations.client_id('crm_sync')}/activate", {"who": "Ada"})
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert operations.rotation("crm_sync").outcome == "rotated"


def test_i_2_somebody_generates_in_setup_and_the_active_secret_goes_back(pair_of_hosts: Operations) -> None:
    """I-2: the staged secret is lost; hosts that had it get the active one again, the others never get it."""
    operations = pair_of_hosts
    before = operations.estate.snapshot()
    assert operations.rotate(limit="prod-a").status == 0
    operations.estate.simulator.advance(300)
    operations.estate.simulator.call("POST", f"packages/{operations.client_id('crm_sync')}/generate", {"who": "Ada"})
    run = operations.rotate()
    assert run.status == 2, str(run)
    assert "I-2: a staged secret that is rejected after its five minutes is lost" in run.said, str(run)
    assert operations.estate.snapshot() == before
    assert "activate" not in operations.sent("crm_sync")


def test_i_20_the_server_is_down(bring_up: BringUp) -> None:
    """I-20."""
    operations = bring_up()
    operations.hand_in_active("crm_sync")
    store = operations.document("crm_sync").read_bytes()
    hosts = operations.estate.snapshot()
    end_process(operations.estate.processes()["simulator"])
    run = operations.rotate()
    assert run.status == 2, str(run)
    assert "crm_sync" in run.said and "Way out:" in run.said, str(run)
    assert "I-20" in run.said or "I-9" in run.said, str(run)
    assert operations.document("crm_sync").read_bytes() == store
    assert operations.estate.snapshot() == hosts
