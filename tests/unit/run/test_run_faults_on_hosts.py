# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that meet a host's proof, and certificates that nobody accepts: reported, and nothing is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _host_client
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

from . import _phases as phases
from ._bench import START, Bench
from ._faults import ANSWERS, HANDSHAKES, SLOW, Trouble, ends_well, is_over, play
from ._tape import TapedHttp
from ._watch import Watch

pytestmark = pytest.mark.exhaustive


def meets_proof_of(bench: Bench, host: str, add: Callable[[], object]) -> None:
    """Let a fault be there while a host is served, and only then."""
    watched = bench.tape.watch

    def at(point: str) -> None:
        if point == f"before deploy {host}":
            add()
        elif point == f"after deploy {host}":
            bench.world.faults.remove()
        if watched is not None:
            watched(point)

    bench.tape.watch = at


@pytest.mark.parametrize("phase", ["usable", "lost", "abandoned"])
@pytest.mark.parametrize("trouble", [*ANSWERS, SLOW], ids=lambda each: each.name)
def test_a_host_that_gets_no_clear_answer_proves_nothing_and_keeps_what_works(
    bench: Bench, watch: Watch, trouble: Trouble, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-3, I-16, I-20: named with what SFMC answered; the others are proved; a rerun proves it, too."""
    if trouble is SLOW:
        monkeypatch.setattr(_host_client, "_TIMEOUT", 0.2)
    getattr(phases, phase)(bench)
    meets_proof_of(bench, "app1", lambda: bench.world.faults.add({**trouble.fault, "times": "forever"}))
    bench.serve()
    end = bench.look()
    assert (end.step, end.missing) == (Step.DISTRIBUTE, ("app1/crm",))
    # Python's own client takes half a body for a whole one; then it is no whole token.
    watch.check_helpful([end], *trouble.words, *(("cut off",) if trouble.name == "half_body" else ()))
    assert all(watch.works(bench.value(host)) for host in bench.hosts)
    assert bench.outcomes("activate") == []
    bench.tape.watch = watch.at
    monkeypatch.undo()
    ends_well(bench)


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Bench]:
    """Return a bench over TLS, with the provider's endpoint on a port of its own."""
    authority = Authority()
    certificate = tmp_path / "ca.pem"
    authority.write_certificate(certificate)
    world = World(Clock(START, speed=0))
    with running(world, tls=authority) as url, running(world, tls=authority) as console:
        bench = Bench(tmp_path / "bench", url, world, ca_path=str(certificate), console_url=console)
        bench.adopt()
        yield bench


def port_of(url: str) -> int:
    """Return a URL's port."""
    return int(url.rpartition(":")[2])


PHASES = ("idle", "usable", "attested", "activated", "soaking", "lost", "abandoned")


@pytest.mark.parametrize("trouble", HANDSHAKES, ids=lambda each: each.name)
@pytest.mark.parametrize("phase", PHASES)
def test_no_secret_is_sent_to_a_server_that_cannot_show_who_it_is(secured: Bench, phase: str, trouble: Trouble) -> None:
    """I-20, I-29, I-44."""
    watch = Watch(secured)
    getattr(phases, phase)(secured)
    secured.world.effects.clear()
    secured.http = TapedHttp(secured.tape, secured.world, ca_path=secured.ca_path)
    secured.world.faults.add({**trouble.fault, "port": port_of(secured.url), "times": "forever"})
    held = secured.held()
    ends = play(secured)
    watch.check_helpful(ends, *trouble.words)
    assert not is_over(ends[-1])
    assert [line["kind"] for line in secured.world.effects] == []
    assert secured.held() == held
    secured.world.faults.remove()
    ends_well(secured)


@pytest.mark.parametrize("trouble", HANDSHAKES, ids=lambda each: each.name)
@pytest.mark.parametrize("phase", ["idle", "answer_lost", "attested"])
def test_a_provider_that_cannot_show_who_it_is_gets_no_order(secured: Bench, phase: str, trouble: Trouble) -> None:
    """I-6, I-20: nothing was carried out there, so the intent is taken back, or found out about later."""
    watch = Watch(secured)
    getattr(phases, phase)(secured)
    secured.world.effects.clear()
    secured.http = TapedHttp(secured.tape, secured.world, ca_path=secured.ca_path)
    secured.world.faults.add({**trouble.fault, "port": port_of(secured.console_url), "times": "forever"})
    watch.check_helpful(play(secured), *trouble.words)
    assert {line["kind"] for line in secured.world.effects} <= {"token", "userinfo"}
    secured.world.faults.remove()
    ends_well(secured)


@pytest.mark.parametrize("trouble", HANDSHAKES, ids=lambda each: each.name)
def test_a_host_sends_no_secret_to_a_server_that_cannot_show_who_it_is(secured: Bench, trouble: Trouble) -> None:
    """I-16, I-29."""
    watch = Watch(secured)
    phases.usable(secured)
    fault = {**trouble.fault, "port": port_of(secured.url), "times": "forever"}
    meets_proof_of(secured, "app1", lambda: secured.world.faults.add(fault))
    secured.serve()
    end = secured.look()
    assert isinstance(end, Decision) and end.missing == ("app1/crm",)
    watch.check_helpful([end], *trouble.words)
    secured.tape.watch = watch.at
    ends_well(secured)
