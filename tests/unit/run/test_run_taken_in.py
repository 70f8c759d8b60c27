# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person hands in as the active secret in the middle of something: nothing is cut short, nobody forgotten."""

from __future__ import annotations

from datetime import timedelta

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes

from ._bench import Bench

AT_ONCE = timedelta(0)


def test_i17_handing_in_what_was_just_activated_does_not_cut_the_soak_short(bench: Bench) -> None:
    """Its date is taken in; the former secret is not forgotten, and who was missed is still waited for."""
    bench.stage()
    bench.distribute()
    bench.finish(AT_ONCE)
    former = required(bench.record.secrets.previous).reveal()
    bench.adopt()
    assert bench.look().phase is Phase.SOAKING
    assert required(bench.record.secrets.previous).reveal() == former
    assert required(bench.record.journal.active).generated_at == bench.package.active.generated_at
    assert bench.rotate().phase is Phase.CLOSED


def test_i1_the_former_secret_goes_back_everywhere_before_anything_is_generated(bench: Bench) -> None:
    """SFMC said no to it by mistake, so it was none: hosts hold what is staged, and what the next one replaces."""
    bench.stage()
    bench.distribute()
    bench.run().commit("activated", lambda record: changes.activated(record, bench.world.clock.now()))
    assert bench.look().blockers[0].rule.startswith("I-18")
    bench.adopt()
    bench.variables["sfmc_force"] = "leaked"
    bench.rotate()
    assert bench.outcomes("generate") == ["generated"]
    assert bench.held() == ["active", "active"]


def test_i24_what_hosts_hold_is_known_after_two_hand_ins(bench: Bench) -> None:
    """Somebody rotated twice in Setup, and no play came between."""
    for _number in range(2):
        bench.pause(400)
        bench.world.generate(bench.package.client_id, "by hand")
        bench.pause(400)
        bench.world.activate(bench.package.client_id)
        bench.adopt()
    bench.distribute()
    assert bench.held() == ["active", "active"]
