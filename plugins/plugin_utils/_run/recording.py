# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of one integration works with, and how it changes the record: every change is saved, and read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import Order, Provider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Journal, Rotation, required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Probe
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper, PaceKeeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict

#: What a step makes of a record, at a time.
Change = Callable[[Record, datetime], Record]

#: What a decision rests on in a journal.
Standing = tuple[Rotation | None, int, tuple[Dependent, ...]]

#: Effects that record what the probe has just shown, so that it still holds.
_OBSERVATIONS = frozenset({"usable", "lost", "orphaned"})


class Recording:
    """One integration's record, its collaborators, and the effects of this run."""

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
        holder: str = "a run",
    ) -> None:
        """Take the collaborators.

        :param registry: returns what the inventory declares; called only when something is due.
        :param tell: shows progress.
        :param whole: whether `registry` is the whole inventory's, so that what is not in it is declared no more.
        :param holder: who this is, for others that find its lease.
        """
        self.integration = integration
        self.keeper = keeper
        self.client = client
        self.provider = provider
        self.effects: list[str] = []
        self.pace = pace
        self.declared = registry
        self.whole = whole
        self.tell = tell
        self.probe = Probe()
        self.decided_on: Standing = (None, 0, ())
        self.holder = holder
        self.fence = 0

    def registry(self, journal: Journal) -> tuple[Dependent, ...]:
        """Return the journal's dependents and what the inventory has added since."""
        return transitions.registered(journal, self.declared()).registry

    def forget_probe(self) -> None:
        """Measure again before the next decision: time has passed, or an effect was sent."""
        self.probe = Probe()

    def order(self, record: Record) -> Order:
        """Return what the provider is told about the open rotation."""
        rotation = required(record.journal.open_rotation)
        return Order(self.integration.client_id, self.integration.package, rotation.id, record.journal.fence)

    def commit(self, effect: str, change: Callable[[Record], Record]) -> Record:
        """Change the record, its registry grown by the inventory; note the effect, measure again later."""
        declared = self.declared()

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
        return any(item.id == dependent_id for item in self.declared())

    def step(self, effect: str, change: Change) -> Record:
        """Change the record, but only while its rotation is the one that was decided on (I-7)."""

        def still(record: Record) -> Record:
            if standing(record) != self.decided_on:
                raise Conflict(record.journal.name)
            return change(record, self.client.measured_now())

        record = self.commit(effect, still)
        self.decided_on = standing(record)
        return record

    def note(self, effect: str, transition: Callable[[Journal, datetime], Journal]) -> Record:
        """Change the journal by what is known, whatever was decided on."""
        return self.commit(effect, lambda record: noting(transition)(record, self.client.measured_now()))

    def note_on(
        self, rotation: Rotation | None, effect: str, transition: Callable[[Journal, datetime], Journal]
    ) -> Record:
        """Change the journal by what a person says of a rotation; Conflict when it is not open any more (I-7)."""

        def said(journal: Journal, at: datetime) -> Journal:
            if rotation is None or journal.open_rotation is None or journal.open_rotation.id != rotation.id:
                raise Conflict(journal.name)
            return transition(journal, at)

        return self.note(effect, said)


def standing(record: Record) -> Standing:
    """Return what a decision rests on: the rotation, how far the journal has come, and who has to be proved."""
    return record.journal.rotation, record.journal.fence, record.journal.registry


def noting(transition: Callable[[Journal, datetime], Journal]) -> Change:
    """Return what a change of the journal alone makes of a record."""
    return lambda record, now: record.with_journal(transition(record.journal, now))
