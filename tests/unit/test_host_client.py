# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed host's questions to SFMC, over Ansible's urls module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _host_client
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient, url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import ACCEPTED, REJECTED, UNKNOWN, Answer
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_access_token
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._echo import echoing
from ansible_collections.keyturn.sfmc.tests.unit._tunnel import tunnelling


@pytest.fixture
def world() -> World:
    """Return a world whose clock stands."""
    return World(Clock(speed=0))


@pytest.fixture
def package(world: World) -> Package:
    """Return the one package."""
    return world.add_package({"name": "CRM Sync", "subdomain": "mc1"})


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """Return the base URL of a server for the world."""
    with running(world) as base_url:
        yield base_url


@pytest.fixture
def pauses() -> list[float]:
    """Return the pauses that a client made."""
    return []


@pytest.fixture
def client(pauses: list[float]) -> HostClient:
    """Return a client that does not sleep."""
    return HostClient(sleep=pauses.append)


def test_a_fresh_token_is_accepted_with_whose_it_is(client: HostClient, url: str, package: Package) -> None:
    answer = client.fresh_token(url, package.client_id, package.active.value)
    assert (answer.outcome, answer.scopes) == (ACCEPTED, ("email_read", "list_and_subscribers_read"))
    whose = client.package(url, answer)
    assert whose is not None and (whose.name, whose.enterprise_id) == ("CRM Sync", "1000001")


def test_an_empty_scope_asks_for_a_token_that_can_do_nothing(client: HostClient, url: str, package: Package) -> None:
    assert client.fresh_token(url, package.client_id, package.active.value, scope="").scopes == ()


def test_no_token_is_ever_cached(client: HostClient, url: str, world: World, package: Package) -> None:
    """I-16."""
    for _number in range(2):
        assert client.fresh_token(url, package.client_id, package.active.value).outcome == ACCEPTED
    assert [line["kind"] for line in world.effects] == ["token", "token"]
    former = package.active.value
    world.generate(package.client_id)
    world.clock.advance(300)
    world.activate(package.client_id)
    assert client.fresh_token(url, package.client_id, former).outcome == REJECTED


def test_a_wrong_secret_is_rejected_and_asked_once(
    client: HostClient, url: str, world: World, package: Package, pauses: list[float]
) -> None:
    """I-21."""
    assert client.fresh_token(url, package.client_id, "A" * 24).outcome == REJECTED
    assert (len(world.effects), pauses) == (1, [])


@pytest.mark.parametrize(
    ("fault", "asked"),
    [("server_error", 4), ("unavailable", 4), ("bad_gateway_html", 4), ("reset", 4), ("answer_dropped", 4),
     ("blocked", 1), ("empty", 1), ("not_json", 1), ("redirect", 1), ("half_body", 1)],
)  # fmt: skip
def test_anything_else_is_unknown_and_asked_a_bounded_number_of_times(
    client: HostClient, url: str, world: World, package: Package, pauses: list[float], fault: str, asked: int
) -> None:
    """I-20, I-21."""
    world.faults.add({"fault": fault, "times": "forever"})
    assert client.fresh_token(url, package.client_id, package.active.value).outcome == UNKNOWN
    assert (len(world.effects), len(pauses)) == (asked, asked - 1)
    world.faults.remove()
    assert client.fresh_token(url, package.client_id, package.active.value).outcome == ACCEPTED


@pytest.mark.parametrize(("retry_after", "first"), [(5, [5.0]), (31, []), (None, [1.0])])
def test_retry_after_is_honoured(
    client: HostClient, url: str, world: World, package: Package, pauses: list[float],
    retry_after: int | None, first: list[float],
) -> None:  # fmt: skip
    """I-21."""
    world.faults.add({"fault": "rate_limited", "retry_after": retry_after})
    client.fresh_token(url, package.client_id, package.active.value)
    assert pauses == first


def test_an_answer_that_takes_too_long_is_unknown(
    client: HostClient, url: str, world: World, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_host_client, "_TIMEOUT", 0.2)
    world.faults.add({"fault": "slow", "seconds": 30, "times": "forever"})
    answer = client.fresh_token(url, package.client_id, package.active.value)
    assert (answer.outcome, answer.reason) == (UNKNOWN, "timeout")


def test_a_host_that_reaches_nobody_says_so(client: HostClient) -> None:
    answer = client.fresh_token("http://127.0.0.1:1", "0" * 24, "A" * 24)
    assert (answer.outcome, answer.reason) == (UNKNOWN, "connection")


def test_tls_is_verified(world: World, package: Package, tmp_path: Path, pauses: list[float]) -> None:
    authority = Authority()
    authority.write_certificate(tmp_path / "ca.pem")
    with running(world, tls=authority) as url:
        good = HostClient(str(tmp_path / "ca.pem"), pauses.append)
        assert good.fresh_token(url, package.client_id, package.active.value).outcome == ACCEPTED
        answer = HostClient(sleep=pauses.append).fresh_token(url, package.client_id, package.active.value)
    assert (answer.outcome, answer.reason) == (UNKNOWN, "tls")
    assert len(world.effects) == 1


def test_sfmc_is_reached_through_the_hosts_proxy(
    world: World, package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority()
    authority.write_certificate(tmp_path / "ca.pem")
    with running(world, tls=authority) as url, tunnelling(url) as (proxy, asked):
        monkeypatch.setenv("https_proxy", proxy)
        client = HostClient(str(tmp_path / "ca.pem"), sleep=lambda seconds: None)
        sfmc = "https://mc1.auth.marketingcloudapis.com"
        assert client.fresh_token(sfmc, package.client_id, package.active.value).outcome == ACCEPTED
    assert asked == ["mc1.auth.marketingcloudapis.com:443"]


def test_neither_a_netrc_nor_a_proxy_changes_a_request_on_this_machine(
    client: HostClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-29."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password hush\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with echoing() as echo:
        client.fresh_token(echo.url, "0" * 24, "A" * 24)
        assert "authorization" not in echo.seen[0].headers
        assert echo.seen[0].path == "/v2/token"


def test_a_secret_is_not_sent_where_a_redirect_points(
    client: HostClient, url: str, world: World, package: Package
) -> None:
    with echoing() as other:
        world.faults.add({"fault": "redirect", "location": other.url})
        assert client.fresh_token(url, package.client_id, package.active.value).reason == "redirect"
        assert other.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_i29_a_token_is_not_sent_where_a_redirect_points(client: HostClient, status: int) -> None:
    """Python's own way to follow one takes the header with the token along, to whatever host."""
    with echoing() as echo, echoing() as other:
        echo.status, echo.headers = status, {"Location": other.url}
        assert client.package(echo.url, Answer(ACCEPTED, "token", access_token=make_access_token())) is None
        assert [seen.path for seen in echo.seen] == ["/v2/userinfo"]
        assert other.seen == []


def test_the_url_of_a_check_says_its_status() -> None:
    with echoing() as echo:
        assert url_status(f"{echo.url}/health", True) == "200"
        echo.status = 503
        assert url_status(f"{echo.url}/health", True) == "503"
    assert url_status("http://127.0.0.1:1/", True).startswith("no answer (")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_of_a_check_is_not_followed_and_says_where_it_leads(status: int) -> None:
    """A page for logging in answers 200 whatever the program is; its URL may carry a token (I-27)."""
    with echoing() as echo:
        echo.status = status
        for location, said in (
            ("/login?token=hush#hush", f"{echo.url}/login"),
            ("https://me:hush@sso.example.com/start?to=hush", "https://sso.example.com/start"),
        ):
            echo.headers = {"Location": location}
            assert url_status(f"{echo.url}/health?key=hush", True) == f"{status} (a redirect to {said})"
        echo.headers = {"Location": "http://[::1"}
        assert "hush" not in url_status(f"{echo.url}/health", True)
    assert {seen.path.split("?")[0] for seen in echo.seen} == {"/health"}


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://127.0.0.1:many/", "http://127.0.0.1/a b", "nothing", "http:///"]
)
def test_a_url_that_is_none_has_no_answer(url: str) -> None:
    assert url_status(url, True).startswith("no answer (")


def test_whose_a_token_is_may_stay_unknown(client: HostClient, url: str, world: World, package: Package) -> None:
    answer = client.fresh_token(url, package.client_id, package.active.value)
    for fault in ("server_error", "reset", "not_json", "redirect"):
        world.faults.add({"fault": fault, "on": "userinfo"})
        assert client.package(url, answer) is None


def test_no_repr_shows_a_token(client: HostClient, url: str, package: Package) -> None:
    """I-27."""
    answer = client.fresh_token(url, package.client_id, package.active.value)
    assert answer.access_token and answer.access_token not in repr(answer)
