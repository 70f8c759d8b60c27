# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generation and activation: the pace, the five minutes, and the two-secret probe."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

import pytest

from ansible_collections.keyturn.sfmc.tests.simulator import errors
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.simulator.effects import Caller
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package, Secret
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

DAY = 86400


def probe(world: World, package: Package, a: Secret, b: Secret) -> tuple[bool, bool]:
    """Say whether the two secrets would get tokens now."""
    first, second = (world.works(*world.which(package, secret.value)) for secret in (a, b))
    return first, second


def test_new_secret_has_the_new_format(world: World, package: Package) -> None:
    value = world.generate(package.client_id).value
    assert len(value) == 64
    assert value.startswith("SFMC_")
    assert value[56:] == hashlib.sha256(value[:56].encode()).hexdigest()[:8]


def test_old_format(world: World, package: Package) -> None:
    value = world.generate(package.client_id, style="old").value
    assert len(value) == 24
    assert value.isalnum()


def test_pace_of_generation(world: World, package: Package) -> None:
    """I-8: a second generation within 300 s is not taken."""
    first = world.generate(package.client_id)
    world.clock.advance(299.5)
    with pytest.raises(errors.TooSoon) as refused:
        world.generate(package.client_id)
    assert refused.value.seconds == 1
    assert package.staged is first
    world.clock.advance(0.5)
    assert world.generate(package.client_id) is package.staged


def test_two_at_once(world: World, package: Package) -> None:
    """I-7: of several generations at the same moment one is taken."""
    outcomes: list[str] = []

    def generate() -> None:
        try:
            outcomes.append(world.generate(package.client_id).value)
        except errors.TooSoon as refused:
            outcomes.append(refused.error)

    threads = [threading.Thread(target=generate) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert package.staged is not None
    assert sorted(outcomes) == sorted([package.staged.value] + ["too_soon"] * 7)


@pytest.mark.parametrize(("scope", "allowed"), [("account", False), ("package", True)])
def test_scope_of_the_pace(world: World, package: Package, scope: str, allowed: bool) -> None:
    """I-8: the pace is per account by default."""
    world.switches.change({"pace_scope": scope})
    sibling = world.add_package({"enterprise_id": package.enterprise_id})
    stranger = world.add_package({"enterprise_id": "2000001"})
    world.generate(package.client_id)
    world.generate(stranger.client_id)
    if allowed:
        world.generate(sibling.client_id)
    else:
        with pytest.raises(errors.TooSoon):
            world.generate(sibling.client_id)


def test_pace_of_activation(world: World, package: Package) -> None:
    """I-8: a second activation in the account within 300 s is not taken."""
    sibling = world.add_package({"enterprise_id": package.enterprise_id})
    for each in (package, sibling):
        world.generate(each.client_id)
        world.clock.advance(300)
    world.activate(package.client_id)
    with pytest.raises(errors.TooSoon) as refused:
        world.activate(sibling.client_id)
    assert refused.value.seconds == 300
    world.clock.advance(300)
    world.activate(sibling.client_id)


def test_staged_secret_has_to_be_five_minutes_old(world: World, package: Package) -> None:
    """I-8: no activation before usable_at."""
    world.generate(package.client_id)
    world.clock.advance(299)
    with pytest.raises(errors.TooYoung) as refused:
        world.activate(package.client_id)
    assert refused.value.seconds == 1
    world.clock.advance(1)
    world.activate(package.client_id)


def test_second_generation_replaces(world: World, package: Package) -> None:
    """I-1: whoever uses the replaced one is refused."""
    first = world.generate(package.client_id)
    world.clock.advance(300)
    assert probe(world, package, package.active, first) == (True, True)
    world.generate(package.client_id)
    assert probe(world, package, package.active, first) == (True, False)


Step = Callable[[World, Package], object]
PROBES: list[tuple[str, list[Step], tuple[bool, bool]]] = [
    ("too young", [], (True, False)),
    ("overlap", [lambda world, package: world.clock.advance(300)], (True, True)),
    (
        "lost",
        [lambda world, package: world.clock.advance(300), lambda world, package: world.generate(package.client_id)],
        (True, False),
    ),
    (
        "activated",
        [lambda world, package: world.clock.advance(300), lambda world, package: world.activate(package.client_id)],
        (False, True),
    ),
    ("expired", [lambda world, package: world.clock.advance(180 * DAY)], (False, False)),
    (
        "another activated",
        [
            lambda world, package: world.clock.advance(300),
            lambda world, package: world.generate(package.client_id),
            lambda world, package: world.clock.advance(300),
            lambda world, package: world.activate(package.client_id),
        ],
        (False, False),
    ),
]


@pytest.mark.parametrize(("steps", "seen"), [row[1:] for row in PROBES], ids=[row[0] for row in PROBES])
def test_two_secret_probe(world: World, package: Package, steps: list[Step], seen: tuple[bool, bool]) -> None:
    a, b = package.active, world.generate(package.client_id)
    for step in steps:
        step(world, package)
    assert probe(world, package, a, b) == seen


def test_young_staged_secret_may_be_accepted_by_switch(world: World, package: Package) -> None:
    world.switches.change({"young_staged_secret": "accepted"})
    assert probe(world, package, package.active, world.generate(package.client_id)) == (True, True)


def test_grace_of_the_former_secret(world: World, package: Package) -> None:
    world.switches.change({"previous_secret_grace_seconds": 60})
    a, b = package.active, world.generate(package.client_id)
    world.clock.advance(300)
    world.activate(package.client_id)
    assert world.which(package, a.value)[0] == "previous"
    world.clock.advance(59)
    assert probe(world, package, a, b) == (True, True)
    world.clock.advance(1)
    assert probe(world, package, a, b) == (False, True)


def test_expiry_counts_from_generation(world: World, package: Package) -> None:
    """I-36: an activation gives no further day."""
    staged = world.generate(package.client_id)
    world.clock.advance(100 * DAY)
    world.activate(package.client_id)
    world.clock.advance(80 * DAY - 1)
    assert world.works("active", staged)
    world.clock.advance(1)
    assert not world.works("active", staged)


@pytest.mark.parametrize(("deadline", "end"), [(True, "2026-09-30"), (False, "2026-08-28")])
def test_secrets_from_before_the_new_rules(world: World, deadline: bool, end: str) -> None:
    world.switches.change({"legacy_deadline": deadline})
    old = world.add_package({"active": {"format": "old", "generated_at": "2026-03-01T00:00:00Z"}})
    assert world.expires_at(old.active).date().isoformat() == end


@pytest.mark.parametrize("survive", [True, False])
def test_tokens_after_activation(world: World, package: Package, survive: bool) -> None:
    world.switches.change({"tokens_survive_activation": survive})
    now = world.clock.now()
    token = world.tokens.issue(package, package.active, (), package.member_id, now, world.switches)
    world.generate(package.client_id)
    world.clock.advance(300)
    world.activate(package.client_id)
    assert (world.tokens.find(token.value, world.clock.now(), None) is token) == survive


def test_life_of_tokens(world: World, package: Package) -> None:
    now = world.clock.now()
    tokens = [world.tokens.issue(package, package.active, (), "", now, world.switches) for time in range(200)]
    lives = {(token.ends_at - now).total_seconds() for token in tokens}
    assert (min(lives), max(lives)) == (1080, 1200)
    world.clock.advance(1200)
    assert world.tokens.find(tokens[0].value, world.clock.now(), None) is None


def test_nothing_staged(world: World, package: Package) -> None:
    with pytest.raises(errors.NothingStaged):
        world.activate(package.client_id)


def test_activation_of_another_description(world: World, package: Package) -> None:
    """I-2: somebody else generated; his secret is not activated for us."""
    world.generate(package.client_id, "theirs")
    world.clock.advance(300)
    with pytest.raises(errors.NothingStaged):
        world.activate(package.client_id, "ours")


def test_public_app_has_no_secret(world: World) -> None:
    app = world.add_package({"type": "public"})
    with pytest.raises(errors.Denied, match="public"):
        world.generate(app.client_id)


def test_effects_are_ordered_and_hold_no_secret(world: World, package: Package) -> None:
    """I-27: the record names secrets, it never shows them."""
    value = world.generate(package.client_id, "r-1").value
    with pytest.raises(errors.TooYoung):
        world.activate(package.client_id)
    world.effects.add("external", None, f"wrote {value}", Caller("h1"), note=make_new_secret())
    world.clock.advance(300)
    world.activate(package.client_id)
    seen = [(each["n"], each["kind"], each["outcome"]) for each in world.effects]
    assert seen == [
        (1, "generate", "generated"),
        (2, "activate", "too_young"),
        (3, "external", "wrote (secret)"),
        (4, "activate", "activated"),
    ]
    assert world.effects[2]["note"] == "(secret)"
    assert value not in repr(list(world.effects))
    assert value not in repr(package)
