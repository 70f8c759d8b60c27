# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server around the application: simulated ``Date``, an access log without secrets, cut connections."""

from __future__ import annotations

import logging
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, cast

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .app import create_app
from .exchange import DATE_OFFSET, Cut
from .tls import Authority
from .world import World

ACCESS_LOG = logging.getLogger("keyturn.simulator.access")
HANDSHAKE_SECONDS = 10
#: What a server says that speaks no TLS to one who begins to.
NO_TLS = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#: SO_LINGER on, 0 seconds: close() sends RST.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Handler(WSGIRequestHandler):
    """One request."""

    server: Server
    environ: dict[str, Any]

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the simulated time (I-9), wrong when a fault wants it so."""
        offset = getattr(self, "environ", {}).get(DATE_OFFSET, 0)
        return format_datetime(self.server.world.clock.now() + timedelta(seconds=offset), usegmt=True)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log method, path and status; never a query, a header or a body."""
        path = getattr(self, "path", "-").partition("?")[0]
        # A line that is no HTTP has neither headers nor a command.
        host = self.headers.get("Host", "-") if hasattr(self, "headers") else "-"
        line = f"{host} {self.command or '-'} {path} {code}"
        ACCESS_LOG.info("%s", self.server.world.hide(line))

    def log_error(self, format: str, *args: object) -> None:
        """Log what http.server has to say, without secrets."""
        ACCESS_LOG.warning("%s", self.server.world.hide(format % args))

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """End the connection as the fault wants it."""
        self.close_connection = True
        if isinstance(error, Cut) and error.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


class Server(ThreadedWSGIServer):
    """A threaded server on loopback.

    :param tls: the authority to serve TLS with; ``None`` serves plain HTTP.
    """

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0, tls: Authority | None = None) -> None:
        super().__init__(host, port, create_app(world), Handler)
        self.world = world
        # Not given to the base class: it would shake hands in the accepting thread, where one slow client stops all.
        self.ssl_context = tls.server_context() if tls else None
        self._authority = tls
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """``http(s)://host:port``, without a slash at its end."""
        scheme = "https" if self.ssl_context else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands where TLS is served, then handle the request."""
        if self._authority is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        try:
            connection = self._shaken_hands(request, self._authority)
        except OSError as error:
            ACCESS_LOG.warning("TLS handshake failed: %s", type(error).__name__)
            return
        if connection is None:
            return
        connection.settimeout(None)
        try:
            super().finish_request(cast(Any, connection), client_address)
        finally:
            self.shutdown_request(connection)

    def _shaken_hands(self, request: Any, authority: Authority) -> ssl.SSLSocket | None:
        """Return the connection under TLS, as the fault wants it; None when there is none."""
        fault = self.world.faults.take_connection(self.port)
        if fault is None or self.ssl_context is None:
            return cast(ssl.SSLContext, self.ssl_context).wrap_socket(request, server_side=True)
        if fault.fault == "plain_http":
            request.recv(65536)
            request.sendall(NO_TLS)
            return None
        return authority.faulty_context(fault.fault).wrap_socket(request, server_side=True)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; one that is to be reset gets no orderly end first."""
        if request.fileno() != -1 and request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == RESET_ON_CLOSE:
            request.close()
            return
        super().shutdown_request(request)

    def start(self) -> str:
        """Serve in a thread; return the base URL. The port is open when this returns."""
        self.world.stopping.clear()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="simulator", daemon=True)
        self._thread.start()
        return self.base_url

    def stop(self) -> None:
        """End serving."""
        self.world.stopping.set()
        self.shutdown()
        if self._thread is not None:
            self._thread.join()


@contextmanager
def running(world: World, tls: bool | Authority = False) -> Iterator[str]:
    """Serve a world on a free loopback port within a ``with`` block.

    :param tls: an authority whose certificate the client trusts; ``True`` makes one that nobody knows.
    :returns: the base URL, without a slash at its end.
    """
    authority = Authority() if tls is True else (tls or None)
    server = Server(world, tls=authority)
    base_url = server.start()
    try:
        yield base_url
    finally:
        server.stop()
