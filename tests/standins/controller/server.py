# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that answers as the modules of awx.awx expect it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from ansible_collections.keyturn.sfmc.tests.standins.controller import rules
from ansible_collections.keyturn.sfmc.tests.standins.controller.specification import Resource, resources
from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin

_API = "/api/v2/"
_APPROVALS = "workflow_approval_templates"
_UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources", _APPROVALS)
#: Filters of lists that are no field of the objects.
_PAGING = {"page_size", "page", "type"}
Record = dict[str, Any]


class Controller(Standin):
    """AWX with one organization, without any object but those that are put there.

    :param modules: the folder with the modules of awx.awx.
    :param administrator: whether the token is one of an administrator.
    :param writing: whether the token has the scope write.
    :param playbooks: files of every project.
    :param modern: without it, the API is that of a release without execution environments.
    """

    def __init__(
        self,
        modules: Path,
        token: str,
        playbooks: Iterable[str] = (),
        administrator: bool = True,
        writing: bool = True,
        modern: bool = True,
    ) -> None:
        self._token = token
        self._administrator = administrator
        self._writing = writing
        self._modern = modern
        self.playbooks = list(playbooks)
        self.resources: dict[str, Resource] = resources(modules)
        self.records: dict[str, dict[int, Record]] = {endpoint: {} for endpoint in (*self.resources, _APPROVALS)}
        self._associated: dict[tuple[int, str], list[int]] = {}
        self._surveys: dict[int, Record] = {}
        self._last = 0
        self.organization = self.put("organizations", name="Web")
        super().__init__()

    def put(self, endpoint: str, **fields: Any) -> int:
        """Put an object there, as somebody else would, and return its number."""
        self._last += 1
        known = self.resources[endpoint].fields if endpoint in self.resources else {}
        shown = {name: rules.blank(field) for name, field in known.items()}
        self.records[endpoint][self._last] = {**shown, **fields, "id": self._last}
        return self._last

    def take_over(self, other: Controller) -> None:
        """Have every object that another controller has."""
        self.records = copy.deepcopy(other.records)
        self._associated = copy.deepcopy(other._associated)
        self._surveys = copy.deepcopy(other._surveys)
        self._last, self.organization = other._last, other.organization

    def remove(self, endpoint: str, name: str) -> None:
        """Delete an object as AWX does: with its schedules, and out of the nodes that run it."""
        number = self.named(endpoint, name)["id"]
        del self.records[endpoint][number]
        for schedule in [each for each in self.records["schedules"].values() if _runs(each, number)]:
            del self.records["schedules"][schedule["id"]]
        for node in self.records["workflow_job_template_nodes"].values():
            if _runs(node, number):
                node["unified_job_template"] = None

    def named(self, endpoint: str, name: str) -> Record:
        """Return the object of that name, with what is associated with it by name, and its survey."""
        (found,) = [
            each for each in self.records[endpoint].values() if name in (each.get("name"), each.get("identifier"))
        ]
        lists = {
            of: [self._name(self._any(number)) for number in numbers]
            for (owner, of), numbers in self._associated.items()
            if owner == found["id"]
        }
        return {**found, **lists, "survey": self._surveys.get(found["id"])}

    # --- routes ------------------------------------------------------------------------------------------------------

    def route(self, app: Flask) -> None:
        """Add what modules and lookups of the collection ask for."""
        app.before_request(self._check_token)
        app.after_request(_with_version)
        both = ["GET", "POST"]
        views: dict[str, tuple[Callable[..., Answer], list[str]]] = {
            "": (self._root, ["GET"]),
            "ping/": (lambda: {"version": "24.6.1" if self._modern else "17.1.0"}, ["GET"]),
            "me/": (lambda: _page([{"username": "setup", "is_superuser": self._administrator}]), ["GET"]),
            "unified_job_templates/": (lambda: _page(self._filtered(self._unified())), ["GET"]),
            "project_updates/<int:number>/": (_ended, ["GET"]),
            "roles/<int:role>/<actors>/": (self._grants, both),
            "<endpoint>/": (self._list_or_make, both),
            "<endpoint>/<int:number>/": (self._one, ["GET", "PATCH"]),
            "<endpoint>/<int:number>/<part>/": (self._part, both),
        }
        for path, (view, methods) in views.items():
            app.add_url_rule(_API + path, view_func=view, methods=methods, endpoint=path)

    def _check_token(self) -> None:
        open_to_all = (_API, f"{_API}ping/")
        if request.path not in open_to_all and request.headers.get("Authorization") != f"Bearer {self._token}":
            raise Mistake(401, {"detail": "Authentication credentials were not provided."})
        if request.method != "GET" and not self._writing:
            raise Mistake(403, {"detail": "You do not have permission to perform this action."})

    def _root(self) -> Answer:
        names = [*self.resources, "workflow_approvals"]
        new = {"execution_environments", "workflow_approvals"}
        return {name: f"{_API}{name}/" for name in names if self._modern or name not in new}

    def _list_or_make(self, endpoint: str) -> Answer:
        if endpoint not in self.resources:
            raise Mistake(404, {"detail": "Not found."})
        if request.method == "GET":
            return _page(self._filtered(self._shown(endpoint, each) for each in self.records[endpoint].values()))
        body = self._checked(endpoint, request.get_json(), {})
        names = [(each.get("name"), each.get("organization")) for each in self.records[endpoint].values()]
        if endpoint != "schedules" and "name" in body and (body["name"], body.get("organization")) in names:
            raise Mistake(400, {"__all__": [f"{endpoint} with this name already exists."]})
        return self._shown(endpoint, self.records[endpoint][self.put(endpoint, **body)]), 201

    def _one(self, endpoint: str, number: int) -> Answer:
        record = self._record(endpoint, number)
        if request.method == "PATCH":
            record.update(self._checked(endpoint, request.get_json(), record))
        return self._shown(endpoint, record)

    def _part(self, endpoint: str, number: int, part: str) -> Answer:
        record = self._record(endpoint, number)
        if part == "survey_spec":
            if request.method == "POST":
                rules.check_survey(request.get_json())
                self._surveys[number] = request.get_json()
            return self._surveys.get(number, {})
        if part == "playbooks" and endpoint == "projects":
            return Response(repr(self.playbooks).replace("'", '"'), mimetype="application/json")
        if part == "update" and endpoint == "projects":
            return {"id": number, "status": "pending", "url": f"{_API}project_updates/{number}/"}, 202
        if part == "create_approval_template":
            workflow = self.records["workflow_job_templates"][record["workflow_job_template"]]
            fields = {"description": "", "timeout": 0, **self._checked(_APPROVALS, request.get_json(), {})}
            made = self.put(_APPROVALS, organization=workflow["organization"], **fields)
            record["unified_job_template"] = made
            return self._shown(_APPROVALS, self.records[_APPROVALS][made]), 201
        return self._associate(endpoint, number, part)

    # --- associations and grants -------------------------------------------------------------------------------------

    def _associate(self, endpoint: str, number: int, part: str) -> Answer:
        known = self.resources.get(endpoint)
        other = known.associations.get(part) if known else None
        if other is None:
            raise Mistake(404, {"detail": "Not found."})
        return self._linked(number, part, other)

    def _linked(self, owner: int, part: str, other: str) -> Answer:
        linked = self._associated.setdefault((owner, part), [])
        if request.method == "GET":
            return _page([self._shown(other, self.records[other][each]) for each in linked])
        body = request.get_json()
        if body["id"] not in self.records[other]:
            raise Mistake(400, {"detail": "no such object"})
        if part == "credentials" and not body.get("disassociate"):
            rules.check_credentials_together(self._type_of(each) for each in [*linked, body["id"]])
        if body.get("disassociate"):
            linked.remove(body["id"])
        elif body["id"] not in linked:
            linked.append(body["id"])
        return "", 204

    def _grants(self, role: int, actors: str) -> Answer:
        """Answer for one role of one object: its number is ten times that of the object, and the role's place."""
        owner = self._any(role // 10)
        (endpoint,) = [name for name, records in self.records.items() if owner["id"] in records]
        return self._linked(owner["id"], f"{rules.ROLES[endpoint][role % 10]}/{actors}", actors)

    def _type_of(self, credential: int) -> str:
        return str(self.records["credential_types"][self.records["credentials"][credential]["credential_type"]]["name"])

    # --- objects -----------------------------------------------------------------------------------------------------

    def _checked(self, endpoint: str, body: Record, before: Mapping[str, Any]) -> Record:
        """Return what is kept of a request."""
        self._check_fields(endpoint, body)
        if endpoint == "credential_types":
            if not self._administrator:
                raise Mistake(403, {"detail": "You do not have permission to perform this action."})
            used = [
                each for each in self.records["credentials"].values() if each["credential_type"] == before.get("id")
            ]
            if used and body.get("inputs", before["inputs"]) != before["inputs"]:
                raise Mistake(403, {"detail": "Modifications to inputs are not allowed for types that are in use"})
            rules.check_credential_type({**before, **body})
        elif endpoint == _APPROVALS and "timeout" in body:
            # Django keeps a number, also of a text.
            body = {**body, "timeout": int(body["timeout"])}
        elif endpoint == "schedules":
            rules.check_rrule({**before, **body}["rrule"])
        elif endpoint == "job_templates" and body.get("playbook", "") not in ("", *self.playbooks):
            raise Mistake(400, {"playbook": ["Playbook not found for project."]})
        for name in ("inputs", "notification_configuration"):
            if endpoint in ("credentials", "notification_templates") and name in body:
                body = {**body, name: rules.kept(body[name], before.get(name, {}))}
        return body

    def _check_fields(self, endpoint: str, body: Record) -> None:
        resource = self.resources.get(endpoint)
        if resource is None:
            return
        rules.check_fields(resource, body)
        for name, field in resource.fields.items():
            if field.relation and body.get(name) is not None and field.relation != "unified_job_templates":
                self._record(field.relation, body[name])

    def _shown(self, endpoint: str, record: Record) -> Record:
        resource = self.resources.get(endpoint)
        url = f"{_API}{endpoint}/{record['id']}/"
        shown = {
            **copy.deepcopy(record),
            "url": url,
            "type": resource.type if resource else "workflow_approval_template",
        }
        shown["related"] = {part: f"{url}{part}/" for part in (resource.associations if resource else ())}
        shown["related"] |= {part: f"{url}{part}/" for part in ("survey_spec", "update", "playbooks")}
        if record.get("unified_job_template"):
            target = next(name for name in _UNIFIED if record["unified_job_template"] in self.records[name])
            shown["related"]["unified_job_template"] = f"{_API}{target}/{record['unified_job_template']}/"
        roles = rules.ROLES.get(endpoint, ())
        shown["summary_fields"] = {
            "object_roles": {role: {"id": record["id"] * 10 + place} for place, role in enumerate(roles)}
        }
        if endpoint == "projects":
            shown["scm_revision"] = "a" * 40
        if endpoint == "credentials":
            secret = rules.secret_inputs(self.records["credential_types"][record["credential_type"]])
            shown["inputs"] = rules.hidden(shown["inputs"], secret)
        if endpoint == "notification_templates":
            words = rules.secret_words(record["notification_type"])
            shown["notification_configuration"] = rules.hidden(shown["notification_configuration"], words)
        return shown

    def _unified(self) -> Iterable[Record]:
        return [self._shown(name, each) for name in _UNIFIED for each in self.records[name].values()]

    def _record(self, endpoint: str, number: int) -> Record:
        if number not in self.records.get(endpoint, {}):
            raise Mistake(404, {"detail": "Not found."})
        return self.records[endpoint][number]

    def _any(self, number: int) -> Record:
        return next(records[number] for records in self.records.values() if number in records)

    def _name(self, record: Record) -> str:
        return str(record.get("username") or record.get("name") or record.get("identifier"))

    def _filtered(self, found: Iterable[Record]) -> list[Record]:
        """Return the objects that the query asks for; a filter that is no field is a mistake, as in AWX."""
        chosen = list(found)
        for name, value in request.args.items():
            field, _separator, lookup = name.partition("__")
            if name in _PAGING and name != "type":
                continue
            if any(field not in each for each in chosen):
                raise Mistake(400, {"detail": f"there is no field named {field!r}"})
            wanted = value.split(",") if lookup == "in" else [value]
            chosen = [each for each in chosen if str(each[field]) in wanted]
        return chosen


def _runs(record: Record, number: int) -> bool:
    return record.get("unified_job_template") == number


def _ended(number: int) -> Record:
    return {"id": number, "status": "successful", "finished": "now", "failed": False, "scm_revision": "b" * 40}


def _page(results: list[Record]) -> Record:
    return {"count": len(results), "next": None, "previous": None, "results": results}


def _with_version(answer: Response) -> Response:
    answer.headers["X-API-Product-Name"] = "AWX"
    answer.headers["X-API-Product-Version"] = "24.6.1"
    return answer
