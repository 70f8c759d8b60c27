# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reports of hosts prove, and what is missing in them."""

from __future__ import annotations

from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import Evidence, reports_of, sorted_evidence

from ._bench import Bench

GOOD = {"fingerprint": "0123456789ab", "proof": {"outcome": "accepted"}, "refusal": None}


def _sorted(bench: Bench, **reports: Any) -> Evidence:
    named = {"name": "crm", "client_id": bench.package.client_id}
    found = {host: [{**named, **report} for report in own] for host, own in reports.items()}
    return sorted_evidence(found, bench.inventory.dependents())[bench.package.client_id]


def test_i12_a_host_without_a_report_is_a_failure_and_a_silent_one(bench: Bench) -> None:
    evidence = _sorted(bench, app1=[GOOD])
    assert [item.dependent.id for item in evidence.proved] == ["app1/crm"]
    assert evidence.failed == [("app2/crm", "the host did not answer")]
    assert evidence.silent == {"app2/crm"}


def test_i12_one_bad_report_of_several_proves_nothing(bench: Bench) -> None:
    """A kind's tasks may report more than once."""
    evidence = _sorted(bench, app1=[GOOD, {"failure": "the restart failed"}, GOOD], app2=[GOOD])
    assert [item.dependent.id for item in evidence.proved] == ["app2/crm"]
    assert evidence.failed == [("app1/crm", "the restart failed")]
    assert evidence.silent == set()


def test_i12_a_report_that_says_nothing_of_a_proof_proves_nothing(bench: Bench) -> None:
    evidence = _sorted(bench, app1=[{**GOOD, "proof": None}], app2=[{**GOOD, "proof": {"outcome": "unknown"}}])
    assert evidence.proved == []
    assert evidence.failed == [("app1/crm", "nothing was proved"), ("app2/crm", "nothing was proved")]


def test_i12_a_module_that_failed_as_a_whole_fails_every_dependent_of_its_host() -> None:
    assert reports_of({"failed": True, "msg": "no Python"}) == [{"failure": "no Python", "unreachable": False}]
    assert reports_of({"unreachable": True}) == [{"failure": "the module failed", "unreachable": True}]
    assert reports_of(None) == []
