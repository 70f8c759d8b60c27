# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CI/CD variables of GitLab's REST API, with the little else that python-gitlab asks for.

Written from https://docs.gitlab.com/api/project_level_variables/, /api/group_level_variables/ and
/api/instance_level_ci_variables/. An update changes the attributes that it names; the value of a hidden variable is
shown to nobody; two variables of one name are told apart by `filter[environment_scope]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from flask import Flask, request

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin, body_with

_ATTRIBUTES = {"value", "protected", "masked", "raw", "variable_type", "environment_scope", "description"}
#: https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable, where variables are expanded.
_MASKABLE = re.compile(r"[A-Za-z0-9_+=/@:.~-]{8,}")
#: Owners have a number, too, which clients go on with.
_FIRST_ID = 1000


class Gitlab(Standin):
    """A server with variables.

    :param owners: variables by what owns them: ``projects/group/name``, ``groups/name`` or ``admin/ci``.
    """

    def __init__(self, token: str, owners: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        self._token = token
        self.variables: dict[str, list[dict[str, Any]]] = {
            owner: [dict(each) for each in variables] for owner, variables in owners.items()
        }
        super().__init__()

    def variable(self, owner: str, key: str, scope: str = "*") -> dict[str, Any]:
        """Return one variable, its value too."""
        found = [
            each for each in self.variables[owner] if (each["key"], each.get("environment_scope", "*")) == (key, scope)
        ]
        (variable,) = found
        return variable

    def route(self, app: Flask) -> None:
        """Add the paths of projects, groups and the instance."""
        app.before_request(self._check_token)
        app.add_url_rule("/api/v4/user", view_func=lambda: {"id": 1, "username": "rotation"})
        # A path of several names comes with its slashes encoded; the server decodes them before it looks for a route.
        for kind in ("projects", "groups"):
            app.add_url_rule(f"/api/v4/{kind}/<path:owner>", f"{kind}-one", self._owner, defaults={"kind": kind})
            self._route_variables(app, f"/api/v4/{kind}/<path:owner>/variables", kind)
        self._route_variables(app, "/api/v4/admin/ci/variables", "admin")

    def _route_variables(self, app: Flask, base: str, kind: str) -> None:
        defaults = {"kind": kind} if kind != "admin" else {"kind": "admin", "owner": "ci"}
        app.add_url_rule(base, f"{kind}-list", self._list, defaults=defaults)
        one = f"{base}/<key>"
        app.add_url_rule(one, f"{kind}-get", self._get, defaults=defaults, methods=["GET"])
        app.add_url_rule(one, f"{kind}-put", self._put, defaults=defaults, methods=["PUT"])

    def _check_token(self) -> None:
        if request.headers.get("PRIVATE-TOKEN") != self._token:
            raise Mistake(401, {"message": "401 Unauthorized"})

    def _owner(self, kind: str, owner: str) -> Answer:
        self._of(kind, owner)
        return {"id": _FIRST_ID + list(self.variables).index(f"{kind}/{owner}"), "full_path": owner}

    def _list(self, kind: str, owner: str) -> Answer:
        return [self._shown(kind, each) for each in self._of(kind, owner)]

    def _get(self, kind: str, owner: str, key: str) -> Answer:
        return self._shown(kind, self._found(kind, owner, key))

    def _put(self, kind: str, owner: str, key: str) -> Answer:
        wrong = Mistake(400, {"error": "value is missing"})
        body = body_with(lambda given: isinstance(given.get("value"), str) and set(given) <= _ATTRIBUTES, wrong)
        variable = self._found(kind, owner, key)
        masked = body.get("masked", variable["masked"])
        if masked and not _MASKABLE.fullmatch(body["value"]):
            raise Mistake(400, {"message": {"value": ["is invalid"]}})
        variable.update(body)
        return self._shown(kind, variable)

    def _of(self, kind: str, owner: str) -> list[dict[str, Any]]:
        name = f"{kind}/{owner}"
        if owner.isdigit() and int(owner) >= _FIRST_ID:
            name = list(self.variables)[int(owner) - _FIRST_ID]
        is_encoded = kind == "admin" or f"/{quote(owner, safe='')}" in request.environ["RAW_URI"]
        if name not in self.variables or not is_encoded:
            raise Mistake(404, {"message": f"404 {kind.removesuffix('s').title()} Not Found"})
        return self.variables[name]

    def _found(self, kind: str, owner: str, key: str) -> dict[str, Any]:
        scope = request.args.get("filter[environment_scope]")
        found = [
            each
            for each in self._of(kind, owner)
            if each["key"] == key and (scope is None or each.get("environment_scope") == scope)
        ]
        if not found:
            raise Mistake(404, {"message": "404 Variable Not Found"})
        if len(found) > 1:
            hint = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"
            raise Mistake(409, {"message": hint})
        return found[0]

    def _shown(self, kind: str, variable: Mapping[str, Any]) -> dict[str, Any]:
        shown = {**variable, "value": None if variable["hidden"] else variable["value"]}
        if kind == "admin":
            for name in ("environment_scope", "hidden"):
                shown.pop(name, None)
        return shown


def variable(key: str, value: str, scope: str = "*", **attributes: Any) -> dict[str, Any]:
    """Return a variable with GitLab's defaults."""
    return {
        "variable_type": "env_var",
        "key": key,
        "value": value,
        "hidden": False,
        "protected": False,
        "masked": False,
        "raw": False,
        "environment_scope": scope,
        "description": None,
        **attributes,
    }
