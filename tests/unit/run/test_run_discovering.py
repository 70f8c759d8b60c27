# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scans come to: declared, accepted, strays; and the text that declares them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import use
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._accepted import accepted_places
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.discovering import (
    findings_of,
    lines_of,
    looked_at,
    strays_by_client_id,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.scanned import is_report
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.snippet import snippet

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)
CRM, SHOP = "a" * 24, "b" * 24
NAMES = {CRM: "crm", SHOP: "shop"}


def found(path: str, **more: Any) -> dict[str, Any]:
    known = {"path": path, "format": "dotenv", "key": "SECRET", "client_id": CRM, "secret": "active"}
    return use(path, "file", **{**known, "fingerprint": "aaaaaaaaaaaa", **more})


DECLARED = found("/srv/app/.env", declared="app")
STRAY = found("/opt/etl/.env")
SECOND = found("/opt/etl/jobs.json", format="json", key="jobs[0].secret")
OTHER = found("/opt/etl/.env", key="SHOP_SECRET", client_id=SHOP)
BACKUP = use("/opt/etl/.env.bak", "backup", path="/opt/etl/.env.bak", format="dotenv", key="SECRET", client_id=CRM)
PROCESS = use("process of etl.service", "process", key="SECRET", client_id=CRM, secret="active")
NOBODYS = found("/opt/old/.env", client_id="", secret="unknown", fingerprint="")


def scan(*uses: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"uses": list(uses), "mentions": [], "left_out": [], "scanned": {"files": 20}, **more}


def accepted(*said: dict[str, Any]) -> Any:
    return accepted_places({"sfmc_accepted_places": list(said)}, "etl1")


def test_a_place_is_declared_accepted_or_a_stray() -> None:
    places = accepted({"place": "/opt/*.bak", "reason": "copies"})
    result = findings_of("etl1", scan(DECLARED, STRAY, BACKUP), places, NOW)
    assert (result.declared, result.accepted, result.strays) == ([DECLARED], [BACKUP], [STRAY])


def test_who_accepts_one_key_has_not_accepted_another() -> None:
    places = accepted({"place": "/opt/etl/.env", "key": "SHOP_SECRET", "reason": "moves next week"})
    assert findings_of("etl1", scan(STRAY, OTHER), places, NOW).strays == [STRAY]


def test_what_is_accepted_until_a_day_is_a_stray_from_then_on() -> None:
    places = accepted({"place": BACKUP["place"], "reason": "deleted soon", "until": "2027-01-05"})
    assert findings_of("etl1", scan(BACKUP), places, NOW).strays == []
    assert findings_of("etl1", scan(BACKUP), places, NOW + timedelta(days=1)).strays == [BACKUP]


@pytest.mark.parametrize(
    "said", [{"place": "/x"}, {"reason": "why"}, {"place": "/x", "reason": "y", "until": "soon"}, "/x", 7], ids=str
)
def test_a_place_is_not_accepted_without_a_reason_or_by_a_word(said: Any) -> None:
    with pytest.raises(Refusal, match="etl1"):
        accepted_places({"sfmc_accepted_places": [said]}, "etl1")
    with pytest.raises(Refusal, match="etl1"):
        accepted_places({"sfmc_accepted_places": said}, "etl1")


def test_a_stray_goes_to_the_journal_of_its_integration() -> None:
    said = scan(STRAY, OTHER, NOBODYS, DECLARED, searched_for=[CRM, SHOP])
    result = findings_of("etl1", said, (), NOW)
    kept = strays_by_client_id([result], NOW)
    assert {client_id: [item.place for item in items] for client_id, items in kept.items()} == {
        CRM: ["/opt/etl/.env"],
        SHOP: ["/opt/etl/.env"],
        "": ["/opt/old/.env"],
    }


def test_a_host_says_nothing_of_an_integration_that_it_was_not_asked_about() -> None:
    result = findings_of("etl1", scan(STRAY, OTHER, searched_for=[SHOP]), (), NOW)
    assert list(strays_by_client_id([result], NOW)) == [SHOP]


NO_REPORTS: dict[str, Any] = {
    "a place that is no text": scan({**STRAY, "place": 7}),
    "no key": scan({**STRAY, "key": None}),
    "a use that lacks something": scan({"place": "/opt/etl/.env"}),
    "a use that names another host": scan({**STRAY, "host": "web1"}),
    "a use that is none": scan("/opt/etl/.env"),  # type: ignore[arg-type]
    "uses that are no list": {**scan(), "uses": {"a": STRAY}},
    "no mentions": {"uses": []},
    "a skip without a reason": scan(left_out=[{"place": "/var/log"}]),
    "counts that are texts": scan(scanned={"files": "many"}),
    "counts that are a list": scan(scanned=[]),
    "places that are no texts": scan(looked_at=[["/opt"]]),
    "a text without end": scan({**STRAY, "place": "/" * 100_000}),
    "no mapping": ["uses"],
}


@pytest.mark.parametrize("said", NO_REPORTS.values(), ids=NO_REPORTS.keys())
def test_what_is_no_report_of_a_scan_gets_into_no_journal(said: Any) -> None:
    """A journal with a place that is no text could not be read again."""
    assert is_report(scan(STRAY, PROCESS, left_out=[{"place": "", "why": "x"}], left_out_more={"x": 3}))
    assert not is_report(said)


def test_what_is_pasted_declares_every_stray_that_a_file_holds() -> None:
    pasted = yaml.safe_load(snippet([STRAY, SECOND, OTHER], NAMES, taken=["/opt/etl"]))
    integrations = {"crm": {"client_id": CRM}, "shop": {"client_id": SHOP}}
    dependents = host_dependents({**pasted, "sfmc_integrations": integrations}, "etl1")
    assert [(item.client_id, item.dependent.name, item.dependent.places) for item in dependents] == [
        (CRM, "/opt/etl 2", ("/opt/etl/.env#SECRET", "/opt/etl/jobs.json#jobs[0].secret")),
        (SHOP, "/opt/etl 3", ("/opt/etl/.env#SHOP_SECRET",)),
    ]


def test_what_cannot_be_edited_is_accepted_with_a_reason() -> None:
    strays = [BACKUP, PROCESS, NOBODYS, use("/a.zip!x/.env", "archive", client_id=CRM, secret="active")]
    pasted = yaml.safe_load(snippet(strays, NAMES))
    assert list(pasted) == ["sfmc_accepted_places"]
    places = accepted_places(pasted, "etl1")
    assert findings_of("etl1", scan(*strays), places, NOW).strays == []
    reasons = {item.place: item.reason for item in places}
    assert "which integration" in reasons[NOBODYS["place"]]
    assert all(reasons.values()) and len(set(reasons.values())) == len(strays)


def test_a_path_of_any_letters_comes_back_as_it_was() -> None:
    odd = found("/opt/a: b # 'c' \"d\"\n\u00e9/.env")
    (entry,) = yaml.safe_load(snippet([odd], NAMES))["sfmc_dependents"]
    assert entry["files"][0]["path"] == odd["path"]


@pytest.mark.parametrize("name", ["{{ lookup('pipe', 'id') }}", "{% if a %}", "{#"])
def test_a_name_that_looks_like_a_template_is_never_one(name: str) -> None:
    """Whoever can make a file on a host chooses its name; what is pasted is evaluated on the controller."""
    text = snippet([found(f"/opt/{name}/.env"), {**BACKUP, "place": f"/opt/{name}.bak"}], NAMES)
    marked = [line for line in text.splitlines() if name.split()[0] in line]
    assert len(marked) == 3 and all("!unsafe " in line for line in marked), text


def test_what_is_accepted_by_its_name_is_no_pattern() -> None:
    odd = {**BACKUP, "place": "/opt/*.bak"}
    places = accepted_places(yaml.safe_load(snippet([odd], NAMES)), "etl1")
    assert findings_of("etl1", scan(odd, BACKUP, {**BACKUP, "place": "/opt/a.bak"}), places, NOW).accepted == [odd]


def test_the_name_of_a_file_moves_no_cursor_and_makes_no_line() -> None:
    odd = found("/opt/\x1b[2J\n1 host: 0 strays/.env")
    skipped = [{"place": "/opt/\x1b[2J\n/log", "why": "permission denied"}]
    lines = lines_of([findings_of("etl1", scan(odd, left_out=skipped), (), NOW)], NAMES, {})
    assert all(line.isprintable() for line in lines), lines
    assert not any(line.startswith("1 host: 0 strays") for line in lines)


def test_the_report_names_strays_silent_hosts_and_skips_and_fits_a_terminal() -> None:
    long = found("/opt/" + "deep/" * 30 + ".env", key="k" * 40)
    skipped = [{"place": "/var/log/huge.log", "why": "larger than 64 MB"}]
    result = findings_of("host-with-a-very-long-name.example.com", scan(STRAY, long, left_out=skipped), (), NOW)
    lines = lines_of([result], NAMES, {"web9": "it did not answer"})
    text = "\n".join(lines)
    for part in ("/opt/etl/.env  SECRET", long["place"], "web9 was not looked at", "/var/log/huge.log", "2 strays"):
        assert part in text
    assert all(len(line) <= 98 or long["place"] in line for line in lines), lines


def test_nothing_found_is_said_plainly() -> None:
    lines = lines_of([findings_of("etl1", scan(DECLARED), (), NOW)], NAMES, {})
    assert lines[0].startswith("1 host: 20 files read; 1 use: 1 declared, 0 accepted, 0 strays")


def test_a_host_without_an_integration_is_not_counted_as_looked_at() -> None:
    findings = [findings_of("etl1", scan(), (), NOW), findings_of("db1", scan(scanned={}), (), NOW)]
    assert lines_of(findings, NAMES, {})[0].startswith("1 host, 1 not looked at as no integration is known there: 20")


def test_only_where_an_integration_was_sought_is_anything_known_of_it() -> None:
    """A host that does not declare it was not given its secret, and says nothing of it."""
    of_shop = scan(OTHER, searched_for=[SHOP], looked_at=["/opt/etl/.env", "/opt/etl/gone.env"])
    of_crm = scan(searched_for=[CRM], looked_at=["/srv/app/.env"])
    found_there = [findings_of("etl1", of_shop, (), NOW), findings_of("web1", of_crm, (), NOW)]
    assert looked_at(found_there, CRM) == {("web1", "/srv/app/.env")}
    assert looked_at(found_there, SHOP) == {("etl1", "/opt/etl/.env"), ("etl1", "/opt/etl/gone.env")}
    assert looked_at(found_there, "c" * 24) is None


def test_a_place_that_is_accepted_or_declared_by_now_was_looked_at() -> None:
    result = findings_of("etl1", scan(DECLARED, searched_for=[CRM]), (), NOW)
    assert looked_at([result], CRM) == {("etl1", "/srv/app/.env")}


#: A text as older versions of ansible-core have it: a class of their own, which comes back from each method.
Core = type("Core", (str,), {"__str__": lambda self: self, "__format__": lambda self, _spec: self})


def test_texts_of_every_ansible_core_can_be_written_down() -> None:
    stray = {key: Core(value) if isinstance(value, str) else value for key, value in STRAY.items()}
    text = snippet([stray, NOBODYS], {CRM: Core("crm")})
    assert text == snippet([STRAY, NOBODYS], NAMES)
