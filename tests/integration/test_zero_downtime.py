# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Six services on three real hosts ask for fresh tokens all the time: not one request is refused.

They read their file when they start, and never again. The simulator's record is the judge.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.background import started
from ansible_collections.keyturn.sfmc.tests.integration.busy import (
    INTEGRATION,
    REQUESTS,
    REQUESTS_IN_TROUBLE,
    SERVICES,
    Watch,
    busy_hosts,
)
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import start_host, stop_host
from ansible_collections.keyturn.sfmc.tests.testbed.judge import Verdict

OF_PROD_C = ("prod-c/web-shop", "prod-c/mule")


@pytest.fixture
def watch(bring_up: BringUp) -> Watch:
    operations = bring_up(busy_hosts())
    operations.hand_in_active(INTEGRATION)
    return Watch(operations)


def _nobody_was_without_tokens(watch: Watch, requests: int = 0) -> Verdict:
    """Ask the judge, and the services themselves."""
    verdict = watch.verdict()
    refused = f"{len(verdict.refusals)} of {verdict.asked} requests were refused, first: {verdict.refusals[:3]}"
    assert not verdict.refusals, refused
    assert verdict.outages == []
    assert verdict.asked >= requests, "too few requests to prove anything"
    for unit in watch.operations.estate.services:
        record = unit.record()
        assert (record["refused"], record["failed"]) == (0, 0), f"{unit.host}/{unit.name} says otherwise: {record}"
    if requests:
        print(f"{verdict.asked} requests, none refused: {verdict.by_phase}; {sum(verdict.restarts.values())} restarts,")
        print(f"the longest {verdict.longest_restart:.2f} s; at most {verdict.longest_silence:.2f} s without a token")
    return verdict


def _rotated(watch: Watch) -> None:
    operations = watch.operations
    assert operations.sent(INTEGRATION) == ["generate", "activate"]
    assert operations.rotation(INTEGRATION).outcome == "rotated"
    assert operations.held(INTEGRATION) == {operations.secret(INTEGRATION)}


def test_i_3_a_rotation_refuses_nobody(watch: Watch) -> None:
    """I-3, I-14, I-17: from before staging until it is closed; each service restarts once."""
    run = watch.rotate(REQUESTS)
    verdict = _nobody_was_without_tokens(watch, REQUESTS)
    assert run.status == 0, run
    _rotated(watch)
    assert list(verdict.by_phase) == ["before staging", "staged", "distributing", "activated"]
    assert verdict.restarts == dict.fromkeys(SERVICES, 1)
    assert all(asked["staged"] and asked["active"] for asked in verdict.by_secret.values()), verdict.by_secret


def _one_host_of_three_restarts(watch: Watch) -> bool:
    return watch.has("external", "restarted")


def _activation_was_answered(watch: Watch) -> bool:
    return watch.has("activate", "activated")


@pytest.mark.parametrize(
    ("moment", "steps"),
    (
        pytest.param(_one_host_of_three_restarts, ["generate"], id="when one host of three is written"),
        pytest.param(_activation_was_answered, ["generate", "activate"], id="when the activation was answered"),
    ),
)
def test_i_13_a_killed_controller_refuses_nobody(
    watch: Watch, moment: Callable[[Watch], bool], steps: list[str]
) -> None:
    """I-13, I-3, I-17: SIGKILL for the playbook and all of its processes, then a plain rerun."""
    operations = watch.operations
    with started(operations, "rotate") as running:
        assert watch.see(running, REQUESTS_IN_TROUBLE, lambda: moment(watch)), f"it ended before: {running.ended()}"
        running.kill()
    watch.mark("killed")
    assert operations.sent(INTEGRATION) == steps
    assert operations.rotation(INTEGRATION).closed_at is None
    if moment is _one_host_of_three_restarts:
        assert len(operations.held(INTEGRATION)) == 2, "it was not in the middle"
    watch.wait_for(REQUESTS_IN_TROUBLE // 4)
    run = watch.rotate(REQUESTS_IN_TROUBLE)
    verdict = _nobody_was_without_tokens(watch, REQUESTS_IN_TROUBLE)
    assert run.status == 0, run
    _rotated(watch)
    assert verdict.by_phase["killed"] >= REQUESTS_IN_TROUBLE // 4


def test_i_12_a_host_that_is_down_for_a_while_refuses_nobody(watch: Watch) -> None:
    """I-12, I-3, I-17: its services go on with the old secret, so it must live until they have the new one."""
    operations = watch.operations
    stop_host(operations, "prod-c")
    first = watch.rotate(REQUESTS_IN_TROUBLE)
    _nobody_was_without_tokens(watch)
    assert first.status != 0 and "prod-c/web shop not proved" in first.said, first
    watch.mark("prod-c is down")
    operations.estate.simulator.advance(3600)
    again = watch.rotate(REQUESTS_IN_TROUBLE)
    _nobody_was_without_tokens(watch)
    assert again.status != 0 and "prod-c/mule not proved" in again.said, again
    watch.wait_for(REQUESTS_IN_TROUBLE // 4)
    used = watch.since("prod-c is down")
    assert used == {name: {"active" if name in OF_PROD_C else "staged": sum(used[name].values())} for name in SERVICES}
    assert operations.sent(INTEGRATION) == ["generate"], "it was activated although a host has the old secret"

    start_host(operations, "prod-c")
    watch.mark("prod-c is back")
    run = watch.rotate(REQUESTS_IN_TROUBLE)
    verdict = _nobody_was_without_tokens(watch, REQUESTS_IN_TROUBLE)
    assert run.status == 0, run
    _rotated(watch)
    assert verdict.restarts == dict.fromkeys(SERVICES, 1)


def test_i_3_an_abandon_in_the_middle_of_the_distribution_refuses_nobody(watch: Watch) -> None:
    """I-3, I-14: a person gives up while a run distributes; all go back to the active secret, and use it."""
    operations, simulator = watch.operations, watch.operations.estate.simulator
    former = operations.secret(INTEGRATION)
    with started(operations, "rotate") as running:
        in_the_middle = watch.see(running, REQUESTS_IN_TROUBLE, lambda: _one_host_of_three_restarts(watch))
        assert in_the_middle, f"it ended before: {running.ended()}"
        assert len(operations.held(INTEGRATION)) == 2, "it was not in the middle"
        watch.mark("giving up")
        abandoned = operations.playbook("abandon", sfmc_abandon_integration=INTEGRATION)
        running.ended()
    _nobody_was_without_tokens(watch)
    for _again in range(3):
        if operations.rotation(INTEGRATION).closed_at is None:
            abandoned = operations.playbook("abandon", sfmc_abandon_integration=INTEGRATION)
    assert operations.rotation(INTEGRATION).outcome == "abandoned", abandoned
    assert operations.sent(INTEGRATION) == ["generate"]
    assert operations.held(INTEGRATION) == {former} == {operations.secret(INTEGRATION)}

    simulator.advance(600)
    simulator.generate(operations.client_id(INTEGRATION))
    watch.mark("the staged secret is dead")
    watch.wait_for(REQUESTS_IN_TROUBLE // 4)
    used = watch.since("the staged secret is dead")
    assert {name: set(secrets) for name, secrets in used.items()} == {name: {"active"} for name in SERVICES}
    verdict = _nobody_was_without_tokens(watch, REQUESTS_IN_TROUBLE)
    assert any(asked.get("staged") for asked in verdict.by_secret.values()), "nobody ever used the staged secret"


def test_a_click_while_hosts_have_the_old_secret_is_counted_as_refusals(watch: Watch) -> None:
    """The judge can say no: I-3 without the gate, which no tool has over a person in Setup. The next run mends it."""
    operations = watch.operations
    assert operations.rotate(limit="prod-a").status == 0
    operations.estate.simulator.activate(operations.client_id(INTEGRATION))
    watch.wait_for(200)
    refused = watch.verdict().refusals
    without = {name for name in SERVICES if any(text.startswith(f"{name} was rejected") for text in refused)}
    assert without == {name for name in SERVICES if not name.startswith("prod-a/")}, refused
    assert all("with the previous secret" in text and text.endswith("phase: activated") for text in refused), refused

    run = operations.rotate()
    assert run.status == 0, run
    assert operations.held(INTEGRATION) == {operations.secret(INTEGRATION)}
    mended = Watch(operations)
    mended.wait_for(200)
    assert mended.verdict().refusals == []
