# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST host, as far as a fresh token is tried out there: ``tokenContext`` and ``endpoints``."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from . import answers
from .answers import Answer
from .effects import Caller
from .exchange import exchange, the_host, the_world, to_response
from .tokens import Token

blueprint = Blueprint("rest_api", __name__)


def with_token(kind: str, answer: Callable[[Token], Answer]) -> Response:
    """Answer a request that carries a bearer token: 401 when it is not a living one of this host's packages."""
    world = the_world()
    value = request.headers.get("Authorization", "").removeprefix("Bearer ")
    living = world.tokens.find(value, world.clock.now(), the_host().subdomain)
    client_id = living.package.client_id if living else None
    which = world.which(living.package, living.made_with.value)[0] if living else "unknown"

    def act(by: Caller) -> Response:
        result = answer(living) if living else answers.NOT_AUTHORIZED
        outcome = {200: "accepted", 401: "rejected"}.get(result.status, "refused")
        world.effects.add(kind, client_id, outcome, by, which)
        return to_response(result)

    return exchange(kind, client_id, which, request.headers.get("User-Agent", "unknown"), act)


@blueprint.get("/platform/v1/tokenContext")
def token_context() -> Response:
    """Say whose token it is; no scope needed."""
    return with_token("token_context", _token_context)


@blueprint.get("/platform/v1/endpoints")
def endpoints() -> Response:
    """List the addresses of the account."""
    return with_token("endpoints", _endpoints)


def _token_context(living: Token) -> Answer:
    package = living.package
    return Answer(
        200,
        {
            "enterprise": {"id": package.enterprise_id},
            "organization": {"id": living.account_id, "enterpriseId": package.enterprise_id},
            "user": {"id": package.client_id},
        },
    )


def _endpoints(living: Token) -> Answer:
    needed, addresses = the_world().switches.endpoints_scope, the_host().addresses
    if needed and needed not in living.scopes:
        return answers.MISSING_SCOPE
    items = [{"type": name, "url": url} for name, url in addresses._asdict().items()]
    return Answer(200, {"page": 1, "pageSize": 50, "count": len(items), "items": items})
