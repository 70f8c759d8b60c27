# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every provider keeps to, and how the http provider speaks, against the simulator's console."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import AnswerLost, Order
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.http import Call, HttpProvider
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._echo import Echo, echoing

NOT_ACTING = ["reset", "server_error", "unavailable", "bad_gateway_html", "empty", "not_json", "redirect"]


class Console:
    """A provider over the simulator's console, and the package that it is for."""

    def __init__(self, world: World, url: str, timeout: float = 10.0) -> None:
        self.world = world
        self.package: Package = world.add_package({"name": "CRM & Co"})
        self.order = Order(self.package.client_id, self.package.name, "20270104-abcdef-1")
        headers = {"Authorization": f"Bearer {world.console_token}"}
        base = url + "/console/packages/${client_id}"
        body = {"description": "${description}"}
        self.provider = HttpProvider(
            HttpClient(timeout=timeout),
            Call(f"{base}/staged-secret", headers=headers, body=body, secret="staged.secret"),
            Call(f"{base}/activation", headers=headers, body=body),
            Call(f"{base}/staged-secret?description=${{description}}", "GET", headers, secret="staged.secret"),
        )

    def outcomes(self) -> list[tuple[str, str]]:
        """Return what the console did."""
        return [(line["kind"], line["outcome"]) for line in self.world.effects]


@pytest.fixture
def world() -> World:
    """Return a world whose clock stands."""
    return World(Clock(speed=0))


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    """Return a console that answers."""
    with running(world) as url:
        yield Console(world, url)


@pytest.fixture
def echo() -> Iterator[Echo]:
    """Return a server that records."""
    with echoing() as server:
        yield server


def test_it_generates_retrieves_and_activates(console: Console) -> None:
    text = console.provider.generate(console.order)
    assert console.package.staged is not None and console.package.staged.value == text
    assert console.package.staged.description == "keyturn 20270104-abcdef-1"
    assert console.provider.retrieve(console.order) == text
    console.world.clock.advance(300)
    console.provider.activate(console.order)
    assert console.package.active.value == text


def test_retrieving_what_another_order_made_says_none(console: Console) -> None:
    """I-6: `certainly made none` is about this very rotation."""
    console.world.generate(console.package.client_id, "somebody else")
    assert console.provider.retrieve(console.order) is None


@pytest.mark.parametrize("fault", NOT_ACTING)
@pytest.mark.parametrize("acts", [False, True])
@pytest.mark.parametrize("kind", ["generate", "activate"])
def test_a_call_without_a_clear_answer_is_sent_once_and_called_lost(
    console: Console, kind: str, fault: str, acts: bool
) -> None:
    """I-6: carried out or not, the provider cannot tell."""
    call = _ready(console, kind)
    console.world.faults.add({"fault": fault, "on": kind, "acts": acts})
    if kind == "activate" and fault in ("empty", "not_json"):
        call()  # Any 2xx will do: whether it worked is found out by probing.
    else:
        with pytest.raises(AnswerLost, match="run again: the next run finds out"):
            call()
    assert [name for name, _outcome in console.outcomes()].count(kind) == 1


@pytest.mark.parametrize("kind", ["generate", "activate"])
@pytest.mark.parametrize("fault", [{"fault": "answer_dropped"}, {"fault": "half_body"}], ids=str)
def test_a_call_that_was_carried_out_without_a_whole_answer_is_called_lost(
    console: Console, kind: str, fault: dict[str, Any]
) -> None:
    """I-6."""
    call = _ready(console, kind)
    console.world.faults.add({**fault, "on": kind})
    with pytest.raises(AnswerLost):
        call()
    assert [outcome for name, outcome in console.outcomes() if name == kind] == [
        {"generate": "generated", "activate": "activated"}[kind]
    ]


@pytest.mark.parametrize("kind", ["generate", "activate"])
def test_a_call_that_takes_too_long_is_called_lost(world: World, kind: str) -> None:
    """I-6."""
    with running(world) as url:
        console = Console(world, url, timeout=0.2)
        call = _ready(console, kind)
        world.faults.add({"fault": "slow", "on": kind, "seconds": 30})
        with pytest.raises(AnswerLost, match="no answer in time"):
            call()


@pytest.mark.parametrize("kind", ["generate", "activate"])
@pytest.mark.parametrize("fault", ["rate_limited", "blocked"])
def test_a_4xx_is_a_certain_no(console: Console, kind: str, fault: str) -> None:
    call = _ready(console, kind)
    console.world.faults.add({"fault": fault, "on": kind})
    with pytest.raises(Refusal, match="it was not carried out") as caught:
        call()
    assert not isinstance(caught.value, AnswerLost)
    assert "HTTP 429" in caught.value.found


def test_a_refused_connection_is_a_certain_no() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        provider = HttpProvider(HttpClient(timeout=5), Call(url), Call(url))
        with pytest.raises(Refusal, match="no connection") as caught:
            provider.activate(Order("c", "p", "r"))
        assert not isinstance(caught.value, AnswerLost)


def test_a_request_that_cannot_be_sent_is_a_certain_no(echo: Echo) -> None:
    """A line end in a token from a file: nothing leaves, nothing is shown (I-27)."""
    provider = HttpProvider(HttpClient(timeout=5), Call(echo.url), Call(echo.url, headers={"Authorization": "hush\n"}))
    with pytest.raises(Refusal) as caught:
        provider.activate(Order("c", "p", "r"))
    assert not isinstance(caught.value, AnswerLost)
    assert "hush" not in str(caught.value)
    assert echo.seen == []


def test_the_consoles_own_refusals_are_certain(console: Console) -> None:
    console.provider.generate(console.order)
    for call, status in ((console.provider.generate, 429), (console.provider.activate, 409)):
        with pytest.raises(Refusal, match=f"HTTP {status}") as caught:
            call(console.order)
        assert not isinstance(caught.value, AnswerLost)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'"text"', b'{"staged": null}', b'{"staged": {}}', b'{"staged": {"secret": ""}}',
     b'{"staged": {"secret": 7}}', b'{"staged": ["secret"]}', b"\xff", b"[" * 50_000],
)  # fmt: skip
def test_an_answer_without_the_secret_is_lost_not_no(echo: Echo, body: bytes) -> None:
    """I-6: a 200 says that it was carried out."""
    echo.body = body
    provider = HttpProvider(HttpClient(timeout=5), Call(echo.url, secret="staged.secret"), Call(echo.url))
    with pytest.raises(AnswerLost, match=r"'staged\.secret'"):
        provider.generate(Order("c", "p", "r"))


def test_placeholders_are_filled_and_quoted_for_where_they_stand(echo: Echo) -> None:
    echo.body = b'{"s": "x"}'
    call = Call(
        echo.url + "/p/${package}?d=${description}&keep=$5",
        "PUT",
        {"X-Rotation": "${rotation_id}", "X-Other": "$HOME"},
        {"id": "${client_id}", "list": ["${package}", 1, None, True], "price": "$5 ${unknown}"},
        "s",
    )
    HttpProvider(HttpClient(timeout=5), call, call).generate(Order("c1", 'A/B "x"?&#é', "r1"))
    (seen,) = echo.seen
    assert (seen.method, seen.path) == ("PUT", "/p/A%2FB%20%22x%22%3F%26%23%C3%A9?d=keyturn%20r1&keep=$5")
    assert (seen.headers["x-rotation"], seen.headers["x-other"]) == ("r1", "$HOME")
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {
        "id": "c1",
        "list": ['A/B "x"?&#é', 1, None, True],
        "price": "$5 ${unknown}",
    }


def test_a_call_without_a_body_has_none(echo: Echo) -> None:
    HttpProvider(HttpClient(timeout=5), Call(echo.url), Call(echo.url)).activate(Order("c", "p", "r"))
    assert echo.seen[0].body == b""
    assert "content-type" not in echo.seen[0].headers


def test_a_redirect_is_not_followed(echo: Echo) -> None:
    """The token would go to wherever the answer points."""
    with echoing() as other:
        echo.status, echo.headers = 307, {"Location": other.url}
        provider = HttpProvider(HttpClient(timeout=5), Call(echo.url), Call(echo.url, headers={"Authorization": "x"}))
        with pytest.raises(AnswerLost, match="HTTP 307"):
            provider.activate(Order("c", "p", "r"))
        assert other.seen == []
    assert len(echo.seen) == 1


@pytest.mark.parametrize(
    "url",
    ["http://console.example.com/x", "http://127.0.0.1.example.com/", "http://localhost.example.com/", "ftp://127.0.0.1/",
     "console.example.com", "", "https:///x", "file:///etc/passwd", "http://[::2]/", "http://${client_id}.example.com/"],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_secret_never_goes_in_clear_over_a_network(url: str, place: int) -> None:
    calls = [Call("https://console.example.com/")] * 3
    calls[place] = Call(url)
    with pytest.raises(Refusal, match="plain http only over loopback"):
        HttpProvider(HttpClient(), calls[0], calls[1], calls[2])


@pytest.mark.parametrize(
    "url", ["https://console.example.com/", "http://127.0.0.1:1/", "http://[::1]/", "http://localhost/"]
)
def test_tls_anywhere_and_plain_http_on_this_machine_are_taken(url: str) -> None:
    HttpProvider(HttpClient(), Call(url), Call(url))


def test_no_repr_and_no_message_shows_a_header_a_body_or_a_query(echo: Echo) -> None:
    """I-27."""
    call = Call(
        echo.url.replace("http://", "http://user:hush1@") + "/path?token=hush2",
        headers={"Authorization": "hush3"},
        body={"password": "hush4"},
    )
    echo.body = b'{"secret": "hush5"}'
    provider = HttpProvider(HttpClient(timeout=5), call, call)
    with pytest.raises(AnswerLost) as lost:
        provider.generate(Order("c", "p", "r"))
    echo.status = 400
    with pytest.raises(Refusal) as refused:
        provider.activate(Order("c", "p", "r"))
    for text in (str(lost.value), repr(lost.value), str(refused.value), repr(refused.value), repr(provider)):
        assert "hush" not in text
    shown = repr(Call(echo.url, headers={"Authorization": "hush3"}, body={"password": "hush4"}))
    assert "hush" not in shown


def _ready(console: Console, kind: str) -> Callable[[], object]:
    """Return the call, with what it needs already done."""
    if kind == "generate":
        return lambda: console.provider.generate(console.order)
    console.world.generate(console.package.client_id, console.order.description)
    console.world.clock.advance(300)
    console.world.effects.clear()
    return lambda: console.provider.activate(console.order)
