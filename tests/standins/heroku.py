# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The config vars of Heroku's Platform API, as far as one app needs them.

Source: https://devcenter.heroku.com/articles/platform-api-reference, sections Overview and Config Vars: version 3 in
``Accept`` (406 ``not_acceptable`` without), a bearer token (401 ``unauthorized``), ``GET`` and ``PATCH`` of
``/apps/{app}/config-vars``, which answer all variables; in a PATCH null removes one, and the others stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

VERSION_3 = "application/vnd.heroku+json; version=3"


class Heroku:
    """One account with one app.

    :ivar variables: the app's config vars.
    :ivar moved_to: where requests are sent on to, when the API has moved (it never does; a hostile answer).
    """

    def __init__(self, app: str, token: str, variables: Mapping[str, str]) -> None:
        self.variables = dict(variables)
        self.moved_to = ""
        self._app = app
        self._token = token
        self.application = Flask("heroku")
        self.application.before_request(self._refusal)
        self.application.add_url_rule("/apps/<app>/config-vars", "info", self._info, methods=["GET"])
        self.application.add_url_rule("/apps/<app>/config-vars", "update", self._update, methods=["PATCH"])
        self.application.register_error_handler(404, lambda _error: _answer(404, "not_found"))

    def _refusal(self) -> AnyResponse | None:
        if self.moved_to:
            return redirect(self.moved_to, 307)
        if request.headers.get("Accept") != VERSION_3:
            return _answer(406, "not_acceptable")
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return _answer(401, "unauthorized")
        return None

    def _info(self, app: str) -> Response:
        return jsonify(self.variables) if app == self._app else _answer(404, "not_found")

    def _update(self, app: str) -> Response:
        if app != self._app:
            return _answer(404, "not_found")
        changes: Any = request.get_json(silent=True)
        if not isinstance(changes, dict) or not all(map(_is_change, changes.items())):
            return _answer(422, "invalid_params")
        self.variables.update({name: value for name, value in changes.items() if value is not None})
        for name in [name for name, value in changes.items() if value is None]:
            self.variables.pop(name, None)
        return jsonify(self.variables)


def _is_change(item: tuple[str, Any]) -> bool:
    name, value = item
    return bool(re.fullmatch(r"\w+", name)) and (value is None or isinstance(value, str))


def _answer(status: int, error: str) -> Response:
    answer = jsonify(id=error, message=f"stand-in: {error}")
    answer.status_code = status
    return answer
