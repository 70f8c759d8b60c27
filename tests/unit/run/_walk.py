# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench for walks at random: what runs and people do on it, and how people bring it to an end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Step
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.errors import Denied
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

from ._bench import START, Bench
from ._faults import End, attempt, play
from ._tape import Killed, kill_at
from ._watch import Watch

#: What may meet any one request.
FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "rate_limited"},
    {"fault": "unavailable"},
    {"fault": "bad_gateway_html"},
    {"fault": "not_json"},
    {"fault": "redirect"},
    {"fault": "reset"},
    {"fault": "reset", "acts": True},
    {"fault": "half_body"},
    {"fault": "answer_dropped"},
    {"fault": "wrong_date"},
    {"fault": "wrong_date", "offset_seconds": -3600},
)
#: No walk gets near the end of the active secret by age.
LONGEST = timedelta(days=20)


class Walk:
    """Three hosts, perhaps a fourth, and everybody who may do something to them.

    :ivar clicks: what people did in Setup.
    :ivar faults: how many faults were ordered.
    """

    def __init__(self, retrieve: bool, reach: Callable[[Bench], None]) -> None:
        """Begin where `reach` leads to."""
        self._folder = TemporaryDirectory()
        world = World(Clock(START, speed=0))
        self._server = running(world)
        self.bench = bench = Bench(Path(self._folder.name) / "bench", self._server.__enter__(), world, "http", retrieve)
        bench.package.active.generated_at = START - timedelta(days=151)
        self.join("app3")
        bench.adopt()
        self.watch = Watch(bench)
        self.before = {host: bench.file(host).read_text(encoding="utf-8") for host in bench.hosts}
        self.clicks: list[str] = []
        self.faults = 0
        self.forced = 0
        reach(bench)
        self.watch.check_secret()

    def end(self) -> None:
        """Take everything down."""
        self._server.__exit__(None, None, None)
        self._folder.cleanup()

    # --- runs --------------------------------------------------------------------------------------------------------

    def run(self, act: Callable[[], object], wait: int, crash: int | None) -> object:
        """Let a process do something; it may die at one of its effects."""
        bench = self.bench
        self.watch.meddled = False
        bench.budget = timedelta(minutes=wait)
        bench.tape.at = None if crash is None else kill_at(crash, beginning=len(bench.tape.points))
        held = {host: bench.file(host).read_text(encoding="utf-8") for host in bench.hosts}
        end: object = None
        try:
            end = act()
        except Refusal as refusal:
            end = refusal
        except Killed:
            # A call may have been sent whose answer nobody has.
            self.faults += 1
        finally:
            bench.tape.at = None
        for host, text in held.items():
            if bench.file(host).read_text(encoding="utf-8") != text:
                self.before[host] = text
        self._listen(end)
        return end

    def _listen(self, end: object) -> None:
        for each in end if isinstance(end, tuple) else (end,):
            if isinstance(each, (Refusal, Decision)):
                self.watch.check_helpful([each])

    # --- people and machines -----------------------------------------------------------------------------------------

    def pass_time(self, minutes: int) -> None:
        """Move the clock, within a month."""
        if self.bench.world.clock.now() + timedelta(minutes=minutes) < START + LONGEST:
            self.bench.pause(minutes * 60)

    def click(self, what: str) -> None:
        """Somebody generates or activates in Setup, as far as SFMC lets them."""
        world, client_id = self.bench.world, self.bench.package.client_id
        self.pass_time(5)
        try:
            if what == "generate":
                world.generate(client_id, "somebody else")
                self.watch.generated.clear()
            else:
                world.activate(client_id)
        except Denied:
            return
        self.clicks.append(what)

    def order_fault(self, fault: dict[str, object], kind: str) -> None:
        """Let one request meet a fault."""
        self.faults += 1
        self.bench.world.faults.add({**fault, "on": kind})

    def roll_back(self, host: str) -> None:
        """Put a host's file of before back."""
        self.bench.file(host).write_text(self.before[host], encoding="utf-8")
        self.watch.excused.add(host)

    def edit(self, host: str) -> None:
        """Somebody puts something else there."""
        self.bench.write(host, "S" * 24)
        self.watch.excused.add(host)

    def join(self, host: str) -> None:
        """A new host comes, with the secret that works for its program."""
        bench = self.bench
        if host not in bench.hosts:
            bench.hosts.append(host)
            bench.file(host).parent.mkdir(parents=True)
            bench.write(host, bench.package.active.value)
            if hasattr(self, "before"):
                self.before[host] = bench.file(host).read_text(encoding="utf-8")
                self.watch.excused.add(host)

    def force(self) -> None:
        """A reason for one more rotation."""
        self.forced += 1
        self.bench.variables["sfmc_force"] = f"INC-{self.forced}"

    def hold(self, on: bool) -> None:
        """Put a hold on, or take it away."""
        self.bench.options.pop("hold", None)
        if on:
            self.bench.options["hold"] = {"reason": "Black Friday"}

    # --- the end -----------------------------------------------------------------------------------------------------

    def come_to_an_end(self) -> None:
        """Nothing is in the way any more: plain reruns, and what messages ask people for, get to the end."""
        bench = self.bench
        bench.world.faults.remove()
        bench.down.clear()
        bench.package.enabled = True
        self.hold(False)
        self._mend()
        for _number in range(20):
            ends = self.run(lambda: play(bench), 40, None)
            assert isinstance(ends, tuple), ends
            if isinstance(ends[-1], Decision) and ends[-1].step is Step.NONE:
                self._check_done()
                return
            if self._is_for_people(ends[-1]):
                return
            bench.pause(600)
        raise AssertionError(f"going round in circles: {ends[-1]}, {bench.history}")

    def _mend(self) -> None:
        """Put what works into files that people had changed: a message says so (I-24)."""
        active = self.watch.record.secrets.active
        for host in self.watch.excused:
            if active is not None:
                self.bench.write(host, active.reveal())

    def _is_for_people(self, end: End) -> bool:
        """Follow the way out; tell whether it leads to where only somebody with the present secret goes on."""
        if isinstance(end, Refusal) or end.step is not Step.STOP:
            return False
        way_out = end.blockers[0].way_out
        if "sfmc_hand_in_stage=active" in way_out or "hand in the present secret" in way_out:
            assert "activate" in self.clicks, f"nobody activated anything else: {end}"
            return True
        assert "keyturn.sfmc.abandon" in way_out, f"a dead end: {end}"
        if end.phase is Phase.LOST:
            assert "generate" in self.clicks, f"nobody replaced it: {end}"
        else:
            assert self.faults, f"nothing went wrong: {end}"
        attempt(lambda: self.bench.abandon("told to"))
        return False

    def _check_done(self) -> None:
        bench, record = self.bench, self.watch.record
        active = record.secrets.active
        assert record.journal.open_rotation is None
        assert active is not None
        if active.reveal() != bench.package.active.value:
            assert "activate" in self.clicks, "the journal's active secret is not SFMC's"
            return
        assert set(self.watch.held().values()) <= {"active"}, "a host was left behind"


def subset(hosts: Iterable[str]) -> list[str]:
    """Return hosts in a stable order."""
    return sorted(hosts)
