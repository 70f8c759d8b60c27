# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of all effects of a rotation."""

from __future__ import annotations

from datetime import timedelta

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step

from ._bench import Bench, closed_well

WHOLE = [
    "prove writable",
    "save pace",
    "save generation sent",
    "generate",
    "save staged",
    "save pace",
    "save usable",
    "save distributing",
    "save pace",
    "deploy app1",
    "deploy app2",
    "save attested",
    "save pace",
    "save activation sent",
    "activate",
    "save activation answered",
    "save pace",
    "save activated",
    "save closed",
]


def test_the_effects_of_a_whole_rotation_come_in_the_safe_order(bench: Bench) -> None:
    decision = bench.rotate()
    assert (decision.phase, decision.step) == (Phase.CLOSED, Step.NONE)
    assert bench.tape.effects == WHOLE
    closed_well(bench, bench.package)


def test_nothing_happens_between_receiving_a_secret_and_having_read_it_back(bench: Bench) -> None:
    """I-5."""
    bench.rotate()
    received = bench.tape.lines.index("generate")
    assert bench.tape.lines[received + 1 : received + 4] == ["read record", "save staged", "read record"]


def test_both_secrets_are_asked_right_before_the_activation_and_right_after(bench: Bench) -> None:
    """I-2, I-18: nothing is done on an older answer."""
    bench.rotate()
    lines = bench.tape.lines
    sent = lines.index("activate")
    proved = lines.index("save attested")
    assert {"ask token active", "ask token staged"} <= set(lines[proved:sent])
    recorded = lines.index("save activated")
    assert {"ask token previous", "ask token active"} <= set(lines[sent:recorded])
    closed = lines.index("save closed")
    assert {"ask token previous", "ask token active"} <= set(lines[recorded:closed])


def test_no_host_is_written_before_the_store_has_the_secret_and_sfmc_accepts_it(bench: Bench) -> None:
    """I-5, I-8."""
    bench.rotate()
    lines = bench.tape.lines
    assert lines.index("save staged") < lines.index("ask token staged") < lines.index("save usable")
    assert lines.index("save usable") < lines.index("save distributing") < lines.index("deploy app1")


def test_the_description_ties_what_was_generated_to_the_journal(bench: Bench) -> None:
    bench.rotate()
    rotation = bench.record.journal.rotation
    assert rotation is not None
    assert bench.package.active.description == f"keyturn {rotation.id}"


def test_two_rotations_in_a_row_have_ids_of_their_own(bench: Bench) -> None:
    bench.rotate()
    first = bench.package.active.description
    bench.variables["sfmc_force"] = "again"
    assert bench.rotate().phase is Phase.CLOSED
    assert bench.package.active.description != first
    assert bench.held() == ["active", "active"]


def test_the_progress_names_what_is_waited_for_and_no_secret(bench: Bench) -> None:
    """I-27."""
    bench.rotate()
    assert any("waiting for SFMC's clock" in line and "crm (staged)" in line for line in bench.told)
    assert any("generating a staged secret" in line for line in bench.told)
    text = "\n".join(bench.told)
    assert bench.package.active.value not in text
    assert bench.package.previous is not None and bench.package.previous.value not in text


def test_a_wait_beyond_the_budget_ends_the_run_with_when_it_goes_on(bench: Bench) -> None:
    """I-8: `not yet` is a normal result."""
    decision = bench.stage(timedelta(minutes=4))
    assert (decision.phase, decision.step) == (Phase.STAGED, Step.WAIT)
    assert decision.not_before is not None
    assert decision.not_before - bench.world.clock.now() == timedelta(minutes=5)
    assert bench.stage(timedelta(minutes=5)).step is Step.DISTRIBUTE
