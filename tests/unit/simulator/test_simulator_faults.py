# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault of the menu, as ``requests`` sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.simulator.faults import CONNECTION, MENU, Faults
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

Ask = Callable[..., requests.Response]
Call = Callable[..., requests.Response]


@pytest.mark.parametrize(
    ("fault", "status", "retry_after", "errorcode"),
    [
        ({"fault": "rate_limited"}, 429, "5", 50100),
        ({"fault": "rate_limited", "retry_after": 17}, 429, "17", 50100),
        ({"fault": "rate_limited", "retry_after": None}, 429, None, 50100),
        ({"fault": "blocked"}, 429, None, 50200),
        ({"fault": "server_error"}, 500, None, 0),
        ({"fault": "unavailable"}, 503, None, 50300),
    ],
)
def test_platform_answers(
    ask: Ask, world: World, fault: dict[str, object], status: int, retry_after: str | None, errorcode: int
) -> None:
    """I-20: none of them is a rejection."""
    world.faults.add(fault)
    response = ask()
    assert response.status_code == status
    assert response.headers.get("Retry-After") == retry_after
    assert response.json()["errorcode"] == errorcode
    assert ask().status_code == 200


def test_bodies_that_are_no_answer(ask: Ask, world: World) -> None:
    """I-20."""
    for name in ("bad_gateway_html", "empty", "not_json"):
        world.faults.add({"fault": name})
    html, empty, not_json = ask(), ask(), ask()
    assert (html.status_code, html.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (200, b"")
    assert (not_json.status_code, not_json.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError, match="Expecting value"):
        not_json.json()


def test_redirect(ask: Ask, world: World) -> None:
    world.faults.add({"fault": "redirect", "location": "https://thief.invalid/v2/token"})
    response = ask()
    assert (response.status_code, response.headers["Location"]) == (307, "https://thief.invalid/v2/token")


def test_reset(ask: Ask, world: World) -> None:
    world.faults.add({"fault": "reset"})
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        ask()
    assert world.effects[0]["outcome"] == "fault"
    assert world.effects[0]["secret"] == "active"


def test_half_body(ask: Ask, world: World) -> None:
    world.faults.add({"fault": "half_body"})
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError), match="IncompleteRead"):
        ask()
    assert [(each["outcome"], each["fault"]) for each in world.effects] == [("accepted", "half_body")]


def test_slow(url: str, world: World, package: Package) -> None:
    world.faults.add({"fault": "slow", "seconds": 60, "on": "*"})
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{url}/v2/userinfo", timeout=(5, 0.05))


def test_wrong_date(ask: Ask, world: World) -> None:
    """I-9: a skewed clock can be shown to the client."""
    world.faults.add({"fault": "wrong_date", "offset_seconds": -7200})
    wrong, right = ask(), ask()
    assert wrong.status_code == 200
    shown = [parsedate_to_datetime(each.headers["Date"]) - world.clock.now() for each in (wrong, right)]
    assert shown == [timedelta(seconds=-7200), timedelta(0)]


def test_answer_dropped(console: Call, world: World, package: Package) -> None:
    """I-6: it happened, and nobody was told."""
    world.faults.add({"fault": "answer_dropped", "on": "generate"})
    with pytest.raises(requests.ConnectionError, match=r"Remote end closed|reset by peer"):
        console("POST", "staged-secret", json={"description": "r-1"})
    assert package.staged is not None
    world.faults.add({"fault": "answer_dropped", "on": "activate"})
    world.clock.advance(300)
    with pytest.raises(requests.ConnectionError):
        console("POST", "activation", json={"description": "r-1"})
    assert package.active.description == "r-1"


@pytest.mark.parametrize("acts", [True, False])
def test_error_after_the_effect(console: Call, world: World, package: Package, acts: bool) -> None:
    """I-6: a 502 does not say whether it happened."""
    world.faults.add({"fault": "bad_gateway_html", "on": "generate", "acts": acts})
    assert console("POST", "staged-secret", json={}).status_code == 502
    assert (package.staged is not None) == acts


def test_activation_ignored(console: Call, world: World, package: Package) -> None:
    """I-18: the answer says yes, the old secret still works."""
    console("POST", "staged-secret", json={"description": "r-1"})
    world.clock.advance(300)
    world.faults.add({"fault": "activation_ignored"})
    assert console("POST", "activation", json={"description": "r-1"}).status_code == 200
    assert package.staged is not None
    assert world.effects[-1]["outcome"] == "ignored"
    assert console("POST", "activation", json={"description": "r-1"}).status_code == 200
    assert package.staged is None


def test_matching(ask: Ask, console: Call, world: World, package: Package) -> None:
    other = world.add_package()
    staged = world.generate(package.client_id)
    world.clock.advance(300)
    world.faults.add({"fault": "unavailable", "client_id": other.client_id, "times": "forever"})
    world.faults.add({"fault": "server_error", "which": "staged", "times": 2})
    world.faults.add({"fault": "blocked", "on": "retrieve"})
    assert ask().status_code == 200
    assert [ask(staged.value).status_code for time in range(3)] == [500, 500, 200]
    assert [ask(client_id=other.client_id).status_code for time in range(3)] == [503] * 3
    assert console("GET", "staged-secret").status_code == 429


def test_first_that_fits_is_taken(ask: Ask, world: World) -> None:
    for name in ("unavailable", "server_error"):
        world.faults.add({"fault": name})
    assert [ask().status_code for time in range(3)] == [503, 500, 200]


def test_somebody_generates_before_the_answer(ask: Ask, world: World, package: Package) -> None:
    """I-2: what was staged is dead by the time that it is asked about; Setup keeps its pace, too."""
    staged = world.generate(package.client_id)
    world.clock.advance(299)
    world.faults.add({"fault": "replaced_staging", "times": 2})
    assert ask().status_code == 200
    assert package.staged is staged
    world.clock.advance(1)
    assert ask(staged.value).status_code == 401
    assert package.staged is not None and package.staged is not staged


def test_a_stale_node_takes_the_former_secret_for_a_while(ask: Ask, world: World, package: Package) -> None:
    """I-18: yes and no by turns, until the node knows."""
    former = package.active.value
    activated = world.generate(package.client_id).value
    world.clock.advance(600)
    world.activate(package.client_id)
    world.faults.add({"fault": "flapping", "turns": "ssn", "times": "forever"})
    assert [ask(former).status_code for _time in range(6)] == [200, 200, 401] * 2
    assert [ask(activated).status_code for _time in range(3)] == [200] * 3
    world.clock.advance(300)
    assert [ask(former).status_code for _time in range(3)] == [401] * 3


def test_a_stale_node_does_not_know_a_new_staged_secret_yet(ask: Ask, world: World, package: Package) -> None:
    """I-2: the one that it replaced still gets tokens there."""
    first = world.generate(package.client_id).value
    world.clock.advance(600)
    second = world.generate(package.client_id).value
    world.faults.add({"fault": "flapping", "lag_seconds": 400, "times": "forever"})
    world.clock.advance(310)
    assert [ask(first).status_code for _time in range(2)] == [200, 401]
    assert [ask(second).status_code for _time in range(2)] == [401, 200]
    world.clock.advance(390)
    assert [ask(first).status_code for _time in range(2)] == [401, 401]
    assert [ask(second).status_code for _time in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unknown_authority", "CERTIFICATE_VERIFY_FAILED"),
        ("other_name", "mismatch"),
        ("expired", "certificate has expired"),
        ("plain_http", "WRONG_VERSION_NUMBER|wrong version number"),
    ],
)
def test_a_server_that_no_careful_client_talks_to(
    world: World, name: str, said: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """I-29: nothing is sent there; the fault meets new connections of its port, and no request."""
    authority = Authority()
    certificate = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.write_certificate(certificate)

    def ask_clock(url: str) -> int:
        return requests.get(f"{url}/_sim/clock", timeout=10, verify=str(certificate)).status_code

    with running(world, tls=authority) as url, running(world, tls=authority) as other:
        world.faults.add({"fault": name, "port": int(url.rpartition(":")[2])})
        assert ask_clock(other) == 200
        with pytest.raises(requests.exceptions.SSLError, match=said):
            ask_clock(url)
        assert ask_clock(url) == 200


@pytest.mark.parametrize("name", [name for name, dish in MENU.items() if dish.on != CONNECTION])
def test_every_fault_has_a_place_on_the_menu(name: str) -> None:
    faults = Faults()
    fault = faults.add({"fault": name, "on": "*"})
    assert faults.take("token", None, "unknown") is fault
    assert faults.take("token", None, "unknown") is None
    assert faults.remove(fault.id) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"fault": "flood"},
        {"fault": "reset", "on": "tea"},
        {"fault": "reset", "times": 0},
        {"fault": "reset", "times": "often"},
        {"fault": "reset", "which": "mine"},
        {"fault": "reset", "seconds": 5},
        {"fault": "slow", "seconds": "long"},
        {"fault": "slow", "acts": False},
        {"fault": "redirect", "location": None},
        {"fault": "wrong_date", "offset_seconds": None},
        {"fault": "flapping", "turns": 2},
        {"fault": "expired", "on": "token"},
        {"fault": "expired", "on": "*"},
        {"fault": "reset", "on": "connection"},
    ],
)
def test_what_is_not_on_the_menu(wanted: dict[str, object]) -> None:
    """I-44."""
    with pytest.raises(Refusal, match="a fault is one of the menu"):
        Faults().add(wanted)


@pytest.mark.parametrize("name", ["reset", "answer_dropped", "half_body"])
def test_cut_connections_over_tls(world: World, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    authority = Authority()
    certificate = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.write_certificate(certificate)
    with running(world, tls=authority) as url:
        world.faults.add({"fault": name, "on": "userinfo"})
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            requests.get(f"{url}/v2/userinfo", timeout=10, verify=str(certificate))
        assert requests.get(f"{url}/v2/userinfo", timeout=10, verify=str(certificate)).status_code == 401
