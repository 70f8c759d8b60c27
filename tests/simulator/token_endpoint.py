# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authentication host: ``/v2/token``, ``/v2/userinfo``, and the refusal of ``/v1/requestToken``."""

from __future__ import annotations

from flask import Blueprint, Response, request

from . import answers
from .answers import Answer
from .credentials import application_id
from .effects import Caller
from .exchange import exchange, the_host, the_world, to_response
from .grants import TokenRequest, answer_token_request
from .rest_api import with_token
from .tokens import Token

blueprint = Blueprint("token_endpoint", __name__)


def _read_request() -> TokenRequest | None:
    if request.mimetype == "application/json":
        parameters = request.get_json(silent=True)
        return TokenRequest.read(parameters) if isinstance(parameters, dict) else None
    return TokenRequest.read(request.form) if request.form else None


@blueprint.post("/v2/token")
def token() -> Response:
    """Give a token for a client id and a secret."""
    world, host = the_world(), the_host()
    wanted = _read_request()
    client_id = wanted.client_id if wanted else None
    value = (wanted.client_secret or "") if wanted else ""
    which = world.which(world.find(client_id, host.subdomain), value)[0]

    def act(by: Caller) -> Response:
        return to_response(answer_token_request(world, wanted, host.subdomain, host.addresses, by))

    return exchange("token", client_id, which, _who(), act)


@blueprint.post("/v1/requestToken")
def legacy_token() -> Response:
    """Refuse: every package here is an enhanced one."""
    world = the_world()
    world.effects.add("legacy_token", None, "refused", Caller(_who()))
    return to_response(answers.legacy_endpoint(world.switches.legacy_endpoint_status))


@blueprint.get("/v2/userinfo")
def userinfo() -> Response:
    """Say to whom a token belongs."""
    return with_token("userinfo", _userinfo)


def _userinfo(living: Token) -> Answer:
    package, addresses = living.package, the_host().addresses
    return Answer(
        200,
        {
            "exp": int(living.ends_at.timestamp()),
            "iss": addresses.auth,
            "organization": {
                "member_id": _number(living.account_id),
                "enterprise_id": _number(package.enterprise_id),
                "stack_key": "S0",
            },
            "application": {
                "id": application_id(package.client_id),
                "name": package.name,
                "appScopes": list(package.scopes),
            },
            "rest": {"rest_instance_url": addresses.rest},
            "soap": {"soap_instance_url": addresses.soap},
            "permissions": list(living.scopes),
        },
    )


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _who() -> str:
    return request.headers.get("User-Agent", "unknown")
