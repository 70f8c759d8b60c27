# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The only form in which a secret is ever shown."""

import hashlib
import hmac

LENGTH = 12


def fingerprint(key: str, secret: str) -> str:
    """Return 12 hex digits that tell secrets apart and tell nothing else.

    :param key: the integration's fingerprint key, random and kept in its store document. Without it
        a printed fingerprint cannot be compared with a guess.
    :param secret: the client secret.
    """
    return hmac.new(key.encode("ascii"), secret.encode("utf-8"), hashlib.sha256).hexdigest()[:LENGTH]
