# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions share that look at all integrations of a play and change nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._galaxy import version
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import host_waivers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.estate import estate
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import proof_lines
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.tables import labels
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.unclaimed import UNDECLARED, integrations_in, unclaimed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import controller_time


class LookingAction(ControlAction):
    """An action that says where integrations stand."""

    def looked_at(self, name: str | None, generating: bool = True) -> list[Outcome]:
        """Look at each chosen integration; what one refuses holds up no other."""
        return [_looked(run) for run in self.runs(name, generating=generating)]

    def whole_estate(self, name: str | None = None) -> dict[str, Any]:
        """Return all that is known of the chosen integrations, and, where all are, of those that nobody declares."""
        # A worker has memory of its own, with all of the inventory in it: not to walk that again saves a quarter.
        gc.freeze()
        outcomes = self.looked_at(name)
        unclaimed = self.unclaimed(outcomes) if name is None else []
        return estate(outcomes, unclaimed, controller_time(), version())

    def unclaimed(self, outcomes: list[Outcome]) -> list[dict[str, Any]]:
        """Return what the stores of this play's integrations hold beside all that the inventory declares (I-39)."""
        host = self.scope[0]
        waivers = host_waivers(self.variables["hostvars"][host], host)
        found: dict[str, dict[str, Any]] = {}
        own = {outcome.run.integration.client_id for outcome in outcomes}
        seen: set[str] = set()
        for outcome in outcomes:
            store = self.stores.open(outcome.run.integration.store)
            where = store.where("")
            if where in seen:
                continue
            seen.add(where)
            if integrations_in(store) <= own:
                continue
            rows = unclaimed(store, self.inventory.client_ids(), waivers, outcome.run.client.now())
            found.update((row["client_id"], row) for row in rows)
        return list(found.values())

    def tell_more(self, integrations: Iterable[Mapping[str, Any]]) -> None:
        """Say beneath a table what each integration waits for that does not stand still."""
        items = list(integrations)
        for item, label in zip(items, labels(items), strict=True):
            waits = item["waits_for"].removeprefix(f"{item['name']}: ")
            if item["blockers"] and item["step"] != "distribute":
                self.tell(f"{label}: {waits}")
            elif item["step"] != "none" or item["phase"] == UNDECLARED:
                self.tell(f"{label}: waits for {waits}")
            for line in proof_lines(item):
                self.tell(line)
            if item["unwatched"]:
                self.tell(item["unwatched"])


def _looked(run: Run) -> Outcome:
    try:
        return Outcome(run, run.look())
    except Refusal as refusal:
        return Outcome(run, refusal=refusal)
