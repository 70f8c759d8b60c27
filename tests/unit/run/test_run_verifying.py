# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is called drift, from what hosts report and what the journal knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient, url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.preview import is_settled
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.verifying import drift_of, lines_of, mended
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent

from ._bench import KEY, Bench

AT_ONCE = timedelta(0)


def test_i_32_a_secret_that_was_rotated_away_is_known_for_long(bench: Bench) -> None:
    """I-32: its fingerprint outlives it, for ten rotations; the secret itself is gone."""
    former = bench.record.journal.active
    assert former is not None
    for number in range(11):
        assert (former.fingerprint in bench.record.journal.forgotten) == (number > 0)
        bench.variables["sfmc_force"] = f"leak {number}"
        bench.rotate()
        assert bench.record.secrets.previous is None
    assert former.fingerprint not in bench.record.journal.forgotten
    assert len(bench.record.journal.forgotten) == 10


def test_hosts_are_settled_outside_of_a_rotation_and_after_its_activation(bench: Bench) -> None:
    """I-7: in between they may hold either secret."""
    bench.variables["sfmc_force"] = "a leak"
    settled = [is_settled(bench.record.journal)]
    for step in (lambda: bench.stage(AT_ONCE), bench.stage, bench.distribute, lambda: bench.finish(AT_ONCE)):
        step()
        settled.append(is_settled(bench.record.journal))
    assert settled == [True, False, False, False, True]


def _report(bench: Bench, before: str, **more: Any) -> dict[str, Any]:
    file = {"path": "/app/.env", "key": "SECRET", "before": before, "after": "new"}
    known = {"name": "crm", "client_id": bench.package.client_id, "fingerprint": "new", "refusal": None}
    return {**known, "files": [file], "changed": before != "new", "proof": None, **more}


def test_i_12_each_place_is_named_and_each_host_that_is_silent(bench: Bench) -> None:
    """I-12, I-32."""
    declared = bench.inventory.dependents()
    known = {bench.package.client_id: {"active": "new", "earlier 1": "old"}}
    found = drift_of({"app1": [_report(bench, "old")]}, declared, known, healed=False)
    assert {trouble.where: trouble.why.found for trouble in found} == {
        "app2": "no answer",
        "app1/crm": "the earlier secret, old",
    }
    assert drift_of({host: [_report(bench, "new")] for host in bench.hosts}, declared, known, healed=False) == []


def test_what_was_mended_is_no_drift_any_more(bench: Bench) -> None:
    declared = bench.inventory.dependents()
    refusal = {"rule": "r", "offender": "o", "expected": "e", "found": "f", "way_out": "w"}
    reports = {"app1": [_report(bench, "old")], "app2": [_report(bench, "old", refusal=refusal)]}
    found = drift_of(reports, declared, {bench.package.client_id: {}}, healed=True)
    assert [trouble.where for trouble in found] == ["app2/crm"]
    assert mended(reports, declared) == ["app1/crm"]
    lines = lines_of([trouble.as_dict() for trouble in found], 2, ["app1/crm"], [])
    assert lines[-2:] == ["mended: app1/crm", "2 dependents looked at: 1 thing to see to"]


def test_i_32_nothing_is_mended_with_a_secret_that_works_no_more(bench: Bench) -> None:
    """Somebody activated in Setup what was given up here, and put it on the hosts: it is known, and all that works."""
    bench.stage()
    bench.distribute()
    bench.abandon()
    given_up = required(bench.package.staged)
    bench.world.activate(bench.package.client_id)
    bench.write("app1", given_up.value)
    record, secrets = bench.record, bench.record.secrets
    known = {"earlier 1": record.journal.forgotten[0], "active": required(record.journal.active).fingerprint}
    target = Target(bench.package.client_id, bench.url, secrets.key, required(secrets.active).reveal(), known)
    files = [{"path": str(bench.file("app1")), "format": "dotenv", "key": KEY}]
    (found,) = deploy(
        [dependent(bench.package.client_id, files, "crm")],
        {bench.package.client_id: target},
        HostClient(sleep=bench.pause).fresh_token,
        lambda seen: Upkeep(url_status, seen),
        check_mode=False,
        proved_first=True,
    )
    assert bench.value("app1") == given_up.value
    assert found["refusal"]["rule"].startswith("I-16") and not found["changed"]


def test_i_38_nothing_looked_at_is_not_called_well() -> None:
    """I-38: a host that did not answer, or a secret that nobody knows, is no evidence that all is well."""
    assert lines_of([], 0, [], []) == ["0 dependents looked at: nothing is known of what any of them holds"]
    assert lines_of([], 2, [], []) == ["2 dependents looked at: every one holds what it should"]
