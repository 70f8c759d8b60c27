# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many controllers in processes of their own: eight at the same moment, and one that sleeps while others go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Step
from ansible_collections.keyturn.sfmc.tests.unit.run._controller import START, Errand

from ._bench import Bench, closed_well
from ._processes import Controller, Controllers

#: What a controller is refused by that others were quicker than.
_OVERTAKEN = ("I-7", "the provider must be able", "a secret is handed in when")

#: Everywhere between an intent that is saved and its call; in the last place only the endpoint can see who is late.
SLEEPS = {
    "generate": [*(f"before read {number} after save generation sent" for number in (1, 2)), "before generate"],
    "activate": [*(f"before read {number} after save activation sent" for number in (1, 2)), "before activate"],
}


def test_eight_controllers_at_once_make_one_generation_and_one_activation(
    many: Bench, errand: Callable[..., Errand], controllers: Controllers
) -> None:
    """I-1, I-7: eight processes, one store, one moment; whoever is overtaken ends with a refusal or goes on."""
    started = [controllers.start(errand(stands_at=START)) for _number in range(8)]
    for controller in started:
        controller.wait_until_it_stands()
    for controller in started:
        controller.go_on()
    ended = [controller.wait() for controller in started]
    said = [each.said for each in ended]
    assert [each.status for each in ended] == [0] * 8, "a traceback"
    assert all(each.said.startswith(_OVERTAKEN) for each in ended if each.how == "refused"), said
    assert controllers.run(errand()).said == "closed"
    closed_well(many, many.package)


@pytest.mark.parametrize("where", SLEEPS["generate"])
def test_a_controller_that_slept_before_its_generation_replaces_no_secret_that_hosts_use(
    many: Bench, errand: Callable[..., Errand], controllers: Controllers, where: str
) -> None:
    """I-1, I-7: it saved its intent and was stopped; ten minutes later others have gone on; then it wakes up."""
    sleeper = _asleep(controllers, errand(stands_at=where))
    many.pause(600)
    if many.stage().step is Step.DISTRIBUTE:
        many.distribute()
    many.pause(600)
    _woken(sleeper)
    assert many.outcomes("generate").count("generated") == 1
    assert _works_everywhere(many)
    assert many.rotate().phase is Phase.CLOSED
    closed_well(many, many.package)


@pytest.mark.parametrize("where", SLEEPS["activate"])
def test_a_controller_that_slept_before_its_activation_activates_no_secret_of_the_next_rotation(
    many: Bench, errand: Callable[..., Errand], controllers: Controllers, where: str
) -> None:
    """I-3, I-7: others have closed its rotation and begun the next, whose secret one host has; then it wakes up.

    The endpoint looks at no description: it activates whatever is staged, but for no number that others have gone past.
    """
    del many.variables["sfmc_provider"]["activate"]["body"]["description"]
    _next_rotation_is_left_alone(many, controllers, errand(stands_at=where))


def test_an_endpoint_that_activates_by_the_description_does_nothing_for_a_sleeper(
    many: Bench, errand: Callable[..., Errand], controllers: Controllers
) -> None:
    """I-3, I-7: even when it slept after its last look."""
    _next_rotation_is_left_alone(many, controllers, errand(stands_at="before activate"))


def _next_rotation_is_left_alone(many: Bench, controllers: Controllers, errand: Errand) -> None:
    sleeper = _asleep(controllers, errand)
    many.pause(600)
    assert many.rotate().phase is Phase.CLOSED
    many.variables["sfmc_force"] = "again"
    assert many.stage().step is Step.DISTRIBUTE
    many.distribute(["app1"])
    many.pause(600)
    _woken(sleeper)
    assert many.outcomes("activate").count("activated") == 1, many.outcomes("activate")
    assert _works_everywhere(many)
    assert many.rotate().phase is Phase.CLOSED
    assert many.held() == ["active", "active"]


def _asleep(controllers: Controllers, errand: Errand) -> Controller:
    sleeper = controllers.start(errand)
    sleeper.wait_until_it_stands()
    sleeper.stop()
    sleeper.go_on()
    return sleeper


def _woken(sleeper: Controller) -> None:
    sleeper.wake()
    assert sleeper.wait().status == 0, "a traceback"


def _works_everywhere(bench: Bench) -> bool:
    """Tell whether each host has a secret that works: one that was replaced, or the former one, does not."""
    return set(bench.held()) <= {"staged", "active"}
