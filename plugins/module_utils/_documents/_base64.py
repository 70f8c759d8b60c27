# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets that stand in a file as base64, as in a Secret of Kubernetes."""

import base64
import re

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Encoding
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Printable ASCII, and the line end of ``echo secret | base64``.
_SECRET = re.compile(rb"([ -~]*)((?:\r?\n)?)")


class Base64(Encoding):
    """RFC 4648: the standard alphabet, padded, in one line. A line end after the secret stays."""

    def decoded(self, written: str, key: str, where: str) -> str:
        """Return the secret, without a line end after it."""
        decoded = _decoded(written)
        if base64.b64encode(decoded).decode("ascii") != written:
            raise _not_base64(key, "a text that is not such base64", where)
        secret = _SECRET.fullmatch(decoded)
        if not secret:
            raise _not_base64(key, "base64 of something else", where)
        return secret.group(1).decode("ascii")

    def encoded(self, value: str, written: str) -> str:
        """Return ``value`` in base64, with the line end that is in ``written``."""
        secret = _SECRET.fullmatch(_decoded(written))
        line_end = secret.group(2) if secret else b""
        return base64.b64encode(value.encode("ascii") + line_end).decode("ascii")


def _decoded(written: str) -> bytes:
    try:
        return base64.b64decode(written)
    except ValueError:
        return b""


def _not_base64(key: str, found: str, where: str) -> Refusal:
    return Refusal(
        "a secret declared with `encoding: base64` stands there in base64",
        where,
        f"base64 of printable ASCII at {key!r}: the standard alphabet, padded, in one line",
        found,
        "correct the value, or remove `encoding` of this file in `sfmc_dependents`",
    )
