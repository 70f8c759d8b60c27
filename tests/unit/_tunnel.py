# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy of a few lines for CONNECT: whatever host is asked for, one server answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def tunnelling(url: str) -> Iterator[tuple[str, list[str]]]:
    """Serve within a `with` block; yield the proxy's URL and the list of hosts that were asked for."""
    target = urlsplit(url)
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _address = listening.accept()
                except OSError:
                    return
                threading.Thread(target=tunnel, args=(client,), daemon=True).start()

        def tunnel(client: socket.socket) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(1)
            asked.append(head.split()[1].decode())
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            server = socket.create_connection((str(target.hostname), int(target.port or 0)))
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            _copy(server, client)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy until one side ends; both are closed then."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        return
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
