# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts report, sorted into what it proves: for which integration, for which dependent, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL, Dependent

#: What a report's proof is called in the journal.
_KINDS = {"accepted": "token", "fingerprint": "fingerprint", "soak": "soak", "written": "written"}


@dataclass(frozen=True)
class Proved:
    """A dependent that showed that it holds a secret; `kind` is that of an attestation."""

    dependent: Dependent
    fingerprint: str
    kind: str = "token"


@dataclass
class Evidence:
    """One integration's share of a batch: what is proved, what failed with the reason, and whose hosts were silent.

    A host that does not answer is among the failed, too.
    """

    proved: list[Proved] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)


def reports_of(result: Any) -> list[Mapping[str, Any]]:
    """Return the reports in what a task registered: a result of `deployed_secret`, a list of reports, or a failure."""
    if isinstance(result, Mapping):
        if "dependents" in result:
            return list(result["dependents"])
        if result.get("failed") or result.get("unreachable"):
            failure = str(result.get("msg") or "the module failed")
            return [{"failure": failure, "unreachable": bool(result.get("unreachable"))}]
        return []
    return list(result or [])


def sorted_evidence(
    reports: Mapping[str, Iterable[Mapping[str, Any]]], declared: Iterable[DeclaredDependent]
) -> dict[str, Evidence]:
    """Return the evidence by client id.

    A dependent is proved when there are reports of it and each is good: nothing refused, no restart or check failed,
    the proof that the inventory wants. A declared dependent without a report failed: absence is not coverage (I-12),
    except where only a person can bring the secret.

    :param reports: by host, mappings with `name`, `client_id`, `fingerprint`, `proof` and `refusal`, as
        `deployed_secret` returns them, or with `failure`: why something did not work (with `name` and `client_id`), or
        why the whole host did not (without).
    """
    found: dict[str, Evidence] = {}
    for item in declared:
        evidence = found.setdefault(item.client_id, Evidence())
        if item.dependent.kind == MANUAL:
            continue
        own = [report for report in reports.get(item.dependent.host, ()) if is_about(report, item)]
        reasons = [reason for reason in map(_reason, own) if reason]
        if reasons or not own:
            evidence.failed.append((item.dependent.id, "; ".join(reasons) or "the host did not answer"))
            if not own or any(report.get("unreachable") for report in own):
                evidence.silent.add(item.dependent.id)
        else:
            last = own[-1]
            kind = _KINDS[last["proof"]["outcome"]]
            evidence.proved.append(Proved(item.dependent, str(last["fingerprint"]), kind))
    return found


def is_about(report: Mapping[str, Any], item: DeclaredDependent) -> bool:
    """Tell whether a report is about a dependent; one without a name is about all of its host."""
    if "name" not in report:
        return True
    return (report["client_id"], report["name"]) == (item.client_id, item.dependent.name)


def _reason(report: Mapping[str, Any]) -> str:
    """Return why a report proves nothing, an empty text when it does."""
    if report.get("failure"):
        return str(report["failure"])
    refusal = report.get("refusal")
    if refusal:
        return f"{refusal['offender']}: {refusal['rule']}; found {refusal['found']}"
    proof = report.get("proof")
    return "" if proof and proof.get("outcome") in _KINDS else "nothing was proved"
