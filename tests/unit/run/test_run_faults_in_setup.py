# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody generates between two requests of a run, and nodes of SFMC that know different things."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase

from . import _phases as phases
from ._bench import Bench, closed_well
from ._faults import ends_well, play
from ._watch import Watch

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize(
    ("phase", "kind"),
    [
        ("answer_lost", "retrieve"),
        ("staged", "token"),
        ("usable", "token"),
        ("partly_distributed", "token"),
        ("attested", "token"),
        ("attested", "activate"),
        ("lost", "token"),
        ("abandoned", "token"),
        ("orphaned", "token"),
    ],
)
def test_a_staged_secret_that_is_replaced_between_two_requests_breaks_no_host(
    bench: Bench, watch: Watch, phase: str, kind: str
) -> None:
    """I-2, I-6: never activated; the active one goes back; giving up makes room for the next rotation."""
    getattr(phases, phase)(bench)
    bench.world.faults.remove()
    bench.world.switches.change({"generate_pace_seconds": 0})
    bench.world.faults.add({"fault": "replaced_staging", "on": kind})
    watch.meddled = True
    watch.check_helpful(play(bench))
    bench.world.faults.remove()
    ends_well(bench)
    assert bench.package.active.description != "somebody else", "what somebody else staged is theirs to activate"


TURNS = ("sn", "ns", "ssn", "nns", "snn", "s")


@pytest.mark.parametrize(
    ("phase", "turns"),
    [
        *(("activated", turns) for turns in TURNS),
        *(("soaking", turns) for turns in TURNS),
    ],
)
def test_a_node_that_does_not_know_of_the_activation_yet_leads_to_no_second_one(
    bench: Bench, watch: Watch, phase: str, turns: str
) -> None:
    """I-18, I-20: the former secret works and does not by turns; nothing is closed on that, nor gone back on."""
    getattr(phases, phase)(bench)
    bench.world.faults.add({"fault": "flapping", "turns": turns, "lag_seconds": 240, "times": "forever"})
    watch.check_helpful(play(bench))
    ends_well(bench)
    closed_well(bench, bench.package)


@pytest.mark.parametrize("turns", TURNS)
def test_a_node_that_does_not_know_of_the_generation_yet_is_waited_for(bench: Bench, watch: Watch, turns: str) -> None:
    """I-2, I-20: within the two minutes that a staged secret may be late, a no is no loss."""
    bench.world.faults.add({"fault": "flapping", "turns": turns, "lag_seconds": 60, "times": "forever"})
    play(bench)
    ends_well(bench)
    assert "lost" not in bench.history
    closed_well(bench, bench.package)


@pytest.mark.parametrize("turns", TURNS)
def test_a_node_that_is_long_behind_after_a_generation_breaks_no_host(bench: Bench, watch: Watch, turns: str) -> None:
    """I-2: a living secret may be given up for lost then; no host is left with what does not work."""
    bench.tape.watch = None
    bench.world.faults.add({"fault": "flapping", "turns": turns, "lag_seconds": 240, "times": "forever"})
    ends = play(bench)
    watch.check_helpful(ends)
    if isinstance(ends[-1], Decision) and ends[-1].phase is Phase.LOST:
        assert "keyturn.sfmc.abandon" in ends[-1].blockers[0].way_out
    ends_well(bench)


@pytest.mark.parametrize("phase", ["attested", "activated"])
def test_a_package_that_is_off_while_a_rotation_is_given_up_breaks_no_host(
    bench: Bench, watch: Watch, phase: str
) -> None:
    """I-1, I-2, I-5: `both rejected` is no proof of a death for good, and the message says to abandon."""
    getattr(phases, phase)(bench)
    bench.package.enabled = False
    (end, _last) = play(bench)
    assert isinstance(end, Decision) and "keyturn.sfmc.abandon" in end.blockers[0].way_out
    bench.abandon()
    bench.package.enabled = True
    bench.pause(600)
    play(bench)
    kept = [bench.record.secrets.active, bench.record.secrets.staged]
    assert bench.package.active.value in [secret.reveal() for secret in kept if secret]
