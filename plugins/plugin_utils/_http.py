# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's HTTP client: time-outs, verified TLS, no redirects, bounded bodies, readable failures."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import (
    MAX_BODY_BYTES,
    HttpRequest,
    is_loopback,
)

try:
    import requests
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True


def is_private(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent to a URL: https, or plain http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(host)) or (parts.scheme == "http" and is_loopback(host))


class NoAnswer(Exception):
    """No whole answer came. `reason` is one word, `sent` tells whether the server may have acted."""

    def __init__(self, reason: str, detail: str, sent: bool) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.sent = sent


@dataclass(frozen=True)
class HttpAnswer:
    """Status, headers and body. `repr` hides headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"HttpAnswer({self.status})"


def _only_our_headers(request: Any) -> Any:
    """Keep requests from adding credentials of its own accord (.netrc)."""
    return request


class HttpClient:
    """Sends one request at a time, once each. Proxies and CA bundles come from the environment, as for any tool."""

    def __init__(
        self,
        ca_path: str | None = None,
        timeout: float = 20.0,
        monotonic: Callable[[], float] = time.monotonic,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        """Take a CA file (None: the system's), the seconds for a whole exchange, and how long an answer may be."""
        if not HAS_REQUESTS:
            raise Refusal(
                "the controller asks SFMC over the Python library requests",
                "this controller",
                "requests in the Python that runs ansible",
                "none",
                "pip install requests there, or build the execution environment with this collection's dependencies"
                " (docs/execution-environment.md); nothing was sent or changed",
            )
        self._session = requests.Session()
        self._session.auth = _only_our_headers
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._ca_path = ca_path
        self._timeout = timeout
        self._monotonic = monotonic
        self._max_bytes = max_bytes

    def amiss(self, request: HttpRequest) -> str:
        """Return in words why the request could not even be sent, an empty text when it could; sends nothing."""
        if self._ca_path and not os.access(self._ca_path, os.R_OK):
            return f"no readable CA file {self._ca_path}"
        asked = requests.Request(request.method, request.url, request.headers, data=request.body)
        try:
            asked.prepare()
        except (requests.exceptions.RequestException, ValueError) as error:
            # Never its message, which may quote a header.
            return f"{type(error).__name__}, of a URL or a header"
        return ""

    def send(self, request: HttpRequest) -> HttpAnswer:
        """Send the request once.

        :raises NoAnswer: timeout, TLS failure, refused or broken connection, half a body.
        """
        self._session.trust_env = not is_loopback(urlsplit(request.url).hostname or "")
        try:
            return self._exchange(request)
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise NoAnswer("tls", "the server's certificate was not accepted", sent=False) from None
            raise NoAnswer("tls", "the TLS connection failed", sent=True) from None
        except requests.exceptions.ConnectTimeout:
            raise NoAnswer("timeout", "no connection in time", sent=False) from None
        except requests.exceptions.Timeout:
            raise NoAnswer("timeout", "no answer in time", sent=True) from None
        except requests.exceptions.ConnectionError as error:
            refused = "NewConnectionError" in repr(error.args) or "NameResolutionError" in repr(error.args)
            raise NoAnswer("connection", "no connection" if refused else "the connection broke", not refused) from None
        except requests.exceptions.RequestException as error:
            # requests calls what it cannot even send (a URL, a header) a ValueError.
            unsendable = isinstance(error, ValueError)
            raise NoAnswer("connection", f"the exchange failed ({type(error).__name__})", not unsendable) from None

    def _exchange(self, request: HttpRequest) -> HttpAnswer:
        ends = self._monotonic() + self._timeout
        with self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            timeout=self._timeout,
            allow_redirects=False,
            verify=self._ca_path or True,
            stream=True,
        ) as response:
            body = bytearray()
            for chunk in response.iter_content(8192):
                body += chunk
                if len(body) > self._max_bytes:
                    raise NoAnswer("too_long", f"an answer of more than {self._max_bytes} bytes", sent=True)
                if self._monotonic() > ends:
                    raise NoAnswer("timeout", "an answer that does not end in time", sent=True)
            return HttpAnswer(response.status_code, dict(response.headers), bytes(body))
