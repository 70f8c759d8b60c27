# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, on estates that are made for it: real sshd hosts, or an inventory that nobody is behind."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.tests.bench import estates
from ansible_collections.keyturn.sfmc.tests.bench.estates import ENVIRONMENT, INTEGRATION, Beginning
from ansible_collections.keyturn.sfmc.tests.bench.measuring import Failed, Measured, measure, median
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

_PLAYBOOKS = Path(__file__).parent / "playbooks"
Say = Callable[[str], None]


@contextmanager
def _estate(declaration: Declaration, transport: str, forks: int) -> Iterator[Estate]:
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        estate = Estate(Path(folder) / "estate", declaration, transport=transport, speed=0)
        try:
            estate.up()
            estates.settle(estate, forks)
            yield estate
        finally:
            estate.down()


def rollout(hosts: int, forks: int, rounds: int, by_hand: bool, say: Say) -> dict[str, Any]:
    """Measure everything about a rollout to so many real hosts with five files each, side by side.

    :param by_hand: whether the hand-written playbook is measured too; it takes ten times as long as all the rest.
    :return: seconds by name.
    """
    with _estate(estates.five_files(hosts), "ssh", forks) as estate:
        say(f"{hosts} sshd hosts are up, {forks} forks, {rounds} round(s)")
        floor = ("ansible", ENVIRONMENT, "-m", "ansible.builtin.ping")
        measure(estate, *floor)
        found = {"hosts": hosts, "floor_s": median(rounds, lambda: measure(estate, *floor)).seconds}
        say(f"floor: ansible -m ping, {found['floor_s']:.1f} s")
        _idle(estate, rounds, found, say)
        begin = _stage(estate)
        runs: dict[str, Callable[[], Measured]] = {
            "rollout_s": lambda: _rolled_out(estate, begin),
            "repeat_s": lambda: _playbook(estate, "repeat"),
        }
        if by_hand:
            runs["hand_written_s"] = lambda: _by_hand(estate, begin)
        for name, once in runs.items():
            found[name] = median(rounds, once).seconds
            say(f"{name}: {found[name]:.1f} s, {found[name] / found['floor_s']:.2f} times the floor")
        return found


def plan(hosts: int, rounds: int, say: Say) -> dict[str, Any]:
    """Measure the planning of a rollout to so many hosts with three dependents each, beside the inventory alone."""
    with _estate(estates.three_dependents(hosts), "local", 10) as estate:
        estates.unreachable(estate)
        _hand_in(estate)
        inventory = median(rounds, lambda: measure(estate, "ansible-inventory", "--list"))
        say(f"the inventory of {hosts} hosts alone: {inventory.seconds:.1f} s, {inventory.megabytes:.0f} MB")
        _stage(estate)
        planned = median(rounds, lambda: _playbook(estate, "plan"))
        say(f"planned: {planned.seconds:.1f} s, {planned.megabytes:.0f} MB")
        return {
            "plan_hosts": hosts,
            "plan_s": planned.seconds,
            "plan_mb": planned.megabytes,
            "plan_inventory_s": inventory.seconds,
            "plan_inventory_mb": inventory.megabytes,
        }


def _idle(estate: Estate, rounds: int, found: dict[str, Any], say: Say) -> None:
    """Measure a run with nothing due."""
    _hand_in(estate)
    estates.renew_before(estate, days=5)
    found["inventory_s"] = median(rounds, lambda: measure(estate, "ansible-inventory", "--list")).seconds
    found["idle_s"] = median(
        rounds, lambda: measure(estate, "ansible-playbook", "keyturn.sfmc.rotate", "--limit", ENVIRONMENT)
    ).seconds
    estates.renew_before(estate, days=30)
    say(f"nothing due: {found['idle_s']:.1f} s; ansible-inventory --list alone: {found['inventory_s']:.1f} s")


def _hand_in(estate: Estate) -> None:
    package = estate.simulator.package(estate.client_id(ENVIRONMENT, INTEGRATION))
    private = estate.root / "private.json"
    private.touch(0o600)
    private.write_text(
        json.dumps(
            {
                "sfmc_hand_in_stage": "active",
                "sfmc_hand_in_secret": package["active"]["secret"],
                "sfmc_hand_in_generated_at": package["active"]["generated_at"],
            }
        ),
        "utf-8",
    )
    measure(estate, "ansible-playbook", "keyturn.sfmc.hand_in", "-e", f"@{private}")


def _stage(estate: Estate) -> Beginning:
    """Stage, and let the five minutes pass: from here a rollout begins."""
    _playbook(estate, "plan")
    estate.simulator.advance(301)
    _playbook(estate, "plan")
    return Beginning(estate)


def _playbook(estate: Estate, name: str) -> Measured:
    return measure(estate, "ansible-playbook", str(_PLAYBOOKS / f"{name}.yml"))


def _rolled_out(estate: Estate, begin: Beginning) -> Measured:
    """The real thing: measured, distributed in waves, proved, recorded; stopped before the activation."""
    begin.restore()
    # Status 2: `sfmc_activate` is off, so that the run ends with a person's decision.
    measured = measure(estate, "ansible-playbook", "keyturn.sfmc.rotate", "--limit", ENVIRONMENT, status=2)
    _check(estate, measured)
    return measured


def _by_hand(estate: Estate, begin: Beginning) -> Measured:
    begin.restore()
    return _playbook(estate, "hand_written")


def _check(estate: Estate, measured: Measured) -> None:
    values = set(estate.values(ENVIRONMENT, INTEGRATION).values())
    if values != {estate.secret(ENVIRONMENT, INTEGRATION, "staged")} or "sfmc_activate" not in measured.output:
        raise Failed(f"the rollout left hosts without the staged secret\n{measured.output[-3000:]}")
