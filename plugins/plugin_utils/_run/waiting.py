# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several integrations in one call: each goes as far as it can, and their clocks are waited out together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import EVER
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run


@dataclass
class Outcome:
    """Where a run of one integration ended: with a decision, or with a refusal from something it needed."""

    run: Run
    decision: Decision | None = None
    refusal: Refusal | None = None

    @property
    def waits_until(self) -> datetime | None:
        """When it can go on by itself, None when time alone does not help."""
        decision = self.decision
        return decision.not_before if decision and decision.step is Step.WAIT else None


@dataclass
class Waiting:
    """How long a call may wait, and how it shows that it does.

    :param budget: how much of SFMC's time may go by in waiting.
    :param poll: real seconds between two looks at SFMC's clock.
    """

    budget: timedelta
    tell: Callable[[str], None]
    poll: float = 15.0
    sleep: Callable[[float], None] = time.sleep
    _said: tuple[list[str], datetime] = field(default=([], EVER), repr=False)

    def advance(self, runs: Iterable[Run], act: Callable[[Run], Decision]) -> list[Outcome]:
        """Let every run act, wait for those that a clock holds up, until nothing more can happen within the budget."""
        outcomes = [_taken(Outcome(run), act) for run in runs]
        deadlines = {id(outcome): outcome.run.client.now() + self.budget for outcome in outcomes}
        while True:
            waiting = [
                outcome
                for outcome in outcomes
                if outcome.waits_until is not None and outcome.waits_until <= deadlines[id(outcome)]
            ]
            if not waiting:
                return outcomes
            self._pause(waiting)
            for outcome in waiting:
                if outcome.waits_until is not None and outcome.run.client.now() >= outcome.waits_until:
                    outcome.run.forget_probe()
                    _taken(outcome, act)

    def _pause(self, waiting: list[Outcome]) -> None:
        left = min(_left(outcome) for outcome in waiting)
        self._show(waiting)
        self.sleep(max(0.1, min(self.poll, left.total_seconds())))
        for outcome in waiting:
            outcome.run.client.refresh_clock()

    def _show(self, waiting: list[Outcome]) -> None:
        """Say what is waited for when that changes, and about once a minute of SFMC's time."""
        now = waiting[0].run.client.now()
        what = [f"{outcome.run.integration.name} ({required(outcome.decision).phase.value})" for outcome in waiting]
        if what == self._said[0] and now - self._said[1] < timedelta(minutes=1):
            return
        self._said = (what, now)
        left = [_minutes(_left(outcome)) for outcome in waiting]
        self.tell("waiting for SFMC's clock: " + ", ".join(map(" ".join, zip(what, left, strict=True))))


def _minutes(time_left: timedelta) -> str:
    seconds = int(time_left.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


def _left(outcome: Outcome) -> timedelta:
    return max(timedelta(0), required(outcome.waits_until) - outcome.run.client.now())


def _taken(outcome: Outcome, act: Callable[[Run], Decision]) -> Outcome:
    outcome.refusal = None
    try:
        outcome.decision = act(outcome.run)
    except Refusal as refusal:
        outcome.decision, outcome.refusal = None, refusal
    return outcome
