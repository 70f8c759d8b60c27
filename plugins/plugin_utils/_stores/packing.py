# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as secret managers keep them, whose values have a largest size. Pure."""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: A document that is no longer than this stays legible.
_LEGIBLE = 262_144
_PACKED = "xz+base64"


def packed(document: Mapping[str, Any]) -> bytes:
    """Return a document, compressed."""
    plain = json.dumps(document, separators=(",", ":")).encode("utf-8")
    return lzma.compress(plain, preset=9)


def unpacked(content: object, where: str) -> dict[str, Any]:
    """Return the document of a compressed value; Refusal when it is something else, which is not shown."""
    try:
        document = json.loads(lzma.decompress(content)) if isinstance(content, bytes) else None
    except (lzma.LZMAError, ValueError, EOFError):
        document = None
    return _object(document, where)


def as_text(document: Mapping[str, Any]) -> dict[str, str]:
    """Return a document as texts by name: its JSON as it is, where every number stays as it was; a large one packed."""
    text = json.dumps(document)
    if len(text) <= _LEGIBLE:
        return {"document": text}
    return {"document": base64.b64encode(packed(document)).decode(), "encoding": _PACKED}


def of_text(kept: object, where: str) -> dict[str, Any]:
    """Return the document of such texts; Refusal when they are something else, which is not shown."""
    texts = kept if isinstance(kept, Mapping) else {}
    text = texts.get("document")
    try:
        if texts.get("encoding") == _PACKED:
            return unpacked(base64.b64decode(str(text)), where)
        document = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        document = None
    return _object(document, where)


def _object(document: object, where: str) -> dict[str, Any]:
    if isinstance(document, dict):
        return document
    raise Refusal(
        "a document of a store is what this collection wrote",
        where,
        "a JSON object, packed as docs/stores.md says",
        "something else",
        "restore an earlier version of it, as docs/stores.md says; nothing was changed",
    )
