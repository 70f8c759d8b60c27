# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all endpoints share: the world behind the request, who asks, and the faults that may meet the answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

from flask import Response, current_app, jsonify, request

from . import answers
from .answers import Answer
from .effects import Caller
from .errors import Denied
from .faults import Fault
from .hosts import Host, read_host
from .world import World

#: Key of the WSGI environment: seconds by which this answer's Date is wrong.
DATE_OFFSET = "simulator.date_offset"
PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Cut(ConnectionAbortedError):
    """The connection ends without an answer.

    :param reset: with a RST instead of an orderly close.
    """

    def __init__(self, reset: bool) -> None:
        super().__init__("cut by a fault")
        self.reset = reset


def the_world() -> World:
    """Return the world of this application."""
    return cast(World, current_app.extensions["world"])


def the_host() -> Host:
    """Return the host that this request was sent to."""
    return read_host(request.host_url)


def to_response(answer: Answer) -> Response:
    """Turn an answer into one that HTTP can carry."""
    response = jsonify(answer.body)
    response.status_code = answer.status
    response.headers.extend(answer.headers)
    return response


def denied_response(denied: Denied) -> Response:
    """Answer for a step that was not taken."""
    headers = () if denied.seconds is None else (("Retry-After", str(denied.seconds)),)
    return to_response(Answer(denied.status, denied.as_dict(), headers))


def exchange(kind: str, client_id: str | None, which: str, who: str, act: Callable[[Caller], Response]) -> Response:
    """Act and answer, unless a fault has other plans.

    :param which: the secret that the request carries, or that it is about.
    :param act: takes effect, writes the record, and returns the true answer.
    :raises Cut: when the fault ends the connection.
    """
    world = the_world()
    fault = world.faults.take(kind, client_id, which)
    caller = Caller(who, fault.fault, fault.lag) if fault else Caller(who)
    if fault is not None and not fault.acts:
        world.effects.add(kind, client_id, "fault", caller, which)
        return _instead(fault)
    if fault is not None and fault.fault == "replaced_staging" and client_id is not None:
        _replace_staging(world, client_id)
    try:
        response = act(caller)
    except Denied as denied:
        response = denied_response(denied)
    return response if fault is None else _altered(fault, response, world)


def _replace_staging(world: World, client_id: str) -> None:
    """Let a person generate in Setup, if the pace lets them."""
    with suppress(Denied):
        world.generate(client_id, "somebody else")


def _altered(fault: Fault, response: Response, world: World) -> Response:
    """Return the true answer as the fault lets it through."""
    if fault.fault == "answer_dropped":
        raise Cut(reset=False)
    if fault.fault == "slow":
        world.stopping.wait(fault.number("seconds"))
        return response
    if fault.fault == "wrong_date":
        request.environ[DATE_OFFSET] = fault.number("offset_seconds")
        return response
    if fault.fault == "half_body":
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])
        response.headers["Content-Length"] = str(len(whole))
        return response
    if fault.fault in ("activation_ignored", "replaced_staging", "flapping"):
        return response
    return _instead(fault)


def _instead(fault: Fault) -> Response:
    """Return the answer that the fault gives instead of the true one."""
    if fault.fault == "reset":
        raise Cut(reset=True)
    if fault.fault == "rate_limited":
        seconds = fault.parameters["retry_after"]
        return to_response(answers.rate_limited(None if seconds is None else int(seconds)))
    if fault.fault == "bad_gateway_html":
        return Response(PROXY_PAGE, 502, mimetype="text/html")
    if fault.fault == "empty":
        return Response(b"", 200)
    if fault.fault == "not_json":
        return Response('{"access_token": ', 200, mimetype="application/json")
    if fault.fault == "redirect":
        return Response(b"", 307, {"Location": str(fault.parameters["location"])})
    known = {
        "blocked": answers.BLOCKED,
        "server_error": answers.SERVER_ERROR,
        "unavailable": answers.UNAVAILABLE,
    }
    return to_response(known[fault.fault])
