# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers that are killed for real, anywhere: a plain rerun in another process finishes what they began."""

from __future__ import annotations

import fcntl
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.unit.run._controller import WITHIN_A_WRITE, Errand

from ._bench import Bench, closed_well
from ._processes import Controllers
from .test_run_order import WHOLE

pytestmark = pytest.mark.exhaustive

#: What SFMC does; everything else writes a file.
_SENT = ("generate", "activate")


def _points_of(effect: str) -> list[str]:
    within = [] if effect in _SENT else [f"{where}: {effect}" for where in WITHIN_A_WRITE]
    return [f"before {effect}", *within, f"after {effect}"]


POINTS = [point for effect in WHOLE for point in _points_of(effect)]


def test_the_matrix_has_every_point_of_a_whole_rotation(
    many: Bench, errand: Callable[..., Errand], controllers: Controllers
) -> None:
    """I-13: an effect or a write that is added comes into the matrix, or this fails."""
    ended = controllers.run(errand())
    assert (ended.status, ended.how, ended.said) == (0, "phase", "closed")
    assert ended.points == POINTS
    assert len(POINTS) >= 30
    closed_well(many, many.package)


@pytest.mark.parametrize("number", range(len(POINTS)), ids=[f"{n} {name}" for n, name in enumerate(POINTS)])
def test_a_controller_killed_at_any_point_is_followed_by_a_plain_rerun_that_finishes(
    many: Bench, errand: Callable[..., Errand], controllers: Controllers, number: int
) -> None:
    """I-1, I-5, I-6, I-13, I-26: SIGKILL before, within and after every effect; then another process."""
    killed = controllers.run(errand(killed_at=number))
    assert (killed.status, killed.points[-1]) == (-signal.SIGKILL, POINTS[number])
    again = controllers.run(errand())
    assert (again.status, again.how, again.said) == (0, "phase", "closed")
    closed_well(many, many.package)
    former = many.package.previous
    assert former is not None and not many.world.works("previous", former)
    assert _left_over(many) == []
    assert _is_free(many.root / "store" / ".lock")


def _left_over(bench: Bench) -> list[str]:
    """Return files that are neither the store's documents nor the hosts' own."""
    own = {".env", ".lock", f"{bench.package.client_id}.vault.txt"}
    files = [path for path in bench.root.rglob("*") if path.is_file()]
    return [str(path) for path in files if path.name not in own and not path.name.startswith("account-")]


def _is_free(lock: Path) -> bool:
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
