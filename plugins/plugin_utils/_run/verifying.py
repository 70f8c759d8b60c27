# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts hold instead of the secret that they should hold (I-32)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import RESTART_WORKS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsal_report import counted, table_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsing import Trouble, host_troubles, reports_about

_STAYS = "I-32: the secret stays where it was put"


def drift_of(
    reports: Mapping[str, Iterable[Mapping[str, Any]]],
    declared: Sequence[DeclaredDependent],
    known: Mapping[str, Mapping[str, str]],
    healed: bool,
) -> list[Trouble]:
    """Return what is amiss, each place by itself, and who did not answer.

    :param reports: by host, as `sorted_evidence` takes them.
    :param known: fingerprints by the names of their secrets, by client id.
    :param healed: whether another known secret was replaced.
    """
    found = host_troubles(reports, declared)
    for item in declared if not healed else ():
        for report in reports_about(item, reports):
            if not report.get("refusal"):
                found += [Trouble(item.dependent.id, why) for why in _drifted(report, known[item.client_id])]
    return found


def _drifted(report: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Refusal]:
    for file in report.get("files") or []:
        if file["before"] != file["after"]:
            yield _former(file, known)
    if report.get("restart_owed"):
        yield _not_restarted(str(report["name"]))


def mended(reports: Mapping[str, Iterable[Mapping[str, Any]]], declared: Sequence[DeclaredDependent]) -> list[str]:
    """Return the ids of the dependents that got their secret back."""
    return [
        item.dependent.id for item in declared if any(_was_mended(report) for report in reports_about(item, reports))
    ]


def _was_mended(report: Mapping[str, Any]) -> bool:
    return bool(report.get("changed") or report.get("restart_owed")) and not report.get("refusal")


def lines_of(
    troubles: Sequence[Mapping[str, str]], looked_at: int, healed: Sequence[str], notes: Sequence[str]
) -> list[str]:
    """Return the lines of the report, a hundred columns wide at most."""
    seen = f"{counted(looked_at, 'dependent')} looked at"
    lines = [*table_of(troubles, "WHAT IS NOT AS IT SHOULD BE"), ""] if troubles else []
    lines += [f"mended: {name}" for name in healed]
    lines += [f"note: {note}" for note in notes]
    amiss = f"{counted(len(troubles), 'thing')} to see to" if troubles else "every one holds what it should"
    if not troubles and not looked_at:
        amiss = "nothing is known of what any of them holds"
    return [*lines, f"{seen}: {amiss}"]


def _former(file: Mapping[str, Any], known: Mapping[str, str]) -> Refusal:
    name = next((name for name, fingerprint in known.items() if fingerprint == file["before"]), "earlier")
    return Refusal(
        _STAYS,
        f"{file['path']}, key {file['key']}" if file["key"] else str(file["path"]),
        f"the active secret, {file['after']}",
        f"the {name.rstrip('0123456789 ')} secret, {file['before']}",
        "ansible-playbook keyturn.sfmc.verify -e sfmc_heal=true puts the active secret back; then find out what put"
        " this one there (configuration management, a backup, an image): it will again",
    )


def _not_restarted(name: str) -> Refusal:
    return Refusal(
        RESTART_WORKS,
        f"what {name} restarts",
        "a process that began after its file was last written",
        "one that has been running for longer, and may still use what stood there before",
        "ansible-playbook keyturn.sfmc.verify -e sfmc_heal=true restarts it",
    )


def looked_at(reports: Mapping[str, Iterable[Mapping[str, Any]]]) -> set[str]:
    """Return the ids of the dependents whose host has reported of them, whatever it found."""
    return {f"{host}/{each['name']}" for host, own in reports.items() for each in own if each.get("name")}
