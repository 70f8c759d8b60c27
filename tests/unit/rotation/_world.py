# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A package and its hosts as far as a rotation can tell, and a run that does what `decide` says to them.

Secrets are their own fingerprints. Nothing expires here: days go by, but not 180 of them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import decide
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.journal import journal_document, parse_journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Attestation,
    Batch,
    Dependent,
    Failure,
    Journal,
    Known,
    Lease,
    Staged,
    required,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Pace,
    Policy,
    Probe,
    Sighting,
    Situation,
    Step,
)

from ._support import APP1, DAY, MINUTE, NO, NOW, UNASKED, UNCLEAR, YES

DONE, LOST_BEFORE, LOST_AFTER, REFUSED, LATE = "done", "lost before", "lost after", "refused", "late"


class World:
    """SFMC's side, the hosts, and the journal of one integration. `now` is the only clock."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.now: datetime = NOW
        self.active, self.staged, self.staged_at = "s0", "", NOW
        self.made = 0
        self.hosts = {APP1: "s0"}
        self.journal = transitions.registered(Journal("id", "crm", active=Known("s0", NOW - 150 * DAY)), [APP1])
        self.former = ""
        self.pace = Pace()
        self.meddled = False
        self.lands_at: datetime | None = None
        self.generated_for: dict[str, int] = {}

    # --- SFMC --------------------------------------------------------------------------------------------------------

    def accepts(self, secret: str) -> bool:
        return secret == self.active or (secret == self.staged and self.now >= self.staged_at + 5 * MINUTE)

    def sight(self, secret: str, fog: bool = False) -> Sighting:
        if not secret:
            return UNASKED
        return UNCLEAR if fog else YES if self.accepts(secret) else NO

    def generate(self) -> str:
        self.made += 1
        self.staged, self.staged_at = f"s{self.made}", self.now
        return self.staged

    def activate(self) -> None:
        if self.staged and self.now >= self.staged_at + 5 * MINUTE:
            self.active, self.staged = self.staged, ""

    def pass_time(self, minutes: int) -> None:
        """Move the clock; an activation that is on its way lands within its five minutes."""
        self.now += minutes * MINUTE
        if self.lands_at and self.now >= self.lands_at:
            self.lands_at = None
            self.activate()

    # --- a run -------------------------------------------------------------------------------------------------------

    def decision(self, foggy: Collection[str] = ()) -> Decision:
        rotation = self.journal.open_rotation
        staged = rotation.staged.fingerprint if rotation and rotation.staged else ""
        active = required(self.journal.active).fingerprint
        if rotation and rotation.activated_at:
            active = self.former
        probe = Probe(self.sight(active, "active" in foggy), self.sight(staged, "staged" in foggy))
        return decide(
            Situation(self.journal, self.journal.registry, self.policy, self.now, probe, self.pace, timedelta(0))
        )

    def take(self, decision: Decision, answer: str = DONE, reached: Iterable[Dependent] | None = None) -> None:
        """Do one decision's effects; `reached` are the hosts that answer, all of them when it is None."""
        notes = {
            Step.NOTE_OVERLAP: transitions.overlapping,
            Step.NOTE_LOST: transitions.lost,
            Step.NOTE_ORPHANED: transitions.orphaned,
            Step.DISCARD: transitions.discarded,
            Step.FORGET: transitions.forgotten,
            Step.CLOSE: transitions.closed,
        }
        if decision.step in notes:
            self.check_end(decision)
            self.journal = notes[decision.step](self.journal, self.now)
        elif decision.step is Step.NOTE_ACTIVATED:
            self.former = required(self.journal.active).fingerprint
            self.journal = transitions.activated(self.journal, self.now)
        elif decision.step is Step.GENERATE:
            self._generate(answer)
        elif decision.step is Step.RETRIEVE:
            self._retrieve()
        elif decision.step is Step.DISTRIBUTE:
            self._distribute(decision, set(self.hosts) if reached is None else set(reached))
        elif decision.step is Step.ACTIVATE:
            self._activate(answer)
        self.check_round_trip()

    def keep(self, secret: str) -> None:
        rotation = required(self.journal.open_rotation)
        born = rotation.generation_sent_at or rotation.opened_at
        self.journal = transitions.staged(self.journal, Staged(secret, born, self.now + 5 * MINUTE), self.now)

    def _generate(self, answer: str) -> None:
        if self.journal.open_rotation is None:
            self.journal = transitions.opened(self.journal, f"r{len(self.journal.history)}", "due", self.now)
        self.pace = replace(self.pace, generated_at=self.now)
        rotation = required(self.journal.open_rotation)
        assert not self.staged_is_used(), "I-1: a generation replaces a staged secret that hosts use"
        self.journal = transitions.generation_sent(self.journal, self.now, self.lease())
        if answer == REFUSED:
            self.journal = transitions.generation_refused(self.journal, self.now)
        elif answer != LOST_BEFORE:
            self.generated_for[rotation.id] = self.generated_for.get(rotation.id, 0) + 1
            assert self.generated_for[rotation.id] == 1, "I-6: two generations for one rotation"
            secret = self.generate()
            if answer == DONE:
                self.keep(secret)

    def lease(self) -> Lease:
        return Lease("a run", self.journal.fence + 1, self.now + self.policy.lease)

    def _retrieve(self) -> None:
        self.journal = transitions.taken_over(self.journal, self.now, self.lease())
        if self.generated_for.get(required(self.journal.open_rotation).id):
            self.keep(f"s{self.made}")
        else:
            self.journal = transitions.generation_refused(self.journal, self.now)

    def _distribute(self, decision: Decision, reached: set[Dependent]) -> None:
        rotation = required(self.journal.open_rotation)
        known = required(self.journal.active).fingerprint
        secret = required(rotation.staged).fingerprint if decision.desired == "staged" else known
        assert self.accepts(secret) or self.meddled, "hosts get a live secret only"
        batch = self.begun()
        if decision.desired == "staged":
            self.journal = transitions.distributing(self.journal, batch)
        proved, failed = [], []
        for item in self.hosts:
            if item.id in decision.missing and item in reached:
                self.hosts[item] = secret
                proved.append(Attestation(item.id, secret, item.places, self.now, "token"))
            elif item.id in decision.missing:
                failed.append(Failure(item.id, self.now, "the host did not answer"))
        self.journal = transitions.attested(self.journal, tuple(proved), tuple(failed), self.now, batch.id)

    def begun(self) -> Batch:
        return Batch(f"batch {len(self.journal.history)}", self.now)

    def _activate(self, answer: str) -> None:
        behind = {item.id: held for item, held in self.hosts.items() if held != self.staged}
        assert not behind or self.meddled, f"I-3: an activation breaks {behind}"
        self.pace = replace(self.pace, activated_at=self.now)
        self.journal = transitions.activation_sent(self.journal, self.now, self.lease())
        if answer in (DONE, LOST_AFTER):
            self.activate()
        elif answer == LATE:
            self.lands_at = self.now + 4 * MINUTE

    # --- what always holds -------------------------------------------------------------------------------------------

    def staged_is_used(self) -> bool:
        return bool(self.staged) and self.staged in self.hosts.values()

    def check_end(self, decision: Decision) -> None:
        if decision.step in (Step.FORGET, Step.CLOSE) and not self.meddled:
            broken = {item.id: held for item, held in self.hosts.items() if held != self.active}
            assert not broken, f"{decision.step.value} leaves {broken}"
            assert decision.step is not Step.CLOSE or not self.accepts(self.former)

    def check_round_trip(self) -> None:
        document = json.loads(json.dumps(journal_document(self.journal)))
        assert parse_journal(document, "/store/crm") == self.journal
