# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls to a provider: the intent saved first, each sent once under its lease, what came of it kept (I-5, I-7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import AnswerLost
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret, provided_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers, gate_blockers, transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.calendar import forced
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.findings import in_use
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.recording import Recording, standing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict

_CHANCES = 3


class Calling(Recording):
    """Generates, asks again, and activates."""

    def generate(self) -> None:
        """Prove the store, take the account's slot, record the intent, send it once, keep the value (I-5, I-6, I-8)."""
        self.keeper.prove_writable()
        self._check_feeding()
        policy, force = self.integration.policy, self.integration.policy.force
        reason = forced(force) if force else "due"
        if self.provider.operator:
            self.step("request", lambda record, now: changes.opened(record, reason, now))
            return
        self.pace.claim("generated_at", self.client.measured_now(), policy.pace)
        record = self.step(
            "intent to generate",
            lambda record, now: changes.intending_to_generate(record, reason, self.holder, now, policy.lease),
        )
        self._check_intent(record, transitions.generation_refused)
        self.tell(f"{self.integration.name}: generating a staged secret, {self.order(record).description!r}")
        self.effects.append("generate")
        try:
            text = self.provider.generate(self.order(record))
        except AnswerLost as lost:
            self.tell(f"{self.integration.name}: {lost}")
            self._came("answer lost", transitions.answer_lost)
        except Refusal:
            self._came("generation refused", transitions.generation_refused)
            raise
        else:
            self._keep_generated(text)
        self._pace_from_now("generated_at")

    def retrieve(self) -> None:
        """Ask for what the generation made whose answer was lost, and nobody else from then on."""
        lease, policy = self.keeper.load().journal.lease, self.integration.policy
        if lease is None or lease.number != self.fence:
            record = self.step(
                "taken over", lambda record, now: changes.taken_over(record, self.holder, now, policy.lease)
            )
            self.fence = required(record.journal.lease).number
        try:
            text = self.provider.retrieve(self.order(self.keeper.load()))
        except Refusal:
            # Whoever comes next, a person perhaps, need not wait for this run.
            self._came("answer lost", transitions.answer_lost)
            raise
        if text is None:
            self._came("generation refused", transitions.generation_refused)
        else:
            self.effects.append("retrieve")
            self._keep_generated(text)
            self.pace.reached(self.keeper.load().journal.fence)

    def activate(self) -> None:
        """Record the intent, send it once; whether it worked is found out by the next probe."""
        before = self.keeper.load()
        self._warn_of_strays(before)
        rotation = before.journal.open_rotation
        sent = len(rotation.activations_sent_at) if rotation else 0
        holder, policy = "" if self.provider.operator else self.holder, self.integration.policy
        if holder:
            self.pace.claim("activated_at", self.client.measured_now(), policy.pace)
        record = self.step(
            "intent to activate",
            lambda record, now: changes.intending_to_activate(record, sent, holder, now, policy.lease),
        )
        if not holder:
            return
        self._check_intent(record, transitions.activation_refused)
        given_up = ", ".join(item.dependent for item in required(record.journal.open_rotation).sacrifices)
        but = f", or given up ({given_up})" if given_up else ""
        self.tell(f"{self.integration.name}: every dependent is proved{but}; activating")
        self.effects.append("activate")
        try:
            self.provider.activate(self.order(record))
            self._came("activation answered", transitions.activation_answered)
        except AnswerLost as lost:
            self.tell(f"{self.integration.name}: {lost}")
            self._came("answer lost", transitions.answer_lost)
        except Refusal:
            # A refusal after an earlier try may mean that the earlier one worked; then it counts (I-41).
            if sent:
                self._came("answer lost", transitions.answer_lost)
            else:
                self._came("activation refused", transitions.activation_refused)
            raise
        self._pace_from_now("activated_at")

    def _warn_of_strays(self, record: Record) -> None:
        """Say whom the activation breaks that nobody declares; the gate was told not to close for them."""
        strays = in_use(record.journal, self.registry(record.journal))
        if strays:
            places = f"{len(strays)} place(s) that nobody declares hold the secret that the activation ends"
            self.tell(f"{self.integration.name}: warning: {places}: {gate_blockers.places(strays)}")

    def keep_staged(self, secret: Secret, fence: int = 0) -> Record:
        """Keep a staged secret that was just received: a durable write, read back, before anything else happens.

        :param fence: the number of the lease under which it was asked for.
        """
        delay = self.integration.policy.usable_delay
        return self.commit(
            "persist", lambda record: changes.kept(record, secret, self.client.measured_now(), delay, fence)
        )

    def _keep_generated(self, text: str) -> None:
        """Keep what a provider answered: shown once, so a store that fails now gets more than one chance (I-5)."""
        secret = provided_secret(text, f"the provider's answer for {self.integration.name}")
        for chance in reversed(range(_CHANCES)):
            try:
                self.keep_staged(secret, self.fence)
            except Conflict:
                raise
            except Refusal as refusal:
                if chance:
                    continue
                record = self.keeper.load()
                kept = {known.reveal() for known in (record.secrets.staged, record.secrets.active) if known}
                # Another run may have retrieved it meanwhile, and gone on with it.
                if secret.reveal() not in kept:
                    raise blockers.not_kept(record.journal, refusal) from None
            return

    def _check_feeding(self) -> None:
        """I-40: a provider that authenticates with the secret it rotates would lock itself out."""
        record = self.keeper.load()
        active = record.secrets.active
        call = self.provider.call_with(active.reveal()) if active else None
        if call is not None:
            raise blockers.feeds_itself(record.journal, call)

    def _check_intent(self, record: Record, withdrawn: Callable[[Journal, datetime], Journal]) -> None:
        """Right before a call is sent: who has slept since the intent may have been overtaken, and sends nothing (I-7).

        So it is when the rotation was given up meanwhile, or a proof is gone: the lease keeps nobody from that.

        :param record: as it was saved with the intent.
        :param withdrawn: takes the intent back, which certainly was not sent.
        :raises Conflict: the intent is another run's now, or what it rests on has changed.
        """
        lease = required(record.journal.lease)
        self.fence = lease.number
        kept = self.keeper.load()
        if kept.journal.lease == lease:
            if standing(kept) == standing(record) and self.client.measured_now() < lease.until:
                return
            self.note("withdrawn", lambda about, at: withdrawn(about, at) if about.lease == lease else about)
        raise Conflict(record.journal.name)

    def _came(self, effect: str, transition: Callable[[Journal, datetime], Journal]) -> None:
        """Keep what came of a call, whatever was noted beside it; nothing where another run has its intent."""

        def own(journal: Journal, at: datetime) -> Journal:
            held = journal.lease is not None and journal.lease.number == self.fence
            return transition(journal, at) if held else journal

        self.note(effect, own)

    def _pace_from_now(self, what: str) -> None:
        """Count SFMC's pace from when it answered: from when it was asked, the next one could be a moment too soon."""
        self.client.refresh_clock()
        self.pace.taken(what, self.client.measured_now(), self.keeper.load().journal.fence)
