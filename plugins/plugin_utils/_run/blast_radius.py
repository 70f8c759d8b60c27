# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rest of a rotation would touch, from the journal and from what hosts hold: written, restarted, broken."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES, DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import WIDTH
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.preview import is_ahead
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsal_report import counted
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsing import reports_about
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run

_SHOWN = 20
_NAMED = 50


def blast_radius(
    run: Run,
    decision: Decision,
    declared: Sequence[DeclaredDependent],
    reports: Mapping[str, Iterable[Mapping[str, Any]]],
) -> dict[str, Any]:
    """Return what would happen to one integration's dependents from here to the activation, as plain JSON types.

    :param declared: the dependents of the whole inventory.
    :param reports: of the hosts that were read in check mode, by host.
    """
    journal = run.keeper.load().journal
    ahead = is_ahead(journal, decision)
    own = [item for item in declared if item.client_id == journal.client_id]
    wanted = None if ahead else set(decision.missing) if decision.step is Step.DISTRIBUTE else set()
    served = [item for item in own if item.dependent.kind != MANUAL and (wanted is None or item.dependent.id in wanted)]
    seen = {item.dependent.id: reports_about(item, reports) for item in served}
    return {
        "name": journal.name,
        "client_id": journal.client_id,
        "package": run.integration.package,
        "generate": ahead and (journal.open_rotation is None or journal.open_rotation.staged is None),
        "by_hand": run.provider.operator,
        "desired": "staged" if ahead else decision.desired,
        "write": [place for item in served for place in _written(item, seen[item.dependent.id], ahead)],
        "restart": [item.dependent.id for item in served if _restarts(item)],
        "people": [item.dependent.id for item in own if _waits(item, decision, ahead)],
        "activate": _activates(journal, decision, ahead) and run.integration.policy.activate,
        "approval": run.integration.policy.approval,
        "breaks": _broken(run, journal, decision, ahead),
        "unread": [name for name, found in seen.items() if not found],
        "stops": [stop for item in served for stop in _stops(item, seen[item.dependent.id])],
    }


def coming(run: Run, decision: Decision) -> list[str]:
    """Return the ids of the dependents that a distribution will serve whose secret is not there yet."""
    journal = run.keeper.load().journal
    if not is_ahead(journal, decision):
        return []
    return [item.id for item in run.registry(journal) if item.kind != MANUAL and run.declares(item.id)]


def _written(item: DeclaredDependent, seen: Sequence[Mapping[str, Any]], ahead: bool) -> list[dict[str, Any]]:
    """Return the places that would get another value; those of a host that was not read as they are declared."""
    known = {"dependent": item.dependent.id}
    read = [file for report in seen for file in report.get("files") or []]
    if read:
        return [
            {**known, "place": file["path"], "key": file["key"], "before": file["before"]}
            for file in read
            if ahead or file["before"] != file["after"]
        ]
    if item.dependent.kind == FILES:
        files = item.options["files"]
        return [{**known, "place": file["path"], "key": file["key"], "before": None} for file in files]
    before = next((report["before"] for report in seen if report.get("before")), None)
    return [{**known, "place": place, "key": None, "before": before} for place in item.dependent.places]


def _restarts(item: DeclaredDependent) -> bool:
    return item.options["restart"] is not None or bool((item.options["options"] or {}).get("rollout"))


def _waits(item: DeclaredDependent, decision: Decision, ahead: bool) -> bool:
    """Tell whether a person is going to be asked."""
    return item.dependent.id in decision.people or (ahead and item.dependent.kind == MANUAL)


def _activates(journal: Journal, decision: Decision, ahead: bool) -> bool:
    """Tell whether an activation comes at the end of what is under way."""
    rotation = journal.open_rotation
    over = rotation is not None and bool(rotation.activated_at or rotation.abandoned_at or rotation.lost_at)
    return (ahead or decision.desired == "staged") and not over


def _broken(run: Run, journal: Journal, decision: Decision, ahead: bool) -> list[dict[str, str]]:
    """Return whom an activation at this moment would break: every dependent without a proof that counts."""
    if ahead:
        return [{"dependent": item.id, "why": "holds the active secret"} for item in run.registry(journal)]
    if decision.desired != "staged" or journal.open_rotation is None:
        return []
    reasons = {item.dependent: item.reason for item in journal.open_rotation.failures}
    return [{"dependent": name, "why": reasons.get(name, "not proved yet")} for name in run.unsafe()]


def _stops(item: DeclaredDependent, seen: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return why a dependent could not be served, as far as reading shows."""
    found = []
    for report in seen:
        if report.get("failure"):
            found.append({"dependent": item.dependent.id, "why": " ".join(str(report["failure"]).split())[:300]})
        elif report.get("refusal"):
            found.append({"dependent": item.dependent.id, "why": str(Refusal(**report["refusal"]))})
    return found


# --- for people ------------------------------------------------------------------------------------------------------


def lines_of(radius: Mapping[str, Any]) -> list[str]:
    """Return what would be touched as lines of a hundred columns at most; nothing when nothing would."""
    parts = [
        *_generated(radius),
        *_written_lines(radius),
        *_listed("restart", radius["restart"]),
        *_listed("ask", radius["people"], "a person puts it in at "),
        *_activated(radius),
        *_broken_lines(radius),
        *[_said("stops", f"{stop['dependent']}: {stop['why']}") for stop in radius["stops"]],
        *_listed("not read", radius["unread"], "", "beyond this --limit, or no answer: "),
    ]
    lines = [line for part in parts for line in part]
    return [f"{radius['name']}: from here to the activation, a run would", *lines] if lines else []


def _said(what: str, text: str) -> list[str]:
    return textwrap.wrap(f"  {what:<9} {text}", WIDTH, subsequent_indent=" " * 12, break_on_hyphens=False)


def _listed(what: str, names: Sequence[str], before: str = "", after: str = "") -> list[list[str]]:
    if not names:
        return []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [_said(what, f"{len(names)}: {before}{after}{', '.join(names[:_NAMED])}{more}")]


def _generated(radius: Mapping[str, Any]) -> list[list[str]]:
    if not radius["generate"]:
        return []
    who = "by a person, in Setup" if radius["by_hand"] else "by the provider"
    return [_said("generate", f"1 staged secret of {radius['package']}, {who}")]


def _written_lines(radius: Mapping[str, Any]) -> list[list[str]]:
    places = radius["write"]
    if not places:
        return []
    dependents = {place["dependent"] for place in places}
    hosts = {name.split("/", 1)[0] for name in dependents}
    named = {"place": places, "dependent": dependents, "host": hosts}
    counts = ", ".join(counted(len(each), what) for what, each in named.items())
    lines = [_said("write", f"the {radius['desired']} secret to {counts}")]
    for place in places[:_SHOWN]:
        key = f" {place['key']}" if place["key"] else ""
        holds = f" (now {place['before']})" if place["before"] else ""
        lines.append(_said("", f"{place['dependent']}: {place['place']}{key}{holds}"))
    if len(places) > _SHOWN:
        lines.append(_said("", f"and {len(places) - _SHOWN} more, in `blast_radius` of the result"))
    return lines


def _activated(radius: Mapping[str, Any]) -> list[list[str]]:
    if not radius["activate"]:
        return []
    who = "by a person, in Setup" if radius["by_hand"] else "by the provider"
    who += ", when somebody has approved it" if radius["approval"] else ""
    return [_said("activate", f"{radius['package']}, {who}; the former secret dies at once")]


def _broken_lines(radius: Mapping[str, Any]) -> list[list[str]]:
    broken = radius["breaks"]
    if not broken:
        return [_said("break", "nobody, if it were activated now")] if radius["activate"] else []
    lines = [_said("break", f"{len(broken)}, if it were activated now:")]
    lines += [_said("", f"{each['dependent']} ({each['why']})") for each in broken[:_NAMED]]
    if len(broken) > _NAMED:
        lines.append(_said("", f"and {len(broken) - _NAMED} more, in `blast_radius` of the result"))
    return lines
