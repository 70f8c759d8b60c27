# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client ids, secrets and tokens in the shapes that SFMC gives them, made at run time."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import uuid

LOWER_AND_DIGITS = string.ascii_lowercase + string.digits
LETTERS_AND_DIGITS = string.ascii_letters + string.digits
NEW_SECRET_ALPHABET = LETTERS_AND_DIGITS + "_-"
NEW_SECRET_PREFIX = "SFMC_"
NEW_SECRET_BODY = 51
OLD_SECRET_LENGTH = 24
CLIENT_ID = re.compile(r"[a-z0-9]{24}")
SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LOOKS_LIKE_A_TOKEN = re.compile(r"[\w-]{36}\.[\w-]{12}\.[\w-]{128}\.[\w-]{43}")
LOOKS_LIKE_A_SECRET = re.compile(NEW_SECRET_PREFIX + r"[A-Za-z0-9_-]{8,}")


def _pick(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for place in range(length))


def make_client_id() -> str:
    """Return 24 characters of ``[a-z0-9]``."""
    return _pick(LOWER_AND_DIGITS, 24)


def make_new_secret() -> str:
    """Return a secret in the new format: prefix, 51 characters, and 8 hex digits of their SHA-256; 64 in all."""
    body = NEW_SECRET_PREFIX + _pick(NEW_SECRET_ALPHABET, NEW_SECRET_BODY)
    return body + hashlib.sha256(body.encode("ascii")).hexdigest()[:8]


def make_old_secret() -> str:
    """Return a secret in the old format: 24 characters of ``[A-Za-z0-9]``."""
    return _pick(LETTERS_AND_DIGITS, OLD_SECRET_LENGTH)


def make_access_token() -> str:
    """Return an access token: four dot-separated segments, under 512 characters."""
    return ".".join(secrets.token_urlsafe(size) for size in (27, 9, 96, 32))


def application_id(client_id: str) -> str:
    """Return the package's own id, which is not the client id but always the same for it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sfmc-package:{client_id}"))
