# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers of SFMC, word for word where the words are known (pure)."""

from __future__ import annotations

from typing import NamedTuple

ERROR_URI = "https://developer.salesforce.com/docs"
GRANTS = ("authorization_code", "client_credentials", "refresh_token")


class Answer(NamedTuple):
    """What the client gets: a status, a JSON body, further headers."""

    status: int
    body: dict[str, object]
    headers: tuple[tuple[str, str], ...] = ()


def oauth_error(status: int, error: str, description: str) -> Answer:
    """Return an error in the OAuth dialect."""
    return Answer(status, {"error": error, "error_description": description, "error_uri": ERROR_URI})


def platform_error(status: int, message: str, errorcode: int) -> Answer:
    """Return an error in the platform's dialect."""
    return Answer(status, {"message": message, "errorcode": errorcode})


# documented, observed
UNKNOWN_CLIENT_ID = oauth_error(
    401, "invalid_client", "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages."
)
# observed
CLIENT_AUTHENTICATION_FAILED = oauth_error(
    401,
    "invalid_client",
    "Client authentication failed. Make sure that the client ID and client secret are valid and that the package is"
    " installed and enabled.",
)
# modelled: see the switch dead_secret_answer
SECRET_IS_DEAD = oauth_error(401, "invalid_client", "The client secret has expired or has been replaced.")
# documented for the app flow
UNAUTHORIZED_CLIENT = oauth_error(
    401, "unauthorized_client", "The client is not authorized to request a token using this grant type."
)
# modelled
UNREADABLE_REQUEST = oauth_error(400, "invalid_request", "The request is malformed or lacks a parameter.")
# documented
BLOCKED = Answer(429, {"message": "Your requests are temporarily blocked.", "errorcode": 50200})
# observed
UNAVAILABLE = Answer(503, {"message": "Service temporarily unavailable.", "errorcode": 50300})
NOT_AUTHORIZED = platform_error(401, "Not Authorized", 0)
MISSING_SCOPE = platform_error(403, "Insufficient Privileges", 20002)
# modelled
SERVER_ERROR = platform_error(500, "Internal Server Error", 0)
WRONG_HOST = platform_error(
    421, "The simulator answers for {subdomain}.auth|rest.marketingcloudapis.com and loopback.", 0
)


def bad_grant(status: int) -> Answer:
    """Return the answer to an unknown grant type; the body is observed, the status modelled."""
    return oauth_error(status, "unsupported_grant_type", "Supported grant types: " + ", ".join(GRANTS) + ".")


def rate_limited(seconds: int | None) -> Answer:
    """Return the documented 429; without ``Retry-After`` when ``seconds`` is ``None``."""
    body: dict[str, object] = {"message": "Rate limit exceeded", "errorcode": 50100}
    if seconds is None:
        return Answer(429, body)
    return Answer(429, {**body, "retryAfter": seconds}, (("Retry-After", str(seconds)),))


def legacy_endpoint(status: int) -> Answer:
    """Return what an enhanced package gets from ``/v1/requestToken``; the number is observed, the status modelled."""
    text = "This integration is not eligible to use the legacy /v1/requestToken endpoint. Use /v2/token."
    return platform_error(status, text, 10007)
