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

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import printable
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._accepted import accepted_places
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import findings as kept
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.discovering import (
    Findings,
    findings_of,
    lines_of,
    looked_at,
    strays_by_client_id,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.scanned import is_report
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.snippet import snippet
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import controller_time
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import foreign, written

#: What a scan has returned, so that it is told from a failure.
_SCANNED = "uses"
#: A refusal has room, a traceback has not.
_WHY_AT_MOST = 600
#: More of them are counted.
_NAMED = 5

#: By this, a file is known for one that may be replaced: the folder may be the inventory's.
_HEADER = "# Found by keyturn.sfmc.discover, which writes this file anew. Copy from it.\n"


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
        changed = self._keep(found, arguments["integration"])
        files, wrote = self._write(snippets, arguments["path"])
        for host, text in snippets.items():
            where = files.get(host, "")
            self.tell(
                f"for {host}: {where}" if where else f"to paste into the variables of {host}, or add to its lists:"
            )
            if not where:
                self.show(text.splitlines())
        return {
            "changed": changed or wrote,
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
            said = raw(host).get(variable)
            registered = said if isinstance(said, Mapping) else {}
            if is_report(registered):
                scans[host] = registered
            elif _SCANNED in registered:
                silent[host] = "its report is none that a scan makes"
            else:
                said = str(registered.get("msg") or "it did not answer")
                silent[host] = textwrap.shorten(said, _WHY_AT_MOST, placeholder=" ...")
        return scans, silent

    def _snippet(self, found: Findings) -> str:
        names = {item.client_id: item.name for item in self.inventory.known_to(found.host)}
        taken = [item.dependent.name for item in self.inventory.dependents([found.host])]
        return snippet(found.strays, names, taken)

    def _write(self, snippets: Mapping[str, str], folder: str | None) -> tuple[dict[str, str], bool]:
        """Write what can be pasted, a file for each host; return their paths, and whether one had another content."""
        if not folder or self.check_mode:
            return {}, False
        paths = {host: Path(folder) / f"{host.replace('/', '_')}.yml" for host in snippets}
        for path in paths.values():
            _see_that_it_is_ours(path)
        wrote = [written(path, (_HEADER + snippets[host]).encode("utf-8"), False) for host, path in paths.items()]
        return {host: str(path) for host, path in paths.items()}, any(wrote)

    def _keep(self, found: Sequence[Findings], name: str | None) -> bool:
        """Keep the strays of each integration in its journal; a place that nobody can tell the owner of is in none."""
        if self.check_mode or not found:
            return False
        changed = False
        for run in self.runs(name, generating=False):
            places = looked_at(found, run.integration.client_id)
            if places is None or run.keeper.load().journal.active is None:
                continue
            changed = self._kept(run, found, places) or changed
        return changed

    def _kept(self, run: Run, found: Sequence[Findings], places: set[tuple[str, str]]) -> bool:
        before = run.keeper.load().journal.strays

        def discovered(journal: Journal, at: datetime) -> Journal:
            own = strays_by_client_id(found, at).get(journal.client_id, [])
            return kept.discovered(journal, places, own, at)

        after = run.note("discovered", discovered).journal
        hosts = {each.host for each in found}
        unseen = [
            printable(f"{stray.host}: {stray.place}")
            for stray in kept.strays_of(after, run.registry(after))
            if stray.host in hosts and (stray.host, stray.place) not in places
        ]
        if unseen:
            more = f" and {len(unseen) - _NAMED} more" if len(unseen) > _NAMED else ""
            self.tell(f"note: known from earlier, and not looked at by this scan: {', '.join(unseen[:_NAMED])}{more}")
        return after.strays != before


def _see_that_it_is_ours(path: Path) -> None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            begins = file.readline()
    except OSError:
        # There is none, or writing it will say why not.
        return
    if begins not in ("", _HEADER):
        raise foreign(path)
