# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks SFMC for the API users of an account's packages, with a fresh token of one of its packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import ACCEPTED
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._account_packages import is_package
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient, NoAnswer
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._soap import (
    EXPIRED,
    FORBIDDEN,
    PAGE,
    UNKNOWN,
    Page,
    classify,
    retrieve_request,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._tenant import tenant_url

#: The scope that lets a package read users, and the one whose name is nearest.
SCOPES = ("users_read", "accounts_read")
#: Salesforce counts tokens; so few packages of an account are tried for one that may read users.
_PACKAGES_AT_MOST = 3
#: 2500 rows each: an account of more packages than that answers in circles.
_PAGES_AT_MOST = 40


@dataclass(frozen=True)
class Asker:
    """An integration, and what it takes to ask with it."""

    integration: Integration
    client: SfmcClient
    http: HttpClient
    secret: Callable[[], Secret]


@dataclass(frozen=True)
class Answered:
    """The users of an account's packages, whose token it was, and SFMC's time."""

    asked_with: str
    at: datetime
    rows: tuple[Mapping[str, str], ...]


def users_of_packages(account: str, askers: Iterable[Asker]) -> Answered:
    """Ask with one package of the account after the other until one may read users.

    :raises Refusal: none may, or no answer can be read.
    """
    tried: list[tuple[str, Page]] = []
    asked = 0
    for asker in askers:
        try:
            secret = asker.secret()
        except Refusal as refusal:
            # An integration that was never handed in says nothing about the account.
            tried.append((asker.integration.name, Page(UNKNOWN, refusal.rule)))
            continue
        rows, page = _asked(asker, secret)
        if page.outcome == PAGE:
            return Answered(asker.integration.name, asker.client.now(), tuple(row for row in rows if is_package(row)))
        tried.append((asker.integration.name, page))
        asked += 1
        # Another package of the account would meet the same host.
        if asked == _PACKAGES_AT_MOST or (page.outcome == UNKNOWN and page.detail.startswith("SOAP")):
            break
    found = "; ".join(f"{name}: {page.detail}" for name, page in tried[:10])
    if any(page.outcome == FORBIDDEN for _name, page in tried):
        raise Refusal(
            "the packages of an account are read by a package that may read users",
            f"account {account}",
            f"the scope {SCOPES[0]} (Users: Read) in the package of one of its integrations",
            found,
            "add it in Setup > Installed Packages > the package > Components > Edit, wait ten minutes, and name the"
            " integration: ansible-playbook keyturn.sfmc.packages -e sfmc_packages_integration=NAME",
        )
    raise Refusal(
        "what SFMC answers of its packages is read as a whole or not at all",
        f"account {account}",
        "an answer with the users of its packages",
        found or "no integration of this account has an active secret in the store",
        "see ansible-playbook keyturn.sfmc.status, and whether the SOAP host of the tenant answers; run again",
    )


def _asked(asker: Asker, secret: Secret) -> tuple[list[dict[str, str]], Page]:
    """Return all rows that one package sees; a token that is dead by then is replaced once."""
    page = Page(UNKNOWN, "not asked")
    for _attempt in range(2):
        answer = asker.client.token(asker.integration.client_id, secret)
        if answer.outcome != ACCEPTED:
            return [], Page(UNKNOWN, f"no token: {answer.detail}")
        if answer.scopes and not set(SCOPES) & set(answer.scopes):
            return [], Page(FORBIDDEN, f"its token has neither {SCOPES[0]} nor {SCOPES[1]}")
        url = tenant_url(asker.integration.auth_url, "soap", answer.soap_url)
        rows, page = _pages(asker.http, url, answer.access_token)
        if page.outcome != EXPIRED:
            return rows, page
    return [], page._replace(outcome=UNKNOWN, detail=f"SOAP: {page.detail}, also with a fresh token")


def _pages(http: HttpClient, url: str, access_token: str) -> tuple[list[dict[str, str]], Page]:
    rows: list[dict[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    continues = ""
    for _number in range(_PAGES_AT_MOST):
        page = _sent(http, url, access_token, continues)
        if page.outcome != PAGE:
            return [], page
        fresh = [row for row in page.rows if _identity(row) not in seen]
        seen.update(map(_identity, fresh))
        rows += fresh
        if not page.more:
            return rows, page
        if not fresh or not page.request_id:
            return [], Page(UNKNOWN, "SOAP: it says that there is more, and gives the same again")
        continues = page.request_id
    return [], Page(UNKNOWN, f"SOAP: more than {_PAGES_AT_MOST} pages")


def _sent(http: HttpClient, url: str, access_token: str, continues: str) -> Page:
    try:
        answer = http.send(retrieve_request(url, access_token, continues))
    except NoAnswer as error:
        return Page(UNKNOWN, f"SOAP: {error.detail}")
    page = classify(answer.status, answer.body)
    return page._replace(detail=f"SOAP: {page.detail}") if page.outcome == UNKNOWN else page


def _identity(row: Mapping[str, str]) -> tuple[str, ...]:
    return row.get("AccountUserID", ""), row.get("UserID", ""), row.get("Name", "")
