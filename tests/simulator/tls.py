# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS for any host name: a certificate authority, and a certificate made when a client asks for a name."""

from __future__ import annotations

import ssl
import threading
from datetime import datetime, timezone
from pathlib import Path

import trustme
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ExtensionNotFound

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

LONG_AGO = datetime(2001, 1, 1, tzinfo=timezone.utc)
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Authority:
    """A certificate authority for tests.

    :param ca: one that is given; made when absent.
    """

    def __init__(self, ca: trustme.CA | None = None) -> None:
        self._ca = ca or trustme.CA()
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._faulty: dict[str, ssl.SSLContext] = {}

    @classmethod
    def from_files(cls, certificate: Path, key: Path) -> Authority:
        """Read an authority from two PEM files.

        :raises Refusal: when they cannot be read, do not belong together, or are no authority's.
        """
        try:
            authority = cls(trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes()))
            authority.server_context()
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm, ExtensionNotFound, ssl.SSLError) as error:
            raise Refusal(
                "the given authority can sign certificates",
                str(certificate),
                "a CA certificate (PEM, with a subject key identifier) and its unencrypted private key",
                type(error).__name__,
                "correct --ca-cert and --ca-key, or leave both out",
            ) from None
        return authority

    def write_certificate(self, path: Path) -> None:
        """Write the authority's certificate, for clients to trust."""
        path.write_bytes(self._ca.cert_pem.bytes())

    def server_context(self) -> ssl.SSLContext:
        """Return the server's context: it answers for this machine, and by SNI for every name."""
        context = self._context_for(*LOOPBACK_NAMES)
        context.sni_callback = self._choose
        return context

    def faulty_context(self, fault: str) -> ssl.SSLContext:
        """Return a context whose certificate no careful client accepts, for each fault of the menu."""
        with self._lock:
            if fault not in self._faulty:
                self._faulty[fault] = self._wrong(fault)
            return self._faulty[fault]

    def _wrong(self, fault: str) -> ssl.SSLContext:
        if fault == "unknown_authority":
            return Authority().server_context()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if fault == "other_name":
            self._ca.issue_cert("other.example.org").configure_cert(context)
        else:
            self._ca.issue_cert(*LOOPBACK_NAMES, not_after=LONG_AGO).configure_cert(context)
        return context

    def _choose(
        self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext
    ) -> int | None:
        if name is None or name in LOOPBACK_NAMES:
            return None
        try:
            with self._lock:
                if name not in self._contexts:
                    self._contexts[name] = self._context_for(name)
            connection.context = self._contexts[name]
        except ValueError:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None

    def _context_for(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(context)
        return context
