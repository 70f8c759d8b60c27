# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingerprints: the only form in which a secret is shown."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint

KEY = "00112233445566778899aabbccddeeff"
keys = st.text("0123456789abcdef", min_size=32, max_size=32)
secrets = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)
STEADY = settings(derandomize=True, database=None, deadline=None)


def test_a_fingerprint_never_changes_since_journals_keep_it() -> None:
    """HMAC-SHA-256 of the secret's UTF-8 under the key's ASCII, first 12 hex digits."""
    assert fingerprint(KEY, "a secret") == "d3b236ed220e"


@STEADY
@given(keys, secrets)
def test_it_is_twelve_hex_digits_whatever_the_secret(key: str, secret: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", fingerprint(key, secret))
    assert fingerprint(key, secret) == fingerprint(key, secret)


@STEADY
@given(secrets, secrets)
def test_other_secrets_and_other_keys_give_other_fingerprints(one: str, other: str) -> None:
    assert (fingerprint(KEY, one) == fingerprint(KEY, other)) is (one == other)
    assert fingerprint(KEY, one) != fingerprint(KEY[::-1], one)


def test_blanks_and_case_count() -> None:
    prints = {fingerprint(KEY, text) for text in ("secret", "Secret", "secret ", " secret", "secret\n")}
    assert len(prints) == 5
