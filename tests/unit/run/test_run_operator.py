# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's way: a person generates in Setup, hands in, and activates in Setup."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import hand_in
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import waits_for

from ._bench import Bench, closed_well
from ._phases import die_after

AT_ONCE = timedelta(0)


def test_an_operated_rotation_asks_twice_and_does_the_rest_itself(operated: Bench) -> None:
    asked = operated.rotate()
    assert (asked.phase, asked.step) == (Phase.REQUESTED, Step.HAND_IN)
    assert "Installed Packages > CRM Sync > section Staged Secret > Generate" in _says(operated, asked)
    assert "keyturn.sfmc.hand_in -e sfmc_hand_in_integration=crm" in _says(operated, asked)
    operated.hand_in(_generated_by_a_person(operated))
    asked = operated.rotate()
    assert (asked.phase, asked.step) == (Phase.ATTESTED, Step.CONFIRM)
    assert "a person who activates, as every dependent is proved: Setup > " in _says(operated, asked)
    assert operated.held() == ["staged", "staged"]
    operated.world.activate(operated.package.client_id)
    assert operated.rotate().phase is Phase.CLOSED
    closed_well(operated, operated.package)
    assert operated.history.count("activation sent") == 1


def test_the_description_to_type_in_is_the_rotation_of_the_journal(operated: Bench) -> None:
    asked = operated.rotate()
    rotation = operated.record.journal.open_rotation
    assert rotation is not None
    assert f"description: keyturn {rotation.id}" in _says(operated, asked)


def test_waiting_for_a_person_changes_nothing_however_often_it_runs(operated: Bench) -> None:
    """I-15: a request and an activation by hand are asked for once."""
    operated.rotate()
    operated.tape.lines.clear()
    for _number in range(3):
        assert operated.rotate().step is Step.HAND_IN
    assert operated.tape.effects == []
    operated.hand_in(_generated_by_a_person(operated))
    operated.rotate()
    operated.tape.lines.clear()
    for _number in range(3):
        assert operated.rotate().step is Step.CONFIRM
    assert operated.tape.effects == []


def test_a_secret_that_is_handed_in_at_once_is_used_after_its_five_minutes(operated: Bench) -> None:
    """I-8: too early to use is waited out, and no host has it before."""
    operated.rotate()
    hand_in(operated.run(), _generated_by_a_person(operated))
    decision = operated.stage(AT_ONCE)
    assert (decision.phase, decision.step) == (Phase.STAGED, Step.WAIT)
    assert "ask token staged" not in operated.tape.lines
    assert operated.stage().step is Step.DISTRIBUTE
    assert operated.outcomes("generate") == ["generated"]


def test_i36_a_secret_that_is_handed_in_late_is_as_old_as_it_may_be(operated: Bench) -> None:
    """Nobody knows when the person generated it: its end counts from when they were asked, which comes no later."""
    operated.rotate()
    asked = operated.world.clock.now()
    operated.pause(30 * 3600)
    operated.hand_in(_generated_by_a_person(operated))
    rotation = operated.record.journal.open_rotation
    assert rotation is not None and rotation.staged is not None
    assert rotation.staged.generated_at == asked


@pytest.mark.parametrize("hours", [1, 30])
def test_a_secret_that_is_handed_in_late_is_used(operated: Bench, hours: int) -> None:
    operated.rotate()
    text = _generated_by_a_person(operated)
    operated.pause(hours * 3600)
    assert operated.hand_in(text).step is Step.DISTRIBUTE


def test_a_truncated_secret_is_found_out_dropped_and_asked_for_again(operated: Bench) -> None:
    """I-19: it has the form of a secret, but gets no token; no host ever has it."""
    operated.rotate()
    text = _generated_by_a_person(operated)
    decision = operated.hand_in(text[:-4])
    assert (decision.phase, decision.step) == (Phase.REQUESTED, Step.HAND_IN)
    assert operated.history[-1] == "discarded"
    assert operated.record.secrets.staged is None
    assert operated.held() == ["active", "active"]
    assert operated.hand_in(text).step is Step.DISTRIBUTE


def test_another_packages_secret_is_dropped_and_asked_for_again(operated: Bench) -> None:
    """I-19."""
    operated.rotate()
    other = operated.world.add_package({"name": "Other"})
    assert operated.hand_in(other.active.value).step is Step.HAND_IN
    assert operated.history[-1] == "discarded"
    assert operated.held() == ["active", "active"]


def test_the_active_secret_is_no_staged_one(operated: Bench) -> None:
    operated.rotate()
    with pytest.raises(Refusal, match="a staged secret is a new one"):
        hand_in(operated.run(), operated.package.active.value)
    assert operated.record.secrets.staged is None


@pytest.mark.parametrize(
    "shape",
    [
        lambda text: "",
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: "********",
        lambda text: "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
        lambda text: "$REDACTED$",
        lambda text: "$encrypted$",
        lambda text: f'"{text}"',
        lambda text: text[:12],
    ],
    ids=["empty", "blank before", "line end", "stars", "no_log", "redacted", "encrypted", "quoted", "12 characters"],
)
def test_a_text_of_another_shape_is_refused_and_never_shown(operated: Bench, shape: Callable[[str], str]) -> None:
    """I-22, I-27."""
    operated.rotate()
    text = _generated_by_a_person(operated)
    with pytest.raises(Refusal, match="I-22") as caught:
        hand_in(operated.run(), shape(text))
    assert text[5:12] not in str(caught.value)
    assert operated.record.secrets.staged is None


def test_handing_in_twice_changes_nothing(operated: Bench) -> None:
    operated.rotate()
    text = _generated_by_a_person(operated)
    operated.hand_in(text)
    operated.tape.lines.clear()
    operated.hand_in(text)
    assert operated.tape.effects == []


def test_a_better_secret_replaces_one_that_no_host_has(operated: Bench) -> None:
    operated.rotate()
    text = _generated_by_a_person(operated)
    hand_in(operated.run(), text[:-4])
    assert operated.hand_in(text).step is Step.DISTRIBUTE


def test_a_secret_is_not_taken_in_once_hosts_may_have_the_staged_one(operated: Bench) -> None:
    """I-1."""
    _distributed(operated)
    operated.pause(300)
    second = operated.world.generate(operated.package.client_id, "by mistake")
    with pytest.raises(Refusal, match="handed in when one is waited for"):
        hand_in(operated.run(), second.value)


def test_nothing_is_taken_in_when_no_rotation_is_open(operated: Bench) -> None:
    text = _generated_by_a_person(operated)
    with pytest.raises(Refusal, match="sfmc_force=REASON"):
        hand_in(operated.run(), text)
    assert operated.record.secrets.staged is None


def test_a_person_who_activates_before_the_gate_is_noticed_and_the_rest_gets_the_new_secret(operated: Bench) -> None:
    """I-3: it was not this collection's doing; what it broke is mended at once."""
    operated.rotate()
    operated.hand_in(_generated_by_a_person(operated))
    operated.distribute(["app1"])
    operated.world.activate(operated.package.client_id)
    assert operated.held() == ["active", "previous"]
    decision = operated.stage()
    assert (decision.phase, decision.step, decision.missing) == (Phase.SOAKING, Step.DISTRIBUTE, ("app2/crm",))
    assert decision.desired == "active"
    assert operated.rotate().phase is Phase.CLOSED
    closed_well(operated, operated.package)


def test_a_person_who_activates_before_any_host_has_it_is_noticed(operated: Bench) -> None:
    """I-3."""
    operated.rotate()
    hand_in(operated.run(), _generated_by_a_person(operated))
    operated.pause(301)
    operated.world.activate(operated.package.client_id)
    assert operated.rotate().phase is Phase.CLOSED
    closed_well(operated, operated.package)


def test_a_person_who_never_activates_is_waited_for_with_fresh_proofs(operated: Bench) -> None:
    """I-34: attestations age out and are taken again; both secrets keep working."""
    _distributed(operated)
    operated.finish()
    operated.pause(80 * 3600)
    decision = operated.stage()
    assert (decision.step, len(decision.missing)) == (Step.DISTRIBUTE, 2)
    assert operated.rotate().step is Step.CONFIRM
    assert operated.held() == ["staged", "staged"]


def _generated_by_a_person(bench: Bench) -> str:
    return bench.world.generate(bench.package.client_id, "typed in").value


def _distributed(bench: Bench) -> None:
    bench.rotate()
    bench.hand_in(_generated_by_a_person(bench))
    bench.distribute()


def _says(bench: Bench, decision: Decision) -> str:
    run = bench.run()
    return waits_for(run, run.keeper.load(), decision)


def test_i36_an_activation_that_no_probe_can_see_is_asked_for_with_what_tells_it(operated: Bench) -> None:
    """I-44: the active secret ended by its age while a person was waited for."""
    operated.rotate()
    operated.hand_in(_generated_by_a_person(operated))
    assert "sfmc_activated" not in _says(operated, operated.rotate())
    operated.pause(60 * 86400)
    operated.world.activate(operated.package.client_id)
    asked = operated.rotate()
    assert asked.step is Step.CONFIRM
    assert "keyturn.sfmc.rotate with -e sfmc_activated=true" in _says(operated, asked)
    operated.variables["sfmc_activated"] = True
    assert operated.rotate().phase is Phase.CLOSED


def test_i2_nobody_is_asked_to_generate_while_a_run_waits_for_its_answer(bench: Bench) -> None:
    """A run without the provider's settings comes by: what a person makes in Setup would replace what is being made."""
    die_after(bench, "save generation sent", bench.rotate)
    del bench.variables["sfmc_provider"]
    decision = bench.stage(AT_ONCE)
    assert (decision.step, "another run" in _says(bench, decision)) == (Step.WAIT, True)
    bench.pause(180)
    assert bench.stage(AT_ONCE).step is Step.HAND_IN
