# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long one edit of a large config file takes: of many small values, which is the harder case."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import replace_value

_MEGABYTES = 10
_MEMBERS = 250_000


def large_files(rounds: int) -> dict[str, float]:
    """Return the seconds of one edit in the middle of a file of ten megabytes, by name; the best of some rounds."""
    found = {}
    for name, file_format, content in _files():
        assert len(content) > _MEGABYTES * 1_000_000, name
        new = secrets.token_urlsafe(30)
        found[name] = min(_seconds(file_format, content, new) for _round in range(max(3, rounds)))
    return found


def _files() -> Iterator[tuple[str, str, bytes]]:
    values = {f"client_{number:06}": secrets.token_hex(12) for number in range(_MEMBERS)}
    yield "json_10mb_s", "json", json.dumps(values).encode()
    yield "properties_10mb_s", "properties", "".join(f"{name} = {value}\n" for name, value in values.items()).encode()


def _seconds(file_format: str, content: bytes, new: str) -> float:
    began = time.monotonic()
    edited = replace_value(file_format, content, f"client_{_MEMBERS // 2:06}", new, "a large file")
    seconds = time.monotonic() - began
    assert new.encode() in edited
    return seconds
