# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /v2/token``: each row of the table of answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest
import requests

from ansible_collections.keyturn.sfmc.tests.simulator import answers
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_old_secret
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

Ask = Callable[..., requests.Response]
AUTHENTICATION_FAILED = (
    "Client authentication failed. Make sure that the client ID and client secret are valid and that the package is"
    " installed and enabled."
)


def test_accepted(ask: Ask, url: str, package: Package) -> None:
    response = ask()
    body = response.json()
    assert response.status_code == 200
    assert re.fullmatch(r"[\w-]+(\.[\w-]+){3}", body["access_token"])
    assert len(body.pop("access_token")) <= 512
    assert body == {
        "token_type": "Bearer",
        "expires_in": 1079,
        "scope": "email_read email_send",
        "rest_instance_url": url + "/",
        "soap_instance_url": url + "/",
    }


def test_form_body_is_accepted(url: str, package: Package) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": package.client_id,
        "client_secret": package.active.value,
    }
    assert requests.post(f"{url}/v2/token", data=form, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("scope", "granted"), [(None, "email_read email_send"), ("", ""), ("email_send", "email_send")]
)
def test_scope(ask: Ask, scope: str | None, granted: str) -> None:
    assert ask(scope=scope).json()["scope"] == granted


@pytest.mark.parametrize("status", [400, 401, 403])
def test_scope_that_the_package_lacks(ask: Ask, world: World, status: int) -> None:
    world.switches.change({"scope_not_granted": str(status)})
    response = ask(scope="email_read audiences_read")
    assert (response.status_code, response.json()["error"]) == (status, "invalid_scope")


def test_scope_that_the_package_lacks_ignored(ask: Ask, world: World) -> None:
    world.switches.change({"scope_not_granted": "ignored"})
    assert ask(scope="email_read audiences_read").json()["scope"] == "email_read"


def test_unknown_client_id(ask: Ask) -> None:
    response = ask(client_id="0" * 24)
    assert response.status_code == 401
    assert response.json() == {
        "error": "invalid_client",
        "error_description": "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages.",
        "error_uri": "https://developer.salesforce.com/docs",
    }


def test_wrong_secret(ask: Ask) -> None:
    response = ask(make_old_secret())
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
    assert response.json()["error_description"] == AUTHENTICATION_FAILED


def test_package_that_is_disabled(ask: Ask, package: Package) -> None:
    package.enabled = False
    assert (ask().status_code, ask().json()["error_description"]) == (401, AUTHENTICATION_FAILED)


@pytest.mark.parametrize(
    ("mode", "description"),
    [("same", AUTHENTICATION_FAILED), ("own_text", "The client secret has expired or has been replaced.")],
)
def test_expired_secret(ask: Ask, world: World, mode: str, description: str) -> None:
    world.switches.change({"dead_secret_answer": mode})
    world.clock.advance(180 * 86400 - 1)
    assert ask().status_code == 200
    world.clock.advance(1)
    assert (ask().status_code, ask().json()["error_description"]) == (401, description)


def test_bad_grant_type(ask: Ask) -> None:
    response = ask(grant_type="password")
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")
    assert all(grant in response.json()["error_description"] for grant in answers.GRANTS)


def test_grant_not_allowed_for_the_type(ask: Ask, world: World) -> None:
    web_app = world.add_package({"type": "web_app"})
    response = ask(web_app.active.value, client_id=web_app.client_id)
    assert (response.status_code, response.json()["error"]) == (401, "unauthorized_client")


def test_legacy_endpoint(url: str, world: World) -> None:
    response = requests.post(f"{url}/v1/requestToken", json={}, timeout=10)
    assert (response.status_code, response.json()["errorcode"]) == (403, 10007)
    assert response.json()["message"].startswith(
        "This integration is not eligible to use the legacy /v1/requestToken endpoint"
    )


def test_throttled_by_the_switch(ask: Ask, world: World) -> None:
    """I-21: too many probes are throttled, not rejected."""
    world.switches.change({"token_requests_per_minute": 2})
    assert [ask().status_code for time in range(3)] == [200, 200, 429]
    assert ask().headers["Retry-After"] == "60"
    world.clock.advance(60)
    assert ask().status_code == 200


@pytest.mark.parametrize(
    ("attribute", "status", "error"),
    [("account_enabled", 403, "access_denied"), ("address_allowed", 403, "access_denied")],
)
def test_account_off_and_address_not_allowed(
    ask: Ask, package: Package, attribute: str, status: int, error: str
) -> None:
    setattr(package, attribute, False)
    assert (ask().status_code, ask().json()["error"]) == (status, error)


def test_account_id(ask: Ask) -> None:
    assert ask(account_id="1000002").status_code == 200
    assert ask(account_id="1000003").status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"{}"])
def test_unreadable_request(url: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = requests.post(f"{url}/v2/token", data=body, headers=headers, timeout=10)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_date_is_the_simulated_time(ask: Ask, world: World, url: str) -> None:
    """I-9: one clock decides, and every answer tells it."""
    world.clock.advance(3600)
    answered = [ask(), ask("wrong"), requests.get(f"{url}/nothing/here", timeout=10)]
    assert [parsedate_to_datetime(each.headers["Date"]) for each in answered] == [world.clock.now()] * 3


def test_counts(ask: Ask, world: World, package: Package) -> None:
    for secret in (None, None, "wrong"):
        ask(secret)
    ask(grant_type="password")
    assert world.effects.counts() == {package.client_id: {"accepted": 2, "rejected": 1, "other": 1}}
