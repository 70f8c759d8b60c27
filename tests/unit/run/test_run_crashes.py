# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that end anywhere, and answers that get lost: a plain rerun finishes, with nothing done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step

from ._bench import Bench, closed_well
from ._tape import Killed, kill_at
from .test_run_order import WHOLE

pytestmark = pytest.mark.exhaustive

POINTS = [f"{side} {name}" for name in WHOLE for side in ("before", "after")]


@pytest.mark.parametrize("number", range(len(POINTS)), ids=[f"{n} {name}" for n, name in enumerate(POINTS)])
def test_a_run_killed_at_any_effect_is_finished_by_a_plain_rerun(bench: Bench, number: int) -> None:
    """I-1, I-5, I-6, I-13: from any point, one generation and one activation."""
    bench.tape.at = kill_at(number)
    with pytest.raises(Killed):
        bench.rotate()
    assert bench.tape.points[-1] == POINTS[number]
    bench.tape.at = None
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


@pytest.mark.parametrize("number", range(0, len(POINTS), 2), ids=[f"{n} {POINTS[n]}" for n in range(0, len(POINTS), 2)])
def test_two_crashes_in_one_rotation_are_finished_too(bench: Bench, number: int) -> None:
    """I-13: the second run dies at its third effect."""
    bench.tape.at = kill_at(number)
    with pytest.raises(Killed):
        bench.rotate()
    bench.tape.at = kill_at(2, beginning=len(bench.tape.points))
    try:
        bench.rotate()
    except Killed:
        bench.tape.at = None
        bench.rotate()
    assert bench.look().phase is Phase.CLOSED
    closed_well(bench, bench.package)


LOST_AFTER_ACTING = [
    {"fault": "answer_dropped"},
    {"fault": "half_body"},
    {"fault": "reset", "acts": True},
    {"fault": "server_error", "acts": True},
    {"fault": "bad_gateway_html", "acts": True},
    {"fault": "empty", "acts": True},
    {"fault": "not_json", "acts": True},
    {"fault": "redirect", "acts": True},
]
LOST_WITHOUT_ACTING = [
    {"fault": "reset"},
    {"fault": "server_error"},
    {"fault": "unavailable"},
    {"fault": "bad_gateway_html"},
    {"fault": "empty"},
    {"fault": "not_json"},
    {"fault": "redirect"},
]
CERTAINLY_REFUSED = [{"fault": "rate_limited"}, {"fault": "blocked"}]


def _name(fault: dict[str, object]) -> str:
    return f"{fault['fault']}{' after acting' if fault.get('acts') else ''}"


@pytest.mark.parametrize("fault", LOST_AFTER_ACTING, ids=_name)
def test_a_generation_whose_answer_is_lost_is_retrieved_never_repeated(bench: Bench, fault: dict[str, object]) -> None:
    """I-6."""
    bench.world.faults.add({**fault, "on": "generate"})
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.outcomes("generate") == ["generated"]
    assert bench.outcomes("retrieve") == ["retrieved"]
    closed_well(bench, bench.package)


@pytest.mark.parametrize("fault", LOST_WITHOUT_ACTING, ids=_name)
def test_a_generation_that_certainly_made_nothing_is_sent_again_after_the_pace(
    bench: Bench, fault: dict[str, object]
) -> None:
    """I-6, I-8: the endpoint says 404, so the intent is taken back; the account's five minutes still hold."""
    bench.world.faults.add({**fault, "on": "generate"})
    assert bench.rotate().phase is Phase.CLOSED
    lines = [line for line in bench.world.effects if line["kind"] in ("generate", "retrieve")]
    assert [line["outcome"] for line in lines] == ["fault", "not_found", "generated"]
    assert bench.history.count("generation refused") == 1
    sent = [event.at for event in bench.record.journal.history if event.what == "generation sent"]
    assert (sent[1] - sent[0]).total_seconds() >= 300
    closed_well(bench, bench.package)


@pytest.mark.parametrize("fault", CERTAINLY_REFUSED, ids=_name)
def test_a_generation_that_is_clearly_refused_stops_the_run_and_the_next_one_goes_on(
    bench: Bench, fault: dict[str, object]
) -> None:
    bench.world.faults.add({**fault, "on": "generate"})
    with pytest.raises(Refusal, match="it was not carried out"):
        bench.rotate()
    assert bench.look().step is Step.WAIT
    assert bench.rotate().phase is Phase.CLOSED
    assert "retrieve" not in [line["kind"] for line in bench.world.effects]
    closed_well(bench, bench.package)


def test_a_lost_answer_without_a_way_to_retrieve_stops_until_a_person_acts(benches: Callable[..., Bench]) -> None:
    """I-6: not sent again, however often it runs; handing the secret in goes on."""
    bench = benches(retrieve=False)
    bench.world.faults.add({"fault": "answer_dropped", "on": "generate"})
    for _number in range(3):
        decision = bench.rotate()
        assert (decision.phase, decision.step) == (Phase.REQUESTED, Step.STOP)
        assert decision.blockers[0].rule.startswith("I-6")
        bench.pause(3600)
    assert bench.outcomes("generate") == ["generated"]
    staged = bench.package.staged
    assert staged is not None
    bench.hand_in(staged.value)
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_lost_answer_without_a_way_to_retrieve_can_be_started_over(benches: Callable[..., Bench]) -> None:
    """I-6, I-41."""
    bench = benches(retrieve=False)
    bench.world.faults.add({"fault": "answer_dropped", "on": "generate"})
    assert bench.rotate().step is Step.STOP
    assert bench.abandon().phase is Phase.CLOSED
    assert bench.record.journal.rotation is not None
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.outcomes("generate") == ["generated", "generated"]
    assert bench.held() == ["active", "active"]


@pytest.mark.parametrize("fault", LOST_AFTER_ACTING, ids=_name)
def test_an_activation_whose_answer_is_lost_is_found_out_by_the_probe(bench: Bench, fault: dict[str, object]) -> None:
    """I-6."""
    bench.world.faults.add({**fault, "on": "activate"})
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.tape.count("activate") == 1
    closed_well(bench, bench.package)


@pytest.mark.parametrize("fault", [*LOST_WITHOUT_ACTING, {"fault": "activation_ignored"}], ids=_name)
def test_an_activation_that_did_nothing_is_sent_again_only_after_both_secrets_were_seen_alive(
    bench: Bench, fault: dict[str, object]
) -> None:
    """I-6, I-8: the second one is a new intent, five minutes later."""
    bench.world.faults.add({**fault, "on": "activate"})
    assert bench.rotate().phase is Phase.CLOSED
    first = bench.tape.lines.index("activate")
    second = bench.tape.lines.index("activate", first + 1)
    between = bench.tape.lines[first:second]
    assert {"ask token active", "ask token staged", "save activation sent"} <= set(between)
    assert bench.tape.count("activate") == 2
    sent = bench.record.journal.rotation.activations_sent_at if bench.record.journal.rotation else ()
    assert (sent[1] - sent[0]).total_seconds() >= 300
    closed_well(bench, bench.package)


def test_activations_that_never_work_are_bounded_and_then_a_person_is_asked(bench: Bench) -> None:
    """I-41: orphaned; a rerun sends nothing more, and an activation by hand is taken up."""
    bench.world.faults.add({"fault": "activation_ignored", "times": "forever"})
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.ORPHANED, Step.STOP)
    assert bench.tape.count("activate") == 3
    bench.pause(3600)
    assert bench.rotate().phase is Phase.ORPHANED
    assert bench.tape.count("activate") == 3
    bench.world.activate(bench.package.client_id)
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_i41_a_refusal_after_an_earlier_try_counts_as_a_try(bench: Bench) -> None:
    """It may mean that the earlier one worked: a refusal that does not count would let the tries go on for ever."""
    bench.world.faults.add({"fault": "activation_ignored", "on": "activate"})
    bench.world.faults.add({"fault": "rate_limited", "on": "activate"})
    with pytest.raises(Refusal, match="it was not carried out"):
        bench.rotate()
    rotation = bench.record.journal.open_rotation
    assert rotation is not None and len(rotation.activations_sent_at) == 2
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_i5_a_store_that_fails_for_a_moment_does_not_lose_the_secret(benches: Callable[..., Bench]) -> None:
    """It is shown once: a second try costs nothing, and nobody could hand it in."""
    bench = benches(retrieve=False)
    save, failures = bench.store.save, [1]

    def failing(name: str, document: Any, expected: str | None) -> str:
        if failures and document.get("secrets", {}).get("staged"):
            failures.pop()
            raise Refusal("I-5: a store for this test", name, "room", "a full disk", "wait")
        return save(name, document, expected)

    bench.store.save = failing  # type: ignore[method-assign]
    assert bench.rotate().phase is Phase.CLOSED
    assert failures == []
    closed_well(bench, bench.package)
