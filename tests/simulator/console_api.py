# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console: an endpoint of the kind that a TEAM runs to generate and activate. It is NOT Salesforce's.

Salesforce has no public API for staging or activating a secret. This stands for whatever a team puts there, so that the
``http`` provider has something to talk to.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request

from .answers import Answer
from .effects import Caller
from .errors import Denied
from .exchange import denied_response, exchange, the_world, to_response
from .packages import Package, Secret

blueprint = Blueprint("console_api", __name__, url_prefix="/console/packages/<client_id>")


@blueprint.before_request
def need_bearer_token() -> Response | None:
    """Let nobody in without the console's token."""
    expected = the_world().console_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if expected and hmac.compare_digest(given.encode(), expected.encode()):
        return None
    message = "the console's bearer token is wrong or absent" if expected else "the console is closed: it has no token"
    return to_response(Answer(401, {"error": "unauthorized", "message": message}))


@blueprint.errorhandler(Denied)
def denied(error: Denied) -> Response:
    """Answer for an unknown package."""
    return denied_response(error)


@blueprint.post("/staged-secret")
def generate(client_id: str) -> Response:
    """Generate a staged secret; its value is in the answer."""
    package = the_world().package(client_id)
    description = str(_body().get("description") or "")

    def act(by: Caller) -> Response:
        return staged_answer(package, the_world().generate(client_id, description, _fenced(by)), 201)

    return exchange("generate", client_id, "staged", "console", act)


@blueprint.get("/staged-secret")
def retrieve(client_id: str) -> Response:
    """Give the staged secret again, to whoever knows its description: for an answer that was lost."""
    package = the_world().package(client_id)

    def act(by: Caller) -> Response:
        return staged_answer(package, the_world().retrieve(client_id, request.args.get("description", ""), by), 200)

    return exchange("retrieve", client_id, "staged", "console", act)


@blueprint.post("/activation")
def activate(client_id: str) -> Response:
    """Activate the staged secret; a description in the body must be the staged secret's."""
    package = the_world().package(client_id)
    description = _body().get("description")

    def act(by: Caller) -> Response:
        wanted = None if description is None else str(description)
        return activated_answer(package, the_world().activate(client_id, wanted, _fenced(by)))

    return exchange("activate", client_id, "staged", "console", act)


def staged_answer(package: Package, staged: Secret, status: int) -> Response:
    """Return the answer that carries a staged secret."""
    world = the_world()
    shown = {
        "secret": staged.value,
        "description": staged.description,
        "generated_at": staged.generated_at.isoformat(),
        "expires_at": world.expires_at(staged).isoformat(),
    }
    response = jsonify({"package": package.public(), "staged": shown})
    response.status_code = status
    return response


def activated_answer(package: Package, activated: Secret) -> Response:
    """Return the answer to an activation, without the secret."""
    shown = activated.as_dict()
    del shown["secret"]
    shown["expires_at"] = the_world().expires_at(activated).isoformat()
    return jsonify({"package": package.public(), "active": shown})


def _fenced(by: Caller) -> Caller:
    """Return the caller with the number that it gives, if it gives one."""
    given = str(_body().get("fence", ""))
    return by._replace(fence=int(given)) if given.isdigit() else by


def _body() -> dict[str, object]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}
