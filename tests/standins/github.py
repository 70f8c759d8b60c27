# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of GitHub Actions in repositories, environments and organizations.

Written from https://docs.github.com/rest/actions/secrets. What arrives is opened with the private key that belongs to
the place, so that a test sees what a workflow would see; no answer ever holds a value.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from nacl.public import PrivateKey, SealedBox

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin, body_with

_DATE = "2026-01-10T20:59:22Z"


class Github(Standin):
    """The API with secrets by folder, such as ``repos/o/r/actions/secrets``.

    :param folders: the names of the secrets that exist, by folder.
    :param selected: ids of the repositories that may use the secrets of an organization; none: all of them may.
    """

    def __init__(self, token: str, folders: dict[str, Iterable[str]], selected: Iterable[int] = ()) -> None:
        self._token = token
        self._keys = {folder: PrivateKey.generate() for folder in folders}
        self.values: dict[str, dict[str, str]] = {folder: dict.fromkeys(names, "") for folder, names in folders.items()}
        self.selected = list(selected)
        super().__init__()

    def route(self, app: Flask) -> None:
        """Add the paths below every folder."""
        app.before_request(self._check_headers)
        for folder in self.values:
            given = {"folder": folder}
            app.add_url_rule(f"/{folder}/public-key", f"key {folder}", self._key, defaults=given)
            app.add_url_rule(f"/{folder}/<name>", f"get {folder}", self._get, defaults=given, methods=["GET"])
            app.add_url_rule(f"/{folder}/<name>", f"put {folder}", self._put, defaults=given, methods=["PUT"])
            if folder.startswith("orgs/"):
                path = f"/{folder}/<name>/repositories"
                app.add_url_rule(path, f"repositories {folder}", self._repositories, defaults=given)

    def _check_headers(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            raise Mistake(401, {"message": "Bad credentials"})
        if not request.headers.get("User-Agent"):
            raise Mistake(403, {"message": "Request forbidden by administrative rules."})

    def _key(self, folder: str) -> Answer:
        key = base64.b64encode(bytes(self._keys[folder].public_key)).decode("ascii")
        return {"key_id": self._key_id(folder), "key": key}

    def _get(self, folder: str, name: str) -> Answer:
        self._known(folder, name)
        shown = {"name": name.upper(), "created_at": _DATE, "updated_at": _DATE}
        return {**shown, "visibility": self._visibility()} if folder.startswith("orgs/") else shown

    def _put(self, folder: str, name: str) -> Answer:
        needed = {"encrypted_value", "key_id"} | ({"visibility"} if folder.startswith("orgs/") else set())
        invalid = Mistake(422, {"message": "Invalid request."})
        body = body_with(lambda given: needed <= set(given) <= needed | {"selected_repository_ids"}, invalid)
        if body["key_id"] != self._key_id(folder):
            raise Mistake(422, {"message": "The key id does not match."})
        value = SealedBox(self._keys[folder]).decrypt(base64.b64decode(body["encrypted_value"], validate=True))
        if folder.startswith("orgs/"):
            self.selected = body.get("selected_repository_ids", []) if body["visibility"] == "selected" else []
        created = name.upper() not in self.values[folder]
        self.values[folder][name.upper()] = value.decode("utf-8")
        return ({}, 201) if created else ("", 204)

    def _repositories(self, folder: str, name: str) -> Answer:
        self._known(folder, name)
        size, page = int(request.args.get("per_page", 30)), int(request.args.get("page", 1))
        ids = self.selected[(page - 1) * size : page * size]
        return {"total_count": len(self.selected), "repositories": [_repository(each) for each in ids]}

    def _known(self, folder: str, name: str) -> None:
        if name.upper() not in self.values[folder]:
            raise Mistake(404, {"message": "Not Found"})

    def _visibility(self) -> str:
        return "selected" if self.selected else "all"

    def _key_id(self, folder: str) -> str:
        return str(5_000_000 + list(self._keys).index(folder))


def _repository(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"repository-{number}", "private": True}
