# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token server of a few lines, so that services are tested without the simulator."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class TokenServer(ThreadingHTTPServer):
    """Gives a token for the secrets in ``accepted``; ``asked`` has the outcome of every request, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.accepted: set[str] = set()
        self.broken = False
        self.asked: queue.Queue[int] = queue.Queue()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.server_port}"

    def next_status(self) -> int:
        """Wait for the next request and return how it was answered."""
        return self.asked.get(timeout=10)

    def wait_for(self, status: int) -> None:
        """Wait until a request was answered like this."""
        while self.next_status() != status:
            pass


class _Handler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v2/token":
            self.send_error(404)
            return
        if self.server.broken:
            status, body = 503, "<html>"
        elif asked["client_secret"] in self.server.accepted:
            status, body = 200, json.dumps({"access_token": "a.b.c.d", "expires_in": 1079})
        else:
            status, body = 401, json.dumps({"error": "invalid_client", "error_description": asked["client_secret"]})
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())
        self.server.asked.put(status)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    with TokenServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
