# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says of the rest of a rotation, phase by phase: from the journal and from what hosts report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.blast_radius import blast_radius, coming, lines_of

from ._bench import Bench

AT_ONCE = timedelta(0)
ALL = ["app1/crm", "app2/crm"]


def _radius(bench: Bench, reports: Mapping[str, Any] | None = None) -> dict[str, Any]:
    run, declared = bench.run(), bench.inventory.dependents()
    before = bench.record.journal, list(bench.tape.effects)
    radius = blast_radius(run, run.look(), declared, reports or {})
    assert (bench.record.journal, list(bench.tape.effects)) == before, "I-31"
    return radius


def _names(items: list[dict[str, Any]]) -> list[str]:
    return [item["dependent"] for item in items]


def test_i_31_before_a_staged_secret_exists_everybody_would_be_written_and_broken(bench: Bench) -> None:
    """I-31, I-3."""
    bench.variables["sfmc_force"] = "a leak"
    radius = _radius(bench)
    assert (radius["generate"], radius["activate"], radius["desired"]) == (True, True, "staged")
    assert _names(radius["write"]) == _names(radius["breaks"]) == radius["unread"] == ALL
    assert coming(bench.run(), bench.look()) == ALL


def test_i_31_a_staged_secret_that_waits_for_its_minutes_is_not_generated_again(bench: Bench) -> None:
    """I-31, I-1."""
    bench.variables["sfmc_force"] = "a leak"
    bench.stage(AT_ONCE)
    radius = _radius(bench)
    assert (radius["generate"], radius["activate"]) == (False, True)
    assert _names(radius["write"]) == ALL


def test_i_3_who_is_proved_would_not_break(bench: Bench) -> None:
    """I-3: named one by one, with the reason where there is one."""
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    bench.write("app2", "somebody-elses-secret")
    bench.distribute()
    radius = _radius(bench)
    (broken,) = radius["breaks"]
    assert broken["dependent"] == "app2/crm" and "an unknown value" in broken["why"], broken
    assert _names(radius["write"]) == ["app2/crm"]


def test_what_hosts_report_goes_before_what_is_declared(bench: Bench) -> None:
    """A place that holds it already is not written again; one that cannot be read stops."""
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    place = {"path": "/app/.env", "key": "SECRET", "before": "aa", "after": "bb"}
    known = {"name": "crm", "client_id": bench.package.client_id, "fingerprint": "bb"}
    refusal = {"rule": "r", "offender": "o", "expected": "e", "found": "f", "way_out": "w"}
    reports = {
        "app1": [{**known, "files": [place, {**place, "key": "OTHER", "before": "bb"}], "refusal": None}],
        "app2": [{**known, "files": [], "refusal": refusal}],
    }
    radius = _radius(bench, reports)
    of_first = [(each["key"], each["before"]) for each in radius["write"] if each["dependent"] == "app1/crm"]
    assert of_first == [("SECRET", "aa")]
    assert _names(radius["stops"]) == ["app2/crm"] and radius["unread"] == []


def test_when_everybody_is_proved_nobody_would_break(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    bench.distribute()
    radius = _radius(bench)
    assert (radius["write"], radius["breaks"], radius["activate"]) == ([], [], True)
    assert " ".join(lines_of(radius)[-1].split()) == "break nobody, if it were activated now"


def test_no_activation_is_promised_where_none_comes(bench: Bench) -> None:
    """When nothing is due, when the inventory stops before it, and after it."""
    bench.options["renew_before_days"] = 1
    assert lines_of(_radius(bench)) == []
    bench.variables["sfmc_force"] = "a leak"
    bench.stage()
    bench.distribute()
    bench.variables["sfmc_activate"] = False
    assert not _radius(bench)["activate"]
    bench.variables["sfmc_activate"] = True
    bench.finish(AT_ONCE)
    assert lines_of(_radius(bench)) == []


def test_no_line_is_wider_than_a_hundred_columns_and_thousands_are_counted(bench: Bench) -> None:
    bench.variables["sfmc_force"] = "a leak"
    long = "/srv/" + "long/" * 30
    many = [{"dependent": f"h{number}/crm", "place": long, "key": "K", "before": "aa"} for number in range(5000)]
    lines = lines_of({**_radius(bench), "write": many, "breaks": [{**each, "why": "no " * 60} for each in many]})
    assert max(map(len, lines)) <= 98
    assert len(lines) < 400
    assert any("the staged secret to 5000 places, 5000 dependents, 5000 hosts" in line for line in lines)
    assert any("and 4980 more, in `blast_radius` of the result" in line for line in lines)
