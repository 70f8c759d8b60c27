# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job templates of AWX's API, version 2, as far as ansible-rulebook asks for them.

Written from the API's own guide (`/api/v2/job_templates/N/launch/`) and the requests of ansible-rulebook 1.3
(`job_template_runner.py`, `shared_job_monitor.py`): a template is found by name and organization, launched, and its
job looked at until it has ended. As in AWX, variables that a template does not ask for are ignored.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin

_TIME = "2026-11-26T05:00:00.000000Z"


class JobTemplates(Standin):
    """Job templates of one organization; their jobs succeed at once.

    :ivar launched: names of templates in the order in which they were launched.
    """

    ORGANIZATION = "Web"

    def __init__(self, token: str, names: list[str]) -> None:
        self._token = token
        self._names = names
        self.launched: list[str] = []
        super().__init__()

    def route(self, app: Flask) -> None:
        """Add what ansible-rulebook asks for."""
        app.before_request(self._check_token)
        app.add_url_rule("/api/v2/config/", view_func=lambda: {"version": "24.6.1"}, endpoint="config")
        app.add_url_rule("/api/v2/unified_job_templates/", view_func=self._list)
        app.add_url_rule("/api/v2/job_templates/<int:number>/launch/", view_func=self._launch, methods=["POST"])
        app.add_url_rule("/api/v2/jobs/", view_func=self._jobs)

    def _check_token(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            raise Mistake(401, {"detail": "Authentication credentials were not provided."})

    def _list(self) -> Answer:
        return _page([self._template(name) for name in self._names if name == request.args.get("name")])

    def _template(self, name: str) -> dict[str, Any]:
        number = self._names.index(name) + 1
        asks = ("limit", "labels", "inventory", "variables")
        return {
            "id": number,
            "type": "job_template",
            "name": name,
            "related": {"launch": f"/api/v2/job_templates/{number}/launch/"},
            "summary_fields": {"organization": {"id": 2, "name": self.ORGANIZATION}},
            **{f"ask_{each}_on_launch": each == "limit" for each in asks},
        }

    def _launch(self, number: int) -> Answer:
        self.launched.append(self._names[number - 1])
        body = request.get_json(silent=True) or {}
        ignored = {name: value for name, value in body.items() if name != "limit"}
        return {**self._job(len(self.launched)), "ignored_fields": ignored}, 201

    def _jobs(self) -> Answer:
        return _page([self._job(int(number)) for number in request.args["id__in"].split(",")])

    def _job(self, number: int) -> dict[str, Any]:
        url = f"/api/v2/jobs/{number}/"
        return {"id": number, "type": "job", "url": url, "status": "successful", "created": _TIME, "artifacts": {}}


def _page(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": results}
