# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of the internet, served here under their own names: TLS for each, and a proxy that leads every name here.

A program that honours ``HTTPS_PROXY`` and a CA file needs no change to talk to them.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.unit._tunnel import tunnelling

_OWN = "127.0.0.1,localhost"


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    host: str
    method: str
    path: str
    body: Any = field(repr=False)
    status: int = 0


@dataclass
class Record:
    """What was asked of all hosts, in order, and what no host knows of: a test sees that this stays empty."""

    asked: list[Asked] = field(default_factory=list)
    unknown: list[Asked] = field(default_factory=list)

    def paths(self, method: str, host: str = "") -> list[str]:
        """Return the paths that were asked for successfully with a method, of one host or of all."""
        return [one.path for one in self.asked if one.method == method and host in ("", one.host) and one.status < 400]


class Refused(Exception):
    """An answer that is an error: its status, its JSON body and its headers."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, dict(body), dict(headers or {})


def api(name: str, record: Record) -> Flask:
    """Return an application without routes that keeps a record, and refuses loudly what it has no route for."""
    app = Flask(name, static_folder=None)

    def keep(response: Response) -> Response:
        body = request.get_json(silent=True)
        asked = Asked(request.host.partition(":")[0], request.method, request.path, body, response.status_code)
        record.asked.append(asked)
        if response.headers.pop("X-Unknown", None):
            record.unknown.append(asked)
        return response

    def refuse(error: Refused) -> Response:
        response = jsonify(error.body)
        response.status_code = error.status
        response.headers.extend(error.headers)
        return response

    def unknown(error: HTTPException) -> Response:
        text = f"{name} has no {request.method} {request.path}: {error.name}"
        return Response(text, error.code or 500, {"X-Unknown": "yes"})

    app.after_request(keep)
    app.register_error_handler(Refused, refuse)
    app.register_error_handler(HTTPException, unknown)
    return app


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Bodies and paths are in the record; nothing is printed."""


@contextmanager
def internet(folder: Path, hosts: Mapping[str, Flask], record: Record) -> Iterator[dict[str, str]]:
    """Serve hosts within a `with` block; yield the environment in which programs reach them.

    :param folder: for the certificate that programs trust.
    :param hosts: applications by host name; a name that begins with a dot stands for all below it.
    :param record: where requests to any other host are kept.
    """
    authority, certificate = Authority(), folder / "internet.pem"
    authority.write_certificate(certificate)
    apps = _by_name(hosts, api("the internet", record))
    with _served(apps, authority.server_context()) as url, tunnelling(url) as (proxy, _asked):
        yield {
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "NO_PROXY": _OWN,
            "no_proxy": _OWN,
            "REQUESTS_CA_BUNDLE": str(certificate),
            "SSL_CERT_FILE": str(certificate),
        }


def _by_name(hosts: Mapping[str, Flask], elsewhere: Flask) -> Callable[..., Any]:
    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        name = str(environ["HTTP_HOST"]).partition(":")[0]
        found = [app for host, app in hosts.items() if name == host or (host[0] == "." and name.endswith(host))]
        return (found or [elsewhere])[0](environ, start_response)

    return serve


@contextmanager
def _served(app: Callable[..., Any], context: ssl.SSLContext) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
