# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of hosts, while other runs go on: what one writes late is noticed, and nothing it needs is dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import distributing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import Evidence, Proved
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict
from ansible_collections.keyturn.sfmc.tests.unit.run._bench import Bench

AT_ONCE = timedelta(0)


def _proved(bench: Bench, which: str) -> Evidence:
    record = bench.record
    secret = required(getattr(record.secrets, which))
    (first, *_others) = bench.inventory.dependents()
    return Evidence(proved=[Proved(first.dependent, record.secrets.fingerprint(secret))])


@pytest.fixture
def begun(bench: Bench) -> Run:
    """Return a run that has begun a batch and writes to its hosts."""
    bench.adopt()
    assert bench.stage().step is Step.DISTRIBUTE
    run = bench.run()
    distributing.begin(run, "late")
    return run


def test_i7_a_staged_secret_is_kept_while_a_batch_may_still_write_it(bench: Bench, begun: Run) -> None:
    assert bench.abandon(budget=AT_ONCE).step is Step.WAIT
    assert bench.record.secrets.staged is not None


def test_i7_what_a_batch_writes_late_is_a_failure_that_the_next_run_mends(bench: Bench, begun: Run) -> None:
    proved = _proved(bench, "staged")
    bench.abandon(budget=AT_ONCE)
    staged = required(bench.record.secrets.staged).reveal()
    bench.write("app1", staged)
    reasons = distributing.attest(begun, proved, "late")
    assert "meanwhile another run went back" in reasons["app1/crm"]
    assert bench.look().missing == ("app1/crm",)
    assert bench.abandon().phase is Phase.CLOSED
    assert bench.held() == ["active", "active"]


def test_i7_a_batch_is_not_begun_for_a_rotation_that_was_given_up_since(bench: Bench) -> None:
    bench.adopt()
    bench.stage()
    run = bench.run()
    run.look()
    bench.run().abandon("another controller")
    with pytest.raises(Conflict):
        distributing.begin(run, "late")


def test_i7_hosts_that_hold_a_secret_that_is_over_are_named(bench: Bench, begun: Run) -> None:
    """The batch took longer than a batch may, and the rotation was forgotten meanwhile."""
    proved = _proved(bench, "staged")
    for _run in range(2):
        bench.abandon()
    assert bench.record.secrets.staged is None
    with pytest.raises(Refusal, match=r"a secret that was given up on 1 dependent.*app1/crm"):
        distributing.attest(begun, proved, "late")


def test_i7_the_journal_remembers_the_fingerprint_of_what_was_given_up(bench: Bench, begun: Run) -> None:
    """So that it is not taken for somebody else's where it is found (I-24)."""
    staged = required(bench.record.secrets.staged)
    shown = bench.record.secrets.fingerprint(staged)
    for _run in range(2):
        bench.abandon()
    assert bench.record.journal.forgotten == (shown,)


def test_i33_who_was_retired_and_comes_back_proves_itself_anew(bench: Bench) -> None:
    """I-3: it may come from an old image."""
    bench.adopt()
    bench.stage()
    bench.distribute()
    bench.run().note("retired", lambda journal, at: transitions.retired(journal, "app2/crm", "sold", at))
    assert bench.look().missing == ("app2/crm",)


def test_i11_who_joins_is_remembered_before_its_turn_comes(bench: Bench) -> None:
    """Another controller may have an older inventory."""
    bench.adopt()
    bench.stage()
    bench.distribute()
    bench.hosts.append("app3")
    bench.file("app3").parent.mkdir()
    bench.write("app3", bench.package.active.value)
    assert bench.stage().missing == ("app3/crm",)
    bench.hosts.remove("app3")
    assert bench.look().missing == ("app3/crm",)
    assert bench.finish().step is Step.STOP


def test_i7_a_batch_that_ends_after_another_run_came_to_the_end_is_no_fault(bench: Bench, begun: Run) -> None:
    proved = _proved(bench, "active")

    def meanwhile() -> None:
        for _run in range(2):
            bench.abandon()

    begun.client.measured_now = _first(meanwhile, begun.client.measured_now)  # type: ignore[method-assign]
    assert distributing.attest(begun, proved, "late") == {}


def _first(act: Callable[[], None], then: Callable[[], datetime]) -> Callable[[], datetime]:
    """Do something before the first call."""
    acts = [act]

    def call() -> datetime:
        while acts:
            acts.pop()()
        return then()

    return call


def test_i14_a_check_that_is_declared_in_the_middle_is_made_before_the_activation(bench: Bench) -> None:
    bench.adopt()
    bench.stage()
    bench.distribute()
    assert bench.look().step is Step.ACTIVATE
    files = [{"path": str(bench.file("app1")), "format": "dotenv", "key": "SFMC_CLIENT_SECRET"}]
    bench.variables["sfmc_dependents"] = [{"integration": "crm", "files": files, "check": {"command": ["true"]}}]
    assert set(bench.look().missing) == {"app1/crm", "app2/crm"}
