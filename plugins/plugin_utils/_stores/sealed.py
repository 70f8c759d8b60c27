# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stores share that keep documents as encrypted files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: As large as a document may be, to see that there is room for it.
PROBE = b"{}" + b" " * 65536


class Cipher(Protocol):
    """What makes a file unreadable to others."""

    def encrypt(self, plain: bytes) -> bytes:
        """Return the encrypted bytes."""

    def decrypt(self, encrypted: bytes, where: str) -> bytes:
        """Return the plain bytes; Refusal when the secret is wrong or the file is not whole."""


def sealed(document: Mapping[str, Any], cipher: Cipher) -> bytes:
    """Return a document as the bytes of its file."""
    return cipher.encrypt(json.dumps(document, indent=1).encode("utf-8"))


def opened(plain: bytes, where: str) -> dict[str, Any]:
    """Return the document of a file's decrypted bytes.

    :raises Refusal: they are no JSON object. The message shows nothing of them.
    """
    try:
        document = json.loads(plain)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    raise Refusal(
        "a document of the file store is a JSON object inside a vault file",
        where,
        "a JSON object",
        "something else",
        "restore the file from its backup; nothing was changed",
    )
