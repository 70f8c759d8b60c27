# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's HTTP client: what it sends, what it never sends, and what it makes of failures."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import HttpRequest
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient, NoAnswer
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._echo import Echo, echoing
from ansible_collections.keyturn.sfmc.tests.unit._tunnel import tunnelling


@pytest.fixture
def echo() -> Iterator[Echo]:
    """Return a server that records."""
    with echoing() as server:
        yield server


def _get(url: str) -> HttpRequest:
    return HttpRequest("GET", url, {}, None)


def test_it_sends_what_it_is_given_and_nothing_of_its_own(
    echo: Echo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-29: a .netrc for the host must not change the request."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password hush\ndefault login someone password hush\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    echo.headers = {"Set-Cookie": "session=1; Path=/"}
    client = HttpClient()
    for _number in range(2):
        client.send(HttpRequest("POST", f"{echo.url}/x", {"Content-Type": "text/plain", "X-Own": "1"}, b"body"))
    for seen in echo.seen:
        assert (seen.method, seen.path, seen.body) == ("POST", "/x", b"body")
        assert (seen.headers["content-type"], seen.headers["x-own"]) == ("text/plain", "1")
        assert not {"authorization", "cookie", "proxy-authorization"} & seen.headers.keys()


def test_a_netrc_is_not_used_behind_a_proxy_either(echo: Echo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine sfmc.invalid login someone password hush\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", echo.url)
    HttpClient().send(_get("http://sfmc.invalid/x"))
    assert echo.seen[0].path == "http://sfmc.invalid/x"
    assert "authorization" not in echo.seen[0].headers


def test_this_machine_is_never_asked_through_a_proxy(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    assert HttpClient().send(_get(echo.url)).status == 200


def test_the_environments_proxy_and_authority_are_taken_for_sfmc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, authority = World(), Authority()
    package = world.add_package({"subdomain": "mc1"})
    authority.write_certificate(tmp_path / "ca.pem")
    with running(world, tls=authority) as url, tunnelling(url) as (proxy, asked):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(NoAnswer) as caught:
            HttpClient().send(_get("https://mc1.auth.marketingcloudapis.com/v2/userinfo"))
        assert (caught.value.reason, caught.value.sent) == ("tls", False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        assert HttpClient().send(_get("https://mc1.auth.marketingcloudapis.com/v2/userinfo")).status == 401
    assert set(asked) == {"mc1.auth.marketingcloudapis.com:443"}
    assert package.client_id


def test_tls_is_verified_with_the_given_authority(tmp_path: Path) -> None:
    authority = Authority()
    authority.write_certificate(tmp_path / "ca.pem")
    with running(World(), tls=authority) as url:
        assert HttpClient(str(tmp_path / "ca.pem")).send(_get(f"{url}/v2/userinfo")).status == 401
        with pytest.raises(NoAnswer, match="certificate was not accepted") as caught:
            HttpClient().send(_get(f"{url}/v2/userinfo"))
        assert (caught.value.reason, caught.value.sent) == ("tls", False)


def test_a_certificate_for_another_name_is_not_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority()
    authority.write_certificate(tmp_path / "ca.pem")
    context = authority._context_for("other.example.com")
    monkeypatch.setattr(authority, "server_context", lambda: context)
    with running(World(), tls=authority) as url, pytest.raises(NoAnswer) as caught:
        HttpClient(str(tmp_path / "ca.pem")).send(_get(url))
    assert (caught.value.reason, caught.value.sent) == ("tls", False)


def test_tls_that_breaks_after_the_request_may_have_been_acted_on(tmp_path: Path) -> None:
    """I-6: not a certificate's failure, so not a certain no."""
    authority = Authority()
    authority.write_certificate(tmp_path / "ca.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def garble() -> None:
            raw, _address = listening.accept()
            with authority.server_context().wrap_socket(raw, server_side=True) as secured:
                secured.recv(65536)
                os.write(secured.fileno(), b"this is no TLS record, whatever it is\r\n" * 20)

        thread = threading.Thread(target=garble, daemon=True)
        thread.start()
        with pytest.raises(NoAnswer) as caught:
            HttpClient(str(tmp_path / "ca.pem")).send(_get(f"https://127.0.0.1:{listening.getsockname()[1]}/"))
        thread.join()
    assert caught.value.sent


@pytest.mark.parametrize("fault", ["reset", "answer_dropped"])
@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_that_breaks_may_have_been_acted_on(tmp_path: Path, fault: str, tls: bool) -> None:
    """I-6."""
    world, authority = World(), Authority()
    authority.write_certificate(tmp_path / "ca.pem")
    world.faults.add({"fault": fault, "on": "token"})
    with running(world, tls=authority if tls else False) as url, pytest.raises(NoAnswer) as caught:
        HttpClient(str(tmp_path / "ca.pem")).send(HttpRequest("POST", f"{url}/v2/token", {}, b"{}"))
    assert caught.value.sent


def test_no_connection_is_certainly_not_acted_on() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(NoAnswer) as caught:
            HttpClient().send(_get(f"http://127.0.0.1:{unused.getsockname()[1]}/"))
    assert (caught.value.reason, caught.value.sent) == ("connection", False)


@pytest.mark.parametrize(
    "request_", [_get("nonsense"), _get("http://"), HttpRequest("GET", "http://127.0.0.1:1/", {"a": "b\n"}, None)]
)
def test_what_cannot_be_sent_was_not_sent(request_: HttpRequest) -> None:
    with pytest.raises(NoAnswer) as caught:
        HttpClient().send(request_)
    assert not caught.value.sent


def test_a_server_that_answers_too_late_is_not_waited_for() -> None:
    world = World()
    world.faults.add({"fault": "slow", "on": "token", "seconds": 30})
    with running(world) as url, pytest.raises(NoAnswer, match="no answer in time") as caught:
        HttpClient(timeout=0.2).send(HttpRequest("POST", f"{url}/v2/token", {}, b"{}"))
    assert (caught.value.reason, caught.value.sent) == ("timeout", True)


def test_a_body_that_never_ends_is_bounded_in_time_and_size(echo: Echo) -> None:
    echo.body = b"x" * 60_000
    ticks = iter(range(0, 10_000, 15))
    with pytest.raises(NoAnswer, match="does not end in time"):
        HttpClient(timeout=20, monotonic=lambda: next(ticks)).send(_get(echo.url))
    echo.body = b"x" * 70_000
    with pytest.raises(NoAnswer, match="65536 bytes") as caught:
        HttpClient().send(_get(echo.url))
    assert caught.value.sent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(echo: Echo, status: int) -> None:
    """A secret in the body must not travel on."""
    echo.status, echo.headers = status, {"Location": f"{echo.url}/elsewhere"}
    assert HttpClient().send(HttpRequest("POST", echo.url, {}, b"hush")).status == status
    assert [seen.path for seen in echo.seen] == ["/"]


def test_requests_and_answers_do_not_show_themselves(echo: Echo) -> None:
    """I-27."""
    echo.headers, echo.body = {"X-Token": "hush"}, b"hush"
    request = HttpRequest("POST", echo.url, {"Authorization": "hush"}, b"hush")
    assert "hush" not in repr(request) + repr(HttpClient().send(request))
