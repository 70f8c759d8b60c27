# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of an account are read as a whole, and joined with those that somebody declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import HttpRequest
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._account_packages import joined, missing, table
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._account_users import Answered, Asker, users_of_packages
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpAnswer, HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.blockers import no_such_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Policy
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._soap import MAX_ANSWER_BYTES
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def _integration(name: str, package: str = "", url: str = "http://127.0.0.1:1", client_id: str = "") -> Integration:
    return Integration(
        name=name,
        client_id=client_id or name.ljust(24, "0"),
        package=package or name,
        auth_url=url,
        account="acct",
        owner="",
        ca_path=None,
        policy=Policy(),
        store={},
        provider={},
    )


# --- joined ---------------------------------------------------------------------------------------------------------


def _row(name: str, **said: str) -> dict[str, str]:
    return {"Name": name, "UserID": name, "ActiveFlag": "true", "CreatedDate": "2026-01-04T02:00:00.1", **said}


def _joined(rows: list[dict[str, str]], *declared: Integration, days: float = 90) -> list[dict[str, Any]]:
    return [each.as_dict() for each in joined(rows, "acct", declared, NOW, days)]


def test_a_package_is_declared_by_its_name_however_it_is_spaced() -> None:
    (found,) = _joined([_row("CRM  Sync app user")], _integration("crm_sync", "crm sync"))
    assert (found["package"], found["declared_as"], found["undeclared"]) == ("CRM Sync", ["crm_sync"], False)


def test_times_are_those_of_the_servers_zone() -> None:
    (found,) = _joined([_row("X app user", LastSuccessfulLogin="2027-01-03T02:00:00.743")])
    assert (found["last_login_at"], found["unused_days"]) == ("2027-01-03T08:00:00Z", 1)


@pytest.mark.parametrize(
    ("login", "unused"),
    (("2026-10-06T02:00:00", False), ("2026-10-05T02:00:00", True), ("", True), ("0001-01-01T00:00:00", True)),
    ids=("90 days ago", "91 days ago", "never, and made a year ago", "the year one"),
)
def test_a_package_is_unused_after_so_many_days(login: str, unused: bool) -> None:
    (found,) = _joined([_row("X app user", LastSuccessfulLogin=login)])
    assert found["unused"] is unused and found["candidate"] is unused


def test_a_new_package_without_a_login_is_not_unused() -> None:
    (found,) = _joined([_row("X app user", CreatedDate="2027-01-01T00:00:00")])
    assert not found["unused"] and found["last_login_at"] is None


def test_a_package_of_which_no_time_is_known_is_no_candidate() -> None:
    (found,) = _joined([_row("X app user", CreatedDate="soon")])
    assert found["unused_days"] is None and not found["unused"] and not found["candidate"]


def test_one_that_is_declared_is_never_a_candidate() -> None:
    """I-39."""
    (found,) = _joined([_row("X app user", ActiveFlag="false")], _integration("x", "X"))
    assert found["unused"] and not found["active"] and not found["candidate"]


def test_a_declared_package_that_is_not_there_is_named() -> None:
    declared = [_integration("x", "X"), _integration("y", "Why")]
    found = joined([_row("X app user")], "acct", declared, NOW, 90)
    assert [each["package"] for each in missing(found, declared)] == ["Why"]


def test_the_table_fits_a_terminal() -> None:
    rows = [_row(f"{'long ' * 30}{n} app user") for n in range(3)] + [_row("X app user")]
    declared = [_integration("n" * 60, "X"), _integration("m" * 60, "X")]
    lines = table(joined(rows, "acct", declared, NOW, 90))
    assert len(lines) == 5 and max(map(len, lines)) <= 98


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(("Name", "UserID", "ActiveFlag", "CreatedDate", "LastSuccessfulLogin")),
            st.text() | st.datetimes().map(datetime.isoformat),
        )
    )
)
def test_no_row_is_a_traceback(rows: list[dict[str, str]]) -> None:
    found = joined(rows, "acct", [], NOW, 90)
    assert len(found) == len(rows) and all(len(line) <= 98 for line in table(found))


# --- asked ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    return World(Clock(NOW, speed=0))


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with running(world) as base_url:
        yield base_url


def _package(world: World, name: str = "CRM Sync", scopes: str = "users_read", **said: Any) -> Package:
    return world.add_package({"name": name, "scopes": scopes, **said})


def _asker(package: Package, url: str, http: HttpClient | None = None) -> Asker:
    client = http or HttpClient(max_bytes=MAX_ANSWER_BYTES)
    integration = _integration(package.name, package.name, url, package.client_id)
    sfmc = SfmcClient(url, client, sleep=lambda _seconds: None, clock=lambda: NOW)
    return Asker(integration, sfmc, client, lambda: Secret(package.active.value))


def _names(answered: Answered) -> list[str]:
    return sorted(row["Name"] for row in answered.rows)


def test_users_of_packages_come_and_people_do_not(world: World, url: str) -> None:
    asking = _package(world)
    _package(world, "Old Tool", last_login_at="2026-01-01T00:00:00Z")
    _package(world, "Elsewhere", enterprise_id="2")
    answered = users_of_packages("acct", [_asker(asking, url)])
    assert _names(answered) == ["CRM Sync app user", "Old Tool app user"]
    old = next(row for row in answered.rows if row["Name"].startswith("Old"))
    assert old["LastSuccessfulLogin"] == "2025-12-31T18:00:00.000"


def test_every_page_is_read(world: World, url: str) -> None:
    world.switches.change({"other_packages": 61, "account_users_page": 10})
    answered = users_of_packages("acct", [_asker(_package(world), url)])
    assert len(answered.rows) == 62
    assert sum(each["kind"] == "account_users" for each in world.effects) == 7


def test_a_full_page_of_a_large_account_is_read(world: World, url: str) -> None:
    world.switches.change({"other_packages": 2400})
    assert len(users_of_packages("acct", [_asker(_package(world), url)]).rows) == 2401


def test_a_package_whose_name_is_too_long_is_not_seen(world: World, url: str) -> None:
    world.switches.change({"user_name_length": 20})
    asking, _long = _package(world), _package(world, "A Name That Is Long")
    assert _names(users_of_packages("acct", [_asker(asking, url)])) == ["CRM Sync app user"]


def test_a_package_that_may_read_users_is_found_among_those_that_may_not(world: World, url: str) -> None:
    askers = [_asker(_package(world, name, scopes), url) for name, scopes in (("A", "email_read"), ("B", "users_read"))]
    assert users_of_packages("acct", askers).asked_with == "B"


@pytest.mark.parametrize("how", ("status", "fault", "403"))
def test_a_missing_scope_is_named_however_it_is_said(world: World, url: str, how: str) -> None:
    world.switches.change({"account_users_refusal": how})
    asking = _package(world, scopes="accounts_read")
    with pytest.raises(Refusal) as refused:
        users_of_packages("acct", [_asker(asking, url)])
    assert "the scope users_read" in refused.value.expected and "CRM Sync" in refused.value.found


def test_a_token_without_the_scope_asks_nothing_and_no_more_than_three_packages_are_tried(
    world: World, url: str
) -> None:
    askers = [_asker(_package(world, f"P{n}", "email_read"), url) for n in range(5)]
    with pytest.raises(Refusal, match="neither users_read nor accounts_read"):
        users_of_packages("acct", askers)
    assert [each["kind"] for each in world.effects] == ["token"] * 3


def test_an_integration_without_a_secret_is_passed_over(world: World, url: str) -> None:
    def nothing() -> Secret:
        raise no_such_secret(Journal("0" * 24, "crm_sync"), "active")

    asking = _asker(_package(world), url)
    assert users_of_packages("acct", [Asker(asking.integration, asking.client, asking.http, nothing), asking]).rows
    with pytest.raises(Refusal, match="is read as a whole"):
        users_of_packages("acct", [Asker(asking.integration, asking.client, asking.http, nothing)])


@pytest.mark.parametrize(
    "fault",
    ("rate_limited", "server_error", "unavailable", "bad_gateway_html", "empty", "half_body", "redirect", "reset"),
)
def test_an_answer_that_is_none_is_refused_and_nobody_else_is_asked(world: World, url: str, fault: str) -> None:
    askers = [_asker(_package(world, name), url) for name in ("A", "B")]
    world.faults.add({"fault": fault, "on": "account_users", "times": "forever"})
    with pytest.raises(Refusal, match="read as a whole or not at all") as refused:
        users_of_packages("acct", askers)
    assert "SOAP" in refused.value.found and "B:" not in refused.value.found


class _Wire(HttpClient):
    """Gives the token endpoint's answers on, and does to those of SOAP what a test wants."""

    def __init__(self, soap: Callable[[HttpRequest, Callable[[HttpRequest], HttpAnswer]], HttpAnswer]) -> None:
        super().__init__(max_bytes=MAX_ANSWER_BYTES)
        self._soap = soap
        self.asked = 0

    def send(self, request: HttpRequest) -> HttpAnswer:
        if "Service.asmx" not in request.url:
            return super().send(request)
        self.asked += 1
        return self._soap(request, super().send)


def test_a_token_that_died_meanwhile_is_replaced_once(world: World, url: str) -> None:
    def age(request: HttpRequest, send: Callable[[HttpRequest], HttpAnswer]) -> HttpAnswer:
        if wire.asked == 1:
            world.clock.advance(3600)
        return send(request)

    wire = _Wire(age)
    assert users_of_packages("acct", [_asker(_package(world), url, wire)]).rows
    assert [each["kind"] for each in world.effects] == ["token", "account_users", "token", "account_users"]


def test_a_host_that_takes_no_token_is_asked_twice_only(world: World, url: str) -> None:
    def age(request: HttpRequest, send: Callable[[HttpRequest], HttpAnswer]) -> HttpAnswer:
        world.clock.advance(3600)
        return send(request)

    wire = _Wire(age)
    with pytest.raises(Refusal, match="also with a fresh token"):
        users_of_packages("acct", [_asker(_package(world), url, wire)])
    assert wire.asked == 2


def test_an_account_that_answers_in_circles_is_refused(world: World, url: str) -> None:
    def again(request: HttpRequest, send: Callable[[HttpRequest], HttpAnswer]) -> HttpAnswer:
        answer = send(request)
        return HttpAnswer(200, {}, answer.body.replace(b">OK<", b">MoreDataAvailable<"))

    wire = _Wire(again)
    with pytest.raises(Refusal, match="gives the same again"):
        users_of_packages("acct", [_asker(_package(world), url, wire)])
    assert wire.asked == 2


def test_pages_without_an_end_are_refused(world: World, url: str) -> None:
    def endless(request: HttpRequest, send: Callable[[HttpRequest], HttpAnswer]) -> HttpAnswer:
        first = send(request._replace(body=(request.body or b"").replace(b"ContinueRequest", b"Options")))
        body = first.body.replace(b">OK<", b">MoreDataAvailable<")
        return HttpAnswer(200, {}, body.replace(b"app user", f"{wire.asked} app user".encode()))

    wire = _Wire(endless)
    with pytest.raises(Refusal, match="more than 40 pages"):
        users_of_packages("acct", [_asker(_package(world), url, wire)])
    assert wire.asked == 40
