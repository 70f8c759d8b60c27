# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The token request, and what each answer means. Pure: no input, no output, no clock.

Source of the table of answers: docs/fidelity.md.
"""

import json
import re
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

ACCEPTED = "accepted"
REJECTED = "rejected"
UNKNOWN = "unknown"

SFMC_DOMAIN = "marketingcloudapis.com"
TOKEN_PATH = "/v2/token"
USERINFO_PATH = "/v2/userinfo"
MAX_BODY_BYTES = 65536

#: scheme://host:port/path in the letters that every URL parser reads alike. What one reads as part of the name, another
#: takes for its end (`https://other.example\.marketingcloudapis.com`), and a secret would go to another host.
_URL = re.compile(
    r"^(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:/[a-z0-9._~/-]*)?\Z",
    re.IGNORECASE | re.ASCII,
)

#: Unknown for a moment only: the same request may be sent again (Salesforce: retry 429 and 5xx).
TRANSIENT = ("throttled", "unavailable", "server_error", "timeout", "connection")


class HttpRequest(NamedTuple):
    """One request, ready for whichever client sends it. `repr` hides headers and body."""

    method: str
    url: str
    headers: Dict[str, str]
    body: Optional[bytes]

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.url})"


class Answer(NamedTuple):
    """What a token request came to.

    `outcome` is accepted, rejected or unknown; `reason` is one word for logs and rules, `detail` a sentence
    for people. `date` is the server's clock in seconds since the epoch, `retry_after` is in seconds.
    `repr` hides the token.
    """

    outcome: str
    reason: str
    detail: str = ""
    access_token: str = ""
    scopes: Tuple[str, ...] = ()
    expires_in: int = 0
    rest_url: str = ""
    soap_url: str = ""
    date: Optional[float] = None
    retry_after: Optional[float] = None

    def __repr__(self) -> str:
        return f"Answer({self.outcome}: {self.reason})"


def auth_url_of(subdomain: str) -> str:
    """Return the authentication URL of a tenant's subdomain; Refusal when the name could lead elsewhere."""
    if not re.match(r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", subdomain):
        raise Refusal(
            "a subdomain is one label of small letters, digits and hyphens: a secret never goes to another host",
            f"subdomain {subdomain!r}",
            "the part before .auth.marketingcloudapis.com, such as mc0000000000000000000000-xx",
            "a host name, an address or other characters",
            "copy the subdomain from the package's Authentication Base URI in Setup > Installed Packages",
        )
    return f"https://{subdomain}.auth.{SFMC_DOMAIN}"


def is_loopback(host: str) -> bool:
    """Tell whether a URL's host is this machine."""
    if host == "localhost":
        return True
    if not (host[:1].isdigit() or ":" in host):
        return False
    # Needed for addresses only, and takes its time on a host that imports it anew in each call.
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_url(url: str, what: str) -> str:
    """Return a URL that may see a secret or a token, without its final slash; Refusal for any other.

    Those are https below marketingcloudapis.com, and anything on loopback (simulator, tunnel).
    """
    parts = _URL.match(url)
    scheme, host = (parts.group(1).lower(), parts.group(2).lower()) if parts else ("", "")
    if scheme == "https" and host.endswith("." + SFMC_DOMAIN):
        return url.rstrip("/")
    if parts and is_loopback(host.strip("[]")):
        return url.rstrip("/")
    raise Refusal(
        "secrets and tokens go to SFMC or to loopback, and plain http only to loopback",
        f"{what} {scheme}://{host}" if parts else what,
        f"https://<subdomain>.auth.{SFMC_DOMAIN}, or a loopback address",
        "another host, another scheme, or a URL with user, query, fragment or unusual characters",
        "remove auth_url and set subdomain; auth_url is for simulators and tunnels on this machine",
    )


def token_request(
    auth_url: str, client_id: str, client_secret: str, scope: Optional[str] = None, account_id: Optional[str] = None
) -> HttpRequest:
    """Build `POST {auth}/v2/token` for the client credentials grant.

    :param scope: None asks for all scopes of the package, an empty string for a token without any.
    :param account_id: MID of the business unit, None for the package's own.
    """
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    if scope is not None:
        fields["scope"] = scope
    if account_id is not None:
        fields["account_id"] = account_id
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return HttpRequest(
        "POST", checked_url(auth_url, "auth_url") + TOKEN_PATH, headers, json.dumps(fields).encode("utf-8")
    )


def userinfo_request(auth_url: str, access_token: str) -> HttpRequest:
    """Build `GET {auth}/v2/userinfo`: which package and enterprise a token belongs to."""
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    return HttpRequest("GET", checked_url(auth_url, "auth_url") + USERINFO_PATH, headers, None)


def unanswered(reason: str, detail: str) -> Answer:
    """Return the answer to a request that got none: timeout, refused connection, TLS failure."""
    return Answer(UNKNOWN, reason, detail)


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Say what the token endpoint answered.

    Only the recognised refusal of the credentials is *rejected*. Everything that is not clearly yes or
    clearly no is *unknown*, because unknown never justifies a step.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    answer = _classified(status, _json_object(body))
    return answer._replace(
        date=server_date(fields.get("date", "")), retry_after=_seconds(fields.get("retry-after", ""))
    )


def server_date(text: str) -> Optional[float]:
    """Return the `Date` header as seconds since the epoch, None when it is missing or unreadable.

    A date without a zone is UTC, as every date in HTTP is, not this machine's local time.
    """
    try:
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _classified(status: int, fields: Optional[Dict[str, Any]]) -> Answer:
    if status == 200:
        return _accepted(fields)
    if 300 <= status < 400:
        return Answer(
            UNKNOWN, "redirect", f"HTTP {status}: the answer points to another place, which is never followed"
        )
    if status == 429:
        blocked = fields is not None and fields.get("errorcode") == 50200
        return Answer(UNKNOWN, "blocked" if blocked else "throttled", "HTTP 429: too many requests")
    if status == 503:
        return Answer(UNKNOWN, "unavailable", "HTTP 503: the service is not available")
    if status >= 500:
        return Answer(UNKNOWN, "server_error", f"HTTP {status}: an error of the server or of a proxy before it")
    return _refused(status, fields)


def _refused(status: int, fields: Optional[Dict[str, Any]]) -> Answer:
    if fields is None:
        return Answer(UNKNOWN, "not_json", f"HTTP {status} without a JSON object: not the answer of a token endpoint")
    error = fields.get("error")
    if status == 401 and error == "invalid_client":
        description = str(fields.get("error_description", ""))
        if description.startswith("Invalid client ID"):
            return Answer(REJECTED, "unknown_client_id", "the client id is not known there")
        return Answer(
            REJECTED, "credentials", "client id and secret do not fit, or the package is disabled or not installed"
        )
    if isinstance(error, str) and re.match(r"^[a-z_]{1,40}\Z", error):
        return Answer(UNKNOWN, error, f"HTTP {status} {error}")
    code = fields.get("errorcode")
    if isinstance(code, int):
        return Answer(UNKNOWN, "platform_error", f"HTTP {status} errorcode {code}")
    return Answer(UNKNOWN, "unrecognised", f"HTTP {status} in a form that no document describes")


def _accepted(fields: Optional[Dict[str, Any]]) -> Answer:
    token = fields.get("access_token") if fields else None
    life = _count(fields.get("expires_in")) if fields else None
    if not fields or not isinstance(token, str) or not token or life is None:
        return Answer(UNKNOWN, "malformed", "HTTP 200 without a whole token: cut off, or not a token endpoint")
    scope = fields.get("scope")
    rest, soap = fields.get("rest_instance_url"), fields.get("soap_instance_url")
    return Answer(
        ACCEPTED,
        "token",
        "a fresh token was given",
        access_token=token,
        scopes=tuple(sorted(scope.split())) if isinstance(scope, str) else (),
        expires_in=life,
        rest_url=rest if isinstance(rest, str) else "",
        soap_url=soap if isinstance(soap, str) else "",
    )


def _count(value: object) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _json_object(body: bytes) -> Optional[Dict[str, Any]]:
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _seconds(text: str) -> Optional[float]:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


class Package(NamedTuple):
    """Which package a token belongs to, from `userinfo`; empty texts where the answer did not say."""

    name: str = ""
    enterprise_id: str = ""
    member_id: str = ""


def package_of(body: bytes) -> Optional[Package]:
    """Read the answer of `userinfo` (200 only); None when it is not one."""
    fields = _json_object(body)
    organization = fields.get("organization") if fields else None
    if not fields or not isinstance(organization, dict):
        return None
    application = fields.get("application")
    name = application.get("name", "") if isinstance(application, dict) else ""
    return Package(str(name), str(organization.get("enterprise_id", "")), str(organization.get("member_id", "")))
