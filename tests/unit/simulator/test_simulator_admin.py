# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin API, the record, and the log."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.simulator import switches
from ansible_collections.keyturn.sfmc.tests.simulator.app import create_app
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock, parse_time
from ansible_collections.keyturn.sfmc.tests.simulator.effects import Caller, Effects
from ansible_collections.keyturn.sfmc.tests.simulator.faults import MENU
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

Call = Callable[..., requests.Response]
README = Path(switches.__file__).with_name("README.md")


def test_clock(admin: Call) -> None:
    assert admin("GET", "clock").json() == {"now": "2027-01-04T08:00:00+00:00", "speed": 0}
    assert admin("POST", "clock", {"advance_seconds": 90}).json()["now"] == "2027-01-04T08:01:30+00:00"
    assert admin("POST", "clock", {"set": "2027-06-01T00:00:00Z"}).json()["now"] == "2027-06-01T00:00:00+00:00"
    assert admin("POST", "clock", {"speed": 60}).json()["speed"] == 60


def test_clock_runs_at_its_speed() -> None:
    clock = Clock(parse_time("2027-01-01"), speed=1_000_000)
    first = clock.now()
    assert clock.now() > first
    clock.run_at(0)
    assert clock.now() == clock.now()


def test_packages(admin: Call, world: World) -> None:
    one = admin("POST", "packages", {"name": "One", "owner": "one@example.com"})
    two = admin("POST", "packages", [{"active": {"format": "old"}}, {"staged": {"description": "r-1"}}])
    assert (one.status_code, two.status_code) == (201, 201)
    old, with_staged = two.json()["packages"]
    assert len(old["active"]["secret"]) == 24
    assert with_staged["staged"]["description"] == "r-1"
    assert admin("GET", f"packages/{one.json()['client_id']}").json() == one.json()
    assert "secret" not in admin("GET", "packages").text
    assert len(world.packages()) == 3


def test_patch(admin: Call, world: World, package: Package) -> None:
    path = f"packages/{package.client_id}"
    aged = admin("PATCH", path, {"enabled": False, "generated_at": "2026-12-01T00:00:00Z"}).json()
    assert (aged["enabled"], aged["active"]["generated_at"]) == (False, "2026-12-01T00:00:00+00:00")
    world.generate(package.client_id)
    aged = admin("PATCH", path, {"staged": {"generated_at": "2026-12-02T00:00:00Z"}}).json()
    assert aged["staged"]["generated_at"] == "2026-12-02T00:00:00+00:00"


def test_patch_is_all_or_nothing(admin: Call, package: Package) -> None:
    response = admin("PATCH", f"packages/{package.client_id}", {"enabled": False, "generated_at": "yesterday"})
    assert response.status_code == 400
    assert package.enabled


def test_person_clicks_in_setup(admin: Call, world: World, package: Package) -> None:
    path = f"packages/{package.client_id}"
    made = admin("POST", f"{path}/generate", {"description": "r-1", "format": "old", "who": "ann"})
    assert (made.status_code, len(made.json()["staged"]["secret"])) == (201, 24)
    assert admin("POST", f"{path}/generate").status_code == 429
    assert admin("POST", f"{path}/activate").status_code == 409
    world.clock.advance(300)
    assert admin("POST", f"{path}/activate").status_code == 200
    assert [(each["kind"], each["who"]) for each in world.effects if each["outcome"][-1] == "d"] == [
        ("generate", "ann"),
        ("activate", "person"),
    ]


def test_effects(admin: Call, ask: Call, package: Package) -> None:
    ask()
    mine = admin(
        "POST", "effects", {"outcome": "wrote", "who": "h1", "client_id": package.client_id, "secret": "staged"}
    )
    ask("wrong")
    assert mine.status_code == 201
    lines = admin("GET", "effects").json()["effects"]
    assert [(line["n"], line["kind"], line["outcome"], line["secret"]) for line in lines] == [
        (1, "token", "accepted", "active"),
        (2, "external", "wrote", "staged"),
        (3, "token", "rejected", "unknown"),
    ]
    assert lines[0]["at"] == "2027-01-04T08:00:00+00:00"
    assert [line["n"] for line in admin("GET", "effects?since=2").json()["effects"]] == [3]
    assert [line["n"] for line in admin("GET", "effects?kind=external").json()["effects"]] == [2]
    assert admin("DELETE", "effects").json() == {"removed": 3}
    ask()
    assert [line["n"] for line in admin("GET", "effects").json()["effects"]] == [4]
    assert admin("GET", "counts").json()["counts"][package.client_id] == {"accepted": 2, "rejected": 1, "other": 0}
    assert admin("DELETE", "counts").json() == {"counts": {}}


def test_faults(admin: Call, ask: Call) -> None:
    made = admin("POST", "faults", {"fault": "unavailable", "times": "forever"})
    assert made.status_code == 201
    assert ask().status_code == 503
    assert admin("GET", "faults").json()["faults"][0]["met"] == 1
    assert admin("DELETE", f"faults/{made.json()['id']}").json() == {"removed": 1}
    assert admin("DELETE", "faults").json() == {"removed": 0}
    assert ask().status_code == 200


def test_switches(admin: Call) -> None:
    assert admin("GET", "switches").json()["switches"]["pace_scope"] == "account"
    assert admin("PATCH", "switches", {"pace_scope": "package"}).json()["switches"]["pace_scope"] == "package"


@pytest.mark.parametrize(
    "wanted",
    [
        {"no_such_switch": 1},
        {"pace_scope": "planet"},
        {"generate_pace_seconds": -1},
        {"generate_pace_seconds": True},
        {"legacy_deadline": 1},
        {"endpoints_scope": None},
        {"secret_life_days": 90, "pace_scope": "planet"},
    ],
)
def test_switches_that_are_none(wanted: dict[str, object]) -> None:
    """I-44."""
    state = switches.Switches()
    with pytest.raises(Refusal):
        state.change(wanted)
    assert state == switches.Switches()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "clock", {"advance": 5}),
        ("POST", "clock", {"speed": "fast"}),
        ("POST", "clock", {"speed": -1}),
        ("POST", "clock", {"set": "noon"}),
        ("POST", "clock", [1]),
        ("POST", "packages", {"client_id": "SHORT"}),
        ("POST", "packages", {"colour": "red"}),
        ("POST", "packages", {"subdomain": "mc/evil"}),
        ("POST", "packages", {"type": "toy"}),
        ("POST", "packages", {"active": {"format": "newest"}}),
        ("POST", "packages", {"active": "text"}),
        ("POST", "packages", {"scopes": 5}),
        ("POST", "packages", {"enabled": "yes"}),
        ("POST", "packages", 7),
        ("GET", "effects?since=first", None),
        ("POST", "effects", {"colour": "red"}),
        ("PATCH", "switches", {"pace_scope": "planet"}),
    ],
)
def test_bad_input(admin: Call, method: str, path: str, body: object) -> None:
    """I-44: each refusal names rule, offender, expected, found and the way out."""
    response = admin(method, path, body)
    assert response.status_code == 400
    assert {"rule", "offender", "expected", "found", "way_out"} <= set(response.json())


def test_a_client_id_exists_once(admin: Call, package: Package) -> None:
    assert admin("POST", "packages", {"client_id": package.client_id}).status_code == 400
    assert admin("GET", "packages/unknown").status_code == 404


def test_only_from_this_machine(world: World) -> None:
    client = create_app(world).test_client()
    answered = client.get("/_sim/clock", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert answered.status_code == 403


def test_neither_log_nor_record_holds_a_secret(
    admin: Call, ask: Call, console: Call, url: str, world: World, package: Package, caplog: pytest.LogCaptureFixture
) -> None:
    """I-27: also when a client puts the secret where it does not belong."""
    caplog.set_level(logging.DEBUG)
    staged = console("POST", "staged-secret", json={"description": "r-1"}).json()["staged"]["secret"]
    world.clock.advance(300)
    token = ask(staged).json()["access_token"]
    ask(client_id=staged)
    headers = {"User-Agent": f"tool/{staged}", "Authorization": f"Bearer {token}"}
    requests.get(f"{url}/v2/userinfo?access_token={token}", headers=headers, timeout=10)
    requests.get(f"{url}/{staged}/{token}", timeout=10)
    console("GET", "staged-secret", params={"description": staged})
    admin("POST", "effects", {"outcome": staged, "who": staged, "note": token, "client_id": staged})
    # The client's own debug log is not the simulator's.
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("urllib3")]
    assert len(logged) == 7
    written = "\n".join(logged) + admin("GET", "effects").text + admin("GET", "counts").text
    for value in (staged, package.active.value, token, world.console_token):
        assert value not in written


@pytest.mark.parametrize(
    ("sent", "status", "dated"),
    [
        (b"this is no HTTP\r\n\r\n", b"400", False),  # to HTTP/0.9, which has no headers
        (b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 101 + b"\r\n", b"431", True),
    ],
)
def test_what_is_no_request(url: str, sent: bytes, status: bytes, dated: bool) -> None:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as connection:
        connection.sendall(sent)
        answer = connection.recv(10_000)
    assert status in answer
    assert (b"Date: Mon, 04 Jan 2027 08:00:00 GMT" in answer) == dated


def test_readme_has_every_row() -> None:
    text = README.read_text(encoding="utf-8")
    for row in switches.table():
        default = str(row.default).lower() if isinstance(row.default, bool) else str(row.default) or "(empty)"
        assert f"| `{row.name}` | `{default}` | {row.sure} | {row.meaning}" in text
    for name, dish in MENU.items():
        assert f"| `{name}` |" in text
        assert dish.meaning in text


def test_nobody_waits_in_the_record_for_the_world() -> None:
    """Whoever holds the world writes here: a writer that waited for the world under the record's lock stopped all."""
    waits, may_go_on = threading.Event(), threading.Event()

    def hide(text: str) -> str:
        waits.set()
        may_go_on.wait(10)
        return text

    effects = Effects(Clock(), hide)
    writer = threading.Thread(target=effects.add, args=("token", "abc", "accepted", Caller("prod-a")), daemon=True)
    reader = threading.Thread(target=effects.as_list, daemon=True)
    writer.start()
    assert waits.wait(10)
    reader.start()
    reader.join(5)
    assert not reader.is_alive()
    may_go_on.set()
    writer.join(10)
    assert len(effects) == 1
