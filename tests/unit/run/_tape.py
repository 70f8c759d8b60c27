# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ordered list of all that a rotation does to a store, to SFMC and to hosts, and what happens at each point."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import HttpRequest
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpAnswer, HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store, Stored
from ansible_collections.keyturn.sfmc.tests.simulator.world import World


class Killed(BaseException):
    """The process ends at this point; nothing that the product catches."""


class Tape:
    """The list, and the points before and after each effect in it.

    :ivar lines: effects and questions in their order.
    :ivar points: the points that were passed, `before X` and `after X`.
    :ivar at: called at each point with its number, counted from 0; it may raise `Killed` or let another run act.
    :ivar watch: called at each point with its name, before `at`; it looks, and changes nothing.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.points: list[str] = []
        self.at: Callable[[int], None] | None = None
        self.watch: Callable[[str], None] | None = None

    @property
    def effects(self) -> list[str]:
        """The lines without questions: what changed something, or proved that it could."""
        return [line for line in self.lines if not line.startswith(("ask ", "read "))]

    def count(self, beginning: str) -> int:
        """Return how many lines begin so."""
        return sum(line.startswith(beginning) for line in self.lines)

    @contextmanager
    def effect(self, name: str) -> Iterator[None]:
        """Note an effect that takes place within the block."""
        self.point(f"before {name}")
        self.lines.append(name)
        yield
        self.point(f"after {name}")

    def point(self, name: str) -> None:
        """Pass a point, where `at` may act."""
        self.points.append(name)
        if self.watch is not None:
            self.watch(name)
        at, self.at = self.at, None
        if at is not None:
            # Whatever acts at a point passes points of its own, which are nobody's business.
            at(len(self.points) - 1)
            if self.at is None:
                self.at = at


def kill_at(number: int, beginning: int = 0) -> Callable[[int], None]:
    """Return what ends the process at one point, counted from `beginning`."""

    def at(point: int) -> None:
        if point == beginning + number:
            raise Killed

    return at


class TapedStore:
    """A store whose saves are on the tape."""

    def __init__(self, store: Store, tape: Tape) -> None:
        self._store = store
        self._tape = tape

    def where(self, name: str) -> str:
        """Return the place of a document."""
        return self._store.where(name)

    def names(self) -> list[str]:
        """Return the names of all documents."""
        return self._store.names()

    def load(self, name: str) -> Stored | None:
        """Return the document."""
        self._tape.lines.append(f"read {_kind(name)}")
        return self._store.load(name)

    def read_ahead(self, names: Iterable[str]) -> None:
        """Make ready."""
        self._store.read_ahead(names)

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document."""
        what = "pace" if name.startswith("account-") else document["journal"]["history"][-1]["what"]
        with self._tape.effect(f"save {what}"):
            return self._store.save(name, document, expected)

    def prove_writable(self, name: str) -> None:
        """See that the document can be saved."""
        with self._tape.effect("prove writable"):
            self._store.prove_writable(name)

    def complete(self, name: str) -> None:
        """Do what is left of a save."""
        self._store.complete(name)


def _kind(name: str) -> str:
    return "pace" if name.startswith("account-") else "record"


class TapedHttp(HttpClient):
    """A client whose requests are on the tape, with what the simulated SFMC did."""

    def __init__(self, tape: Tape, world: World, timeout: float = 20.0, ca_path: str | None = None) -> None:
        super().__init__(ca_path=ca_path, timeout=timeout)
        self._tape = tape
        self._world = world

    def send(self, request: HttpRequest) -> HttpAnswer:
        """Send the request."""
        kind = _request_kind(request)
        if kind in ("generate", "activate"):
            with self._tape.effect(kind):
                return super().send(request)
        if kind == "token":
            kind = f"token {self._which(request)}"
        self._tape.lines.append(f"ask {kind}")
        return super().send(request)

    def _which(self, request: HttpRequest) -> str:
        fields = json.loads(request.body or b"{}")
        return self._world.which(self._world.find(fields["client_id"]), fields["client_secret"])[0]


def _request_kind(request: HttpRequest) -> str:
    last = urlsplit(request.url).path.rpartition("/")[2]
    if last == "staged-secret":
        return "generate" if request.method == "POST" else "retrieve"
    return {"activation": "activate"}.get(last, last)
