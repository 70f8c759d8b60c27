# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One whole rotation of prod over real SSH hosts, with services that use the secrets all the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.testbed.estates import demo
from ansible_collections.keyturn.sfmc.tests.testbed.snapshot import Snapshot

INTEGRATIONS = ("crm_sync", "data_export", "web_forms")
#: Begins the User-Agent of the controller's requests. It may ask a few seconds early, and then waits on.
CONTROLLER = "python-requests"
SERVICES = (
    ("prod-web1", "web shop"),
    ("prod-web2", "web shop"),
    ("prod-web2", "web forms"),
    ("prod-mule1", "mule runtime"),
)


class Rotated(NamedTuple):
    """A rotation, and what was before it."""

    operations: Operations
    run: Outcome
    before: Snapshot
    former: dict[str, str]
    effects: list[dict[str, Any]]
    services: dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def rotated(bring_up_once: BringUp) -> Iterator[Rotated]:
    operations = bring_up_once(demo())
    operations.hand_in_active(*INTEGRATIONS)
    before = operations.estate.snapshot()
    former = {name: operations.secret(name) for name in INTEGRATIONS}
    seen = len(operations.estate.simulator.effects())
    run = operations.rotate()
    effects = operations.estate.simulator.effects()[seen:]
    services = {each: operations.service(*each).record() for each in SERVICES}
    yield Rotated(operations, run, before, former, effects, services)


def _positions(rotated: Rotated, integration: str, **wanted: Any) -> list[int]:
    client_id = rotated.operations.client_id(integration)
    wanted["client_id"] = client_id
    return [
        number
        for number, effect in enumerate(rotated.effects)
        if all(effect[name] == value for name, value in wanted.items())
    ]


def test_it_ends_well_in_one_run(rotated: Rotated) -> None:
    assert rotated.run.status == 0, rotated.run
    assert all(counts["failed"] == counts["unreachable"] == 0 for counts in rotated.run.recap.values()), rotated.run
    assert rotated.run.stderr == "", "warnings and errors of a run in which nothing is wrong"


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_every_declared_place_holds_the_new_secret_and_the_old_one_is_dead(rotated: Rotated, name: str) -> None:
    operations = rotated.operations
    assert operations.held(name) == {operations.secret(name)}
    assert operations.secret(name) != rotated.former[name]
    assert operations.secret(name, "previous") == rotated.former[name]
    record = operations.record(name)
    assert record.secrets.active is not None and record.secrets.active.reveal() == operations.secret(name)
    assert (record.secrets.staged, record.secrets.previous) == (None, None), "secrets that are over stay in the store"
    assert _positions(rotated, name, kind="token", outcome="accepted", secret="active"), "nobody asked with the new one"


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_i_1_generates_and_activates_exactly_once(rotated: Rotated, name: str) -> None:
    """I-1, I-6."""
    assert rotated.operations.sent(name) == ["generate", "activate"]


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_i_3_persist_then_write_then_attest_then_activate_then_close(rotated: Rotated, name: str) -> None:
    """I-3, I-5: the journal's order, which compare-and-set makes the real one."""
    steps = rotated.operations.history(name)
    order = ["adopted", "opened", "generation sent", "staged", "usable", "distributing", "attested"]
    assert steps[: len(order)] == order
    rest = [step for step in steps[len(order) :] if step != "attested"]
    assert rest == ["activation sent", "activation answered", "activated", "closed"]
    assert len(steps) - 1 - steps[::-1].index("attested") < steps.index("activation sent")


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_i_8_no_use_and_no_activation_before_five_minutes(rotated: Rotated, name: str) -> None:
    """I-8, I-16: fresh tokens with the staged secret come before the activation, and none before its five minutes."""
    (generated,) = _positions(rotated, name, kind="generate")
    (activated,) = _positions(rotated, name, kind="activate")
    proofs = _positions(rotated, name, kind="token", secret="staged", outcome="accepted")
    assert generated < min(proofs) and max(proofs) < activated
    early = _positions(rotated, name, kind="token", secret="staged", outcome="rejected")
    assert all(rotated.effects[number]["who"].startswith(CONTROLLER) for number in early), (
        "a host used it before its time"
    )


def test_i_8_the_account_is_never_asked_twice_within_five_minutes(rotated: Rotated) -> None:
    """I-8: three integrations of one account; the simulator would have said `throttled`."""
    assert [each["outcome"] for each in rotated.effects if each["kind"] in ("generate", "activate")].count(
        "throttled"
    ) == 0
    assert {each["outcome"] for each in rotated.effects if each["kind"] == "generate"} == {"generated"}
    assert {each["outcome"] for each in rotated.effects if each["kind"] == "activate"} == {"activated"}


@pytest.mark.parametrize("name", ("crm_sync", "web_forms"))
def test_i_14_services_restart_once_and_before_the_activation(rotated: Rotated, name: str) -> None:
    """I-14, I-15."""
    own = {"crm_sync": {"web-shop": 2, "mule-runtime": 1}, "web_forms": {"web-forms": 1}}[name]
    restarts = [n for n, each in enumerate(rotated.effects) if each["outcome"] == "restarted" and each["note"] in own]
    (activated,) = _positions(rotated, name, kind="activate")
    assert len(restarts) == sum(own.values())
    assert max(restarts) < activated


@pytest.mark.parametrize(("host", "name"), SERVICES)
def test_no_service_was_ever_refused(rotated: Rotated, host: str, name: str) -> None:
    record = rotated.services[host, name]
    assert record["refused"] == 0, record
    assert record["accepted"] > 0 and record["starts"] == 2, record


def test_i_24_nothing_but_declared_secrets_changed_on_any_host(rotated: Rotated) -> None:
    """I-24, I-25, I-26: bytes, modes, owners, no new files; dev, which is not due, not at all."""
    estate = rotated.operations.estate
    after = estate.snapshot()
    assert estate.differences(rotated.before, after) == []
    dev = estate.snapshot("dev")
    assert dev == {path: state for path, state in rotated.before.items() if path in dev}


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_i_17_closed_after_the_soak(rotated: Rotated, name: str) -> None:
    """I-17, I-18: closed is at least one life of a token after the activation."""
    rotation = rotated.operations.rotation(name)
    assert rotation.closed_at is not None and rotation.activated_at is not None
    assert (rotation.closed_at - rotation.activated_at).total_seconds() >= 1200
    assert rotation.outcome == "rotated"


def test_the_store_is_private_and_encrypted(rotated: Rotated) -> None:
    folder = rotated.operations.store_folder
    assert folder.stat().st_mode & 0o777 == 0o700
    documents = [path for path in folder.iterdir() if path.name != ".lock"]
    assert len(documents) == 4, documents
    for path in documents:
        assert path.stat().st_mode & 0o777 == 0o600, path
        assert path.read_bytes().startswith(b"$ANSIBLE_VAULT"), path


def test_i_15_a_second_run_changes_nothing_and_asks_nobody(rotated: Rotated) -> None:
    """I-15, I-21: 0 changed, 0 effects, no token request of the controller or of a host."""
    operations = rotated.operations
    before, seen = operations.world(), len(operations.estate.simulator.effects())
    again = operations.rotate()
    assert again.status == 0, str(again)
    assert again.changed == 0, str(again)
    assert operations.world() == before
    asked = {each["who"] for each in operations.estate.simulator.effects()[seen:] if each["kind"] == "token"}
    assert all(who.startswith("testbed-service") for who in asked), asked
    assert "Write, read back" not in again.stdout, "hosts were asked although nothing is due"


def test_the_status_fits_into_100_columns(rotated: Rotated) -> None:
    seen = rotated.operations.playbook("status", limit="all")
    assert seen.status == 0, str(seen)
    rows = [
        line for line in seen.stdout.splitlines() if re.match(r"  (INTEGRATION |\w+( \((dev|prod)\))? .*-team )", line)
    ]
    assert len(rows) == 6, str(seen)
    assert max(map(len, rows)) <= 100
    assert sum(" closed " in row for row in rows) == 3 and sum(" idle " in row for row in rows) == 2
    assert seen.changed == 0


def test_a_run_over_all_environments_rotates_only_what_is_due(rotated: Rotated) -> None:
    """Dev's secrets are handed in now; none of them is due, prod is closed: nothing happens."""
    operations = rotated.operations
    dev = Operations.__new__(Operations)
    dev.estate, dev.environment = operations.estate, "dev"
    dev.hand_in_active("crm_sync", "web_forms")
    before = operations.world()
    everywhere = operations.rotate(limit="all")
    assert everywhere.status == 0 and everywhere.changed == 0, str(everywhere)
    assert operations.world() == before
    forced = operations.rotate(limit="dev", sfmc_force="a test of dev alone")
    assert forced.status == 0, str(forced)
    assert dev.sent("crm_sync") == dev.sent("web_forms") == ["generate", "activate"]
    assert [operations.sent(name) for name in INTEGRATIONS] == [["generate", "activate"]] * 3
