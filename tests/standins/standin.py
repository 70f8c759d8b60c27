# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stand-ins share: a server on loopback that writes down every request, and every one that was wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

#: What a view of a stand-in answers: a body, or a body with a status.
Answer = Any


@dataclass(frozen=True)
class Call:
    """A request as it came in, and the status of its answer."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = field(repr=False)
    status: int


class Mistake(Exception):
    """A request that the real system would refuse."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.body = body


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep the requests out of the output of the tests."""


class Standin(AbstractContextManager["Standin"]):
    """A server on a free port of loopback, for as long as its `with` lasts. Subclasses add routes in `route`.

    :ivar calls: every request in order; no secret of theirs is in its representation.
    :ivar mistakes: requests to unknown paths or of the wrong form: there should be none.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.mistakes: list[str] = []
        self.lock = threading.RLock()
        app = Flask(type(self).__name__, static_folder=None)
        app.json.sort_keys = False  # type: ignore[attr-defined]
        app.before_request(self._take_turns)
        app.after_request(self._written_down)
        app.teardown_request(self._end_turn)
        app.register_error_handler(Mistake, self._mistaken)
        app.register_error_handler(HTTPException, self._unknown)
        self.route(app)
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def route(self, app: Flask) -> None:
        """Add the paths of this API to an application."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port``, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.port}"

    def writes(self) -> list[Call]:
        """Return the requests that were meant to change something."""
        return [call for call in self.calls if call.method not in ("GET", "HEAD")]

    def __enter__(self) -> Standin:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # --- one request after the other ---------------------------------------------------------------------------------

    def _take_turns(self) -> None:
        self.lock.acquire()

    def _end_turn(self, _error: BaseException | None) -> None:
        self.lock.release()

    def _written_down(self, answer: Response) -> Response:
        path = request.full_path.partition("?")[0]
        self.calls.append(
            Call(request.method, path, request.args.to_dict(), request.get_json(silent=True), answer.status_code)
        )
        return answer

    def _mistaken(self, mistake: Mistake) -> tuple[Response, int]:
        return jsonify(mistake.body), mistake.status

    def _unknown(self, error: HTTPException) -> tuple[Response, int]:
        self.mistakes.append(f"{request.method} {request.full_path}: {error.code}")
        return jsonify({"error": f"the stand-in knows no such request: {error.name}"}), error.code or 500


def body_with(check: Callable[[dict[str, Any]], bool], mistake: Mistake) -> dict[str, Any]:
    """Return the JSON object that came with a request.

    :param check: whether it has the form that the API documents.
    :raises Mistake: it has not, or there is none.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not check(body):
        raise mistake
    return body
