# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts report, sorted into what it proves: for which integration, for which dependent, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent


@dataclass
class Evidence:
    """One integration's share of a batch: proved dependents with the fingerprint, and failures with the reason."""

    proved: list[tuple[Dependent, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def sorted_evidence(
    reports: Mapping[str, Iterable[Mapping[str, Any]]], declared: Iterable[DeclaredDependent]
) -> dict[str, Evidence]:
    """Return the evidence by client id.

    A dependent is proved by a report without a failure, with an accepted fresh token, and with its restart and check
    done where they were owed. A declared dependent without a report failed: absence is not coverage (I-12).

    :param reports: by host, one mapping for each dependent: `name`, `client_id`, `fingerprint`, `proof`, `refusal`,
        and `failure`, the reason why a restart or a check did not work.
    """
    by_key = {
        (host, str(report.get("client_id")), str(report.get("name"))): report
        for host, host_reports in reports.items()
        for report in host_reports
    }
    found: dict[str, Evidence] = {}
    for item in declared:
        evidence = found.setdefault(item.client_id, Evidence())
        report = by_key.get((item.dependent.host, item.client_id, item.dependent.name))
        reason = _reason(report)
        if report is None or reason:
            evidence.failed.append((item.dependent.id, reason))
        else:
            evidence.proved.append((item.dependent, str(report["fingerprint"])))
    return found


def _reason(report: Mapping[str, Any] | None) -> str:
    """Return why a report proves nothing, an empty text when it does."""
    if report is None:
        return "the host did not answer"
    refusal = report.get("refusal")
    if refusal:
        return "; ".join(str(refusal[name]) for name in ("offender", "rule", "found", "way_out") if name in refusal)
    if report.get("failure"):
        return str(report["failure"])
    proof = report.get("proof")
    return "" if proof and proof.get("outcome") == "accepted" else "no fresh token was asked for"
