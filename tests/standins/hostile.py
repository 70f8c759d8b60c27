# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems at their worst: errors that show everything, servers that send everybody elsewhere."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, redirect, request

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin


class Chatty(Standin):
    """An API with documents, whose errors tell all that it holds, and all that it was given.

    :param documents: by name, as mappings or as JSON texts; the one called ``unread`` cannot even be read.
    """

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents
        super().__init__()

    def route(self, app: Flask) -> None:
        """Add the documents."""
        app.add_url_rule("/documents/<name>", "get", self._get)
        app.add_url_rule("/documents/<name>", "patch", self._patch, methods=["PATCH"])

    def _get(self, name: str) -> Answer:
        if name == "unread":
            raise Mistake(500, {"message": f"broke while it dumped {self.documents[name]}"})
        held = self.documents[name]
        return Response(held, mimetype="application/json") if isinstance(held, str) else held

    def _patch(self, name: str) -> Answer:
        held = self.documents[name]
        raise Mistake(500, {"message": f"cannot put {request.get_json()} over {list(held.values())[-1]}"})


class Moved(Standin):
    """A server that sends everybody to another one, and notes who came with which credentials."""

    def __init__(self, to: str = "") -> None:
        self._to = to
        self.came_with: list[str] = []
        super().__init__()

    def route(self, app: Flask) -> None:
        """Answer every path."""
        app.add_url_rule("/<path:path>", "any", self._any, methods=["GET", "PUT", "PATCH", "POST"])

    def _any(self, path: str) -> Answer:
        self.came_with.append(request.headers.get("Private-Token") or request.headers.get("Authorization") or "")
        return redirect(f"{self._to}/{path}", 302) if self._to else {"name": "SFMC", "key": "SFMC", "value": "x"}
