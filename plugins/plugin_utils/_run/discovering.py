# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scans of hosts come to: which places are declared, accepted, or strays. Pure."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import printable
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._accepted import AcceptedPlace
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import WIDTH, wrapped
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Stray
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsal_report import counted

Use = Mapping[str, Any]
#: Reasons that are few and that people can do something about stand by themselves.
_SKIPS_AT_MOST = 10


@dataclass
class Findings:
    """What the scan of one host has found."""

    host: str
    declared: list[Use] = field(default_factory=list)
    accepted: list[Use] = field(default_factory=list)
    strays: list[Use] = field(default_factory=list)
    mentions: list[Use] = field(default_factory=list)
    left_out: list[Mapping[str, str]] = field(default_factory=list)
    left_out_more: Mapping[str, int] = field(default_factory=dict)
    scanned: Mapping[str, Any] = field(default_factory=dict)
    searched_for: frozenset[str] = frozenset()
    looked_at: frozenset[str] = frozenset()


def findings_of(host: str, scan: Mapping[str, Any], accepted: Iterable[AcceptedPlace], now: datetime) -> Findings:
    """Sort what a host reports.

    :param scan: the result of `secret_scan`.
    """
    found = Findings(host, mentions=list(scan.get("mentions") or []), scanned=scan.get("scanned") or {})
    found.left_out = list(scan.get("left_out") or [])
    found.left_out_more = scan.get("left_out_more") or {}
    found.searched_for = frozenset(scan.get("searched_for") or ())
    uses = list(scan.get("uses") or [])
    found.looked_at = frozenset([*(scan.get("looked_at") or ()), *(use["place"] for use in uses)])
    places = tuple(accepted)
    for use in uses:
        if use["declared"]:
            found.declared.append(use)
        elif any(item.covers(use["place"], use["key"], now) for item in places):
            found.accepted.append(use)
        else:
            found.strays.append(use)
    return found


def strays_by_client_id(findings: Iterable[Findings], at: datetime) -> dict[str, list[Stray]]:
    """Return the strays as journals keep them; those whose integration nobody can tell are under an empty client id.

    A host says nothing of integrations that it was not asked about.
    """
    kept: dict[str, list[Stray]] = {}
    for found in findings:
        for use in (use for use in found.strays if use["client_id"] in {"", *found.searched_for}):
            stray = Stray(found.host, use["place"], use["format"], use["key"], use["secret"], use["fingerprint"], at)
            kept.setdefault(use["client_id"], []).append(stray)
    return kept


def looked_at(findings: Iterable[Findings], client_id: str) -> set[tuple[str, str]] | None:
    """Return the known places where an integration's secrets were sought, with their hosts; None if on no host."""
    meant = [found for found in findings if client_id in found.searched_for]
    return {(found.host, place) for found in meant for place in found.looked_at} if meant else None


def lines_of(findings: Sequence[Findings], names: Mapping[str, str], silent: Mapping[str, str]) -> list[str]:
    """Return what people read: the strays, what was not looked at, and the sum.

    :param names: of the integrations, by client id.
    :param silent: why, by host, for those that did not answer.
    """
    strays = [(found.host, use) for found in findings for use in found.strays]
    lines = _table(strays, names) if strays else []
    lines += [line for host, why in silent.items() for line in wrapped(f"note: {host} was not looked at: {why}")]
    lines += _left_out(findings)
    return [*lines, *wrapped(_sum(findings, len(strays), len(silent)))]


def _table(strays: Sequence[tuple[str, Use]], names: Mapping[str, str]) -> list[str]:
    rows = [("HOST", "INTEGRATION", "SECRET", "FORMAT", "PLACE")]
    for host, use in strays:
        whose = names.get(use["client_id"], "?")
        rows.append((host[:16], whose[:16], use["secret"], _form(use), _place(use)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        first = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + "  "
        # A path is copied from here: it stays whole, on a line of its own where it has no room.
        fits = len(first) + len(row[4]) <= WIDTH
        lines += [first + row[4]] if fits else [first.rstrip(), f"    {row[4]}"]
    return [*lines, ""]


def _form(use: Use) -> str:
    """Return the format with which a place can be declared, else what it is."""
    return str(use["format"] or "?") if use["kind"] == "file" else str(use["kind"])


def _place(use: Use) -> str:
    return printable(f"{use['place']}  {use['key']}" if use["key"] else str(use["place"]))


def _left_out(findings: Sequence[Findings]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for found in findings:
        for skip in found.left_out:
            reasons.setdefault(skip["why"], []).append(
                f"{found.host}: {printable(skip['place'])}" if skip.get("place") else ""
            )
    unnamed = collections.Counter[str]()
    for found in findings:
        unnamed.update(found.left_out_more)
    lines = []
    for why, places in reasons.items():
        shown = [place for place in places if place][:3]
        left = len(places) - len(shown) + unnamed[why]
        lines += wrapped(f"note: left out, {why}: {', '.join(shown)}" + (f" and {left} more" if left else ""))
    kept = lines[:_SKIPS_AT_MOST]
    return kept + ([f"note: {len(lines) - len(kept)} more reasons are in the result"] if len(lines) > len(kept) else [])


def _sum(findings: Sequence[Findings], strays: int, silent: int) -> str:
    files = sum(int(found.scanned.get("files", 0)) for found in findings)
    unchanged = sum(int(found.scanned.get("unchanged", 0)) for found in findings)
    read = f"{counted(files, 'file')} read" + (f", {unchanged} unchanged since the last scan" if unchanged else "")
    declared = sum(len(found.declared) for found in findings)
    accepted = sum(len(found.accepted) for found in findings)
    mentions = sum(len(found.mentions) for found in findings)
    looked = sum(bool(found.scanned) for found in findings)
    hosts = counted(looked, "host") + (f", {silent} silent" if silent else "")
    if looked < len(findings):
        hosts += f", {len(findings) - looked} not looked at as no integration is known there"
    return (
        f"{hosts}: {read}; {counted(declared + accepted + strays, 'use')}: {declared} declared, {accepted} accepted,"
        f" {counted(strays, 'stray')}; {counted(mentions, 'mention')} of a client id or a tenant without a secret"
    )
