# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every planted use among 20,000 files is found, nothing else is claimed, and what is printed declares all of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import (
    Record,
    Secret,
    Secrets,
    record_document,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Known, Rotation, Staged
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.support.planted import Expected, Planted, plant

FILES = 20_000
HOST = "prod-a"
BORN = datetime(2026, 7, 15, tzinfo=timezone.utc)


class Searched:
    """A host on which uses were planted, and whoever looks for them."""

    def __init__(self, operations: Operations, planted: Planted) -> None:
        self.operations, self.planted = operations, planted
        self.options: dict[str, Any] = {
            "sfmc_scan_roots": [str(planted.root)],
            "sfmc_scan_processes": False,
            "sfmc_scan_containers": False,
        }

    def discover(self, **options: Any) -> Outcome:
        """Run the playbook as a person does."""
        return self.operations.playbook("discover", limit=HOST, **{**self.options, **options})

    def found(self, **options: Any) -> dict[str, Any]:
        """Run the role, and return its result, which goes to a file of the controller."""
        path = self.operations.estate.root / "discovered.json"
        role = {f"discover_{name.removeprefix('sfmc_scan_')}": value for name, value in self.options.items()}
        tasks = [
            {"ansible.builtin.import_role": {"name": "keyturn.sfmc.discover"}, "vars": {**role, **options}},
            {
                "ansible.builtin.copy": {"content": "{{ discover_result | to_json }}", "dest": str(path)},
                "delegate_to": "localhost",
                "connection": "local",
            },
        ]
        ended = self.operations.play(tasks, limit=HOST)
        assert ended.status == 0, ended
        return dict(json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="module")
def searched(bring_up_once: BringUp) -> Iterator[Searched]:
    """Two integrations whose secrets the store has, one host, a tree with uses of them."""
    operations = bring_up_once()
    planted = plant(operations.estate.root / "planted")
    _fill(planted.root, FILES)
    _keep(operations, planted)
    known = planted.known

    def declare(variables: dict[str, Any]) -> None:
        url = variables["sfmc_integrations"]["crm_sync"]["auth_url"]
        named = {"crm": known.crm, "forms": known.forms}
        integrations = {name: {"client_id": client_id, "auth_url": url} for name, client_id in named.items()}
        variables.update(sfmc_integrations=integrations)

    operations.declare_group(declare)
    operations.declare_variables(HOST, sfmc_dependents=[])
    operations.declare_variables("prod-b", sfmc_dependents=[])
    yield Searched(operations, planted)


def _fill(root: Path, files: int) -> None:
    """Write files of which none is about this product."""
    line = "level=info user=42 path=/api/items status=200 note=nothing to see here\n"
    for number in range(files):
        folder = root / "srv" / "data" / f"{number % 100:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(f"{number} " + line * (number % 20))


def _keep(operations: Operations, planted: Planted) -> None:
    """Keep what was planted in the store, in the midst of a rotation of `crm`."""
    known = planted.known
    crm = Secrets("a key of crm", Secret(known.active), Secret(known.staged), Secret(known.previous))
    forms = Secrets("a key of forms", Secret(known.of_forms))
    later = BORN + timedelta(days=150)
    staged = Staged(crm.fingerprint(Secret(known.staged)), later, later)
    rotation = Rotation("20261212-test-1", "due", later, later, staged, later)
    journals = {
        known.crm: (Journal(known.crm, "crm", rotation=rotation), crm, known.active),
        known.forms: (Journal(known.forms, "forms"), forms, known.of_forms),
    }
    for client_id, (journal, secrets, active) in journals.items():
        about = Known(secrets.fingerprint(Secret(active)), BORN)
        record = Record(Journal(client_id, journal.name, active=about, rotation=journal.rotation), secrets)
        operations.store().save(client_id, record_document(record), None)


def _named(use: dict[str, Any]) -> Expected:
    """Return a found use as the list of planted ones has it."""
    key = "" if use["format"] in ("text", "") else use["key"]
    return Expected(use["place"], use["kind"], use["format"], key, use["secret"], use["client_id"], use["encoding"])


def test_all_planted_uses_are_found_and_nothing_else_is_claimed(searched: Searched) -> None:
    result = searched.found()
    assert len(searched.planted.expected) >= 40
    found, expected = Counter(map(_named, result["strays"])), Counter(searched.planted.expected)
    assert expected - found == Counter(), "not found"
    assert found - expected == Counter(), "claimed"
    assert result["declared"] == 0
    mentioned = {use["place"] for use in result["mentions"]}
    assert set(searched.planted.mentions) <= mentioned
    assert mentioned & set(searched.planted.decoys) == set()


def test_what_is_printed_shows_no_secret_and_is_kept_in_the_journals(searched: Searched) -> None:
    """I-27, I-3."""
    run = searched.discover()
    assert run.status == 0, run
    known = searched.planted.known
    secrets = [known.active, known.staged, known.previous, known.of_forms, known.unknown, known.old_unknown]
    assert [number for number, secret in enumerate(secrets) if secret in run.stdout + run.stderr] == []
    assert f"{len(searched.planted.expected)} strays" in run.said, run
    _see_that_all_are_kept(searched)


def _see_that_all_are_kept(searched: Searched) -> None:
    for client_id in (searched.planted.known.crm, searched.planted.known.forms):
        document = searched.operations.store().load(client_id)
        assert document is not None
        kept = document.document["journal"]["strays"]
        assert len(kept) == sum(item.client_id == client_id for item in searched.planted.expected)


def test_a_discovery_that_sees_less_forgets_nothing(searched: Searched) -> None:
    """I-3: what it did not look at still breaks at the activation."""
    run = searched.discover(sfmc_scan_roots=[str(searched.planted.root / "srv" / "data" / "00")])
    assert run.status == 0, run
    _see_that_all_are_kept(searched)


def test_what_was_printed_pasted_leaves_no_stray(searched: Searched) -> None:
    text = searched.found()["snippets"][HOST]
    searched.operations.declare_variables(HOST, **yaml.safe_load(text))
    run = searched.discover(sfmc_discover_fail_on_strays=True)
    assert run.status == 0 and " 0 strays" in run.said, run
    again = searched.discover()
    assert again.changed == 0, again


def test_what_can_be_pasted_is_written_and_the_variables_of_a_host_are_not_overwritten(searched: Searched) -> None:
    searched.operations.declare_variables(HOST, sfmc_dependents=[], sfmc_accepted_places=[])
    folder = searched.operations.estate.root / "found"
    folder.mkdir()
    options = {"sfmc_discover_path": str(folder), "sfmc_scan_roots": [str(searched.planted.root / "etc")]}
    runs = [searched.discover(**options) for _again in range(2)]
    assert [run.status for run in runs] == [0, 0] and runs[1].changed == 0, runs
    path = folder / f"{HOST}.yml"
    assert yaml.safe_load(path.read_text())["sfmc_dependents"]
    path.write_text("mule_port: 8081\n")
    assert searched.discover(**options).status == 2
    assert path.read_text() == "mule_port: 8081\n"


def test_a_process_that_was_given_a_secret_is_found(searched: Searched) -> None:
    known = searched.planted.known
    code = "import sys; sys.stdin.read()"
    environment = {"SFMC_CLIENT_SECRET": known.active}
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, env=environment) as process:
        try:
            result = searched.found(discover_processes=True, discover_roots=[str(searched.planted.root / "etc")])
        finally:
            process.kill()
    found = [use for use in result["strays"] if use["kind"] == "process" and use["client_id"] == known.crm]
    assert [(use["key"], use["secret"]) for use in found] == [("SFMC_CLIENT_SECRET", "active")]
    assert found[0]["place"].startswith("process of ")


def test_what_a_scan_did_not_look_at_stays_known_and_a_host_without_a_scan_fails_the_run(searched: Searched) -> None:
    """I-3: a typo in the roots, or in another option, opens no gate."""
    operations = searched.operations
    operations.declare_variables(HOST, sfmc_dependents=[], sfmc_accepted_places=[])
    assert searched.discover().status == 0
    before = _strays(searched)
    elsewhere = searched.discover(sfmc_scan_roots=["/nowhere"])
    assert elsewhere.status == 0 and "known from earlier, and not looked at by this scan" in elsewhere.said, elsewhere
    assert _strays(searched) == before != []
    wrong = searched.discover(sfmc_scan_roots=["relative"])
    assert wrong.status != 0 and "which were not looked at: prod-a" in wrong.said, wrong
    assert _strays(searched) == before


def _strays(searched: Searched) -> list[Any]:
    document = searched.operations.store().load(searched.planted.known.crm)
    assert document is not None
    return list(document.document["journal"]["strays"])
