# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate over the whole registry, adopting, retiring, and clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import adopt
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.retiring import retire

from ._bench import START, Bench, closed_well

AT_ONCE = timedelta(0)


def test_attestations_add_up_over_limited_runs(bench: Bench) -> None:
    """I-10: a play over part of the hosts never counts as all of them."""
    bench.stage()
    bench.distribute(["app1"])
    decision = bench.finish(AT_ONCE)
    assert (decision.step, decision.missing) == (Step.DISTRIBUTE, ("app2/crm",))
    assert bench.outcomes("activate") == []
    bench.distribute(["app2"])
    assert bench.finish().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_host_that_fails_keeps_the_gate_closed_and_is_named_with_its_reason(bench: Bench) -> None:
    """I-3, I-12."""
    bench.write("app2", "S" * 24)
    decision = bench.rotate()
    assert (decision.step, decision.missing) == (Step.DISTRIBUTE, ("app2/crm",))
    assert "I-24" in decision.blockers[0].found
    assert "app1" not in decision.blockers[0].found
    assert bench.outcomes("activate") == []
    bench.write("app2", bench.package.active.value)
    assert bench.rotate().phase is Phase.CLOSED


def test_a_host_that_joins_after_the_attestations_closes_the_gate_again(bench: Bench) -> None:
    """I-33."""
    bench.stage()
    bench.distribute()
    bench.hosts.append("app3")
    bench.file("app3").parent.mkdir()
    bench.write("app3", bench.package.active.value)
    assert bench.finish(AT_ONCE).missing == ("app3/crm",)
    assert bench.outcomes("activate") == []
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_host_that_joins_during_the_soak_gets_the_new_secret_before_the_end(bench: Bench) -> None:
    """I-33."""
    bench.stage()
    bench.distribute()
    assert bench.finish(AT_ONCE).phase is Phase.SOAKING
    bench.hosts.append("app3")
    bench.file("app3").parent.mkdir()
    bench.write("app3", bench.record.secrets.previous.reveal())  # type: ignore[union-attr]
    assert bench.finish(AT_ONCE).missing == ("app3/crm",)
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_cut_inventory_does_not_shrink_the_registry_only_a_retirement_does(bench: Bench) -> None:
    """I-11."""
    bench.stage()
    bench.hosts.remove("app2")
    bench.distribute()
    assert bench.finish(AT_ONCE).missing == ("app2/crm",)
    assert retire(bench.run(), "app2/crm", "switched off", check_mode=True)
    assert bench.finish(AT_ONCE).missing == ("app2/crm",)
    assert retire(bench.run(), "app2/crm", "switched off", check_mode=False)
    assert bench.record.journal.history[-1].detail == "app2/crm: switched off"
    assert not retire(bench.run(), "app2/crm", "again", check_mode=False)
    assert bench.finish().phase is Phase.CLOSED


def test_i10_a_run_of_a_batch_takes_nobody_else_for_gone(bench: Bench) -> None:
    """What it has not read may be declared all the same."""
    bench.stage()
    bench.distribute(["app1"])
    bench.hosts = ["app1"]
    assert bench.run().look().gone == ("app2/crm",)
    decision = bench.run(whole=False).look()
    assert (decision.step, decision.missing, decision.gone) == (Step.DISTRIBUTE, ("app2/crm",), ())


def test_what_the_inventory_still_declares_is_not_retired(bench: Bench) -> None:
    """I-11."""
    bench.stage()
    with pytest.raises(Refusal, match="take the entry out of the inventory first"):
        retire(bench.run(), "app2/crm", "a mistake", check_mode=False)


def test_nothing_declared_is_not_a_success(benches: Callable[..., Bench]) -> None:
    """I-38."""
    bench = benches(adopt=False)
    bench.variables["sfmc_dependents"] = []
    bench.adopt()
    decision = bench.rotate()
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-38")
    bench.options["dependents"] = "none"
    assert bench.rotate().phase is Phase.CLOSED


def test_a_host_whose_file_is_rolled_back_before_the_activation_is_asked_again_when_its_proof_is_old(
    bench: Bench,
) -> None:
    """I-34."""
    bench.variables["sfmc_activate"] = False
    bench.rotate()
    bench.write("app1", bench.package.active.value)
    bench.pause(73 * 3600)
    assert len(bench.look().missing) == 2
    bench.variables["sfmc_activate"] = True
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_an_active_secret_that_sfmc_refuses_is_not_adopted(benches: Callable[..., Bench]) -> None:
    bench = benches(adopt=False)
    wrong = bench.package.active.value[:-1]
    with pytest.raises(Refusal, match="nothing was stored") as caught:
        bench.advance(lambda run: adopt(run, wrong, None))
    assert wrong[5:] not in str(caught.value)
    assert bench.record.secrets.active is None
    assert bench.rotate().step is Step.STOP


def test_an_active_secret_is_not_adopted_on_an_unknown_answer(benches: Callable[..., Bench]) -> None:
    """I-20."""
    bench = benches(adopt=False)
    bench.world.faults.add({"fault": "bad_gateway_html", "times": "forever"})
    with pytest.raises(Refusal, match="unknown"):
        bench.adopt()
    assert bench.record.secrets.active is None


def test_adopting_again_changes_nothing_and_a_birth_can_be_added(bench: Bench) -> None:
    bench.adopt()
    assert bench.tape.effects == []
    born = datetime(2026, 12, 24, tzinfo=timezone.utc)
    bench.advance(lambda run: adopt(run, bench.package.active.value, born))
    assert bench.look().due_at == born + timedelta(days=150)


def test_an_active_secret_of_unknown_birth_is_due_at_once(benches: Callable[..., Bench]) -> None:
    """I-36: nobody knows when it ends."""
    bench = benches(adopt=False)
    bench.advance(lambda run: adopt(run, bench.package.active.value, None))
    assert bench.look().urgency == "unknown"
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.look().due_at == bench.record.journal.rotation.generation_sent_at + timedelta(days=150)  # type: ignore


def test_the_active_secret_is_not_exchanged_under_an_open_rotation(bench: Bench) -> None:
    bench.stage()
    with pytest.raises(Refusal, match="an open rotation"):
        bench.adopt()


def test_a_due_date_counts_from_the_generation_not_from_the_activation(bench: Bench) -> None:
    """I-36."""
    bench.rotate()
    record = bench.record
    assert record.journal.active is not None and record.journal.active.generated_at == START
    assert bench.look().expires_at == START + timedelta(days=180)


@pytest.mark.parametrize("seconds", [-600, -121, 121, 600])
def test_a_skewed_controller_stops_before_it_generates(bench: Bench, seconds: int) -> None:
    """I-9."""
    bench.clock = lambda: bench.world.clock.now() + timedelta(seconds=seconds)
    decision = bench.rotate()
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-9")
    assert f"{-seconds:+d} s between them" in decision.blockers[0].found
    assert bench.outcomes("generate") == []


@pytest.mark.parametrize("seconds", [-119, 119])
def test_within_the_bound_every_recorded_time_is_sfmcs(bench: Bench, seconds: int) -> None:
    """I-8, I-9: one clock decides."""
    bench.clock = lambda: bench.world.clock.now() + timedelta(seconds=seconds)
    assert bench.rotate().phase is Phase.CLOSED
    assert "too_young" not in bench.outcomes("activate")
    assert bench.record.journal.rotation.opened_at == START  # type: ignore[union-attr]
    assert bench.record.journal.history[-1].at == bench.world.clock.now()
    closed_well(bench, bench.package)


def test_a_wrong_date_in_the_middle_stops_before_the_activation(bench: Bench) -> None:
    """I-9."""
    bench.stage()
    bench.distribute()
    bench.world.faults.add({"fault": "wrong_date", "on": "token", "offset_seconds": 3600, "times": "forever"})
    bench.world.faults.add({"fault": "wrong_date", "on": "userinfo", "offset_seconds": 3600, "times": "forever"})
    decision = bench.finish(AT_ONCE)
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-9")
    assert bench.outcomes("activate") == []
    bench.world.faults.remove()
    assert bench.rotate().phase is Phase.CLOSED


@pytest.mark.parametrize("which", ["active", "staged"])
@pytest.mark.parametrize(
    "fault", ["unavailable", "bad_gateway_html", "not_json", "empty", "blocked", "redirect", "reset"]
)
def test_an_unknown_answer_never_justifies_a_step(bench: Bench, which: str, fault: str) -> None:
    """I-20."""
    bench.stage()
    bench.distribute()
    bench.tape.lines.clear()
    bench.world.faults.add({"fault": fault, "which": which, "times": "forever"})
    decision = bench.rotate()
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-20")
    assert bench.tape.effects == []
    bench.world.faults.remove()
    assert bench.rotate().phase is Phase.CLOSED


def test_a_whole_rotation_asks_for_few_tokens(bench: Bench) -> None:
    """I-21: a bounded number from the controller, one for each host, however long it waits."""
    bench.world.effects.clear()
    bench.rotate()
    assert bench.tape.count("ask token") <= 12
    assert len(bench.outcomes("token")) - bench.tape.count("ask token") == len(bench.hosts)


def test_a_look_has_no_effect_in_any_phase(bench: Bench) -> None:
    """I-31."""
    for step in (bench.stage, bench.distribute, lambda: bench.finish(AT_ONCE)):
        # Later, so that a time that a look records would show.
        bench.pause(1)
        before = list(bench.tape.effects)
        stored = (bench.root / "store").stat().st_mtime_ns, bench.history
        bench.look()
        assert bench.tape.effects == before
        assert stored == ((bench.root / "store").stat().st_mtime_ns, bench.history)
        step()


def test_i33_who_joins_between_the_decision_and_the_intent_closes_the_gate(bench: Bench) -> None:
    """I-7, I-33: another run remembers a new host right before the intent is saved."""
    bench.stage()
    bench.distribute()
    bench.file("app3").parent.mkdir()
    bench.write("app3", bench.package.active.value)

    def join(point: int) -> None:
        if bench.tape.points[point] == "before save pace":
            bench.hosts.append("app3")
            bench.run().advance(frozenset())
            bench.hosts.remove("app3")

    bench.tape.at = join
    bench.finish(AT_ONCE)
    bench.tape.at = None
    assert "app3/crm" in {item.id for item in bench.record.journal.registry}
    assert bench.outcomes("activate") == []
