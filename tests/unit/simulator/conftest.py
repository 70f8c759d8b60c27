# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world whose clock stands still, one package in it, and a server before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import pytest
import requests

from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

START = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)
TIMEOUT = 10


@pytest.fixture
def world() -> World:
    """Return a world without packages."""
    return World(Clock(START, speed=0))


@pytest.fixture
def package(world: World) -> Package:
    """Return the one package, with an active secret that was made just now."""
    return world.add_package({"name": "CRM Sync", "scopes": "email_read email_send", "accounts": ["1000002"]})


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """Return the base URL of a server for the world."""
    with running(world) as base_url:
        yield base_url


@pytest.fixture
def ask(url: str, package: Package) -> Callable[..., requests.Response]:
    """Return a function that asks for a token; by default as the package with its active secret."""

    def ask_token(secret: str | None = None, **changes: str | None) -> requests.Response:
        body = {"grant_type": "client_credentials", "client_id": package.client_id}
        parameters = {**body, "client_secret": secret or package.active.value, **changes}
        present = {key: value for key, value in parameters.items() if value is not None}
        return requests.post(f"{url}/v2/token", json=present, timeout=TIMEOUT, allow_redirects=False)

    return ask_token


@pytest.fixture
def console(url: str, world: World, package: Package) -> Callable[..., requests.Response]:
    """Return a function that calls the console about the package."""

    def call(method: str, path: str, **more: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {world.console_token}"}
        address = f"{url}/console/packages/{package.client_id}/{path}"
        return requests.request(method, address, headers=headers, timeout=TIMEOUT, **more)  # type: ignore[arg-type]

    return call


@pytest.fixture
def admin(url: str) -> Callable[..., requests.Response]:
    """Return a function that calls the admin API."""

    def call(method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(method, f"{url}/_sim/{path}", json=body, timeout=TIMEOUT)

    return call
