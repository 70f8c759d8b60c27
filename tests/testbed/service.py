# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that depends on a client secret. It stands alone, without any code of the collection: the standard library,
and for some formats of its file what reads these (PHP, a shell, PyYAML).

It reads the secret from its config file when it starts, and never again; asks for a new token in every interval;
counts the answers; and tells its health. It never prints the secret.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
import re
import shlex
import signal
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ERRORS_KEPT = 20
REFUSALS = (400, 401, 403)


def read_value(content: str, file_format: str, key: str) -> str:
    """Return the value at a key, as the programs that have such files read them.

    :param key: a name, ``Section.name`` (ini), ``a.b[0].c`` (json, yaml, toml), a path (xml), an expression (text).
    :raises LookupError: nothing stands there.
    """
    return str(_READERS[file_format](content, key))


def _tree(load: Callable[[str], Any]) -> Callable[[str, str], Any]:
    def read(content: str, key: str) -> Any:
        value: Any = load(content)
        for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", key):
            value = value[name or int(index)]
        return value

    return read


def _yaml(content: str) -> Any:
    import yaml

    return yaml.safe_load(content)


def _toml(content: str) -> Any:
    try:
        import tomllib
    except ImportError:  # before Python 3.11
        import tomlkit

        return tomlkit.parse(content)
    return tomllib.loads(content)


def _ini(content: str, key: str) -> str:
    parser = configparser.RawConfigParser()
    parser.read_string(content)
    section, _dot, name = key.rpartition(".")
    return parser[section][name]


def _xml(content: str, key: str) -> str | None:
    *path, attribute = key.lstrip("/").split("/")
    root = ElementTree.fromstring(content.encode("utf-8"))
    element = root.find("/".join(path[1:]))
    if element is None:
        raise KeyError(key)
    return element.get(attribute.lstrip("@"))


def _php(content: str, key: str) -> str:
    """Ask PHP itself."""
    program = '$all = eval("?>" . stream_get_contents(STDIN)); echo $all[$argv[1]];'
    return _printed(["php", "-r", program, "--", key], content)


def _shell(content: str, key: str) -> str:
    """Ask a shell itself."""
    return _printed(["sh", "-s"], f'{content}\nprintf %s "${key}"\n')


def _printed(command: list[str], given: str) -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        raise KeyError(command[0])
    return done.stdout


def _systemd_unit(content: str, key: str) -> str:
    name = key.rpartition(".")[2]
    for line in content.splitlines():
        for word in shlex.split(line.partition("=")[2]) if line.startswith("Environment=") else ():
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
    raise KeyError(key)


def _text(content: str, key: str) -> str:
    found = re.search(key, content, re.MULTILINE)
    if not found:
        raise KeyError(key)
    return found.group(1)


def _lines(separators: str, quotes: bool) -> Callable[[str, str], str]:
    def read(content: str, key: str) -> str:
        for line in content.splitlines():
            found = re.match(rf"\s*(?:export\s+)?([^#!{separators}\s]+)\s*[{separators}]\s*(.*?)\s*$", line)
            if found and found.group(1) == key:
                return _unquoted(found.group(2)) if quotes else found.group(2)
        raise KeyError(key)

    return read


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"'):
        return value[1 : value.index(value[0], 1)]
    return re.split(r"\s#", value)[0].rstrip()


_READERS: dict[str, Callable[[str, str], Any]] = {
    "crontab": _lines("=", quotes=True),
    "dotenv": _lines("=", quotes=True),
    "environment_file": _lines("=", quotes=True),
    "ini": _ini,
    "json": _tree(json.loads),
    "php": _php,
    "properties": _lines("=:", quotes=False),
    "shell": _shell,
    "systemd_unit": _systemd_unit,
    "text": _text,
    "toml": _tree(_toml),
    "xml": _xml,
    "yaml": _tree(_yaml),
}


class Record:
    """What happened to this service since it was installed, kept in a JSON file across restarts."""

    def __init__(self, path: Path, port: int) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._facts: dict[str, Any] = {"accepted": 0, "refused": 0, "failed": 0, "starts": 0, "errors": []}
        if path.exists():
            self._facts.update(json.loads(path.read_text(encoding="utf-8")))
        self._facts.update(pid=os.getpid(), port=port, started_at=_now(), last=None, last_at=None)
        self._facts["starts"] += 1
        self._save()

    def add(self, outcome: str, status: int | None, error: str) -> None:
        """Count an answer; keep the first errors."""
        with self._lock:
            self._facts[outcome] += 1
            self._facts.update(last=outcome, last_at=_now())
            if outcome != "accepted" and len(self._facts["errors"]) < ERRORS_KEPT:
                self._facts["errors"].append({"at": _now(), "outcome": outcome, "status": status, "error": error})
            self._save()

    def facts(self) -> dict[str, Any]:
        """Return everything that is recorded."""
        with self._lock:
            return dict(self._facts)

    def _save(self) -> None:
        private = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        private.write_text(json.dumps(self._facts, indent=1), encoding="utf-8")
        os.replace(private, self._path)


class TokenClient:
    """Asks for tokens with one client id and one secret.

    :param name: tells it from other services in the server's record.
    """

    def __init__(self, url: str, client_id: str, secret: str, ca: str | None, name: str = "") -> None:
        body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        self._body = json.dumps(body).encode("ascii")
        self._url = url
        self._agent = f"testbed-service {name}".strip()
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if url.startswith("https:"):
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)))
        self._opener = urllib.request.build_opener(*handlers)

    def ask(self) -> tuple[str, int | None, str]:
        """Return ``accepted``, ``refused`` or ``failed``, the HTTP status, and the error's short name."""
        headers = {"Content-Type": "application/json", "User-Agent": self._agent}
        request = urllib.request.Request(self._url, data=self._body, headers=headers)
        try:
            with self._opener.open(request, timeout=10) as answer:
                status, body = answer.status, answer.read(100_000)
        except urllib.error.HTTPError as error:
            with error:
                return ("refused" if error.code in REFUSALS else "failed"), error.code, _error_name(error.read(100_000))
        except OSError as error:
            return "failed", None, type(error).__name__
        if "access_token" in _object(body):
            return "accepted", status, ""
        return "failed", status, "no token in the answer"


def _object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _error_name(body: bytes) -> str:
    answer = _object(body)
    return str(answer.get("error", answer.get("errorcode", "")))[:80]


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()


def health_server(port: int) -> ThreadingHTTPServer:
    """Return a server for ``GET /health`` that has the port, and answers once it is served."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            record: Record = self.server.record  # type: ignore[attr-defined]
            facts = record.facts()
            status = 404 if self.path != "/health" else 503 if facts["last"] == "refused" else 200
            body = json.dumps({key: value for key, value in facts.items() if key != "errors"}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the record is the log."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def serve(options: argparse.Namespace) -> None:
    """Read the secret, then ask for tokens until SIGTERM. The health port answers from the first answer on."""
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    content = options.config.read_text(encoding="latin-1" if options.format == "properties" else "utf-8-sig")
    secret = read_value(content, options.format, options.key)
    client = TokenClient(options.token_url, options.client_id, secret, options.ca, options.name)
    server = health_server(options.listen)
    server.record = record = Record(options.record, server.server_port)  # type: ignore[attr-defined]
    if options.pid_file:
        options.pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    try:
        record.add(*client.ask())
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        while not done.wait(options.interval):
            record.add(*client.ask())
        server.shutdown()
    finally:
        server.server_close()
        if options.pid_file:
            options.pid_file.unlink(missing_ok=True)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A service that depends on a client secret.")
    parser.add_argument("--config", type=Path, required=True, help="file that holds the secret")
    parser.add_argument("--format", choices=sorted(_READERS), required=True)
    parser.add_argument("--key", required=True, help="NAME, Section.name (ini), a.b[0].c (json) ...")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--token-url", required=True)
    parser.add_argument("--name", default="", help="how it calls itself when it asks")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between two token requests")
    parser.add_argument("--record", type=Path, required=True, help="JSON file for counts and errors")
    parser.add_argument("--listen", type=int, default=0, help="health port on 127.0.0.1; 0: any, see the record")
    parser.add_argument("--pid-file", type=Path)
    parser.add_argument("--ca", help="certificates to trust for https")
    options = parser.parse_args()
    try:
        serve(options)
    except (LookupError, TypeError, ValueError, configparser.Error):
        # Without the error's own text, which may quote the file.
        parser.exit(2, f"{options.config}: no {options.format} value at {options.key}\n")
    except OSError as error:
        parser.exit(2, f"{error.filename or options.listen}: {error.strerror}\n")


if __name__ == "__main__":
    main()
