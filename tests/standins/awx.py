# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of AWX's API, version 2.

Written from the API's own guide (`/api/v2/credentials/`) and `docs/credentials` of AWX 24: secret inputs are shown as
`$encrypted$`; an update replaces all inputs, and keeps the stored value of a secret input that comes as `$encrypted$`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin, body_with

PLACEHOLDER = "$encrypted$"
_TYPE, _ORGANIZATION = 31, 2


class Awx(Standin):
    """Credentials of one type in one organization.

    :param secret: the inputs of that type that are secret.
    :param credentials: inputs by name.
    """

    TYPE = "Marketing Cloud"
    ORGANIZATION = "Web"

    def __init__(self, token: str, secret: set[str], credentials: Mapping[str, Mapping[str, str]]) -> None:
        self._token = token
        self._secret = secret
        self.credentials: dict[str, dict[str, str]] = {name: dict(inputs) for name, inputs in credentials.items()}
        super().__init__()

    def route(self, app: Flask) -> None:
        """Add what the module and the lookup ask for."""
        app.before_request(self._check_token)
        app.after_request(_with_version)
        app.add_url_rule("/api/v2/credential_types/", view_func=lambda: self._named(self.TYPE, _TYPE), endpoint="types")
        organizations = "/api/v2/organizations/"
        app.add_url_rule(
            organizations, view_func=lambda: self._named(self.ORGANIZATION, _ORGANIZATION), endpoint="orgs"
        )
        app.add_url_rule("/api/v2/credentials/", view_func=self._list)
        app.add_url_rule("/api/v2/credentials/<int:number>/", view_func=self._patch, methods=["PATCH"])

    def _check_token(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            raise Mistake(401, {"detail": "Authentication credentials were not provided."})

    def _named(self, name: str, number: int) -> Answer:
        asked = request.args.get("name")
        return _page([{"id": number, "name": name}] if asked == name else [])

    def _list(self) -> Answer:
        filters = {
            "credential_type": str(_TYPE),
            "credential_type__name": self.TYPE,
            "organization": str(_ORGANIZATION),
            "organization__name": self.ORGANIZATION,
        }
        unknown = set(request.args) - set(filters) - {"name"}
        if unknown:
            raise Mistake(400, {"detail": f"Credential has no field named {sorted(unknown)[0]!r}"})
        fits = all(request.args.get(name, value) == value for name, value in filters.items())
        wanted = request.args.get("name")
        return _page([self._shown(name) for name in self.credentials if fits and wanted in (None, name)])

    def _patch(self, number: int) -> Answer:
        name = list(self.credentials)[number - 1]
        wrong = Mistake(400, {"inputs": ["Additional properties are not allowed"]})
        known = {"name", "credential_type", "organization", "inputs"}
        body = body_with(lambda given: set(given) <= known and isinstance(given.get("inputs"), dict), wrong)
        before = self.credentials[name]
        kept = {field for field in self._secret if body["inputs"].get(field) == PLACEHOLDER}
        if not kept <= set(before):
            raise Mistake(500, {"detail": "A server error has occurred."})
        self.credentials[name] = {
            field: before[field] if field in kept else value for field, value in body["inputs"].items()
        }
        return self._shown(name)

    def _shown(self, name: str) -> dict[str, Any]:
        number = list(self.credentials).index(name) + 1
        inputs = copy.deepcopy(self.credentials[name])
        return {
            "id": number,
            "type": "credential",
            "url": f"/api/v2/credentials/{number}/",
            "name": name,
            "organization": _ORGANIZATION,
            "credential_type": _TYPE,
            "inputs": {field: PLACEHOLDER if field in self._secret else value for field, value in inputs.items()},
        }


def _page(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": results}


def _with_version(answer: Any) -> Any:
    answer.headers["X-API-Product-Name"] = "AWX"
    answer.headers["X-API-Product-Version"] = "24.6.1"
    return answer
