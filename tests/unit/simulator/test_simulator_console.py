# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console API, which stands for a team's own endpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import requests

from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

Console = Callable[..., requests.Response]


def test_generate(console: Console, world: World, package: Package) -> None:
    response = console("POST", "staged-secret", json={"description": "r-1"})
    body = response.json()
    assert response.status_code == 201
    assert package.staged is not None
    assert body["staged"]["secret"] == package.staged.value
    assert body["staged"]["description"] == "r-1"
    assert datetime.fromisoformat(body["staged"]["generated_at"]) == world.clock.now()
    assert body["package"]["client_id"] == package.client_id
    assert package.active.value not in response.text


def test_generate_inside_the_pace(console: Console, world: World) -> None:
    """I-8: says how long to wait."""
    console("POST", "staged-secret", json={"description": "r-1"})
    world.clock.advance(100)
    response = console("POST", "staged-secret", json={"description": "r-2"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "200")
    assert response.json()["retry_after_seconds"] == 200


def test_retrieve(console: Console, world: World) -> None:
    """I-6: a lost answer is fetched, the call is not sent again."""
    made = console("POST", "staged-secret", json={"description": "r-1"}).json()
    assert console("GET", "staged-secret", params={"description": "r-1"}).json() == made
    assert console("GET", "staged-secret", params={"description": "r-2"}).status_code == 404
    world.clock.advance(300)
    console("POST", "activation", json={"description": "r-1"})
    assert console("GET", "staged-secret", params={"description": "r-1"}).status_code == 404


def test_activate(console: Console, world: World, package: Package) -> None:
    value = console("POST", "staged-secret", json={"description": "r-1"}).json()["staged"]["secret"]
    assert console("POST", "activation", json={"description": "r-1"}).json()["error"] == "too_young"
    world.clock.advance(300)
    response = console("POST", "activation", json={"description": "r-1"})
    assert response.status_code == 200
    assert response.json()["active"]["description"] == "r-1"
    assert value not in response.text
    assert package.active.value == value


def test_activate_nothing(console: Console) -> None:
    response = console("POST", "activation", json={"description": "r-1"})
    assert (response.status_code, response.json()["error"]) == (409, "nothing_staged")


@pytest.mark.parametrize("header", [None, "", "Bearer wrong", "Bearer "])
def test_bearer_token_is_required(url: str, package: Package, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    address = f"{url}/console/packages/{package.client_id}/staged-secret"
    assert requests.post(address, headers=headers, timeout=10).status_code == 401
    assert package.staged is None


def test_console_without_a_token_is_closed() -> None:
    world = World(console_token="")
    package = world.add_package()
    with running(world) as url:
        address = f"{url}/console/packages/{package.client_id}/staged-secret"
        response = requests.post(address, headers={"Authorization": "Bearer "}, timeout=10)
    assert response.status_code == 401
    assert "closed" in response.json()["message"]


def test_unknown_package(url: str, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.console_token}"}
    response = requests.post(f"{url}/console/packages/nobody/activation", headers=headers, timeout=10)
    assert (response.status_code, response.json()["error"]) == (404, "unknown_package")
