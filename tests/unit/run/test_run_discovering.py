# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scans come to: declared, accepted, strays; and the text that declares them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import use
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._accepted import accepted_places
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import gate_blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Stray
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.discovering import (
    findings_of,
    lines_of,
    strays_by_client_id,
)
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
    result = findings_of("etl1", scan(STRAY, OTHER, NOBODYS, DECLARED), (), NOW)
    kept = strays_by_client_id([result], NOW)
    assert {client_id: [item.place for item in items] for client_id, items in kept.items()} == {
        CRM: ["/opt/etl/.env"],
        SHOP: ["/opt/etl/.env"],
        "": ["/opt/old/.env"],
    }


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
    assert lines[0].startswith("1 host: 20 files read; 1 uses: 1 declared, 0 accepted, 0 strays")


def test_a_path_that_looks_like_a_template_is_pasted_as_it_is() -> None:
    odd = found("/opt/{{ cookiecutter.name }}/.env")
    archive = use("/opt/{% x %}.zip!.env", "archive", client_id=CRM, secret="active")
    text = snippet([odd, archive], NAMES)
    said = [node for node in scalars(yaml.compose(text)) if re.search(r"\{[{%#]", node.value)]
    assert [node.value for node in said] == ["/opt/{{ cookiecutter.name }}", odd["path"], archive["place"]]
    assert {node.tag for node in said} == {"!unsafe"}


def scalars(node: yaml.Node) -> list[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        return [node]
    parts = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
    return [leaf for part in parts for leaf in scalars(part)]


@pytest.mark.parametrize("path", ["/var/log/app.log", "/var/log/app.log.1", "/srv/app/.bash_history"])
def test_a_log_or_a_history_is_accepted_as_a_whole_and_never_written(path: str) -> None:
    log = found(path, format="text", key="secret=([A-Za-z0-9_-]+)")
    pasted = yaml.safe_load(snippet([log], NAMES))
    assert list(pasted) == ["sfmc_accepted_places"]
    later = {**log, "key": "of a line that comes tomorrow"}
    assert findings_of("etl1", scan(log, later), accepted_places(pasted, "etl1"), NOW).strays == []


def test_a_file_with_many_places_without_a_name_is_accepted_as_a_whole() -> None:
    lines = [found("/opt/old.csv", format="text", key=rf"\A(?:.*\n){{{number}}}([A-Z]+)") for number in range(1, 5)]
    assert list(yaml.safe_load(snippet(lines, NAMES))) == ["sfmc_accepted_places"]
    assert list(yaml.safe_load(snippet(lines[:1], NAMES))) == ["sfmc_dependents"]


def test_an_unknown_secret_keeps_nothing_else_of_its_folder_from_being_written() -> None:
    unknown = found("/opt/etl/old.env", secret="unknown")
    text = snippet([STRAY, unknown], NAMES)
    first, second = yaml.safe_load(text)["sfmc_dependents"]
    assert [file["path"] for file in first["files"]] == [STRAY["path"]]
    assert [file["path"] for file in second["files"]] == [unknown["path"]]
    assert text.count("unknown_secret: accept") == 1 and text.index("unknown_secret") > text.index("old.env")


def known(place: str) -> Stray:
    return Stray("etl1", place, "dotenv", "SECRET", "active", "aaaaaaaaaaaa", NOW)


LOOKED: dict[str, Any] = {"files": 20, "processes": 4, "roots": ["/opt", "/srv/a.zip"]}


@pytest.mark.parametrize("place", ["/opt/etl/.env", "/opt", "/srv/a.zip!x/.env", "process of etl.service"])
def test_what_a_scan_has_looked_at_and_not_found_is_gone(place: str) -> None:
    assert not findings_of("etl1", scan(scanned=LOOKED), (), NOW).unseen(known(place), NOW)


@pytest.mark.parametrize(
    ("place", "scanned", "left_out"),
    [
        ("/etc/app/.env", LOOKED, []),
        ("/optional/.env", LOOKED, []),
        ("/opt/etl/.env", LOOKED, ["/opt/etl"]),
        ("/opt/etl/a.zip!x/.env", LOOKED, ["/opt/etl/a.zip"]),
        ("process of etl.service", {**LOOKED, "processes": 0}, []),
        ("/opt/etl/.env", {}, ["everything"]),
    ],
    ids=["another root", "a like name", "may not be read", "an archive", "no processes", "no integration"],
)
def test_what_a_scan_did_not_look_at_may_still_be_there(place: str, scanned: Any, left_out: list[str]) -> None:
    said = [{"place": path, "why": "permission denied"} for path in left_out]
    assert findings_of("etl1", scan(scanned=scanned, left_out=said), (), NOW).unseen(known(place), NOW)


def test_what_was_accepted_since_is_no_stray_wherever_the_scan_looked() -> None:
    places = accepted({"place": "/etc/app/.env", "reason": "nobody reads it"})
    assert not findings_of("etl1", scan(scanned=LOOKED), places, NOW).unseen(known("/etc/app/.env"), NOW)


def test_a_file_name_neither_moves_the_cursor_nor_makes_a_line_of_its_own() -> None:
    """Whoever may write to a host gives names to its files; they are read in the terminal of whoever rotates."""
    hostile = "/opt/x\x1b[2J\n  1 host: 20 files read; 0 strays\u202e.env"
    skipped = [{"place": hostile, "why": "permission denied"}]
    lines = lines_of([findings_of("etl1", scan(found(hostile), left_out=skipped), (), NOW)], NAMES, {})
    shown = [line for line in lines if "/opt/x" in line]
    assert len(shown) == 2 and all("<001B>[2J<000A>" in line for line in shown), lines
    assert all(line.isprintable() for line in lines)
    said = gate_blockers.strays(Journal(CRM, "crm"), (known(hostile),))
    assert said.found.isprintable()


@pytest.mark.parametrize(
    "scanned", [{}, {"files": 0, "roots": [], "processes": 0, "containers": 0}], ids=["no", "none"]
)
def test_a_scan_without_a_root_has_looked_at_nothing(scanned: dict[str, Any]) -> None:
    assert not findings_of("etl1", scan(scanned=scanned), (), NOW).looked
    assert findings_of("etl1", scan(scanned=LOOKED), (), NOW).looked
