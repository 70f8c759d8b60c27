# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of an account over a real run: who declares them, which are unused, and what is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import two_integrations
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged


@pytest.fixture(scope="module")
def operations(bring_up_once: BringUp) -> Operations:
    """Two integrations of one account, and three packages that nobody declares; only `web_forms` may read users."""
    operations = bring_up_once(two_integrations(service=False), speed=0)
    operations.hand_in_active("crm_sync", "web_forms")
    simulator = operations.estate.simulator
    account = {key: operations.package("crm_sync")[key] for key in ("subdomain", "enterprise_id")}
    now = operations.package("crm_sync")["last_login_at"]
    simulator.add_package({"name": "Busy Tool", "last_login_at": now, **account})
    simulator.add_package({"name": "Old Tool", "last_login_at": "2025-01-01T00:00:00Z", "enabled": False, **account})
    scopes = {"scopes": "email_read users_read"}
    simulator.call("PATCH", f"packages/{operations.client_id('web_forms')}", scopes)
    return operations


def _found(operations: Operations, **arguments: Any) -> dict[str, Any]:
    """Return the result of the module in a play of one's own."""
    path = operations.estate.root / "found.json"
    ask = {"name": "Ask", "keyturn.sfmc.installed_package_info": arguments, "register": "found", "run_once": True}
    keep = {"content": "{{ found | to_json }}", "dest": str(path), "mode": "0600"}
    write = {"name": "Keep", "ansible.builtin.copy": keep, "delegate_to": "localhost", "run_once": True}
    run = operations.play([ask, write])
    assert run.status == 0, str(run)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_i_39_each_package_is_somebodys_or_nobodys(operations: Operations) -> None:
    found = _found(operations)
    said = {item["package"]: (item["declared_as"], item["unused"], item["candidate"]) for item in found["packages"]}
    assert said == {
        "Busy Tool": ([], False, False),
        "CRM Sync": (["crm_sync"], False, False),
        "Old Tool": ([], True, True),
        "Web Forms": (["web_forms"], False, False),
    }
    assert [each["asked_with"] for each in found["accounts"]] == ["web_forms"] and found["missing"] == []
    assert any("client id" in each and "expiry" in each for each in found["cannot_know"])


def test_the_playbook_shows_a_table_and_says_what_it_cannot_know(operations: Operations) -> None:
    """With a limit, too: what hosts beyond it declare is declared."""
    with unchanged(operations):
        run = operations.playbook("packages", limit="prod-c", sfmc_packages_unused_after_days=30)
    assert run.status == 0 and run.changed == 0, str(run)
    rows = [line for line in run.stdout.splitlines() if line.startswith("  ")]
    assert max(map(len, rows)) <= 100
    (old,) = [row for row in rows if row.startswith("  Old Tool ")]
    assert old.endswith("remove?")
    assert any(row.startswith("  CRM Sync ") and "crm_sync" in row for row in rows)
    assert "4 package(s): 2 that nobody declares, 1 of them to look at for removal" in run.said
    assert "not known from here: client id, type, scopes, and expiry of a package" in run.said


def test_without_the_scope_it_says_which_one_to_add(operations: Operations) -> None:
    run = operations.playbook("packages", sfmc_packages_integration="crm_sync")
    assert run.status == 2 and "the scope users_read (Users: Read)" in run.said, str(run)
    assert operations.secret("crm_sync") not in run.said


@pytest.mark.parametrize("days", (0, 10_000), ids=("none", "too many"))
def test_days_beyond_sense_are_refused_before_anything_is_asked(operations: Operations, days: int) -> None:
    seen = len(operations.estate.simulator.effects())
    run = operations.playbook("packages", sfmc_packages_unused_after_days=days)
    assert run.status == 2 and "times are numbers within sense" in run.said, str(run)
    assert len(operations.estate.simulator.effects()) == seen


def test_what_cannot_be_read_beyond_the_limit_is_said_and_stops_nothing(operations: Operations) -> None:
    path = operations.estate.root / "inventory" / "host_vars" / "prod-a.yml"
    before = path.read_text()
    path.write_text(before + "\nsfmc_integrations: '{{ nobody_defines_this }}'\n")
    try:
        run = operations.playbook("packages", limit="prod-c")
    finally:
        path.write_text(before)
    assert run.status == 0, str(run)
    assert "what is declared beyond this play" in run.said and "prod-a" in run.said.split("not known")[1]
