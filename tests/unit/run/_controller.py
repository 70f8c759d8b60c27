# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller does in a process of its own: one rotation over a bench whose SFMC is in another process.

It tells its starter each point that it passes, and then how it ended. At one point it may die as a process dies from
SIGKILL: no `finally`, nothing cleaned up; or stand still until it is told to go on.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Stored
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher
from ansible_collections.keyturn.sfmc.tests.simulator.clock import parse_time
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import Simulator, SimulatorAddress

from ._bench import Bench

#: Where a controller stands before its first step.
START = "start"
#: Where this controller has stood.
_stood: list[str] = []
#: Points within one write of a file, in their order: each is passed once by every effect that writes one.
WITHIN_A_WRITE = ("half written", "written", "renamed")


class Errand(NamedTuple):
    """What one controller is started for.

    :ivar killed_at: number of the point at which it kills itself, counted from 0.
    :ivar stands_at: name of the point at which it says so and stands still until it is told to go on, the first of it;
        `before read N after EFFECT` is one, too.
    :ivar variables: what its inventory says.
    """

    root: Path
    address: SimulatorAddress
    client_id: str
    vault_password: str
    variables: Mapping[str, Any]
    killed_at: int | None = None
    stands_at: str = ""


def cipher(password: str) -> VaultCipher:
    """Return the real cipher."""
    return VaultCipher([("default", VaultSecret(password.encode("ascii")))])


def run(errand: Errand, connection: Connection) -> None:
    """Rotate once; tell each point, then the phase or the refusal it ended with. Anything else is a traceback."""
    try:
        bench = _bench(errand)
        bench.tape.at = _at(errand, bench, connection)
        _hook_writes(bench, errand)
        _hook_reads(bench, errand, connection)
        if errand.stands_at == START:
            _stand(connection, START)
        ended = ("phase", bench.rotate().phase.value)
    except Refusal as refusal:
        ended = ("refused", refusal.rule)
    connection.send(("ended", *ended))


def _bench(errand: Errand) -> Bench:
    world = cast(World, _FarWorld(errand.address))
    package = cast(Package, SimpleNamespace(client_id=errand.client_id))
    bench = Bench(errand.root, errand.address.url, world, cipher=cipher(errand.vault_password), package=package)
    bench.variables = dict(errand.variables)
    return bench


def _at(errand: Errand, bench: Bench, connection: Connection) -> Callable[[int], None]:
    def at(point: int) -> None:
        name = bench.tape.points[point]
        connection.send(("point", name))
        if point == errand.killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if name == errand.stands_at:
            _stand(connection, name)

    return at


def _stand(connection: Connection, name: str) -> None:
    """Stand still; only once, as a point may come again."""
    if not _stood:
        _stood.append(name)
        connection.send(("stands", name))
        connection.recv()


def _hook_reads(bench: Bench, errand: Errand, connection: Connection) -> None:
    """Let it stand right before it reads the store, too."""
    load = bench.store.load

    def loading(name: str) -> Stored | None:
        effect = (bench.tape.effects or [START])[-1]
        since = bench.tape.lines[::-1].index(effect) if effect in bench.tape.lines else 0
        if f"before read {since + 1} after {effect}" == errand.stands_at:
            _stand(connection, errand.stands_at)
        return load(name)

    vars(bench.store)["load"] = loading


def _hook_writes(bench: Bench, errand: Errand) -> None:
    """Pass a point before each sync and rename of a file that is written: on the store and on hosts."""
    sync, replace, rename = os.fsync, os.replace, os.rename
    points = bench.tape.points

    def passed(within: str) -> None:
        bench.tape.point(f"{within}: {bench.tape.lines[-1]}")

    def syncing(descriptor: int) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            passed("renamed")
        else:
            if len(points) == errand.killed_at:
                # Where the system would have come to with half of the write.
                os.ftruncate(descriptor, status.st_size // 2)
            passed("half written")
        sync(descriptor)

    def replacing(*where: Any, **more: Any) -> None:
        passed("written")
        replace(*where, **more)

    def renaming(*where: Any, **more: Any) -> None:
        passed("written")
        rename(*where, **more)

    vars(os).update(fsync=syncing, replace=replacing, rename=renaming)


class _FarWorld:
    """The part of the simulated world that a controller's bench uses, over its admin API."""

    def __init__(self, address: SimulatorAddress) -> None:
        self._simulator = Simulator(address)
        self.console_token = address.console_token
        self.clock = self

    def now(self) -> datetime:
        """Return the simulated time."""
        return parse_time(self._simulator.now())

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._simulator.advance(seconds)

    def find(self, client_id: str) -> None:
        """Know no package: which secret is asked for is for the process of the simulator to say."""

    def which(self, package: None, value: str) -> tuple[str, None]:
        """Know no secret."""
        return "secret", None
