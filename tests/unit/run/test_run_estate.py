# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate: all that is known of all integrations, in one document without a secret."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import audit, findings
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Journal,
    Permissions,
    Stray,
    required,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.alarms import ALARMS, alarms
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.approving import sacrifice
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.audit import check, exported
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.estate import estate
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.permitted import permission_troubles
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.tables import labels, status_table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.unclaimed import unclaimed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome

from ._bench import START, Bench

AT_ONCE = timedelta(0)


def of(bench: Bench, rows: Any = ()) -> dict[str, Any]:
    """Return the estate, as JSON has it."""
    run = bench.run()
    found = estate([Outcome(run, run.look())], rows, bench.clock(), "1.2.3")
    read: dict[str, Any] = json.loads(json.dumps(found))
    return read


def the_one(bench: Bench) -> dict[str, Any]:
    (item,) = of(bench)["integrations"]
    found: dict[str, Any] = item
    return found


def test_before_anything_is_due_it_says_when_and_who(bench: Bench) -> None:
    bench.options.update(owner="crm-team@example.com", renew_before_days=1)
    bench.variables["sfmc_environment"] = "prod"
    item = the_one(bench)
    known = (item["package"], item["environment"], item["owner"], item["phase"], item["step"], item["dependents"])
    assert known == ("CRM Sync", "prod", "crm-team@example.com", "idle", "none", 2)
    assert (item["generated_at"], item["expires_at"]) == ("2026-07-15T08:00:00Z", "2027-01-11T08:00:00Z")
    assert [row["state"] for row in item["matrix"]] == ["idle", "idle"]


def test_during_a_rotation_each_dependent_has_its_state(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    bench.distribute(["app1"])
    item = the_one(bench)
    states = {row["host"]: (row["state"], row["evidence"]) for row in item["matrix"]}
    assert states == {"app1": ("proved", "token"), "app2": ("missing", "")}
    assert (item["phase"], item["proved"], item["dependents"]) == ("distributing", 1, 2)
    assert item["phase_since"] == item["matrix"][0]["at"]
    bench.down.add("app2")
    bench.distribute(["app2"])
    row = the_one(bench)["matrix"][1]
    assert (row["state"], row["reason"]) == ("failing", "timed out")


@pytest.mark.parametrize("held_up_by", ["sfmc_approval", "sfmc_activate", "a stray"])
def test_who_is_given_up_is_not_counted_as_proved(bench: Bench, held_up_by: str) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    bench.distribute(["app1"])
    sacrifice(bench.run(), ["app2/crm"], "alice", "the secret leaked")
    stray = Stray("etl1", "/opt/etl/.env", "dotenv", "SECRET", "active", the_one(bench)["active"], START)
    if held_up_by == "a stray":
        bench.run().note("discovered", lambda journal, at: findings.discovered(journal, PLACE, [stray], at))
    else:
        bench.variables[held_up_by] = held_up_by == "sfmc_approval"
    item = the_one(bench)
    assert [row["state"] for row in item["matrix"]] == ["proved", "given up"]
    assert (item["proved"], item["dependents"]) == (1, 2)


def test_after_a_rotation_the_matrix_rests_and_the_past_is_kept(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.rotate()
    item = the_one(bench)
    assert [row["state"] for row in item["matrix"]] == ["idle", "idle"]
    (past,) = item["rotations"]
    assert (past["outcome"], past["reason"], past["closed_at"]) == ("rotated", "forced: a leak", item["phase_since"])
    assert item["history"][-1]["what"] == "closed"


def test_no_secret_is_in_it(bench: Bench) -> None:
    """I-27, I-28."""
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    bench.distribute()
    secrets = bench.record.secrets
    text = json.dumps(of(bench))
    kept = [secret for secret in (secrets.active, secrets.staged) if secret is not None]
    assert len(kept) == 2
    assert [secret for secret in kept if secret.reveal() in text] == []
    assert secrets.key not in text


def test_the_summary_counts_what_is_in_it(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    found = of(bench, unclaimed(bench.store, [], {}, START))
    assert found["summary"]["integrations"] == len(found["integrations"]) == 2
    assert found["summary"]["undeclared"] == 1
    assert found["summary"]["blocked"] == sum(item["blocked"] for item in found["integrations"])
    assert found["summary"]["open"] == 1


PLACE = [("etl1", "/opt/etl/.env")]


def test_a_stray_is_called_by_the_secret_that_it_holds_now(bench: Bench) -> None:
    fingerprint = required(bench.record.journal.active).fingerprint
    stray = Stray("etl1", "/opt/etl/.env", "dotenv", "SECRET", "active", fingerprint, START)
    bench.run().note("discovered", lambda journal, at: findings.discovered(journal, PLACE, [stray], at))
    assert [item["secret"] for item in the_one(bench)["strays"]] == ["active"]
    bench.variables.update(sfmc_force="a leak", sfmc_strays="warn")
    bench.rotate()
    (warning,) = [line for line in bench.told if "warning" in line]
    assert "etl1: /opt/etl/.env, key SECRET" in warning, "a warning is said"
    assert [item["secret"] for item in the_one(bench)["strays"]] == ["previous"]


def test_i_3_a_stray_stops_a_whole_rotation_before_its_activation(bench: Bench) -> None:
    fingerprint = required(bench.record.journal.active).fingerprint
    stray = Stray("etl1", "/opt/etl/.env", "dotenv", "SECRET", "active", fingerprint, START)
    bench.run().note("discovered", lambda journal, at: findings.discovered(journal, PLACE, [stray], at))
    bench.variables["sfmc_force"] = "a leak"
    decision = bench.rotate()
    assert (decision.phase.value, decision.step.value) == ("attested", "stop")
    assert bench.outcomes("activate") == []
    bench.run().note("discovered", lambda journal, at: findings.discovered(journal, PLACE, [], at))
    assert bench.rotate().phase.value == "closed"


@pytest.mark.parametrize("kind", list(ALARMS))
def test_nothing_is_raised_by_what_is_well(bench: Bench, kind: str) -> None:
    bench.options["renew_before_days"] = 1
    bench.pause(-20 * 86400)
    assert alarms(of(bench), [kind]) == []


def test_each_kind_is_raised_by_whom_it_is_about(bench: Bench) -> None:
    assert alarms(of(bench), ["due", "urgent", "expired"]) == ["due: crm", "urgent: crm"]
    bench.pause(30 * 86400)
    assert "expired: crm" in alarms(of(bench), ["expired"])
    assert alarms({"integrations": []}, list(ALARMS)) == []


def test_the_table_has_one_row_for_each_and_fits_a_terminal(bench: Bench) -> None:
    bench.options["owner"] = "the-people-of-the-customer-platform@example.com"
    bench.variables["sfmc_environment"] = "production"
    (item,) = of(bench)["integrations"]
    worst = {**item, "name": "n" * 60, "package": "p" * 60, "dependents": 20000, "proved": 19999, "rotation_id": "r"}
    worst.update(phase="distributing", step="note_activated", days_left=180.0)
    lines = status_table([item, worst])
    assert len(lines) == 3
    assert max(map(len, lines)) <= 98, lines


def test_integrations_of_one_name_are_told_apart() -> None:
    rows = [
        {"name": "crm", "client_id": client_id, "environment": where}
        for client_id, where in (("a" * 24, "dev"), ("b" * 24, ""), ("c" * 24, "prod"))
    ]
    assert labels([*rows, {"name": "etl", "client_id": "d" * 24, "environment": "dev"}]) == [
        "crm (dev)",
        "crm (bbbbbbbb..)",
        "crm (prod)",
        "etl",
    ]


def test_permissions_are_kept_and_compared_with_what_is_declared(bench: Bench) -> None:
    assert list(permission_troubles(bench.run(), check_mode=False)) == []
    seen = required(bench.record.journal.permissions)
    assert seen.scopes and seen.business_unit
    bench.options.update(scopes=[*seen.scopes[1:], "key_manage_revoke"], business_unit="99")
    found = [(why.offender, why.found) for why in permission_troubles(bench.run(), check_mode=True)]
    assert found == [
        ("scopes of crm", f"also {seen.scopes[0]}"),
        ("scopes of crm", "a token without key_manage_revoke"),
        ("business_unit of crm", f"a token for {seen.business_unit}, not for 99"),
    ]
    permissions = the_one(bench)["permissions"]
    assert (permissions["excess"], permissions["missing"]) == ([seen.scopes[0]], ["key_manage_revoke"])


def test_permissions_that_changed_since_the_last_look_are_named_where_none_are_declared(bench: Bench) -> None:
    before = Permissions(("email_read",), "1", START)
    bench.run().note("permitted", lambda journal, _at: findings.permitted(journal, before))
    (why,) = permission_troubles(bench.run(), check_mode=False)
    assert why.found.startswith("others: ")
    assert list(permission_troubles(bench.run(), check_mode=False)) == [], "it is said once"


def test_no_answer_is_no_permission(bench: Bench) -> None:
    """Unknown is unknown: what was seen before stays."""
    list(permission_troubles(bench.run(), check_mode=False))
    before = bench.record.journal.permissions
    bench.world.faults.add({"fault": "unavailable", "on": "token_context", "times": "forever"})
    (why,) = permission_troubles(bench.run(), check_mode=False)
    assert "503" in why.found
    assert bench.record.journal.permissions == before


def test_an_answer_that_is_refused_is_the_trouble_of_its_own_integration(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token endpoint that names another host for the token."""
    why = Refusal("a token goes to its tenant", "rest_instance_url", "the tenant's", "another", "look")
    run = bench.run()

    def refuse(*_asked: Any) -> Any:
        raise why

    monkeypatch.setattr(run.client, "permissions", refuse)
    assert list(permission_troubles(run, check_mode=False)) == [why]


def test_an_audit_record_is_checked_with_the_key_of_its_integration(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.rotate()
    document = json.loads(json.dumps(required(exported(bench.record))))
    assert check(document, bench.record, "record.json") == document["content"]["rotation"]["id"]
    summary = document["summary"]
    assert summary["old_secret_confirmed_dead_at"] and summary["proofs"] == {"token": 2}
    for altered in (
        {**document, "content": {**document["content"], "former_secret": "ffffffffffff"}},
        {**document, "digest": "0" * 64},
        {**document, "seal": "0" * 64},
        {**document, "summary": {**summary, "people": ["somebody else"]}},
        {**document, "summary": {}},
        {**document, "summary": "all is well"},
        {**document, "approved": "by the board"},
    ):
        with pytest.raises(Refusal):
            check(altered, bench.record, "record.json")


def test_who_has_the_key_of_the_seal_still_cannot_say_otherwise_than_the_journal(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.rotate()
    record = bench.record
    rotation = replace(required(record.journal.rotation), reason="a routine")
    forged = replace(record.journal, rotation=rotation)
    resealed = replace(forged, past=tuple(replace(item, digest=digest_of_rotation(forged)) for item in forged.past))
    document = json.loads(json.dumps(required(exported(record.with_journal(resealed)))))
    assert check(document, record.with_journal(resealed), "file.json") == rotation.id
    with pytest.raises(Refusal, match="not what the journal has kept"):
        check(document, record, "file.json")


def digest_of_rotation(journal: Journal) -> str:
    """Return the digest with which the latest rotation would be kept."""
    return audit.archived(journal, journal.past[-1].former).past[-1].digest


ALTERED: dict[str, dict[str, Any]] = {
    "a summary that says otherwise": {"summary": {"integration": "crm", "outcome": "rotated", "people": ["somebody"]}},
    "no summary": {"summary": None},
    "something beside it": {"note": "approved by the auditor"},
    "a seal that is no ASCII": {"seal": "\u00e9"},
    "a digest that is none": {"digest": "\u00e9"},
    "no content": {"content": None},
}


@pytest.mark.parametrize("altered", ALTERED.values(), ids=ALTERED.keys())
def test_whatever_an_auditor_reads_in_a_record_is_checked(bench: Bench, altered: dict[str, Any]) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.rotate()
    document = json.loads(json.dumps(required(exported(bench.record))))
    assert check(document, bench.record, "file.json") == document["content"]["rotation"]["id"]
    with pytest.raises(Refusal, match="audit record"):
        check({**document, **altered}, bench.record, "file.json")
