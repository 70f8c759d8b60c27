# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: ``python -m ansible_collections.keyturn.sfmc.tests.simulator --help``."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from .clock import Clock, parse_time
from .hosts import is_loopback
from .server import Server
from .switches import Switches
from .tls import Authority
from .world import World


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulator",
        description="Simulates Salesforce Marketing Cloud Engagement: tokens, packages, secrets and their rotation.",
        epilog="SIGTERM or SIGINT ends it. The admin API is at /_sim/ (see README.md).",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="loopback address to listen on (default: %(default)s)")
    add("--port", type=int, default=0, help="port to listen on; 0: any free one (default: %(default)s)")
    add("--port-file", type=Path, metavar="FILE", help="where to write the base URL, in one step, when it listens")
    add("--speed", type=float, default=1.0, help="simulated seconds per real second; 0 stands still (default: 1)")
    add("--start", metavar="TIME", help="simulated time at the start, ISO 8601 (default: now)")
    add("--packages", type=Path, metavar="FILE", help="JSON list of packages to install")
    add("--switch", action="append", default=[], metavar="NAME=VALUE", help="turn a switch; may be repeated")
    add("--console-token", metavar="TOKEN", help="bearer token of the console API; without one the console is closed")
    add("--console-token-file", type=Path, metavar="FILE", help="file with that token")
    add("--tls", action="store_true", help="serve TLS, for any host name")
    add("--ca-out", type=Path, metavar="FILE", help="make a certificate authority and write its certificate here")
    add("--ca-cert", type=Path, metavar="FILE", help="certificate of the authority to use (PEM)")
    add("--ca-key", type=Path, metavar="FILE", help="its private key (PEM)")
    add("--quiet", action="store_true", help="no access log")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status (2: refused)."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING if options.quiet else logging.INFO, format="%(message)s")
    try:
        _need_loopback(options.host)
        authority = _authority(options)
        world = _world(options)
    except Refusal as refusal:
        print(f"simulator: {refusal}", file=sys.stderr)
        return 2
    _serve(Server(world, options.host, options.port, authority), options.port_file)
    return 0


def _serve(server: Server, port_file: Path | None) -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *received: ended.set())
    base_url = server.start()
    if port_file:
        _write_at_once(port_file, base_url + "\n")
    print(f"simulator: {base_url} (admin API: {base_url}/_sim/)", file=sys.stderr, flush=True)
    ended.wait()
    server.stop()
    if port_file:
        port_file.unlink(missing_ok=True)


def _write_at_once(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _need_loopback(host: str) -> None:
    if not is_loopback(host):
        raise Refusal(
            "the simulator is for this machine only", "--host", "a loopback address", repr(host), "use 127.0.0.1"
        )


def _authority(options: argparse.Namespace) -> Authority | None:
    given = [option for option in (options.ca_cert, options.ca_key) if option]
    if not options.tls:
        if given or options.ca_out:
            raise _bad_options("--tls", "--ca-out, --ca-cert or --ca-key without it")
        return None
    if len(given) == 1 or bool(given) == bool(options.ca_out):
        raise _bad_options("--tls with either --ca-out, or --ca-cert and --ca-key", "something else")
    if given:
        return Authority.from_files(options.ca_cert, options.ca_key)
    authority = Authority()
    authority.write_certificate(options.ca_out)
    return authority


def _world(options: argparse.Namespace) -> World:
    clock = Clock(parse_time(options.start) if options.start else None, options.speed)
    switches = Switches()
    switches.change(dict(_switch(text) for text in options.switch))
    world = World(clock, switches, _console_token(options))
    if options.packages:
        for wanted in _packages(options.packages):
            world.add_package(wanted)
    return world


def _console_token(options: argparse.Namespace) -> str:
    if options.console_token_file and options.console_token:
        raise _bad_options("--console-token or --console-token-file", "both")
    if options.console_token_file:
        return _read(options.console_token_file).strip()
    return str(options.console_token or "")


def _switch(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise _bad_options("--switch NAME=VALUE", repr(text))
    switches = Switches().as_dict()
    if isinstance(switches.get(name), str):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _packages(path: Path) -> list[dict[str, object]]:
    try:
        wanted = json.loads(_read(path))
    except ValueError:
        wanted = None
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise Refusal(
            "packages are a JSON list", str(path), "a list of objects", "something else", "see README.md, Packages"
        )
    return wanted


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refusal(
            "a file that is named can be read", str(path), "a file", str(error.strerror), "correct it"
        ) from None


def _bad_options(expected: str, found: str) -> Refusal:
    return Refusal("options fit together", "the command line", expected, found, "see --help")


if __name__ == "__main__":
    sys.exit(main())
