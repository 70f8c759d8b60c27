# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS for any host name."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import trustme

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.simulator.world import World


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "ca.pem"


@pytest.fixture
def tls_url(world: World, certificate: Path) -> Iterator[str]:
    authority = Authority()
    authority.write_certificate(certificate)
    with running(world, tls=authority) as base_url:
        yield base_url


def ask_by_name(url: str, certificate: Path, name: str) -> str:
    """Shake hands for a name, verified, and return the status line of a GET."""
    context = ssl.create_default_context(cafile=str(certificate))
    address = urlsplit(url)
    with (
        socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        connection.sendall(f"GET /v2/userinfo HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        return connection.recv(100).decode().splitlines()[0]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("mc-x.auth.marketingcloudapis.com", "401"),
        ("mc0000000000000000000000-xx.auth.marketingcloudapis.com", "401"),
        ("anything.example.org", "421"),
        ("localhost", "401"),
        ("127.0.0.1", "401"),
    ],
)
def test_any_name_has_a_certificate(tls_url: str, certificate: Path, name: str, status: str) -> None:
    assert ask_by_name(tls_url, certificate, name).split()[1] == status


def test_requests_trusts_the_written_certificate(tls_url: str, certificate: Path) -> None:
    assert requests.get(f"{tls_url}/_sim/clock", verify=str(certificate), timeout=10).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{tls_url}/_sim/clock", timeout=10)


def test_a_silent_client_stops_nobody(tls_url: str, certificate: Path) -> None:
    address = urlsplit(tls_url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=10):
        assert requests.get(f"{tls_url}/_sim/clock", verify=str(certificate), timeout=10).status_code == 200


def test_given_authority(world: World, tmp_path: Path) -> None:
    made = trustme.CA()
    certificate, key = tmp_path / "ca.pem", tmp_path / "ca.key"
    made.cert_pem.write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    with running(world, tls=Authority.from_files(certificate, key)) as url:
        assert requests.get(f"{url}/_sim/clock", verify=str(certificate), timeout=10).status_code == 200


def test_authority_that_cannot_sign(tmp_path: Path) -> None:
    """I-44."""
    made = trustme.CA()
    certificate, key = tmp_path / "ca.pem", tmp_path / "ca.key"
    made.cert_pem.write_to_path(certificate)
    for content in (b"", b"no key", trustme.CA().cert_pem.bytes()):
        key.write_bytes(content)
        with pytest.raises(Refusal, match="can sign certificates"):
            Authority.from_files(certificate, key)
    with pytest.raises(Refusal, match="can sign certificates"):
        Authority.from_files(certificate, tmp_path / "absent")
