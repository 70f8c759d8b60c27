# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts of one run that write members of the same document of an API that has no compare-and-set."""

from __future__ import annotations

import threading

from flask import Flask, request

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.other_systems import declare, entry, estate
from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Standin

#: How long the first reader is kept, so that a second one would read the same document.
_KEPT = 3.0


class Document(Standin):
    """One document, as a whole; the first look of two readers is at the same moment, where they let it be."""

    def __init__(self, secret: str) -> None:
        self.document = {"a": secret, "b": secret, "keep": "1"}
        self.order: list[str] = []
        self._both = threading.Condition()
        self._readers: set[str] = set()
        super().__init__()

    def route(self, app: Flask) -> None:
        """Add the document."""
        app.before_request_funcs.clear()
        app.teardown_request_funcs.clear()
        app.add_url_rule("/document", "get", self._get)
        app.add_url_rule("/document", "put", self._put, methods=["PUT"])

    def _get(self) -> Answer:
        who = request.headers["X-Who"]
        with self._both:
            shown = dict(self.document)
            self.order.append(f"{who} reads")
            if who not in self._readers:
                self._readers.add(who)
                self._both.notify_all()
                self._both.wait_for(lambda: len(self._readers) == 2, _KEPT)
        return shown

    def _put(self) -> Answer:
        with self._both:
            self.order.append(f"{request.headers['X-Who']} writes")
            self.document = request.get_json()
        return {}


def test_i23_of_two_writers_of_one_document_none_takes_back_what_the_other_wrote(bring_up: BringUp) -> None:
    operations = bring_up(estate("prod-a", "prod-b"))
    with Document(operations.secret("crm_sync")) as server:
        for who in "ab":
            call = {"url": f"{server.url}/document", "method": "PUT", "body": "${merged}", "headers": {"X-Who": who}}
            declare(operations, f"prod-{who}", entry("settings", "http", {"write": call, "read": {}, "key": who}))
        operations.hand_in_active("crm_sync")
        run = operations.rotate("-e", '{"sfmc_serial": ["100%"]}')
        assert run.status == 0, run
        new = operations.secret("crm_sync")
        assert server.document == {"a": new, "b": new, "keep": "1"}
        first, second = server.order[0][0], server.order[3][0]
        steps = ("reads", "writes", "reads")
        assert server.order == [f"{who} {step}" for who in (first, second) for step in steps]
        assert {first, second} == {"a", "b"}
