# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vault's KV engine, version 2, and the login of an AppRole.

Written from https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, /vault/api-docs/auth/approle and
/vault/api-docs/system/capabilities-self.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin, body_with


class Vault(Standin):
    """Secrets below one mount of one namespace.

    :param secrets: the data of each path at version 1.
    :param role: `role_id` and `secret_id` that log in; what they get is `token`.
    :ivar crowded: paths that somebody else writes right after each time that they are read.
    :ivar gone: versions that are deleted, as (path, number): their numbers stay.
    :ivar destroyed: versions that are destroyed, as (path, number); these have no time of deletion.
    :ivar strict: whether the engine is configured to take no write without check-and-set (`cas_required`).
    :ivar breaks: whether what stands before it loses the answers of writes that it has done.
    :ivar sealed: whether it answers nothing but that it is sealed.
    :ivar refused: beginnings of paths, as policies have them, that the token may not use.
    :ivar largest: the largest entry of its storage, in bytes.
    """

    def __init__(
        self, mount: str, namespace: str, token: str, role: tuple[str, str], secrets: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._mount, self._namespace, self._token, self._role = mount, namespace, token, role
        self.versions: dict[str, list[dict[str, Any]]] = {path: [dict(data)] for path, data in secrets.items()}
        self.crowded: set[str] = set()
        self.gone: set[tuple[str, int]] = set()
        self.destroyed: set[tuple[str, int]] = set()
        self.strict = False
        self.breaks = False
        self.sealed = False
        self.refused: tuple[str, ...] = ()
        self.largest = 1_048_576
        super().__init__()

    def current(self, path: str) -> dict[str, Any]:
        """Return the data of the latest version."""
        return copy.deepcopy(self.versions[path][-1])

    def renew_token(self, token: str) -> None:
        """End the token; from now on a login gets another."""
        self._token = token

    def put(self, path: str, data: Mapping[str, Any]) -> None:
        """Write a version, as somebody else."""
        self.versions[path].append(dict(data))

    def route(self, app: Flask) -> None:
        """Add login, read and write."""
        app.add_url_rule("/v1/auth/approle/login", view_func=self._login, methods=["POST"])
        data = f"/v1/{self._mount}/data/<path:path>"
        app.add_url_rule(data, "read", self._read, methods=["GET"])
        app.add_url_rule(data, "write", self._write, methods=["POST", "PUT"])
        app.add_url_rule(data, "delete", self._delete, methods=["DELETE"])
        destroy = f"/v1/{self._mount}/destroy/<path:path>"
        app.add_url_rule(destroy, "destroy", self._destroy, methods=["POST", "PUT"])
        app.add_url_rule(f"/v1/{self._mount}/metadata/<path:path>", "list", self._list, methods=["LIST"])
        app.add_url_rule("/v1/sys/capabilities-self", "may", self._capabilities, methods=["POST"])
        for method in ("GET", "POST", "LIST"):
            app.add_url_rule("/v1/<path:path>", f"nowhere {method}", self._nowhere, methods=[method])

    def _login(self) -> Answer:
        self._check_namespace()
        wrong = _errors(400, "invalid role or secret ID")
        body = body_with(lambda given: (given.get("role_id"), given.get("secret_id")) == self._role, wrong)
        assert set(body) == {"role_id", "secret_id"}
        auth = {"client_token": self._token, "policies": ["default"], "lease_duration": 1200, "renewable": True}
        return {**_envelope(), "auth": auth, "data": None}

    def _read(self, path: str) -> Answer:
        self._check_token()
        if path not in self.versions:
            raise _errors(404)
        versions = self.versions[path]
        version = int(request.args.get("version") or 0) or len(versions)
        if (path, version) in self.gone:
            raise Mistake(404, {**_envelope(), "data": {"data": None, "metadata": _metadata(version, gone=True)}})
        if (path, version) in self.destroyed:
            metadata = {**_metadata(version), "destroyed": True}
            raise Mistake(404, {**_envelope(), "data": {"data": None, "metadata": metadata}})
        data = versions[version - 1]
        if path in self.crowded:
            versions.append({**versions[-1], "somebody": "else"})
        return {**_envelope(), "data": {"data": data, "metadata": _metadata(version)}}

    def _write(self, path: str) -> Answer:
        self._check_token()
        no_data = _errors(400, "no data provided")
        body = body_with(lambda given: isinstance(given.get("data"), dict), no_data)
        written = self.versions.setdefault(path, [])
        options = body.get("options") or {}
        if self.strict and "cas" not in options:
            raise _errors(400, "check-and-set parameter required for this call")
        if "cas" in options and options["cas"] != len(written):
            raise _errors(400, "check-and-set parameter did not match the current version")
        size = len(json.dumps(body["data"]))
        if size > self.largest:
            why = f"put failed due to value being too large; got {size} bytes, max: {self.largest} bytes"
            raise _errors(500, f"1 error occurred:\n\t* failed to persist entry: {why}\n\n")
        written.append(body["data"])
        if self.breaks:
            return "<html>Bad Gateway</html>", 502
        return {**_envelope(), "data": _metadata(len(written))}

    def _delete(self, path: str) -> Answer:
        self._check_token()
        self.gone.add((path, len(self.versions[path])))
        return "", 204

    def _destroy(self, path: str) -> Answer:
        self._check_token()
        for number in body_with(lambda given: bool(given.get("versions")), _errors(400, "no version"))["versions"]:
            self.destroyed.add((path, number))
            self.versions[path][number - 1] = {}
        return "", 204

    def _list(self, path: str) -> Answer:
        self._check_token()
        folder = path.strip("/") + "/"
        below = [name[len(folder) :] for name in self.versions if name.startswith(folder)]
        if not below:
            raise _errors(404)
        keys = {name.split("/")[0] + "/" if "/" in name else name for name in below}
        return {**_envelope(), "data": {"keys": sorted(keys)}}

    def _capabilities(self) -> Answer:
        self._check_token()
        paths = body_with(lambda given: bool(given.get("paths")), _errors(400, "no paths"))["paths"]
        may = {
            path: ["deny"] if path.startswith(self.refused or ("\0",)) else ["create", "read", "update"]
            for path in paths
        }
        return {**_envelope(), **may, "data": may}

    def _nowhere(self, path: str) -> Answer:
        self._check_token()
        raise _errors(404, f'no handler for route "{path}". route entry not found.')

    def _check_namespace(self) -> None:
        if self.sealed:
            raise _errors(503, "Vault is sealed")
        if request.headers.get("X-Vault-Namespace", "").strip("/") != self._namespace:
            raise _errors(404, "no handler for route")

    def _check_token(self) -> None:
        self._check_namespace()
        below = request.path.removeprefix("/v1/")
        if request.headers.get("X-Vault-Token") != self._token or below.startswith(self.refused or ("\0",)):
            raise _errors(403, "permission denied")


def _envelope() -> dict[str, Any]:
    return {
        "request_id": "00000000-0000-0000-0000-000000000000",
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "wrap_info": None,
        "warnings": None,
        "auth": None,
    }


def _metadata(version: int, gone: bool = False) -> dict[str, Any]:
    return {
        "created_time": "2026-01-01T00:00:00.000000000Z",
        "custom_metadata": {"owner": "web"},
        "deletion_time": "2026-01-02T00:00:00.000000000Z" if gone else "",
        "destroyed": False,
        "version": version,
    }


def _errors(status: int, *errors: str) -> Mistake:
    return Mistake(status, {"errors": list(errors)})
