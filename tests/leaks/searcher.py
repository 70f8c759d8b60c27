# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds secrets in whatever a run has left, in each form in which programs write them. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

#: Line breaks as they are, and as JSON spells them: base64 is often wrapped.
_BLANKS = re.compile(rb"\s+|\\r|\\n")


def forms(secret: str) -> dict[bytes, str]:
    """Return the forms in which a secret may be written, with what to call them."""
    raw, half = secret.encode(), len(secret) // 2
    named = [(raw, "plain"), (secret[:half].encode(), "its first half"), (secret[half:].encode(), "its last half")]
    named += [(quote(secret, safe=safe).encode(), "URL-encoded") for safe in ("", "/")]
    named.append((quote_plus(secret).encode(), "URL-encoded"))
    everything = "".join(f"%{byte:02x}" for byte in raw)
    named += [(everything.encode(), "URL-encoded"), (everything.upper().encode(), "URL-encoded")]
    named += [(form.encode(), "JSON-escaped") for form in _json_forms(secret)]
    named += [(raw.hex().encode(), "hexadecimal"), (raw.hex().upper().encode(), "hexadecimal")]
    named += _base64_forms(raw)
    found: dict[bytes, str] = {}
    for form, name in named:
        found.setdefault(form, name)
    return found


def leaks(secrets: Mapping[str, str], haystacks: Mapping[str, bytes]) -> list[str]:
    """Say which secret was found where, and in which form; never the secret itself.

    :param secrets: by what to call them.
    :param haystacks: contents, by what to call them.
    """
    wanted = {name: forms(secret) for name, secret in secrets.items()}
    found = []
    for where, content in haystacks.items():
        both = content + b"\0" + _BLANKS.sub(b"", content)
        for name, disguises in wanted.items():
            seen = dict.fromkeys(form for needle, form in disguises.items() if needle in both)
            found += [f"{name}, {form}, in {where}" for form in seen]
    return found


def _json_forms(secret: str) -> Iterator[str]:
    for ascii_only in (True, False):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield once.replace("/", "\\/")
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]


def _base64_forms(raw: bytes) -> list[tuple[bytes, str]]:
    """Return what is the same whatever stands around: in a longer text a secret begins at one of three places."""
    named = []
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        # The first and the last group hold bits of the neighbours, too.
        middle = text[4 if shift else 0 : (shift + len(raw)) // 3 * 4]
        named += [(form, f"base64 at {shift}") for form in (middle, middle.replace(b"+", b"-").replace(b"/", b"_"))]
    return named
