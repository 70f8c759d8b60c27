# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Google Secret Manager, global and regional.

Written from docs.cloud.google.com/secret-manager/docs/reference/rest/v1: projects.secrets (addVersion) and
projects.secrets.versions (list, get, access, disable), the same below projects.locations, and
.../secret-manager/docs/reference/consistency: a new version is seen at once by its number, while the list of versions
is eventually consistent. Checksums are not here.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request

from .internet import Record, Refused, api

GLOBAL, REGIONS = "secretmanager.googleapis.com", ".rep.googleapis.com"
_SECRET = "/v1/projects/<project>/secrets/<name>"
_REGIONAL = "/v1/projects/<project>/locations/<location>/secrets/<name>"


@dataclass
class SecretVersion:
    """One version of a secret; its number is its place in the list, from 1 on."""

    value: str = field(repr=False)
    state: str = "ENABLED"


class SecretManager:
    """A project with secrets, and one access token that opens all of them.

    :ivar secrets: versions, oldest first, by (location or "", name).
    :ivar arriving: what somebody else adds right before ansible.builtin.uri lists the versions of a global secret.
    :ivar destroyed: what somebody else destroys right after that.
    :ivar late: how many answers to a list do not show a version yet after it was added.
    """

    def __init__(self, record: Record, project: str = "acme-prod") -> None:
        self.project = project
        self.token = "ya29." + secrets.token_urlsafe(60)
        self.secrets: dict[tuple[str, str], list[SecretVersion]] = {}
        self.late = 0
        self.arriving: SecretVersion | None = None
        self.destroyed: SecretVersion | None = None
        self._not_yet = 0
        self._record = record

    def hosts(self) -> dict[str, Flask]:
        """Return the applications by host name."""
        return {GLOBAL: self._app(GLOBAL, _SECRET), REGIONS: self._app(REGIONS, _REGIONAL)}

    def _app(self, host: str, base: str) -> Flask:
        app = api(host, self._record)
        app.before_request(self._need_token)
        version = f"{base}/versions/<int:number>"
        app.add_url_rule(f"{base}:addVersion", view_func=self._add, methods=["POST"])
        app.add_url_rule(f"{base}/versions", view_func=self._list)
        app.add_url_rule(version, view_func=self._version)
        app.add_url_rule(f"{version}:access", view_func=self._access)
        app.add_url_rule(f"{version}:disable", view_func=self._disable, methods=["POST"])
        return app

    def _need_token(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")

    def _list(self, project: str, name: str, location: str = "") -> dict[str, Any]:
        if request.args.get("filter") != "state:ENABLED":
            raise _error(400, "INVALID_ARGUMENT", "this stand-in lists with filter=state:ENABLED only")
        kept = self._versions(project, name, location)
        ours = request.headers["User-Agent"] == "ansible-httpget" and not location
        if ours and self.arriving:
            kept.append(self.arriving)
            self.arriving = None
        shown = [number for number, one in enumerate(kept, 1) if one.state == "ENABLED"]
        if self._not_yet:
            self._not_yet -= 1
            shown.pop()
        versions = [self._version(project, name, number, location) for number in reversed(shown)]
        if ours and self.destroyed:
            self.destroyed.state = "DESTROYED"
            self.destroyed = None
        return {"versions": versions, "totalSize": len(versions)} if versions else {}

    def _access(self, project: str, name: str, number: int, location: str = "") -> dict[str, Any]:
        shown = self._version(project, name, number, location)
        if shown["state"] != "ENABLED":
            raise _error(400, "FAILED_PRECONDITION", f"Secret Version {shown['name']} is in DISABLED state.")
        value = self._versions(project, name, location)[number - 1].value
        return {"name": shown["name"], "payload": {"data": base64.b64encode(value.encode()).decode()}}

    def _add(self, project: str, name: str, location: str = "") -> dict[str, Any]:
        kept = self._versions(project, name, location)
        match request.get_json(silent=True):
            case {"payload": {"data": str() as data, **others}, **more} if not others and not more:
                kept.append(SecretVersion(base64.b64decode(data, validate=True).decode()))
            case _:
                raise _error(400, "INVALID_ARGUMENT", "expected payload.data and nothing else")
        self._not_yet = self.late
        return self._version(project, name, len(kept), location)

    def _disable(self, project: str, name: str, number: int, location: str = "") -> dict[str, Any]:
        if request.get_json(silent=True) != {}:
            raise _error(400, "INVALID_ARGUMENT", "expected an empty object")
        shown = self._version(project, name, number, location)
        if shown["state"] == "DESTROYED":
            raise _error(400, "FAILED_PRECONDITION", f"Secret Version {shown['name']} is in DESTROYED state.")
        self._versions(project, name, location)[number - 1].state = "DISABLED"
        return self._version(project, name, number, location)

    def _versions(self, project: str, name: str, location: str) -> list[SecretVersion]:
        if location and request.host != f"secretmanager.{location}{REGIONS}":
            raise _error(400, "INVALID_ARGUMENT", "a regional secret is served by its region's host")
        if project != self.project or (location, name) not in self.secrets:
            raise _error(404, "NOT_FOUND", f"Secret [projects/{project}/secrets/{name}] not found.")
        return self.secrets[location, name]

    def _version(self, project: str, name: str, number: int, location: str = "") -> dict[str, Any]:
        kept = self._versions(project, name, location)
        region = f"/locations/{location}" if location else ""
        if not 0 < number <= len(kept):
            raise _error(404, "NOT_FOUND", f"Secret Version [{number}] not found.")
        return {
            "name": f"projects/{project}{region}/secrets/{name}/versions/{number}",
            "createTime": "2026-01-01T00:00:00Z",
            "state": kept[number - 1].state,
        }


def _error(code: int, status: str, message: str) -> Refused:
    return Refused(code, {"error": {"code": code, "message": message, "status": status}})
