# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Journals that were lost, fell back, or were edited: nothing is done on them, and there is a way back (I-45)."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import journal_seal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import distributing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import adopt

from ._bench import Bench
from ._phases import activation_lost

AT_ONCE = timedelta(0)


def hand_in_active(bench: Bench, rebuild: bool = False) -> Decision:
    """Hand the present active secret in, without a date."""
    return bench.advance(lambda run: adopt(run, bench.package.active.value, None, rebuild=rebuild))


def fallen_back(bench: Bench) -> None:
    """Let a rotation distribute, and then put the journal of before back, beside the newer document of the account."""
    document = bench.root / "store" / f"{bench.package.client_id}.vault.txt"
    backup = bench.root / "backup"
    shutil.copy(document, backup)
    bench.stage()
    bench.distribute(["app1"])
    shutil.copy(backup, document)


def test_a_journal_that_fell_back_stops_everything(bench: Bench) -> None:
    """I-1, I-45: it would generate, and replace the staged secret that a host has."""
    fallen_back(bench)
    decision = bench.rotate()
    assert decision.step is Step.STOP
    assert decision.blockers[0].rule.startswith("I-45: a journal that is older")
    assert "hand_in" in decision.blockers[0].way_out
    assert bench.outcomes("generate") == ["generated"]


def test_a_journal_that_is_gone_is_missed(bench: Bench) -> None:
    """I-45: not taken for an integration that nobody has told about."""
    bench.stage()
    (bench.root / "store" / f"{bench.package.client_id}.vault.txt").unlink()
    decision = bench.rotate()
    assert decision.blockers[0].found == "none, or one before its first step"


def test_the_active_secret_is_proved_everywhere_before_a_rebuilt_journal_generates(bench: Bench) -> None:
    """I-1, I-45: rebuilt to a safe state, never past distributing; what hosts hold is seen, not assumed."""
    fallen_back(bench)
    decision = hand_in_active(bench)
    assert (decision.phase, decision.step, decision.desired) == (Phase.ABANDONED, Step.DISTRIBUTE, "active")
    decision = bench.rotate()
    assert (decision.step, decision.missing) == (Step.DISTRIBUTE, ("app1/crm",)), "it holds a secret nobody knows"
    assert bench.outcomes("generate") == ["generated"]
    bench.write("app1", bench.package.active.value)
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.outcomes("generate") == ["generated"], "forgotten first"
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.held() == ["active", "active"]
    assert bench.outcomes("generate") == ["generated", "generated"]


def test_a_rebuild_after_the_loss_of_the_whole_store_is_asked_for(bench: Bench) -> None:
    """I-45: nothing is left that could tell."""
    bench.stage()
    bench.distribute(["app1"])
    shutil.rmtree(bench.root / "store")
    assert hand_in_active(bench, rebuild=True).step is Step.DISTRIBUTE
    assert bench.rotate().missing == ("app1/crm",)
    assert bench.outcomes("generate") == ["generated"]


def test_a_rebuild_knows_the_staged_secret_again_that_the_old_journal_had(bench: Bench) -> None:
    """I-24, I-45."""
    bench.stage()
    bench.distribute(["app1"])
    staged = required(required(bench.record.journal.open_rotation).staged).fingerprint
    hand_in_active(bench, rebuild=True)
    assert bench.record.journal.forgotten == (staged,)


def test_a_journal_edited_by_hand_is_refused_and_nothing_is_done(bench: Bench) -> None:
    """I-45."""
    document = bench.root / "store" / f"{bench.package.client_id}.vault.txt"
    stored = json.loads(document.read_bytes())
    stored["journal"]["active"]["generated_at"] = "2027-01-01T00:00:00+00:00"
    document.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(Refusal, match="by nobody's hand") as caught:
        bench.rotate()
    assert caught.value.found == "another content"
    assert bench.outcomes("generate") == []


def test_a_line_of_history_that_is_taken_out_shows(bench: Bench) -> None:
    """I-45: also where whoever did it has made the seal of the whole anew."""
    bench.rotate()
    document = bench.root / "store" / f"{bench.package.client_id}.vault.txt"
    stored = json.loads(document.read_bytes())
    del stored["journal"]["history"][3]
    stored["seal"] = journal_seal(stored["fingerprint_key"], stored["journal"])
    document.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(Refusal, match="line 4 of its history"):
        bench.look()


def test_a_journal_is_not_taken_for_old_because_another_run_goes_on_meanwhile(bench: Bench) -> None:
    """I-7, I-45: between two reads of one look, another run generates."""
    run = bench.run()
    load = run.keeper.load

    def overtaken() -> Record:
        record = load()
        if not bench.outcomes("generate"):
            bench.stage(AT_ONCE)
        return record

    run.keeper.load = overtaken  # type: ignore[method-assign]
    assert run.look().step is Step.GENERATE


def test_the_present_secret_is_taken_in_when_a_rotation_was_given_up_and_nothing_lives(bench: Bench) -> None:
    """I-1, I-45: somebody generated and activated twice in Setup; what hosts hold is found out before anything else."""
    bench.stage()
    bench.distribute()
    for _number in range(2):
        bench.pause(400)
        bench.world.generate(bench.package.client_id, "somebody else")
        bench.pause(400)
        bench.world.activate(bench.package.client_id)
    assert bench.rotate().step is Step.STOP
    decision = bench.abandon()
    assert (decision.phase, decision.step) == (Phase.ABANDONED, Step.STOP)
    assert decision.blockers[0].rule.startswith("I-1: what may be in use")
    assert bench.record.secrets.staged is not None
    assert hand_in_active(bench).step is Step.DISTRIBUTE
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.held() == ["active", "active"]


def test_i45_a_hand_in_does_not_silence_that_the_journal_fell_back(operated: Bench) -> None:
    """It would make the old journal's number as large as the lost one's, and a host's secret is known no more."""
    document = operated.root / "store" / f"{operated.package.client_id}.vault.txt"
    operated.stage()
    shutil.copy(document, operated.root / "backup")
    operated.world.generate(operated.package.client_id, "by hand")
    operated.hand_in(required(operated.package.staged).value)
    operated.stage()
    operated.distribute(["app1"])
    shutil.copy(operated.root / "backup", document)
    operated.world.generate(operated.package.client_id, "once more")
    with pytest.raises(Refusal, match="I-45: a journal that is older"):
        operated.hand_in(required(operated.package.staged).value)
    assert operated.look().blockers[0].rule.startswith("I-45")


def test_i6_a_rebuild_waits_for_the_answer_of_an_activation(bench: Bench) -> None:
    """The active secret is accepted until that moment; the only one that works after it would be dropped."""
    refused: list[Refusal] = []

    def meanwhile(number: int) -> None:
        if bench.tape.points[number] == "before activate":
            with pytest.raises(Refusal, match="I-7: the intent of a run is its own") as caught:
                hand_in_active(bench, rebuild=True)
            refused.append(caught.value)

    bench.tape.at = meanwhile
    assert bench.rotate().phase is Phase.CLOSED
    assert refused[0].found.startswith("one: a run, until")


def test_i6_a_rebuild_waits_for_an_activation_whose_answer_was_lost(bench: Bench) -> None:
    """It may come through minutes later."""
    activation_lost(bench)
    with pytest.raises(Refusal, match="I-7: the intent of a run is its own") as caught:
        hand_in_active(bench, rebuild=True)
    assert "an activation that may still come through" in caught.value.found
    assert bench.record.secrets.staged is not None


def test_i7_a_rebuild_waits_for_batches_that_were_begun_before(bench: Bench) -> None:
    """A run that sleeps may still write the staged secret, after everything else has the active one."""
    bench.stage()
    distributing.begin(bench.run(), "slow")
    bench.abandon(budget=AT_ONCE)
    hand_in_active(bench)
    bench.distribute()
    decision = bench.look()
    assert (decision.phase, decision.step) == (Phase.ABANDONED, Step.WAIT)


def test_i45_a_journal_of_before_the_distribution_is_missed(bench: Bench) -> None:
    """I-1: given up, it would be forgotten at once, and a host has what the next generation replaces."""
    document = bench.root / "store" / f"{bench.package.client_id}.vault.txt"
    bench.stage()
    shutil.copy(document, bench.root / "backup")
    begun = bench.tape.count("deploy ")
    bench.distribute(["app1"])
    assert bench.tape.count("deploy ") == begun + 1
    shutil.copy(bench.root / "backup", document)
    assert bench.abandon().blockers[0].rule.startswith("I-45")
    assert bench.record.journal.open_rotation is not None
    assert hand_in_active(bench).step is Step.DISTRIBUTE
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.held() == ["active", "active"]
