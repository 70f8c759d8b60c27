# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two controllers on one store, and two integrations of one account."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Store, Stored
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

from ._bench import Bench, OpenCipher, closed_well
from .test_run_crashes import POINTS

pytestmark = pytest.mark.exhaustive

AT_ONCE = timedelta(0)
LEASE = timedelta(minutes=3)


@pytest.mark.parametrize("number", range(len(POINTS)), ids=[f"{n} {name}" for n, name in enumerate(POINTS)])
def test_two_runs_at_once_make_one_generation_and_one_activation(bench: Bench, number: int) -> None:
    """I-7: at any one effect of the first, the second does all that it finds to do at that moment."""

    def other(point: int) -> None:
        if point != number:
            return
        try:
            if bench.stage(AT_ONCE).step is Step.DISTRIBUTE:
                bench.distribute()
            bench.finish(AT_ONCE)
        except Conflict:
            pass

    bench.tape.at = other
    try:
        bench.rotate()
    except Refusal as refusal:
        assert refusal.rule.startswith(("I-7", "the provider must be able", "a secret is handed in when"))
    bench.tape.at = None
    bench.rotate()
    assert bench.look().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_store_that_is_always_ahead_stops_the_run_with_a_conflict_that_names_it(bench: Bench) -> None:
    """I-7: five tries, then the document is named; nothing was generated."""
    bench.store = _Ahead(bench.store)  # type: ignore[assignment]
    with pytest.raises(Conflict) as caught:
        bench.rotate()
    assert str(bench.root / "store") in caught.value.offender
    assert bench.outcomes("generate") == []


class _Ahead:
    """A store in which somebody else always was quicker."""

    def __init__(self, store: Store) -> None:
        self.where = store.where
        self.load = store.load
        self.complete = store.complete
        self.prove_writable = store.prove_writable

    def save(self, name: str, document: object, expected: str | None) -> str:
        """Refuse."""
        raise Conflict(self.where(name))


def test_two_integrations_of_one_account_keep_one_pace(bench: Bench, tmp_path: Path) -> None:
    """I-8: per account, whichever integration it is; both are waited out in one call."""
    second = _sibling(bench, tmp_path)
    for each in (bench, second):
        assert each.rotate().phase is Phase.CLOSED
    for kind in ("generate", "activate"):
        lines = [line for line in bench.world.effects if line["kind"] == kind]
        assert [line["outcome"] for line in lines] == [{"generate": "generated", "activate": "activated"}[kind]] * 2
    assert bench.held() + second.held() == ["active"] * 4


def test_a_second_integration_of_the_account_waits_instead_of_being_refused(bench: Bench, tmp_path: Path) -> None:
    """I-8: `not yet` is a normal result."""
    second = _sibling(bench, tmp_path)
    bench.stage(AT_ONCE)
    decision = second.stage(AT_ONCE)
    assert (decision.step, decision.blockers) == (Step.WAIT, ())
    assert decision.not_before is not None
    assert decision.not_before - second.run().client.now() == timedelta(minutes=5)
    assert second.outcomes("generate") == ["generated"]


def test_the_pace_counts_from_the_answer_when_sfmc_takes_its_time(bench: Bench, tmp_path: Path) -> None:
    """I-8: SFMC generated somewhere between the request and the answer; only the answer is surely not before that."""
    second = _sibling(bench, tmp_path)

    def slow(point: int) -> None:
        if bench.tape.points[point] == "before generate":
            bench.pause(30)

    bench.tape.at = slow
    bench.stage(AT_ONCE)
    bench.tape.at = None
    assert required(second.stage(AT_ONCE).not_before) >= bench.world.clock.now() + timedelta(minutes=5)
    assert second.rotate().phase is Phase.CLOSED
    assert second.outcomes("generate") == ["generated", "generated"]


def test_a_slot_that_another_integration_took_since_the_decision_is_waited_for(bench: Bench, tmp_path: Path) -> None:
    """I-8: decided at the same moment, sent one after the other."""
    second = _sibling(bench, tmp_path)

    def other(point: int) -> None:
        if bench.tape.points[point] == "before prove writable":
            second.stage(AT_ONCE)

    bench.tape.at = other
    decision = bench.stage(AT_ONCE)
    bench.tape.at = None
    assert decision.step is Step.WAIT
    assert bench.outcomes("generate") == ["generated"]
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.outcomes("generate") == ["generated", "generated"]


def test_integrations_of_different_accounts_do_not_wait_for_each_other(bench: Bench, tmp_path: Path) -> None:
    """I-8."""
    second = _sibling(bench, tmp_path, enterprise_id="2000002")
    second.options["account"] = "another"
    bench.stage(AT_ONCE)
    second.stage(AT_ONCE)
    assert bench.outcomes("generate") == ["generated", "generated"]


def test_i1_an_intent_to_generate_is_for_a_rotation_that_has_none(bench: Bench) -> None:
    """Whatever the run that comes late has decided."""
    now = bench.world.clock.now()
    once = changes.intending_to_generate(bench.record, "due", "a run", now, LEASE)
    with pytest.raises(Conflict):
        changes.intending_to_generate(once, "due", "another", now, LEASE)
    bench.stage(AT_ONCE)
    with pytest.raises(Conflict):
        changes.intending_to_generate(bench.record, "due", "a run", now, LEASE)


def test_i6_an_intent_to_activate_is_for_the_tries_that_were_seen(bench: Bench) -> None:
    """Whoever saw fewer tries than there are has been overtaken."""
    bench.stage()
    bench.distribute()
    now = bench.world.clock.now()
    once = changes.intending_to_activate(bench.record, 0, "a run", now, LEASE)
    with pytest.raises(Conflict):
        changes.intending_to_activate(once, 0, "another", now, LEASE)


@pytest.mark.parametrize("intent", ["generation sent", "activation sent"])
def test_i7_the_lease_is_looked_at_right_before_the_call(bench: Bench, intent: str) -> None:
    """Who is overtaken after its intent was read back sends nothing."""
    load, reads = bench.store.load, []

    def late(name: str) -> Stored | None:
        if not name.startswith("account-") and bench.tape.points[-1:] == [f"after save {intent}"]:
            reads.append(name)
            if len(reads) == 2:
                bench.pause(600)
                assert bench.rotate().phase is Phase.CLOSED
        return load(name)

    bench.store.load = late  # type: ignore[method-assign]
    assert bench.rotate().phase is Phase.CLOSED
    assert len(reads) >= 2, "read back, then looked at"
    closed_well(bench, bench.package)


def test_i7_an_answer_of_an_earlier_lease_replaces_no_staged_secret(bench: Bench) -> None:
    """Hosts may have it, and the late answer is of a generation that nobody waits for."""
    bench.stage(AT_ONCE)
    record, now = bench.record, bench.world.clock.now()
    with pytest.raises(Conflict):
        changes.kept(record, Secret(make_new_secret()), now, LEASE, fence=record.journal.fence - 1)


def _sibling(bench: Bench, root: Path, **package: str) -> Bench:
    """Return a bench with a package of its own in the same world, on the same store."""
    second = Bench(root / "second", bench.url, bench.world)
    if package:
        second.package = bench.world.add_package({"active": {"generated_at": "2026-07-15T08:00:00Z"}, **package})
        for host in second.hosts:
            second.write(host, second.package.active.value)
    second.store = type(bench.store)(FileStore(bench.root / "store", OpenCipher()), second.tape)
    second.adopt()
    return second


def test_a_secret_that_another_run_has_retrieved_and_proved_meanwhile_is_kept_already(bench: Bench) -> None:
    """I-5, I-7: between the answer and the write, another run went five minutes further; nothing is wrong."""

    def other(point: int) -> None:
        if bench.tape.points[point] == "after generate":
            assert bench.stage().step is Step.DISTRIBUTE

    bench.tape.at = other
    assert bench.stage().step is Step.DISTRIBUTE
    bench.tape.at = None
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)
