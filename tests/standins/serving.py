# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WSGI application on a free loopback port, with a record of what it was asked."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Asked:
    """One request. `headers` has their names in capitals with underscores, as WSGI has."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Record:
    """Takes a note of every request, then lets the application answer."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self.asked: list[Asked] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        headers = {name[5:]: str(value) for name, value in environ.items() if name.startswith("HTTP_")}
        asked = Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), headers, body)
        with self._lock:
            self.asked.append(asked)
        return self._application(environ, start_response)


@contextmanager
def serving(application: Any, authority: Authority | None = None, **options: Any) -> Iterator[str]:
    """Serve within a ``with`` block; return the base URL, without a slash at its end.

    :param authority: signs the certificate; without it plain http is served.
    :param options: further ones of werkzeug's server.
    """
    context = authority.server_context() if authority else None
    server = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=context, **options)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if authority else 'http'}://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
