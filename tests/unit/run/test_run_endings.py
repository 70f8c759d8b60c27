# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How else a rotation can go: lost, abandoned, held, not due, the former secret alive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import adopt

from ._bench import START, Bench, closed_well
from ._phases import (
    AT_ONCE,
    activation_lost,
    attested,
    lost,
    orphaned,
    partly_distributed,
    requested,
    staged,
    usable,
)

BEFORE_ACTIVATION = [requested, staged, usable, partly_distributed, attested, activation_lost, orphaned, lost]


@pytest.mark.parametrize("reach", BEFORE_ACTIVATION, ids=lambda reach: reach.__name__)
def test_a_rotation_can_be_given_up_before_its_activation(bench: Bench, reach: Callable[[Bench], None]) -> None:
    """I-41: every host that may have it has the active secret again before the staged one is forgotten."""
    reach(bench)
    bench.tape.lines.clear()
    bench.abandon()
    assert bench.history[-1] == "forgotten"
    assert bench.held() == ["active", "active"]
    record = bench.record
    assert record.secrets.staged is None
    assert record.journal.open_rotation is None
    assert record.journal.rotation is not None and record.journal.rotation.outcome == "abandoned"
    if reach in (partly_distributed, attested, activation_lost, orphaned):
        effects = bench.tape.effects
        assert effects.index("deploy app2") < effects.index("save forgotten")
    bench.pause(600)
    bench.world.faults.remove()
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.held() == ["active", "active"]


@pytest.mark.parametrize("reach", BEFORE_ACTIVATION[1:], ids=lambda reach: reach.__name__)
def test_giving_up_twice_is_giving_up_once(bench: Bench, reach: Callable[[Bench], None]) -> None:
    reach(bench)
    bench.abandon()
    bench.tape.lines.clear()
    bench.abandon()
    assert bench.tape.effects == []


def test_giving_up_waits_for_hosts_that_do_not_answer(bench: Bench) -> None:
    """I-12: the staged secret is kept until every host that may hold it proved the active one."""
    attested(bench)
    bench.run().abandon("a test")
    bench.distribute(["app1"])
    assert bench.look().missing == ("app2/crm",)
    assert bench.record.secrets.staged is not None
    assert bench.abandon().phase is Phase.CLOSED


def test_an_activated_rotation_cannot_be_given_up(bench: Bench) -> None:
    attested(bench)
    assert bench.finish(AT_ONCE).phase is Phase.SOAKING
    with pytest.raises(Refusal, match="there is no way back"):
        bench.abandon()
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_rotation_that_turns_out_to_be_active_is_finished_even_after_it_was_given_up(bench: Bench) -> None:
    """The activation's answer was lost, a person gave up: what SFMC says wins, and every host gets what works."""
    attested(bench)
    bench.world.activate(bench.package.client_id)
    bench.run().abandon("a test")
    bench.rotate()
    assert bench.look().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_an_activation_that_was_decided_on_is_not_sent_once_somebody_gave_up(bench: Bench) -> None:
    """I-7: between the decision and the intent."""
    attested(bench)

    def give_up(point: int) -> None:
        if bench.tape.points[point] == "before save pace":
            bench.run().abandon("another controller")

    bench.tape.at = give_up
    bench.finish(AT_ONCE)
    bench.tape.at = None
    assert bench.outcomes("activate") == []
    bench.abandon()
    assert bench.held() == ["active", "active"]


def test_a_staged_secret_that_somebody_replaced_is_lost_and_the_active_one_goes_back(bench: Bench) -> None:
    """I-2: no activation, no further write of the dead secret, and a person is told."""
    attested(bench)
    bench.pause(300)
    bench.world.generate(bench.package.client_id, "somebody else")
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.LOST, Step.STOP)
    assert decision.blockers[0].rule.startswith("I-2")
    assert bench.held() == ["active", "active"]
    assert bench.outcomes("activate") == []
    bench.tape.lines.clear()
    bench.rotate()
    assert bench.tape.effects == []


def test_a_secret_that_was_replaced_within_its_five_minutes_never_reaches_a_host(bench: Bench) -> None:
    """I-2."""
    bench.stage(AT_ONCE)
    bench.world.switches.change({"generate_pace_seconds": 0})
    bench.world.generate(bench.package.client_id, "somebody else")
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.LOST, Step.STOP)
    assert bench.tape.count("deploy") == 0


def test_a_former_secret_that_comes_back_to_life_keeps_the_rotation_open(bench: Bench) -> None:
    """I-18."""
    attested(bench)
    assert bench.finish(AT_ONCE).phase is Phase.SOAKING
    bench.world.switches.change({"previous_secret_grace_seconds": 7200})
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.ACTIVATED, Step.STOP)
    assert decision.blockers[0].rule.startswith("I-18")
    bench.pause(7200)
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_former_secret_that_dies_a_little_late_is_waited_for(bench: Bench) -> None:
    """I-18: nothing says how fast `at once` is; a second activation is not sent within the pace."""
    bench.world.switches.change({"previous_secret_grace_seconds": 120})
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.tape.count("activate") == 1
    closed_well(bench, bench.package)


def test_a_former_secret_that_lives_on_is_never_taken_for_dead(bench: Bench) -> None:
    """I-18, I-41: the probe cannot tell it from an activation that did nothing; tries are bounded, nothing closed."""
    bench.world.switches.change({"previous_secret_grace_seconds": 7200})
    for _number in range(3):
        with pytest.raises(Refusal, match="HTTP 409"):
            bench.rotate()
        bench.pause(300)
        if bench.tape.count("activate") == 3:
            break
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.ORPHANED, Step.STOP)
    assert bench.record.secrets.previous is None
    bench.pause(7200)
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_rotation_is_closed_only_after_the_life_of_a_token(bench: Bench) -> None:
    """I-17."""
    bench.rotate()
    rotation = bench.record.journal.rotation
    assert rotation is not None and rotation.activated_at is not None and rotation.closed_at is not None
    assert rotation.closed_at - rotation.activated_at >= timedelta(minutes=20)


def test_both_secrets_dead_stops_and_giving_up_makes_room_for_the_present_one(bench: Bench) -> None:
    """I-44: the way out that the message names works."""
    attested(bench)
    bench.pause(300)
    bench.world.generate(bench.package.client_id, "somebody else")
    bench.pause(300)
    present = bench.world.activate(bench.package.client_id)
    decision = bench.rotate()
    assert decision.step is Step.STOP
    assert "both rejected" in decision.blockers[0].found
    bench.abandon()
    bench.advance(lambda run: adopt(run, present.value, present.generated_at))
    active = bench.record.secrets.active
    assert active is not None and active.reveal() == present.value


@pytest.mark.parametrize("reach", [staged, usable, attested], ids=lambda reach: reach.__name__)
def test_a_hold_stops_an_open_rotation_and_it_goes_on_when_the_hold_ends(
    bench: Bench, reach: Callable[[Bench], None]
) -> None:
    """I-37."""
    reach(bench)
    bench.options["hold"] = {"reason": "Black Friday", "until": "2027-01-06"}
    before = bench.held()
    decision = bench.rotate()
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-37")
    assert "Black Friday" in decision.blockers[0].found
    assert bench.held() == before
    assert bench.outcomes("activate") == []
    bench.world.clock.set(datetime(2027, 1, 6, tzinfo=timezone.utc))
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_hold_keeps_a_due_rotation_from_beginning_and_only_a_reason_beats_it(bench: Bench) -> None:
    """I-37."""
    bench.options["hold"] = {"reason": "Black Friday"}
    assert bench.rotate().step is Step.NONE
    assert bench.tape.effects == []
    bench.variables["sfmc_force"] = "the secret leaked"
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_what_could_not_be_cleaned_up_stays_on_the_list_of_the_journal_until_it_is(bench: Bench) -> None:
    """I-42: a host that cannot be brought back is named, run after run, and the staged secret is not forgotten."""
    attested(bench)
    bench.write("app2", "S" * 24)
    for _run in range(2):
        decision = bench.abandon()
        assert (decision.phase, decision.missing) == (Phase.ABANDONED, ("app2/crm",))
        rotation = required(bench.record.journal.open_rotation)
        assert [item.dependent for item in rotation.failures] == ["app2/crm"]
        assert bench.record.secrets.staged is not None
    bench.write("app2", bench.package.active.value)
    assert bench.abandon().phase is Phase.CLOSED
    assert bench.record.secrets.staged is None


def test_a_hold_does_not_keep_hosts_from_going_back(bench: Bench) -> None:
    """I-2, I-37: a hold keeps things as they were, and the active secret is how they were."""
    attested(bench)
    bench.options["hold"] = {"reason": "Black Friday"}
    assert bench.abandon().phase is Phase.CLOSED
    assert bench.held() == ["active", "active"]


def test_before_it_is_due_nothing_is_asked_and_nothing_is_touched(benches: Callable[..., Bench]) -> None:
    """I-15, I-21."""
    bench = benches(adopt=False)
    bench.package.active.generated_at = START
    bench.adopt()
    bench.tape.lines.clear()
    decision = bench.rotate()
    assert decision.step is Step.NONE
    assert decision.due_at == START + timedelta(days=150)
    assert [line for line in bench.tape.lines if not line.startswith("read")] == []


def test_after_a_rotation_the_next_run_has_nothing_to_do(bench: Bench) -> None:
    """I-15."""
    bench.rotate()
    bench.tape.lines.clear()
    for _number in range(2):
        assert bench.rotate().step is Step.NONE
    assert [line for line in bench.tape.lines if not line.startswith("read")] == []


def test_a_reason_forces_one_rotation_however_often_it_is_run(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "INC-1"
    for _number in range(3):
        assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)
    bench.variables["sfmc_force"] = "INC-2"
    bench.rotate()
    assert bench.outcomes("activate") == ["activated", "activated"]


def test_a_rotation_can_stop_before_the_activation_until_a_person_says_go(bench: Bench) -> None:
    bench.variables["sfmc_activate"] = False
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.ATTESTED, Step.STOP)
    assert bench.outcomes("activate") == []
    bench.variables["sfmc_activate"] = True
    assert bench.rotate().phase is Phase.CLOSED
