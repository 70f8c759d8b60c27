# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls with a token, and which host sees which packages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from ansible_collections.keyturn.sfmc.tests.simulator.hosts import is_loopback, read_host
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

Ask = Callable[..., requests.Response]
PATHS = ("/v2/userinfo", "/platform/v1/tokenContext", "/platform/v1/endpoints")


def get(url: str, token: str, host: str | None = None) -> requests.Response:
    """Ask with a token; ``host`` is the name that the client believes in."""
    headers = {"Authorization": f"Bearer {token}", **({"Host": host} if host else {})}
    return requests.get(url, headers=headers, timeout=10)


def test_userinfo(ask: Ask, url: str, package: Package) -> None:
    """I-19: tells which package a token belongs to."""
    body = get(f"{url}/v2/userinfo", ask(account_id="1000002").json()["access_token"]).json()
    assert body["organization"]["member_id"] == 1000002
    assert body["organization"]["enterprise_id"] == 1000001
    assert body["organization"]["stack_key"]
    assert body["application"]["name"] == "CRM Sync"
    assert body["application"]["id"] == package.public()["application_id"]
    assert body["rest"]["rest_instance_url"] == url + "/"


def test_token_context_needs_no_scope(ask: Ask, url: str) -> None:
    body = get(f"{url}/platform/v1/tokenContext", ask(scope="").json()["access_token"]).json()
    assert body["enterprise"]["id"] == "1000001"
    assert body["organization"]["id"] == "1000001"
    assert body["user"]["id"]


def test_endpoints(ask: Ask, url: str) -> None:
    body = get(f"{url}/platform/v1/endpoints", ask().json()["access_token"]).json()
    assert {item["type"]: item["url"] for item in body["items"]}["rest"] == url + "/"


def test_missing_scope(ask: Ask, url: str, world: World) -> None:
    world.switches.change({"endpoints_scope": "email_send"})
    answers = [
        get(f"{url}/platform/v1/endpoints", ask(scope=each).json()["access_token"]) for each in ("", "email_send")
    ]
    assert [each.status_code for each in answers] == [403, 200]
    assert answers[0].json()["errorcode"] == 20002


@pytest.mark.parametrize("path", PATHS)
def test_bad_token(url: str, path: str) -> None:
    response = get(url + path, "no.such.token.here")
    assert (response.status_code, response.json()) == (401, {"message": "Not Authorized", "errorcode": 0})


@pytest.mark.parametrize("path", PATHS)
def test_token_that_ended(ask: Ask, url: str, world: World, path: str) -> None:
    token = ask().json()["access_token"]
    world.clock.advance(1079)
    assert get(url + path, token).status_code == 200
    world.clock.advance(121)
    assert get(url + path, token).status_code == 401


def test_subdomain_sees_its_packages_only(url: str, world: World) -> None:
    """I-3: the right secret in the wrong environment is refused."""
    dev, prod = (world.add_package({"subdomain": name}) for name in ("mc-dev", "mc-prod"))
    seen = {}
    for package in (dev, prod):
        form = {
            "grant_type": "client_credentials",
            "client_id": package.client_id,
            "client_secret": package.active.value,
        }
        host = {"Host": "mc-dev.auth.marketingcloudapis.com"}
        seen[package.subdomain] = requests.post(f"{url}/v2/token", data=form, headers=host, timeout=10)
    assert seen["mc-prod"].json()["error_description"].startswith("Invalid client ID")
    assert seen["mc-dev"].json()["rest_instance_url"] == "http://mc-dev.rest.marketingcloudapis.com/"
    token = seen["mc-dev"].json()["access_token"]
    hosts = [f"{name}.rest.marketingcloudapis.com" for name in ("mc-dev", "mc-prod")]
    assert [get(f"{url}/platform/v1/tokenContext", token, host).status_code for host in hosts] == [200, 401]


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("mc-x.rest.marketingcloudapis.com", "/v2/userinfo", 404),
        ("mc-x.auth.marketingcloudapis.com", "/platform/v1/tokenContext", 404),
        ("mc-x.auth.marketingcloudapis.com.example.com", "/v2/userinfo", 421),
        ("example.com", "/v2/userinfo", 421),
    ],
)
def test_wrong_host(url: str, host: str, path: str, status: int) -> None:
    assert get(url + path, "x", host).status_code == status


@pytest.mark.parametrize(
    ("name", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback(name: str, loopback: bool) -> None:
    assert is_loopback(name) == loopback


def test_ports_stay(url: str) -> None:
    assert read_host("https://mc-x.auth.marketingcloudapis.com:8443/").addresses.soap == (
        "https://mc-x.soap.marketingcloudapis.com:8443/"
    )
