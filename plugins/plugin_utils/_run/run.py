# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one integration: gather, ask `decide`, act, record. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import AnswerLost, Order, Provider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret, provided_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers, transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.calendar import forced
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.decide import decide
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Journal, Rotation, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Decision,
    Probe,
    Sighting,
    Situation,
    Step,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper, PaceKeeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict

_CHANCES = 3
#: A run takes far fewer steps than this between two waits; more means that two rules contradict each other.
_STEPS_AT_MOST = 20

STAGING = frozenset(
    {Step.GENERATE, Step.RETRIEVE, Step.DISCARD, Step.NOTE_OVERLAP, Step.NOTE_ACTIVATED, Step.NOTE_LOST}
)
ACTIVATING = frozenset(
    {Step.ACTIVATE, Step.NOTE_ACTIVATED, Step.NOTE_LOST, Step.NOTE_ORPHANED, Step.CLOSE, Step.FORGET}
)
FORGETTING = frozenset({Step.FORGET, Step.NOTE_ACTIVATED})

#: What a step makes of a record, at a time.
Change = Callable[[Record, datetime], Record]

#: Effects that record what the probe has just shown, so that it still holds.
_OBSERVATIONS = frozenset({"usable", "lost", "orphaned"})


class Run:
    """Brings one integration as far as the allowed steps and the clocks let it."""

    def __init__(
        self,
        integration: Integration,
        keeper: Keeper,
        pace: PaceKeeper,
        provider: Provider,
        client: SfmcClient,
        registry: Callable[[], tuple[Dependent, ...]],
        tell: Callable[[str], None],
        whole: bool = True,
    ) -> None:
        """Take the collaborators.

        :param registry: returns what the inventory declares; called only when something is due.
        :param tell: shows progress.
        :param whole: whether `registry` is the whole inventory's, so that what is not in it is declared no more.
        """
        self.integration = integration
        self.keeper = keeper
        self.client = client
        self.provider = provider
        self.effects: list[str] = []
        self._pace = pace
        self._declared = registry
        self._whole = whole
        self.tell = tell
        self._probe = Probe()
        self._decided_on: Rotation | None = None
        self._acts: dict[Step, Callable[[], object]] = {
            Step.GENERATE: self._generate,
            Step.RETRIEVE: self._retrieve,
            Step.DISCARD: lambda: self._step("discarded", changes.discarded),
            Step.NOTE_OVERLAP: lambda: self._step("usable", _noting(transitions.overlapping)),
            Step.ACTIVATE: self._activate,
            Step.NOTE_ACTIVATED: lambda: self._step("activated", changes.activated),
            Step.NOTE_LOST: lambda: self._step("lost", _noting(transitions.lost)),
            Step.NOTE_ORPHANED: lambda: self._step("orphaned", _noting(transitions.orphaned)),
            Step.FORGET: lambda: self._step("forgotten", changes.forgotten),
            Step.CLOSE: lambda: self._step("closed", changes.closed),
        }

    def registry(self, journal: Journal) -> tuple[Dependent, ...]:
        """Return the journal's dependents and what the inventory has added since."""
        return transitions.registered(journal, self._declared()).registry

    def look(self) -> Decision:
        """Read, measure where the decision needs it, decide. Changes nothing anywhere."""
        record = self.keeper.load()
        self._decided_on = record.journal.rotation
        decision = decide(self._situation(record, record.journal.registry, self.client.now()))
        if decision.step is Step.NONE:
            return decision
        registry = self.registry(record.journal)
        declared = frozenset(item.id for item in self._declared()) if self._whole else None
        decision = decide(self._situation(record, registry, self.client.measured_now(), declared))
        if decision.step is Step.PROBE:
            self._probe = self._measured(record)
            decision = decide(self._situation(record, registry, self.client.measured_now(), declared))
        return decision

    def advance(self, allowed: Iterable[Step]) -> Decision:
        """Take every allowed step that is legal now; return the decision that is left."""
        steps = frozenset(allowed)
        overtaken: Conflict | None = None
        for _attempt in range(_STEPS_AT_MOST):
            decision = self.look()
            if decision.step is Step.WAIT and decision.then is not Step.NONE and decision.then not in steps:
                return replace(decision, step=decision.then)
            if decision.step not in steps:
                self._remember_declared()
                return decision
            try:
                self._acts[decision.step]()
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
        if self._whole and journal.open_rotation is not None and self.registry(journal) != journal.registry:
            self.note("registered", lambda about, _at: about)

    def forget_probe(self) -> None:
        """Measure again before the next decision: time has passed, or an effect was sent."""
        self._probe = Probe()

    def order(self, record: Record) -> Order:
        """Return what the provider is told about the open rotation."""
        rotation = required(record.journal.open_rotation)
        return Order(self.integration.client_id, self.integration.package, rotation.id)

    def commit(self, effect: str, change: Callable[[Record], Record]) -> Record:
        """Change the record, its registry grown by the inventory; note the effect, measure again later."""
        declared = self._declared()

        def changed(record: Record) -> Record:
            after = change(record)
            return after.with_journal(transitions.registered(after.journal, declared))

        record, is_new = self.keeper.commit(changed)
        if is_new:
            self.effects.append(effect)
        if effect not in _OBSERVATIONS:
            self.forget_probe()
        return record

    def declares(self, dependent_id: str) -> bool:
        """Tell whether the inventory has this dependent."""
        return any(item.id == dependent_id for item in self._declared())

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
            probe=self._probe,
            pace=self._pace.load(),
            skew=self.client.skew,
            declared=declared,
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
        return probe

    def _sight(self, secret: Secret | None) -> Sighting:
        return self.client.sight(self.integration.client_id, secret) if secret else Sighting()

    # --- act and record ----------------------------------------------------------------------------------------------

    def _generate(self) -> None:
        """Prove the store, take the account's slot, record the intent, send it once, keep the value (I-5, I-6, I-8)."""
        self.keeper.prove_writable()
        force = self.integration.policy.force
        reason = forced(force) if force else "due"
        if self.provider.operator:
            self._step("request", lambda record, now: changes.opened(record, reason, now))
            return
        self._pace.claim("generated_at", self.client.measured_now(), self.integration.policy.pace)
        record = self._step(
            "intent to generate", lambda record, now: changes.intending_to_generate(record, reason, now)
        )
        self.tell(f"{self.integration.name}: generating a staged secret, {self.order(record).description!r}")
        self.effects.append("generate")
        try:
            text = self.provider.generate(self.order(record))
        except AnswerLost as lost:
            self.tell(f"{self.integration.name}: {lost}")
        except Refusal:
            self._step("generation refused", _noting(transitions.generation_refused))
            raise
        else:
            self._keep_generated(text)
        self._pace_from_now("generated_at")

    def _pace_from_now(self, what: str) -> None:
        """Count SFMC's pace from when it answered: from when it was asked, the next one could be a moment too soon."""
        self.client.refresh_clock()
        self._pace.taken(what, self.client.measured_now())

    def _keep_generated(self, text: str) -> None:
        """Keep what a provider answered: shown once, so a store that fails now gets more than one chance (I-5)."""
        secret = provided_secret(text, f"the provider's answer for {self.integration.name}")
        for chance in reversed(range(_CHANCES)):
            try:
                self.keep_staged(secret)
            except Conflict:
                raise
            except Refusal as refusal:
                if not chance:
                    raise blockers.not_kept(self.keeper.load().journal, refusal) from None
            else:
                return

    def _retrieve(self) -> None:
        text = self.provider.retrieve(self.order(self.keeper.load()))
        if text is None:
            self._step("generation refused", _noting(transitions.generation_refused))
        else:
            self.effects.append("retrieve")
            self._keep_generated(text)

    def keep_staged(self, secret: Secret) -> None:
        """Keep a staged secret that was just received: a durable write, read back, before anything else happens."""
        delay = self.integration.policy.usable_delay
        self.commit("persist", lambda record: changes.kept(record, secret, self.client.measured_now(), delay))

    def abandon(self, reason: str) -> None:
        """Give the open rotation up; what holds its staged secret gets the active one back before it is forgotten."""
        if self.keeper.load().journal.open_rotation is not None:
            self.note("abandoned", lambda journal, now: transitions.abandoned(journal, reason, now))

    def _activate(self) -> None:
        """Record the intent, send it once; whether it worked is found out by the next probe."""
        rotation = self.keeper.load().journal.open_rotation
        sent = len(rotation.activations_sent_at) if rotation else 0
        if not self.provider.operator:
            self._pace.claim("activated_at", self.client.measured_now(), self.integration.policy.pace)
        record = self._step("intent to activate", lambda record, now: changes.intending_to_activate(record, sent, now))
        if self.provider.operator:
            return
        self.tell(f"{self.integration.name}: every dependent is proved; activating")
        self.effects.append("activate")
        try:
            self.provider.activate(self.order(record))
            self._step("activation answered", _noting(transitions.activation_answered))
        except AnswerLost as lost:
            self.tell(f"{self.integration.name}: {lost}")
        except Refusal:
            # A refusal after an earlier try may mean that the earlier one worked; then it counts (I-41).
            if not sent:
                self._step("activation refused", _noting(transitions.activation_refused))
            raise
        self._pace_from_now("activated_at")

    def _step(self, effect: str, change: Change) -> Record:
        """Change the record, but only while its rotation is the one that was decided on (I-7)."""

        def still(record: Record) -> Record:
            if record.journal.rotation != self._decided_on:
                raise Conflict(record.journal.name)
            return change(record, self.client.measured_now())

        record = self.commit(effect, still)
        self._decided_on = record.journal.rotation
        return record

    def note(self, effect: str, transition: Callable[[Journal, datetime], Journal]) -> Record:
        """Change the journal by what is known, whatever was decided on."""
        return self.commit(effect, lambda record: _noting(transition)(record, self.client.measured_now()))


def _noting(transition: Callable[[Journal, datetime], Journal]) -> Change:
    return lambda record, now: record.with_journal(transition(record.journal, now))
