# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.discovery: sums up what hosts found, and keeps what nobody declares."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._accepted import accepted_places
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import clean
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import findings as kept
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.discovering import (
    Findings,
    findings_of,
    lines_of,
    strays_by_client_id,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.snippet import snippet
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import controller_time
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written

#: What a scan has returned, so that it is told from a failure.
_SCANNED = "uses"
#: A refusal has room, a traceback has not.
_WHY_AT_MOST = 600


class ActionModule(ControlAction):
    """Reads what the scans of the play's hosts have registered."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "variable": {"type": "str", "default": "discover_scan"},
        "path": {"type": "path"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Sort, show, write what can be pasted, and keep the strays in the journals."""
        scans, silent = self._scans(arguments["variable"])
        now = controller_time()
        raw = self.variables["hostvars"]
        found = [findings_of(host, scan, accepted_places(raw[host], host), now) for host, scan in scans.items()]
        names = {item.client_id: item.name for item in self.inventory.integrations(self.scope, generating=False)}
        snippets = {each.host: self._snippet(each) for each in found if each.strays}
        for line in lines_of(found, names, silent):
            self.tell(line)
        files = self._write(snippets, arguments["path"])
        changed = self._keep(found, arguments["integration"])
        for host, text in snippets.items():
            where = files.get(host, "")
            self.tell(
                f"for {host}: {where}" if where else f"to paste into the variables of {host}, or add to its lists:"
            )
            if not where:
                self.show(text.splitlines())
        return {
            "changed": changed or bool(files),
            "strays": [{"host": each.host, **use} for each in found for use in each.strays],
            "declared": sum(len(each.declared) for each in found),
            "accepted": sum(len(each.accepted) for each in found),
            "mentions": [{"host": each.host, **use} for each in found for use in each.mentions],
            "left_out": [{"host": each.host, **skip} for each in found for skip in each.left_out],
            "silent": silent,
            "snippets": snippets,
        }

    def _scans(self, variable: str) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
        """Return what each host has registered, as data and never as a template; and why the others have nothing."""
        raw = self.variables["hostvars"].raw_get
        scans: dict[str, Mapping[str, Any]] = {}
        silent: dict[str, str] = {}
        for host in self.scope:
            registered = raw(host).get(variable) or {}
            if _SCANNED in registered:
                scans[host] = registered
            else:
                said = str(registered.get("msg") or "it did not answer")
                silent[host] = textwrap.shorten(said, _WHY_AT_MOST, placeholder=" ...")
        return scans, silent

    def _snippet(self, found: Findings) -> str:
        names = {item.client_id: item.name for item in self.inventory.known_to(found.host)}
        taken = [item.dependent.name for item in self.inventory.dependents([found.host])]
        return snippet(found.strays, names, taken)

    def _write(self, snippets: Mapping[str, str], folder: str | None) -> dict[str, str]:
        """Write what can be pasted, a file for each host; return their paths."""
        if not folder or self.check_mode:
            return {}
        paths = {host: Path(folder) / f"{host.replace('/', '_')}.yml" for host in snippets}
        for host, path in paths.items():
            written(path, snippets[host].encode("utf-8"), self.check_mode)
        return {host: str(path) for host, path in paths.items()}

    def _keep(self, found: Sequence[Findings], name: str | None) -> bool:
        """Keep the strays of each integration in its journal; a place that nobody can tell the owner of is in none."""
        if self.check_mode or not found:
            return False
        changed = False
        for run in self.runs(name, generating=False):
            if run.keeper.load().journal.active is None:
                continue
            changed = self._kept(run, found) or changed
        return changed

    def _kept(self, run: Run, found: Sequence[Findings]) -> bool:
        on, before = {each.host: each for each in found}, run.keeper.load().journal.strays

        def discovered(journal: Journal, at: datetime) -> Journal:
            own = strays_by_client_id(found, at).get(journal.client_id, [])
            return kept.discovered(journal, on, own, at, lambda stray: on[stray.host].unseen(stray, at))

        seen = any(each.looked for each in found)
        after = run.note("discovered", discovered).journal if seen else run.keeper.load().journal
        own = {(each.host, use["place"], use["key"]) for each in found for use in each.strays}
        for stray in after.strays:
            if stray.host in on and (stray.host, stray.place, stray.key) not in own:
                self.tell(
                    f"note: {stray.host}: {clean(stray.place)} stays known from earlier: this scan did not look there"
                )
        return after.strays != before
