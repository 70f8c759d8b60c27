# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one integration: gather, ask `decide`, act, record. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import still_unsafe
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import decide
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Pace,
    Probe,
    Sighting,
    Situation,
    Step,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.calling import Calling
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.recording import noting, standing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict

#: A run takes far fewer steps than this between two waits; more means that two rules contradict each other.
_STEPS_AT_MOST = 20
#: How often a secret is asked about once more that was accepted before and is not now.
_MORE_LOOKS = 2

STAGING = frozenset(
    {Step.GENERATE, Step.RETRIEVE, Step.DISCARD, Step.NOTE_OVERLAP, Step.NOTE_ACTIVATED, Step.NOTE_LOST}
)
ACTIVATING = frozenset(
    {Step.ACTIVATE, Step.NOTE_ACTIVATED, Step.NOTE_LOST, Step.NOTE_ORPHANED, Step.CLOSE, Step.FORGET}
)
FORGETTING = frozenset({Step.FORGET, Step.NOTE_ACTIVATED})


class Run(Calling):
    """Brings one integration as far as the allowed steps and the clocks let it."""

    #: Always read before the journal, which then is never behind it because another run has gone on in between.
    _account = Pace()

    def look(self) -> Decision:
        """Read, measure where the decision needs it, decide. Changes nothing anywhere."""
        self._account = self.pace.load()
        record = self.keeper.load()
        self.decided_on = standing(record)
        decision = decide(self._situation(record, record.journal.registry, self.client.now()))
        if decision.step is Step.NONE:
            return decision
        registry = self.registry(record.journal)
        declared = frozenset(item.id for item in self.declared()) if self.whole else None
        decision = decide(self._situation(record, registry, self.client.measured_now(), declared))
        if decision.step is Step.PROBE:
            self.probe = self._measured(record)
            decision = decide(self._situation(record, registry, self.client.measured_now(), declared))
        return decision

    def unsafe(self) -> tuple[str, ...]:
        """Return the ids of the dependents that an activation now would break, or might."""
        self._account = self.pace.load()
        record = self.keeper.load()
        return still_unsafe(self._situation(record, self.registry(record.journal), self.client.measured_now()))

    def advance(self, allowed: Iterable[Step]) -> Decision:
        """Take every allowed step that is legal now; return the decision that is left."""
        self.keeper.complete()
        decision = self._advance(frozenset(allowed))
        self.keeper.complete()
        return decision

    def _advance(self, steps: frozenset[Step]) -> Decision:
        overtaken: Conflict | None = None
        for _attempt in range(_STEPS_AT_MOST):
            decision = self.look()
            if decision.step is Step.WAIT and decision.then is not Step.NONE and decision.then not in steps:
                return replace(decision, step=decision.then)
            if decision.step not in steps:
                self._remember_declared()
                return decision
            try:
                self._act(decision.step)
            except Conflict as conflict:
                overtaken = conflict
                self.tell(f"{self.integration.name}: {conflict.found}; reading again")
                self.forget_probe()
        if overtaken is not None:
            raise overtaken
        raise LookupError(f"{self.integration.name}: {decision.step.value} leads to itself")

    def _remember_declared(self) -> None:
        """Keep who has joined before their turn comes: a run that does not see them misses them, too (I-11, I-33)."""
        journal = self.keeper.load().journal
        if self.whole and journal.open_rotation is not None and self.registry(journal) != journal.registry:
            self.note("registered", lambda about, _at: about)

    def abandon(self, reason: str) -> None:
        """Give the open rotation up; what holds its staged secret gets the active one back before it is forgotten."""
        if self.keeper.load().journal.open_rotation is not None:
            self.note("abandoned", lambda journal, now: transitions.abandoned(journal, reason, now))

    # --- gather ------------------------------------------------------------------------------------------------------

    def _situation(
        self,
        record: Record,
        registry: tuple[Dependent, ...],
        now: datetime,
        declared: frozenset[str] | None = None,
    ) -> Situation:
        return Situation(
            journal=record.journal,
            registry=registry,
            policy=self.integration.policy,
            now=now,
            probe=self.probe,
            pace=self._account,
            skew=self.client.skew,
            declared=declared,
            fence=self.fence,
        )

    def _measured(self, record: Record) -> Probe:
        """Ask about A and B, as they were when the rotation opened; once each."""
        rotation = record.journal.open_rotation
        secrets = record.secrets
        if rotation is not None and rotation.activated_at is not None:
            return Probe(self._sight(secrets.previous), self._sight(secrets.active))
        probe = Probe(self._sight(secrets.active), self._sight(secrets.staged))
        if probe.active.rejected and probe.staged.accepted:
            # This reads as an activation, which nothing takes back: one stray answer is not enough.
            return replace(probe, active=self._sight(secrets.active))
        if probe.active.accepted and probe.staged.rejected and rotation is not None and rotation.overlap_at is not None:
            # This reads as a loss, although it was accepted before: a node that is behind says so, too.
            return replace(probe, staged=self._sight_again(secrets.staged, probe.staged))
        return probe

    def _sight_again(self, secret: Secret | None, seen: Sighting) -> Sighting:
        for _time in range(_MORE_LOOKS):
            seen = self._sight(secret) if seen.rejected else seen
        return seen

    def _sight(self, secret: Secret | None) -> Sighting:
        return self.client.sight(self.integration.client_id, secret) if secret else Sighting()

    # --- act ---------------------------------------------------------------------------------------------------------

    def _act(self, step: Step) -> None:
        acts: dict[Step, Callable[[], object]] = {
            Step.GENERATE: self.generate,
            Step.RETRIEVE: self.retrieve,
            Step.DISCARD: lambda: self.step("discarded", changes.discarded),
            Step.NOTE_OVERLAP: lambda: self.step("usable", noting(transitions.overlapping)),
            Step.ACTIVATE: self.activate,
            Step.NOTE_ACTIVATED: lambda: self.step("activated", changes.activated),
            Step.NOTE_LOST: lambda: self.step("lost", noting(transitions.lost)),
            Step.NOTE_ORPHANED: lambda: self.step("orphaned", noting(transitions.orphaned)),
            Step.FORGET: lambda: self.step("forgotten", changes.forgotten),
            Step.CLOSE: lambda: self.step("closed", changes.closed),
        }
        acts[step]()
