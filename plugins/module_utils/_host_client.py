# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""HTTP from a managed host, with Python's own urllib: what is installed there, and quick to start."""

import socket
import ssl
import time
from http.client import HTTPException
from typing import Any, Callable, Dict, Optional, Tuple
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import (
    ACCEPTED,
    MAX_BODY_BYTES,
    TRANSIENT,
    Answer,
    HttpRequest,
    Package,
    classify,
    is_loopback,
    package_of,
    token_request,
    unanswered,
    userinfo_request,
)

_AGENT = "keyturn.sfmc"
_TIMEOUT = 20
_TRIES = 4
_LONGEST_PAUSE = 30.0


class _NoRedirect(HTTPRedirectHandler):
    """Leaves a redirect as it is: a secret goes nowhere else."""

    def redirect_request(self, *_asked: Any) -> None:
        """Follow nothing."""


def _opener(url: str, trust: Optional[ssl.SSLContext]) -> OpenerDirector:
    """Return what opens a URL; proxies are those of the environment, and none for this host itself.

    :param trust: for https; None where that cannot come up, as to make it takes its time.
    """
    opener = OpenerDirector()
    for handler in (
        ProxyHandler({}) if is_loopback(urlsplit(url).hostname or "") else ProxyHandler(),
        HTTPHandler(),
        UnknownHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        _NoRedirect(),
    ):
        opener.add_handler(handler)
    if trust:
        opener.add_handler(HTTPSHandler(context=trust))
    return opener


class HostClient:
    """Asks the token endpoint from this host: TLS verified, no redirects, no .netrc, a time-out on everything."""

    def __init__(self, ca_path: Optional[str] = None, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take a CA file on this host, None for the system's."""
        self._ca_path = ca_path
        self._sleep = sleep

    def fresh_token(self, auth_url: str, client_id: str, secret: str, scope: Optional[str] = None) -> Answer:
        """Ask for a token that no cache holds; repeat only what is unknown for a moment, honouring Retry-After."""
        request = token_request(auth_url, client_id, secret, scope)
        answer = unanswered("not_sent", "not asked")
        for attempt in range(_TRIES):
            answer = self._token_once(request)
            pause = answer.retry_after if answer.retry_after is not None else 1.0 + attempt
            if answer.reason not in TRANSIENT or pause > _LONGEST_PAUSE or attempt == _TRIES - 1:
                break
            self._sleep(pause)
        return answer

    def package(self, auth_url: str, answer: Answer) -> Optional[Package]:
        """Return whose token an accepted answer holds, None when `userinfo` does not say."""
        if answer.outcome != ACCEPTED:
            return None
        try:
            status, _headers, body = self._exchange(userinfo_request(auth_url, answer.access_token))
        except (OSError, HTTPException):
            return None
        return package_of(body) if status == 200 else None

    def _token_once(self, request: HttpRequest) -> Answer:
        try:
            status, headers, body = self._exchange(request)
        except ssl.SSLError:
            return unanswered("tls", "the server's certificate was not accepted")
        except socket.timeout:
            return unanswered("timeout", "no answer in time")
        except URLError as error:
            if isinstance(error.reason, ssl.SSLError):
                return unanswered("tls", "the server's certificate was not accepted")
            return unanswered("connection", f"no connection ({type(error.reason).__name__})")
        except (OSError, HTTPException) as error:
            return unanswered("connection", f"the connection broke ({type(error).__name__})")
        return classify(status, headers, body)

    def _exchange(self, request: HttpRequest) -> Tuple[int, Dict[str, str], bytes]:
        secure = urlsplit(request.url).scheme == "https"
        trust = ssl.create_default_context(cafile=self._ca_path) if secure else None
        opener = _opener(request.url, trust)
        headers = {"User-Agent": _AGENT, **request.headers}
        asked = Request(request.url, data=request.body, headers=headers, method=request.method)
        try:
            response = opener.open(asked, timeout=_TIMEOUT)
        except HTTPError as error:
            response = error
        with response:
            return response.getcode(), dict(response.headers), response.read(MAX_BODY_BYTES)


def url_status(url: str, validate_certs: bool) -> str:
    """Return the HTTP status of a health check's URL, or in words why there is none.

    A redirect is not followed: behind it is mostly a page for logging in, which is well whatever the program is.
    """
    try:
        opener = _opener(url, _trust(validate_certs) if urlsplit(url).scheme == "https" else None)
        with opener.open(Request(url, headers={"User-Agent": _AGENT}), timeout=_TIMEOUT) as response:
            return str(response.getcode())
    except HTTPError as error:
        with error:
            return f"{error.code}{_leading(url, error)}"
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        return f"no answer ({type(reason).__name__})"


def _trust(validate_certs: bool) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if not validate_certs:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust


def _leading(url: str, error: HTTPError) -> str:
    """Return in words where a redirect leads to, without what may be a credential in it; nothing for other answers."""
    location = error.headers.get("Location")
    if not 300 <= error.code < 400 or not location:
        return ""
    try:
        return f" (a redirect to {shown_url(urljoin(url, location))})"
    except ValueError:
        return " (a redirect)"


def shown_url(url: str) -> str:
    """Return a URL without what may be a credential in it: user and password, query, fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
