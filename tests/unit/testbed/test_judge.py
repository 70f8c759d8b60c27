# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of zero downtime sees every refusal and every outage, and takes nothing else for one."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.testbed.judge import SILENCE_SECONDS, Verdict, judge

CLIENT, SHOP, MULE = "client-id", "prod-a/shop", "prod-b/mule"


class Tape:
    """A record that a test writes."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.at("external", "before staging", "test", 0.0)

    def at(self, kind: str, outcome: str, who: str, elapsed: float, **more: Any) -> None:
        """Write a line."""
        line = {"n": len(self.lines) + 1, "at": f"10:00:{elapsed:04.1f}", "secret": "active", "note": None}
        what = {"kind": kind, "outcome": outcome, "who": who, "elapsed": elapsed, "client_id": CLIENT}
        self.lines.append({**line, **what, **more})

    def asks(self, name: str, elapsed: float, outcome: str = "accepted", **more: Any) -> None:
        """Let a service ask for a token."""
        self.at("token", outcome, f"testbed-service {name}", elapsed, **more)

    def restarts(self, begin: float, end: float) -> None:
        """Restart the shop."""
        self.at("external", "stopping", "prod-a", begin, note="shop", client_id=None)
        self.at("external", "restarted", "prod-a", end, note="shop", client_id=None)

    def verdict(self, *services: str) -> Verdict:
        """Judge all lines in the order of their times."""
        return judge(sorted(self.lines, key=lambda line: float(line["elapsed"])), CLIENT, services)


@pytest.fixture
def tape() -> Tape:
    return Tape()


def test_a_refusal_says_who_which_secret_when_and_in_which_phase(tape: Tape) -> None:
    tape.asks(SHOP, 1.0)
    tape.at("generate", "generated", "console", 1.5)
    tape.restarts(2.0, 2.1)
    tape.at("activate", "activated", "console", 3.0)
    tape.asks(SHOP, 3.5, "rejected", secret="previous")
    verdict = tape.verdict(SHOP)
    (refusal,) = verdict.refusals
    assert refusal.startswith("prod-a/shop was rejected with the previous secret, 10:00:03.5, 3.5 s after the")
    assert refusal.endswith("line 7; phase: activated")
    assert verdict.by_phase == {"before staging": 1, "activated": 1}


@pytest.mark.parametrize("outcome", ("rejected", "refused", "throttled", "fault"))
def test_whatever_gave_no_token_counts(tape: Tape, outcome: str) -> None:
    tape.asks(SHOP, 1.0, outcome)
    assert len(tape.verdict(SHOP).refusals) == 1


def test_the_controller_and_other_clients_do_not_count(tape: Tape) -> None:
    """The controller asks with the former secret on purpose, and hopes for a no."""
    tape.at("token", "rejected", "python-requests/2", 1.0, secret="previous")
    tape.asks(SHOP, 1.0, "rejected", client_id="another")
    verdict = tape.verdict(SHOP)
    assert (verdict.asked, verdict.refusals) == (0, [])


def test_the_phases_follow_the_record(tape: Tape) -> None:
    for elapsed in (0.5, 1.5, 2.5, 3.5, 4.5):
        tape.asks(SHOP, elapsed)
    tape.at("generate", "generated", "console", 1.0)
    tape.restarts(2.0, 2.1)
    tape.at("external", "killed", "test", 3.0)
    tape.restarts(3.1, 3.2)
    tape.at("activate", "activated", "console", 4.0)
    verdict = tape.verdict(SHOP)
    assert list(verdict.by_phase) == ["before staging", "staged", "distributing", "killed", "activated"]
    assert verdict.restarts == {SHOP: 2}


def test_a_service_that_falls_silent_is_down(tape: Tape) -> None:
    tape.asks(SHOP, 1.0)
    tape.asks(MULE, 1.0)
    tape.asks(MULE, 4.0)
    tape.asks(MULE, 1.5 + SILENCE_SECONDS)
    (outage,) = tape.verdict(SHOP, MULE).outages
    assert outage.startswith("prod-a/shop had no token for 5.5 s (0.0 s of them in its own restart), from 1.0 s on")


def test_a_service_that_never_asks_is_down(tape: Tape) -> None:
    tape.asks(MULE, 1 + SILENCE_SECONDS)
    tape.asks(MULE, 4.0)
    assert [text.split(" had ")[0] for text in tape.verdict(SHOP, MULE).outages] == [SHOP]


def test_i_14_its_own_restart_may_take_its_time(tape: Tape) -> None:
    tape.asks(SHOP, 1.0)
    tape.restarts(1.1, 9.0)
    tape.asks(SHOP, 9.2)
    verdict = tape.verdict(SHOP)
    assert verdict.outages == []
    assert verdict.longest_restart == pytest.approx(7.9)
    assert verdict.longest_silence == pytest.approx(8.2)


def test_the_restart_of_another_service_or_one_that_never_ended_is_no_excuse(tape: Tape) -> None:
    tape.asks(SHOP, 1.0)
    tape.asks(MULE, 1.0)
    tape.restarts(1.1, 9.0)
    tape.at("external", "stopping", "prod-b", 1.1, note="mule")
    tape.asks(SHOP, 9.1)
    assert [text.split(" had ")[0] for text in tape.verdict(SHOP, MULE).outages] == [MULE]
