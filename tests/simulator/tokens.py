# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens that were given out, and how fast they were asked for."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .credentials import make_access_token
from .packages import Package, Secret
from .switches import Switches


@dataclass(eq=False)
class Token:
    """One access token; it does not say which secret made it, but we know."""

    value: str = field(repr=False)
    package: Package
    scopes: tuple[str, ...]
    account_id: str
    ends_at: datetime
    made_with: Secret


class Tokens:
    """All tokens that live."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._living: dict[str, Token] = {}
        self._requests: dict[str, deque[datetime]] = {}
        self._made = 0

    def issue(
        self, package: Package, secret: Secret, scopes: tuple[str, ...], account_id: str, now: datetime, rules: Switches
    ) -> Token:
        """Make a token. Lives differ from token to token, always in the same order."""
        with self._lock:
            self._made += 1
            spread = max(0, rules.token_life_max_seconds - rules.token_life_min_seconds) + 1
            life = rules.token_life_min_seconds + self._made * 37 % spread
            token = Token(make_access_token(), package, scopes, account_id, now + timedelta(seconds=life), secret)
            self._living = {value: other for value, other in self._living.items() if now < other.ends_at}
            self._living[token.value] = token
            return token

    def find(self, value: str, now: datetime, subdomain: str | None) -> Token | None:
        """Return the token that lives now and belongs to a package that this subdomain sees."""
        with self._lock:
            token = self._living.get(value)
        if token is None or now >= token.ends_at:
            return None
        return token if subdomain in (None, token.package.subdomain) else None

    def forget_made_with(self, secret: Secret) -> None:
        """End the tokens that a secret made."""
        with self._lock:
            self._living = {value: token for value, token in self._living.items() if token.made_with is not secret}

    def throttled_for(self, client_id: str, now: datetime, per_minute: int) -> float:
        """Count a request of this client id; return the seconds to wait when it is one too many, else 0."""
        if per_minute == 0:
            return 0.0
        with self._lock:
            recent = self._requests.setdefault(client_id, deque())
            while recent and recent[0] <= now - timedelta(minutes=1):
                recent.popleft()
            if len(recent) >= per_minute:
                return (recent[0] + timedelta(minutes=1) - now).total_seconds()
            recent.append(now)
        return 0.0
