# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lease for each intent, with a fencing number: who wakes up late sends nothing, who died holds up for minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import evidence
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome

from ._bench import Bench, closed_well
from ._tape import Killed, kill_at

AT_ONCE = timedelta(0)
LIFE = timedelta(minutes=3)


def killed_after(bench: Bench, effect: str) -> None:
    """Let a run die right after an effect."""
    bench.tape.at = lambda number: kill_at(number)(number) if bench.tape.points[number] == f"after {effect}" else None
    with pytest.raises(Killed):
        bench.rotate()
    bench.tape.at = None


@pytest.mark.parametrize("intent", ["generation sent", "activation sent"])
def test_who_is_overtaken_between_intent_and_call_sends_nothing(bench: Bench, intent: str) -> None:
    """I-1, I-7: it slept for ten minutes; another run has come to the end meanwhile."""

    def sleep(number: int) -> None:
        if bench.tape.points[number] == f"after save {intent}":
            bench.pause(600)
            assert bench.rotate().phase is Phase.CLOSED

    bench.tape.at = sleep
    assert bench.rotate().phase is Phase.CLOSED
    bench.tape.at = None
    closed_well(bench, bench.package)


@pytest.mark.parametrize("intent", ["generation sent", "activation sent"])
def test_while_a_lease_lives_others_wait_and_say_for_whom(bench: Bench, intent: str) -> None:
    """I-7, I-44: the answer of the first run may come any moment."""
    killed_after(bench, f"save {intent}")
    run = bench.run()
    decision = run.look()
    assert (decision.step, decision.blockers) == (Step.WAIT, ())
    assert "another run (a run)" in evidence(Outcome(run, decision))["waits_for"] or intent == "activation sent"
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_the_lease_of_a_dead_controller_runs_out(bench: Bench) -> None:
    """I-7, I-13: after three minutes the next run finds out what became of the call."""
    killed_after(bench, "save generation sent")
    lease = required(bench.record.journal.lease)
    assert lease.until - bench.world.clock.now() == LIFE
    assert bench.stage(AT_ONCE).step is Step.WAIT
    bench.pause(LIFE.total_seconds())
    bench.stage(AT_ONCE)
    assert "retrieve" in [line["kind"] for line in bench.world.effects]
    assert bench.rotate().phase is Phase.CLOSED


def test_each_lease_has_a_larger_number_which_the_endpoint_is_told(bench: Bench) -> None:
    """I-7: an endpoint that is a person's own can refuse a call that comes late."""
    bench.rotate()
    orders = [bench.record.journal.fence]
    bench.variables["sfmc_force"] = "again"
    bench.rotate()
    orders.append(bench.record.journal.fence)
    assert orders == [4, 8], "generate, staged, distributing, activate: each is a number further"
    assert bench.run().keeper.load().journal.lease is None


def test_a_person_does_not_hand_in_while_a_run_waits_for_its_answer(bench: Bench) -> None:
    """I-1, I-7: the answer would replace what the person brings."""
    killed_after(bench, "generate")
    staged = required(bench.package.staged)
    with pytest.raises(Refusal, match="I-7: the intent of a run is its own") as caught:
        bench.hand_in(staged.value)
    assert "a run, until" in caught.value.found
    bench.pause(LIFE.total_seconds())
    bench.hand_in(staged.value)
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_an_answer_that_comes_after_a_take_over_does_not_replace_what_others_use(bench: Bench) -> None:
    """I-1, I-7: the first run sent in time, and slept before it could keep what came."""

    def sleep(number: int) -> None:
        if bench.tape.points[number] == "after generate":
            bench.pause(600)
            assert bench.rotate().phase is Phase.CLOSED

    bench.tape.at = sleep
    assert bench.rotate().phase is Phase.CLOSED
    bench.tape.at = None
    closed_well(bench, bench.package)


def test_an_abandoned_rotation_is_forgotten_only_when_no_call_can_be_on_its_way(bench: Bench) -> None:
    """I-1, I-41."""
    killed_after(bench, "save generation sent")
    decision = bench.abandon(budget=AT_ONCE)
    assert (decision.phase, decision.step, decision.then) == (Phase.ABANDONED, Step.WAIT, Step.FORGET)
    bench.pause(LIFE.total_seconds())
    assert bench.abandon().phase is Phase.CLOSED


def _after_intent(bench: Bench, intent: str, act: Callable[[], object]) -> None:
    """Let something happen once, between an intent and its call."""

    seen: list[int] = []

    def at(number: int) -> None:
        if not seen and bench.tape.points[number] == f"after save {intent}":
            seen.append(number)
            act()

    bench.tape.at = at


def test_an_intent_that_was_abandoned_before_its_call_is_not_sent(bench: Bench) -> None:
    """I-3, I-7: the active secret is back on the hosts; the activation would end it."""
    _after_intent(bench, "activation sent", lambda: bench.abandon(budget=AT_ONCE))
    bench.rotate()
    assert bench.outcomes("activate") == []
    bench.abandon()
    assert bench.held() == ["active", "active"]


def test_an_activation_is_not_sent_on_a_proof_that_is_gone(bench: Bench) -> None:
    """I-3, I-7, I-34: another run finds another value there, while this one sleeps."""

    def roll_back() -> None:
        bench.pause(60)
        bench.write("app1", "x" * 24)
        bench.distribute(["app1"])

    _after_intent(bench, "activation sent", roll_back)
    assert bench.rotate().step is Step.DISTRIBUTE
    assert bench.outcomes("activate") == []
    assert required(bench.record.journal.rotation).activations_sent_at == ()


@pytest.mark.parametrize("intent", ["generation sent", "activation sent"])
def test_a_lease_that_ran_out_before_the_call_is_taken_anew(bench: Bench, intent: str) -> None:
    """I-7: nobody else came, and nothing was sent."""
    _after_intent(bench, intent, lambda: bench.pause(600))
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_run_goes_on_when_another_has_changed_the_journal_right_after_it(benches: Callable[..., Bench]) -> None:
    """I-7, I-13: what was saved was read by whoever saved after it; nobody has to give this rotation up."""
    bench = benches(retrieve=False)
    _after_intent(bench, "generation sent", lambda: bench.run().note("verified", transitions.verified))
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_run_that_cannot_retrieve_leaves_no_lease_behind(bench: Bench) -> None:
    """I-6, I-41: a person hands in, gives up, or mends the endpoint and runs again, at once."""
    killed_after(bench, "generate")
    bench.pause(LIFE.total_seconds())
    headers = bench.variables["sfmc_provider"]["retrieve"].pop("headers")
    with pytest.raises(Refusal, match="must be able to retrieve"):
        bench.stage(AT_ONCE)
    assert bench.record.journal.lease is None
    bench.variables["sfmc_provider"]["retrieve"]["headers"] = headers
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_i9_no_lease_is_taken_by_a_clock_that_is_wrong(bench: Bench) -> None:
    """It would hold everybody up until that day comes."""
    killed_after(bench, "generate")
    right, bench.clock = bench.clock, lambda: right() + timedelta(days=300)
    bench.options["auth_url"] = "http://127.0.0.1:1"
    decision = bench.stage(AT_ONCE)
    assert (decision.step, decision.blockers[0].rule[:4]) == (Step.STOP, "I-9:")
    assert "taken over" not in bench.history


def test_i6_an_answer_is_kept_whatever_else_was_noted_while_the_call_was_under_way(bench: Bench) -> None:
    """I-36: where the active secret has ended by its age, nothing else tells that the activation took place."""
    seen: list[int] = []

    def at(number: int) -> None:
        if not seen and bench.tape.points[number] == "after activate":
            seen.append(number)
            bench.pause(1)
            bench.distribute(["app1"])

    bench.tape.at = at
    assert bench.rotate().phase is Phase.CLOSED
    assert required(bench.record.journal.rotation).activation_answered_at is not None
    assert bench.run().pace.load().fence == bench.record.journal.fence


def test_i6_a_refused_generation_is_kept_whatever_else_was_noted_meanwhile(benches: Callable[..., Bench]) -> None:
    """I-41: it was certainly not carried out, so that nobody has to give the rotation up for it."""
    bench = benches(retrieve=False)
    headers = bench.variables["sfmc_provider"]["generate"].pop("headers")
    seen: list[int] = []

    def at(number: int) -> None:
        if not seen and bench.tape.points[number] == "after generate":
            seen.append(number)
            bench.run().commit("registered", _with_another)

    bench.tape.at = at
    with pytest.raises(Refusal, match="must be able to generate"):
        bench.stage(AT_ONCE)
    bench.variables["sfmc_provider"]["generate"]["headers"] = headers
    bench.pause(300)
    assert bench.stage().step is Step.DISTRIBUTE


def _with_another(record: Record) -> Record:
    joined = Dependent("app3", "crm", ("/app/.env",))
    return record.with_journal(transitions.registered(record.journal, [joined]))
