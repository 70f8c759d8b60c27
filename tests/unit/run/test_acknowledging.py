# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person has to say before it counts (I-35)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.acknowledging import acknowledge

from ._bench import Bench

DAY = timedelta(days=1)


@pytest.fixture
def waiting(bench: Bench) -> Bench:
    """Return a bench whose first host has a vendor's screen, too, which is all that a rotation waits for."""
    screen = {"integration": "crm", "name": "vendor", "kind": "manual", "options": {"where": "a screen"}}
    plain = bench.host_variables

    def variables(host: str) -> dict[str, object]:
        own = list(plain(host)["sfmc_dependents"])
        return {**plain(host), "sfmc_dependents": [*own, screen] if host == "app1" else own}

    bench.host_variables = variables  # type: ignore[method-assign, assignment]
    bench.stage()
    bench.distribute()
    assert bench.look().people == ("app1/vendor",)
    return bench


def test_i35_an_acknowledgement_that_says_all_of_it_opens_the_gate(waiting: Bench) -> None:
    until = waiting.world.clock.now() + DAY
    assert acknowledge(waiting.run(), "app1/vendor", "Ada", until, check_mode=False)
    assert not acknowledge(waiting.run(), "app1/vendor", "Ada", until, check_mode=False), "the same again is no news"
    assert waiting.finish().phase is Phase.CLOSED


@pytest.mark.parametrize(
    ("dependent", "by", "days", "found"),
    [
        ("app1/vendor", " ", 1, "no name"),
        ("app1/vendor", "Ada", None, "none, or one that has passed"),
        ("app1/vendor", "Ada", -1, "none, or one that has passed"),
        ("app1/crm", "Ada", 1, "one of the kind files, which proves itself"),
    ],
    ids=["no name", "no end", "an end that has passed", "what proves itself"],
)
def test_i35_an_acknowledgement_says_who_until_when_and_for_what(
    waiting: Bench, dependent: str, by: str, days: int | None, found: str
) -> None:
    until = None if days is None else waiting.world.clock.now() + days * DAY
    before = waiting.history
    with pytest.raises(Refusal, match="I-35") as caught:
        acknowledge(waiting.run(), dependent, by, until, check_mode=False)
    assert caught.value.found == found
    assert waiting.history == before


def test_i31_i35_check_mode_records_nothing(waiting: Bench) -> None:
    before = waiting.history
    assert acknowledge(waiting.run(), "app1/vendor", "Ada", waiting.world.clock.now() + DAY, check_mode=True)
    assert waiting.history == before
