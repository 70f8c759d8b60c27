# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people decide about an activation: an approval of its evidence, a sacrifice in an emergency; and slices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.approving import approve, sacrifice
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import evidence, proof_lines, standing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.retiring import retire
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict

from ._bench import Bench, closed_well

AT_ONCE = timedelta(0)


def proved(bench: Bench) -> str:
    """Bring everything to the gate of an integration that wants an approval; return the digest of the evidence."""
    bench.variables["sfmc_approval"] = True
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.ATTESTED, Step.APPROVE)
    return decision.evidence


def test_an_activation_waits_for_the_approval_of_its_evidence(bench: Bench) -> None:
    """I-3."""
    digest = proved(bench)
    assert bench.outcomes("activate") == []
    assert approve(bench.run(), digest, "alice")
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)
    assert any(event.what == "approved" and "alice" in event.detail for event in bench.record.journal.history)


def test_an_approval_is_void_when_a_host_joins(bench: Bench) -> None:
    """I-33: what was approved is not what would be activated."""
    digest = proved(bench)
    approve(bench.run(), digest, "alice")
    bench.hosts.append("app3")
    bench.file("app3").parent.mkdir()
    bench.write("app3", bench.package.active.value)
    assert bench.rotate().step is Step.APPROVE
    assert bench.outcomes("activate") == []


def test_an_approval_is_void_when_a_proof_is_taken_again(bench: Bench) -> None:
    """I-34."""
    digest = proved(bench)
    approve(bench.run(), digest, "alice")
    bench.pause(73 * 3600)
    assert bench.rotate().step is Step.APPROVE
    assert bench.outcomes("activate") == []


def test_an_approval_of_other_evidence_or_by_nobody_is_refused(bench: Bench) -> None:
    """I-44: the digest that would do is in the message."""
    digest = proved(bench)
    for given, by in (("0" * 16, "alice"), ("", "alice"), (digest, " ")):
        with pytest.raises(Refusal, match="an approval is for the evidence") as caught:
            approve(bench.run(), given, by)
        assert digest in caught.value.expected or by == " "
    assert bench.rotate().step is Step.APPROVE


def test_an_approval_is_taken_once_and_looked_at_in_check_mode(bench: Bench) -> None:
    """I-31."""
    digest = proved(bench)
    assert approve(bench.run(), digest, "alice", check_mode=True)
    assert bench.look().step is Step.APPROVE
    assert approve(bench.run(), digest, "alice")
    assert not approve(bench.run(), digest, "alice")


def test_nothing_is_approved_that_does_not_wait_for_it(bench: Bench) -> None:
    with pytest.raises(Refusal, match="waits for an approval"):
        approve(bench.run(), "0" * 16, "alice")


def test_what_waits_for_an_approval_shows_the_command_with_the_digest(bench: Bench) -> None:
    """I-44."""
    digest = proved(bench)
    run = bench.run()
    waits_for = evidence(Outcome(run, run.look()))["waits_for"]
    assert "keyturn.sfmc.approve" in waits_for and digest in waits_for


def test_what_is_approved_is_shown_one_line_for_each_dependent(bench: Bench) -> None:
    """I-3: a digest alone is nothing to look at."""
    bench.variables["sfmc_approval"] = True
    one_host_short(bench)
    sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    bench.finish(AT_ONCE)
    run = bench.run()
    item = evidence(Outcome(run, run.look()))
    first, second = proof_lines(item)
    assert first.startswith("app1/crm: token, 2027-01-04T")
    assert second.startswith("app2/crm: given up, 2027-01-04T") and second.endswith(", by alice")
    many = {"proofs": [item["proofs"][0]] * 60}
    assert proof_lines(many)[50:] == ["and 10 more: `proofs` in the result has all of them"]


# --- an emergency ----------------------------------------------------------------------------------------------------


def one_host_short(bench: Bench) -> None:
    """Distribute to all hosts but the second."""
    bench.stage()
    bench.distribute(["app1"])


def test_an_emergency_activation_breaks_whom_a_person_gave_up_and_nobody_else(bench: Bench) -> None:
    """I-3: with a reason and a name, in the history; the host is mended as soon as it can be reached."""
    one_host_short(bench)
    assert bench.finish(AT_ONCE).missing == ("app2/crm",)
    assert sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    run = bench.run()
    said = standing(evidence(Outcome(run, run.look())))
    assert said == "crm: attested; waits for the next run, which activates, and breaks who is given up (app2/crm)"
    decision = bench.finish()
    assert (decision.phase, decision.step, decision.missing) == (Phase.SOAKING, Step.DISTRIBUTE, ("app2/crm",))
    assert bench.held() == ["active", "previous"]
    (line,) = [event.detail for event in bench.record.journal.history if event.what == "sacrificed"]
    assert line == "app2/crm by alice: the secret leaked"
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_a_sacrifice_is_not_for_others_that_are_missing(bench: Bench) -> None:
    """I-3, I-33."""
    one_host_short(bench)
    sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    bench.hosts.append("app3")
    bench.file("app3").parent.mkdir()
    bench.write("app3", bench.package.active.value)
    decision = bench.finish(AT_ONCE)
    assert (decision.step, decision.missing) == (Step.DISTRIBUTE, ("app2/crm", "app3/crm"))
    assert bench.outcomes("activate") == []


def test_a_sacrifice_ends_with_its_rotation(bench: Bench) -> None:
    one_host_short(bench)
    sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    bench.abandon()
    bench.variables["sfmc_force"] = "once more"
    bench.stage()
    bench.distribute(["app1"])
    assert bench.finish(AT_ONCE).missing == ("app2/crm",)


@pytest.mark.parametrize(
    ("dependents", "by", "reason"),
    [
        (["app2/crm"], "", "a leak"),
        (["app2/crm"], "alice", " "),
        ([], "alice", "a leak"),
        (["app1/crm"], "alice", "a leak"),
        (["nowhere/crm"], "alice", "a leak"),
    ],
    ids=["nobody", "no reason", "no list", "one that is proved", "one that does not exist"],
)
def test_a_sacrifice_without_who_why_and_whom_is_refused(
    bench: Bench, dependents: list[str], by: str, reason: str
) -> None:
    """I-44."""
    one_host_short(bench)
    with pytest.raises(Refusal, match="I-3: an emergency names whom it gives up"):
        sacrifice(bench.run(), dependents, by, reason)
    assert required(bench.record.journal.open_rotation).sacrifices == ()


def test_nobody_is_given_up_outside_of_a_distribution(bench: Bench) -> None:
    with pytest.raises(Refusal, match="is being distributed"):
        sacrifice(bench.run(), ["app2/crm"], "alice", "a leak")


def test_an_emergency_does_not_activate_a_secret_that_nobody_accepts(bench: Bench) -> None:
    """I-2, I-20: both secrets are asked first, whoever was given up."""
    one_host_short(bench)
    sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    bench.world.generate(bench.package.client_id, "by somebody else")
    assert bench.finish(AT_ONCE).phase is Phase.LOST
    assert bench.outcomes("activate") == []


def test_what_an_emergency_breaks_is_part_of_what_is_approved(bench: Bench) -> None:
    bench.variables["sfmc_approval"] = True
    one_host_short(bench)
    sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    decision = bench.finish(AT_ONCE)
    assert (decision.step, decision.sacrificed) == (Step.APPROVE, ("app2/crm",))
    run = bench.run()
    assert "would break (app2/crm)" in evidence(Outcome(run, run.look()))["waits_for"]


# --- slices ----------------------------------------------------------------------------------------------------------


def test_a_slice_of_a_job_distributes_and_leaves_the_rest_to_a_whole_run(bench: Bench) -> None:
    """I-11: it sees a cut inventory, so that nothing is generated, activated or closed by it."""
    bench.variables["sfmc_sliced"] = True
    assert bench.rotate().step is Step.UNSLICED
    assert bench.outcomes("generate") == []
    bench.variables["sfmc_sliced"] = False
    assert bench.stage().step is Step.DISTRIBUTE
    bench.variables["sfmc_sliced"] = True
    bench.distribute(["app1"])
    bench.distribute(["app2"])
    decision = bench.finish()
    assert (decision.phase, decision.step, decision.then) == (Phase.ATTESTED, Step.UNSLICED, Step.ACTIVATE)
    assert bench.outcomes("activate") == []
    bench.variables["sfmc_sliced"] = False
    assert bench.rotate().phase is Phase.CLOSED
    closed_well(bench, bench.package)


def test_i_33_who_comes_back_under_the_name_of_one_that_was_given_up_is_not_given_up(bench: Bench) -> None:
    """I-3: it was retired in between; another machine has its name."""
    bench.down.add("app2")
    bench.stage()
    bench.distribute()
    sacrifice(bench.run(), ["app2/crm"], "Ada", "it burnt down")
    bench.hosts = ["app1"]
    assert retire(bench.run(), "app2/crm", "it burnt down", check_mode=False)
    bench.hosts = ["app1", "app2"]
    decision = bench.finish(AT_ONCE)
    assert (decision.step, decision.missing) == (Step.DISTRIBUTE, ("app2/crm",))
    assert bench.outcomes("activate") == []


def test_an_approval_does_not_cover_whose_proof_ends_after_it(bench: Bench) -> None:
    """I-3, I-34: who was given up, and then proved, was not shown as one that the activation breaks."""
    bench.variables["sfmc_approval"] = True
    bench.down.add("app2")
    bench.stage()
    bench.distribute()
    sacrifice(bench.run(), ["app2/crm"], "Ada", "down")
    bench.down.clear()
    bench.distribute(["app2"])
    bench.pause(36000)
    bench.distribute(["app1"])
    decision = bench.look()
    assert (decision.step, decision.sacrificed) == (Step.APPROVE, ())
    approve(bench.run(), decision.evidence, "Grace")
    bench.pause(65 * 3600)
    decision = bench.look()
    assert (decision.step, decision.sacrificed) == (Step.APPROVE, ("app2/crm",))


def test_i_11_a_slice_retires_nobody(bench: Bench) -> None:
    """What it does not see may be declared in another slice."""
    bench.stage()
    bench.variables["sfmc_sliced"] = True
    bench.hosts = ["app1"]
    with pytest.raises(Refusal, match="I-11: a dependent is retired when") as caught:
        retire(bench.run(whole=False), "app2/crm", "gone", check_mode=False)
    assert "sfmc_sliced" in caught.value.found
    assert [item.id for item in bench.record.journal.registry] == ["app1/crm", "app2/crm"]


def test_i7_what_a_person_says_of_a_rotation_that_has_just_ended_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-44: a refusal, no traceback; and it counts for no other rotation."""
    digest, run = proved(bench), bench.run()
    note = run.note

    def late(effect: str, transition: Callable[[Journal, datetime], Journal]) -> Record:
        bench.abandon()
        return note(effect, transition)

    monkeypatch.setattr(run, "note", late)
    with pytest.raises(Conflict):
        approve(run, digest, "Ada")
