# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /v2/token``: what is asked, what is checked in which order, what is answered. No HTTP library here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from . import answers
from .answers import Answer
from .effects import Caller
from .hosts import Addresses
from .packages import Package, Secret
from .world import World


class TokenRequest(NamedTuple):
    """The parameters of the request; ``None`` is absent, which for the scope is not the same as empty."""

    grant_type: str | None
    client_id: str | None
    client_secret: str | None
    scope: str | None
    account_id: str | None

    @classmethod
    def read(cls, parameters: Mapping[str, object]) -> TokenRequest:
        """Take the known parameters from a JSON or form body."""
        found = (parameters.get(name) for name in cls._fields)
        return cls(*(None if value is None else str(value) for value in found))


class Refused(Exception):
    """The request gets no token."""

    def __init__(self, outcome: str, answer: Answer) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.answer = answer


def answer_token_request(
    world: World, request: TokenRequest | None, subdomain: str | None, addresses: Addresses, by: Caller
) -> Answer:
    """Answer a token request, and write it to the record.

    :param request: ``None`` when the body could not be read.
    :param subdomain: the one that the host name names; ``None`` sees all packages.
    """
    client_id = request.client_id if request else None
    with world.lock:
        package = world.find(client_id, subdomain)
        name = world.which(package, (request.client_secret or "") if request else "")[0]
        try:
            answer = _grant(world, request, package, addresses, by)
            outcome = "accepted"
        except Refused as refused:
            answer, outcome = refused.answer, refused.outcome
        world.effects.add("token", client_id, outcome, by, name)
    return answer


def _grant(world: World, request: TokenRequest | None, package: Package | None, at: Addresses, by: Caller) -> Answer:
    if request is None or request.grant_type is None:
        raise Refused("refused", answers.UNREADABLE_REQUEST)
    _check_grant_type(world, request.grant_type)
    _check_pace(world, request.client_id or "")
    if package is None:
        raise Refused("rejected", answers.UNKNOWN_CLIENT_ID)
    if request.grant_type != "client_credentials" or package.type != "server_to_server":
        raise Refused("refused", answers.UNAUTHORIZED_CLIENT)
    checked = _check_secret(world, package, request.client_secret or "", by.lag)
    _check_account(world, package, request.account_id)
    scopes = _check_scope(world, package, request.scope)
    account_id = request.account_id or package.member_id
    package.last_login_at = world.clock.now()
    token = world.tokens.issue(package, checked, scopes, account_id, world.clock.now(), world.switches)
    return Answer(
        200,
        {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": world.switches.token_expires_in,
            "scope": " ".join(scopes),
            "soap_instance_url": at.soap,
            "rest_instance_url": at.rest,
        },
    )


def _check_grant_type(world: World, grant_type: str) -> None:
    if grant_type not in answers.GRANTS:
        raise Refused("refused", answers.bad_grant(world.switches.bad_grant_status))


def _check_pace(world: World, client_id: str) -> None:
    wait = world.tokens.throttled_for(client_id, world.clock.now(), world.switches.token_requests_per_minute)
    if wait > 0:
        raise Refused("throttled", answers.rate_limited(math.ceil(wait)))


def _check_secret(world: World, package: Package, value: str, lag: float) -> Secret:
    name, secret = world.which(package, value)
    if lag:
        stale = world.worked(package, value, world.clock.now() - timedelta(seconds=lag))
        if package.enabled and stale is not None:
            return stale
    elif package.enabled and secret is not None and world.works(name, secret):
        return secret
    was_good_once = package.enabled and secret is not None and name != "staged"
    if was_good_once and world.switches.dead_secret_answer == "own_text":
        raise Refused("rejected", answers.SECRET_IS_DEAD)
    raise Refused("rejected", answers.CLIENT_AUTHENTICATION_FAILED)


def _check_account(world: World, package: Package, account_id: str | None) -> None:
    """Check address and account; every text and status here is modelled."""
    rules = world.switches
    if not package.address_allowed:
        raise _denied(rules.address_refused_status, "access_denied", "The address is not allowed.")
    if not package.account_enabled:
        raise _denied(rules.account_off_status, "access_denied", "The account is not enabled.")
    if account_id is not None and account_id not in (package.member_id, package.enterprise_id, *package.accounts):
        raise _denied(rules.account_without_access_status, "invalid_request", "The account_id is not accessible.")


def _check_scope(world: World, package: Package, scope: str | None) -> tuple[str, ...]:
    if scope is None:
        return package.scopes
    asked = scope.split()
    granted = tuple(word for word in asked if word in package.scopes)
    if len(granted) < len(asked) and world.switches.scope_not_granted != "ignored":
        raise _denied(int(world.switches.scope_not_granted), "invalid_scope", "The scope was not granted.")
    return granted


def _denied(status: int, error: str, description: str) -> Refused:
    return Refused("refused", answers.oauth_error(status, error, description))
