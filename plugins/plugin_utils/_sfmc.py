# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SFMC's token endpoint, as the controller asks it, and the one clock that decides (I-9)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import (
    ACCEPTED,
    TRANSIENT,
    USERINFO_PATH,
    Answer,
    HttpRequest,
    Package,
    checked_url,
    classify,
    package_of,
    server_date,
    token_request,
    unanswered,
    userinfo_request,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient, NoAnswer
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Permissions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Sighting, Verdict
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._tenant import (
    business_unit_of,
    context_request,
    tenant_url,
)

_TRIES = 3
_LONGEST_PAUSE = 30.0
_FIRST_PAUSE = 1.0


def controller_time() -> datetime:
    """Return this machine's clock."""
    return datetime.now(timezone.utc)


class SfmcClient:
    """Token requests for one authentication URL. Remembers how far SFMC's clock is from the controller's."""

    def __init__(
        self,
        auth_url: str,
        http: HttpClient,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = controller_time,
    ) -> None:
        """Take the tenant's authentication URL (checked), a client, and the two injectable clocks."""
        self._auth_url = checked_url(auth_url, "auth_url")
        self._http = http
        self._sleep = sleep
        self._clock = clock
        self._clock_asked = False
        self.skew: timedelta | None = None

    def now(self) -> datetime:
        """Return SFMC's time as far as it is known, to the second; the controller's before the first answer."""
        return (self._clock() + (self.skew or timedelta(0))).replace(microsecond=0)

    def measured_now(self) -> datetime:
        """Return SFMC's time, asked for once if no answer has told it: what is recorded and compared is one clock's."""
        if self.skew is None and not self._clock_asked:
            self._clock_asked = True
            self.refresh_clock()
        return self.now()

    def sight(self, client_id: str, secret: Secret) -> Sighting:
        """Ask for one fresh token, and whose it is. Repeats only what is unknown for a moment (429, 5xx, no answer)."""
        answer = self.token(client_id, secret)
        if answer.outcome != ACCEPTED:
            return Sighting(Verdict(answer.outcome), answer.detail)
        package, trouble = self._package(answer.access_token)
        if not package.enterprise_id:
            detail = f"a token was given, but userinfo did not say for whom: {trouble}"
            return Sighting(Verdict.UNKNOWN, detail)
        return Sighting(Verdict.ACCEPTED, package.name, package.enterprise_id, answer.scopes)

    def token(self, client_id: str, secret: Secret, scope: str | None = None) -> Answer:
        """Return the answer of the token endpoint; never raises for what a server or a network does."""
        answer = unanswered("not_sent", "not asked")
        for attempt in range(_TRIES):
            answer = self._token_once(token_request(self._auth_url, client_id, secret.reveal(), scope))
            pause = answer.retry_after if answer.retry_after is not None else _FIRST_PAUSE * 2**attempt
            if answer.reason not in TRANSIENT or pause > _LONGEST_PAUSE or attempt == _TRIES - 1:
                break
            self._sleep(pause)
        return answer

    def permissions(self, client_id: str, secret: Secret) -> tuple[Permissions | None, str]:
        """Ask for one fresh token, and a read-only call with it; return what it is for, and what came instead of it."""
        answer = self.token(client_id, secret)
        if answer.outcome != ACCEPTED:
            return None, f"{answer.outcome}: {answer.detail}"
        url = tenant_url(self._auth_url, "rest", answer.rest_url)
        try:
            context = self._http.send(context_request(url, answer.access_token))
        except NoAnswer as error:
            return None, f"a token was given, but {url} did not answer: {error.detail}"
        if context.status != 200:
            return None, f"a token was given, but {url} answered HTTP {context.status}"
        return Permissions(tuple(sorted(answer.scopes)), business_unit_of(context.body), self.now()), ""

    def refresh_clock(self) -> None:
        """Read SFMC's clock without credentials: an unauthenticated `userinfo` is refused, with a Date."""
        request = HttpRequest("GET", self._auth_url + USERINFO_PATH, {"Accept": "application/json"}, None)
        try:
            self._read_clock(server_date(_header(self._http.send(request).headers, "date")))
        except NoAnswer:
            return

    def _token_once(self, request: HttpRequest) -> Answer:
        try:
            http = self._http.send(request)
        except NoAnswer as error:
            return unanswered(error.reason, error.detail)
        answer = classify(http.status, http.headers, http.body)
        self._read_clock(answer.date)
        return answer

    def _package(self, access_token: str) -> tuple[Package, str]:
        """Return whose token it is, empty when nobody says; then with what came instead."""
        try:
            answer = self._http.send(userinfo_request(self._auth_url, access_token))
        except NoAnswer as error:
            return Package(), error.detail
        if answer.status != 200:
            return Package(), f"HTTP {answer.status}"
        return package_of(answer.body) or Package(), "HTTP 200 without an enterprise"

    def _read_clock(self, date: float | None) -> None:
        if date is not None:
            self.skew = datetime.fromtimestamp(date, timezone.utc) - self._clock()


def _header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
