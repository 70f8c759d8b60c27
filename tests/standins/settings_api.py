# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any API that keeps one JSON document and lets nobody overwrite what they have not seen.

Source: RFC 9110, sections 8.8.3 and 13.1.1: ``ETag`` names the version of a document, a ``PUT`` whose ``If-Match``
names another one is refused with 412. A PUT without ``If-Match`` is refused with 428 (RFC 6585, section 3).
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request


class Settings:
    """One document at ``/settings``.

    :ivar document: what it holds.
    :ivar interrupt: changes the document between somebody's GET and PUT, once.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.interrupt: dict[str, Any] = {}
        self._version = 1
        self.application = Flask("settings")
        self.application.add_url_rule("/settings", "read", self._read, methods=["GET"])
        self.application.add_url_rule("/settings", "write", self._write, methods=["PUT"])

    def _read(self) -> Response:
        return self._answer(200)

    def _write(self) -> Response:
        if self.interrupt:
            self.document, self._version = {**self.document, **self.interrupt}, self._version + 1
            self.interrupt = {}
        if "If-Match" not in request.headers:
            return Response(status=428)
        if request.headers["If-Match"] != self._tag:
            return Response(status=412)
        document = request.get_json()
        if not isinstance(document, dict):
            return Response(status=400)
        self.document, self._version = document, self._version + 1
        return self._answer(200)

    @property
    def _tag(self) -> str:
        return f'"{self._version}"'

    def _answer(self, status: int) -> Response:
        answer = jsonify(self.document)
        answer.status_code = status
        answer.headers["ETag"] = self._tag
        return answer
