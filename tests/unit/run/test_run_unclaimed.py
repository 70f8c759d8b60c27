# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Integrations that are known, and that nobody declares any more (I-39); and what would rotate itself (I-40)."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import host_waivers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Waiver
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.tables import table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.unclaimed import unclaimed

from ._bench import START, Bench

TOMORROW = START + timedelta(days=1)


def test_an_integration_that_left_the_inventory_is_named_with_the_ways_out(bench: Bench) -> None:
    """I-39: it was believed unused; its secret works, and ends some day."""
    assert unclaimed(bench.store, bench.inventory.client_ids(), {}, START) == []
    (row,) = unclaimed(bench.store, [], {}, START)
    assert (row["name"], row["phase"], row["step"]) == ("crm", "undeclared", "stop")
    assert "sfmc_waived" in row["waits_for"] and str(bench.root / "store") in row["waits_for"]
    assert "blocked" in table([row])[1]


def test_a_waiver_counts_until_its_day(bench: Bench) -> None:
    """I-39."""
    waived = {bench.package.client_id: Waiver("sold with its business unit", TOMORROW)}
    (row,) = unclaimed(bench.store, [], waived, START)
    assert (row["step"], row["blockers"]) == ("none", [])
    assert "sold with its business unit" in row["waits_for"]
    (row,) = unclaimed(bench.store, [], waived, TOMORROW)
    assert "a waiver that ended at 2027-01-05" in row["blockers"][0]["found"]


def test_a_waiver_without_a_reason_or_a_day_is_refused() -> None:
    """I-39."""
    for wrong in ({"until": "2027-01-31"}, {"reason": "sold"}, {"reason": "sold", "until": "soon"}):
        with pytest.raises(Refusal):
            host_waivers({"sfmc_waived": {"a" * 24: wrong}}, "app1")
    assert host_waivers({}, "app1") == {}


def test_client_ids_are_those_of_the_whole_inventory_templates_too() -> None:
    """I-39: another environment's integrations are declared, whatever the limit."""
    plain = {"sfmc_integrations": {"crm": {"client_id": "a" * 24, "subdomain": "mc1"}}}
    template = {"sfmc_integrations": {"crm": {"client_id": "{{ id }}", "subdomain": "mc1"}}}
    said = {"sfmc_integrations": {"crm": {"client_id": "b" * 24, "subdomain": "mc1"}}}
    raw = {"app1": plain, "app2": template, "app3": {}}
    inventory = Inventory({"app1": plain, "app2": said, "app3": {}}, raw, raw.__getitem__)
    assert inventory.client_ids() == {"a" * 24, "b" * 24}


@pytest.mark.parametrize("form", ["as it is", "basic authorization"])
def test_a_provider_that_lives_by_the_secret_it_rotates_is_refused(bench: Bench, form: str) -> None:
    """I-40: the activation would lock the rotation out; nothing is sent."""
    secret = bench.package.active.value
    basic = base64.b64encode(f"{bench.package.client_id}:{secret}".encode()).decode()
    header = f"Bearer {secret}" if form == "as it is" else f"Basic {basic}"
    bench.variables["sfmc_provider"]["activate"]["headers"] = {"Authorization": header}
    with pytest.raises(Refusal, match="I-40") as caught:
        bench.rotate()
    assert caught.value.offender == "sfmc_provider.activate for crm"
    assert secret not in str(caught.value) and basic not in str(caught.value)
    assert bench.outcomes("generate") == []
    bench.variables["sfmc_provider"]["activate"]["headers"] = {"Authorization": f"Bearer {bench.world.console_token}"}
    assert bench.rotate().phase is Phase.CLOSED


def test_a_document_that_cannot_be_read_is_a_row_and_stops_no_other(bench: Bench) -> None:
    """I-39: another team's, with another vault password, or a damaged one; status goes on."""
    (bench.root / "store" / "0a1b2c3d4e5f6g7h8i9j0k1l.vault.txt").write_text("{}", encoding="utf-8")
    rows = unclaimed(bench.store, [], {}, bench.world.clock.now())
    blocked = {row["client_id"]: row["blockers"][0]["rule"] for row in rows}
    assert set(blocked) == {"0a1b2c3d4e5f6g7h8i9j0k1l", bench.package.client_id}
    assert blocked["0a1b2c3d4e5f6g7h8i9j0k1l"].startswith("a journal is only read")
