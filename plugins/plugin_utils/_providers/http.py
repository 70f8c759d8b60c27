# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider for an endpoint that the team runs: where it is and what it says is configuration."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import HttpRequest
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpAnswer, HttpClient, NoAnswer, is_private
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import AnswerLost, Order
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import masked_by_core
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required

#: A mark that stands for nothing of an order.
_MARK = re.compile(r"\$\{[A-Za-z_]\w*\}")


@dataclass(frozen=True)
class Call:
    """One configured call.

    `${client_id}`, `${package}`, `${rotation_id}`, `${fence}` and `${description}` stand for what is in the order.

    :param secret: where the secret is in a JSON answer, as names joined by dots; empty when none is expected.
    """

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    secret: str = ""


class HttpProvider:
    """Generates and activates by the configured calls, each sent once."""

    operator = False

    def __init__(self, http: HttpClient, generate: Call, activate: Call, retrieve: Call | None = None) -> None:
        """Take the client and the calls; refuse an address that would carry secrets in clear over a network."""
        for call in (generate, activate, *([retrieve] if retrieve else [])):
            _check_url(call.url)
        self._http = http
        self._generate = generate
        self._activate = activate
        self._retrieve = retrieve

    @property
    def retrieves(self) -> bool:
        """Whether a `retrieve` call is configured."""
        return self._retrieve is not None

    def call_with(self, secret: str) -> str | None:
        """Return the name of the first call that carries this secret, as it is or in a basic authorization."""
        calls = {"generate": self._generate, "retrieve": self._retrieve, "activate": self._activate}
        return next((name for name, call in calls.items() if call is not None and _carries(call, secret)), None)

    def generate(self, order: Order) -> str:
        """Generate a staged secret and return it."""
        return _secret_in(self._send("generate", self._generate, order), self._generate)

    def retrieve(self, order: Order) -> str | None:
        """Return the staged secret that this order made; a 404 says that it made none."""
        call = required(self._retrieve)
        answer = self._send("retrieve", call, order, also=404)
        return None if answer.status == 404 else _secret_in(answer, call)

    def activate(self, order: Order) -> None:
        """Activate the staged secret."""
        self._send("activate", self._activate, order)

    def rehearse(self, order: Order) -> None:
        """See that each call can be made, without sending it: marks, headers, CA file.

        :raises Refusal: one of them cannot.
        """
        calls = {"generate": self._generate, "activate": self._activate, "retrieve": self._retrieve}
        for what, call in calls.items():
            if call is None:
                continue
            request = _request(call, order)
            texts = [request.url, *request.headers.values(), (request.body or b"").decode("utf-8")]
            found = next((mark for text in texts for mark in _MARK.findall(text)), "") or self._http.amiss(request)
            if found:
                raise _unsendable(what, call.url, found)

    def to_generate(self, order: Order, name: str) -> str:
        """Return what is going on, for the report: no person is needed."""
        return f"{self._generate.url} generates for {name}"

    def to_activate(self, order: Order) -> str:
        """Return what is going on, for the report: no person is needed."""
        return f"{self._activate.url} activates for {order.package}"

    def _send(self, what: str, call: Call, order: Order, also: int | None = None) -> HttpAnswer:
        request = _request(call, order)
        try:
            answer = self._http.send(request)
        except NoAnswer as error:
            if error.sent:
                raise _lost(what, request.url, error.detail) from None
            raise _refused(what, request.url, error.detail) from None
        if 200 <= answer.status < 300 or answer.status == also:
            return answer
        if 400 <= answer.status < 500:
            raise _refused(what, request.url, f"HTTP {answer.status}")
        raise _lost(what, request.url, f"HTTP {answer.status}")


def _request(call: Call, order: Order) -> HttpRequest:
    values = {
        "client_id": order.client_id,
        "package": order.package,
        "rotation_id": order.rotation_id,
        "fence": str(order.fence),
        "description": order.description,
    }
    url = Template(call.url).safe_substitute({name: quote(value, safe="") for name, value in values.items()})
    headers = {name: Template(text).safe_substitute(values) for name, text in call.headers.items()}
    if call.body is None:
        return HttpRequest(call.method, url, headers, None)
    body = json.dumps(_filled(call.body, values)).encode("utf-8")
    return HttpRequest(call.method, url, {"Content-Type": "application/json", **headers}, body)


def _carries(call: Call, secret: str) -> bool:
    written = "\n".join([call.url, *call.headers.values(), json.dumps(call.body)])
    decoded = [_decoded(word) for word in re.findall(r"[A-Za-z0-9+/=]{8,}", written)]
    return any(secret in text for text in (written, *decoded))


def _decoded(word: str) -> str:
    try:
        return base64.b64decode(word, validate=True).decode("latin-1")
    except ValueError:
        return ""


def _filled(body: Any, values: Mapping[str, str]) -> Any:
    if isinstance(body, str):
        return Template(body).safe_substitute(values)
    if isinstance(body, Mapping):
        return {str(name): _filled(item, values) for name, item in body.items()}
    if isinstance(body, list):
        return [_filled(item, values) for item in body]
    return body


def _secret_in(answer: HttpAnswer, call: Call) -> str:
    try:
        found: Any = json.loads(answer.body)
        for name in call.secret.split("."):
            found = found[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = None
    if isinstance(found, str) and found:
        masked_by_core([found])
        return found
    raise _lost("generate", call.url, f"HTTP {answer.status} without a text at {call.secret!r}")


def _check_url(url: str) -> None:
    if is_private(url):
        return
    parts = urlsplit(url)
    raise Refusal(
        "secrets travel over TLS, and plain http only over loopback",
        f"sfmc_provider URL {parts.scheme}://{parts.hostname or '?'}",
        "an https URL",
        f"{parts.scheme or 'no'} scheme",
        "change the URL in sfmc_provider",
    )


def _unsendable(what: str, url: str, found: str) -> Refusal:
    return Refusal(
        "a provider's calls can be made as they are declared",
        f"sfmc_provider.{what}, {_place(url)}",
        "a request that can be sent, with no other marks than those of docs/inventory.md",
        found,
        f"correct sfmc_provider.{what}; nothing was sent",
    )


def _refused(what: str, url: str, found: str) -> Refusal:
    return Refusal(
        f"the provider must be able to {what}",
        _place(url),
        "HTTP 2xx",
        found,
        "see to the endpoint and its credentials in sfmc_provider, then run again; it was not carried out",
    )


def _lost(what: str, url: str, found: str) -> AnswerLost:
    return AnswerLost(
        f"I-6: {what} is sent once; what came of it is found out, not tried again",
        _place(url),
        "an answer",
        found,
        "run again: the next run finds out what happened",
    )


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
