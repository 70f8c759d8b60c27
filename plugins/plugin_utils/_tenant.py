# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a token may go: to the hosts of the tenant that gave it, and nowhere else. Pure."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import (
    SFMC_DOMAIN,
    HttpRequest,
    checked_url,
    is_loopback,
)

_AUTH = re.compile(rf"\.auth\.{re.escape(SFMC_DOMAIN)}\Z")
_UNIT = re.compile(r"[0-9]{1,20}", re.ASCII)
_CONTEXT = "/platform/v1/tokenContext"


def tenant_url(auth_url: str, service: str, said: str) -> str:
    """Return the tenant's own host of a service, or that of a simulator or tunnel on this machine.

    :param service: `rest` or `soap`.
    :param said: what the token's answer says of it; empty takes what follows from the authentication URL.
    :raises Refusal: any other place. The token would be somebody else's.
    """
    asked = urlsplit(checked_url(auth_url, "auth_url"))
    host, field = (asked.hostname or "").lower(), f"{service}_instance_url"
    own = host if is_loopback(host) else _AUTH.sub(f".{service}.{SFMC_DOMAIN}", host)
    url = checked_url(said or f"{asked.scheme}://{own}", field)
    if (urlsplit(url).hostname or "").lower() != own:
        raise Refusal(
            f"a token goes to the {service.upper()} host of the tenant that gave it",
            f"{field} in the answer of the token endpoint",
            own,
            "another host",
            "see what answers at the authentication URL; nothing was sent there",
        )
    return url


def context_request(rest_url: str, access_token: str) -> HttpRequest:
    """Build the read-only call that needs no scope: whose token it is."""
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    return HttpRequest("GET", rest_url.rstrip("/") + _CONTEXT, headers, None)


def business_unit_of(body: bytes) -> str:
    """Return the business unit (MID) that an answer of `tokenContext` names, empty where it names none."""
    try:
        said: Any = json.loads(body)
        unit = str(said["organization"]["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    # It is kept and shown: an answer puts nothing else there.
    return unit if _UNIT.fullmatch(unit) else ""
