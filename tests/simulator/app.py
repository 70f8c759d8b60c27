# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flask application over one world."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from . import admin_api, answers, console_api, rest_api, soap_api, token_endpoint
from .exchange import the_host, to_response
from .world import World

#: First part of a path: which of SFMC's hosts serves it.
SERVICE_OF_PATH = {"v1": "auth", "v2": "auth", "platform": "rest", "Service.asmx": "soap"}


def create_app(world: World) -> Flask:
    """Return the application: SFMC's hosts, the console, the admin API.

    :param world: the :class:`~.world.World` that it shows.
    """
    app = Flask(__name__, static_folder=None)
    app.extensions["world"] = world
    # Errors and cut connections belong to the server's request handler, not to Flask.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.before_request(_need_known_host)
    app.register_error_handler(HTTPException, _http_error)
    for room in (token_endpoint, rest_api, soap_api, console_api, admin_api):
        app.register_blueprint(room.blueprint)
    return app


def _need_known_host() -> Response | None:
    services = the_host().services
    if request.path.startswith("/_sim/"):
        return None
    if not services:
        return to_response(answers.WRONG_HOST)
    needed = SERVICE_OF_PATH.get(request.path.split("/")[1])
    if needed is None or needed in services:
        return None
    return to_response(answers.platform_error(404, "Not Found", 0))


def _http_error(error: HTTPException) -> Response:
    return to_response(answers.platform_error(error.code or 500, error.name, 0))
