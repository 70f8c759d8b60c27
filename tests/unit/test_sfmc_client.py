# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's questions to SFMC: what each answer comes to, how often it asks, and whose clock counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Verdict
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._echo import echoing

START = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)


class Asking:
    """A client, the world that it asks, and the pauses that it made."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.package: Package = world.add_package({"enterprise_id": "1000007", "scopes": "b a"})
        self.pauses: list[float] = []
        self.late = timedelta(0)
        self.client = SfmcClient(
            url, HttpClient(timeout=5), sleep=self.pauses.append, clock=lambda: world.clock.now() - self.late
        )

    def asked(self, kind: str = "token") -> int:
        """Return how many requests of a kind came in."""
        return sum(line["kind"] == kind for line in self.world.effects)


@pytest.fixture
def asking() -> Iterator[Asking]:
    """Return a client over a world whose clock stands."""
    world = World(Clock(START, speed=0))
    with running(world) as url:
        yield Asking(world, url)


def test_a_secret_that_works_is_accepted_with_whose_it_is(asking: Asking) -> None:
    """I-19: enterprise and scopes, from one token and one userinfo."""
    seen = asking.client.sight(asking.package.client_id, Secret(asking.package.active.value))
    assert (seen.verdict, seen.enterprise_id, seen.scopes) == (Verdict.ACCEPTED, "1000007", ("a", "b"))
    assert (asking.asked("token"), asking.asked("userinfo"), asking.pauses) == (1, 1, [])


def test_a_secret_that_does_not_work_is_rejected_and_asked_once(asking: Asking) -> None:
    """I-21: Salesforce: do not repeat a 401."""
    for client_id in (asking.package.client_id, "0" * 24):
        assert asking.client.sight(client_id, Secret("A" * 24)).verdict is Verdict.REJECTED
    assert (asking.asked(), asking.pauses) == (2, [])


@pytest.mark.parametrize("fault", ["server_error", "unavailable", "bad_gateway_html", "reset", "answer_dropped"])
def test_what_is_unknown_for_a_moment_is_asked_again_and_then_known(asking: Asking, fault: str) -> None:
    """I-20."""
    asking.world.faults.add({"fault": fault, "times": 2})
    assert (
        asking.client.sight(asking.package.client_id, Secret(asking.package.active.value)).verdict is Verdict.ACCEPTED
    )
    assert asking.pauses == [1.0, 2.0]


@pytest.mark.parametrize(
    "fault", ["server_error", "unavailable", "bad_gateway_html", "reset", "answer_dropped", "half_body"]
)
def test_what_stays_unknown_is_asked_a_bounded_number_of_times(asking: Asking, fault: str) -> None:
    """I-20, I-21."""
    asking.world.faults.add({"fault": fault, "times": "forever"})
    assert asking.client.sight(asking.package.client_id, Secret(asking.package.active.value)).verdict is Verdict.UNKNOWN
    assert asking.asked() == 3
    assert len(asking.pauses) == 2


@pytest.mark.parametrize("fault", ["blocked", "empty", "not_json", "redirect"])
def test_what_will_not_change_in_a_moment_is_unknown_and_asked_once(asking: Asking, fault: str) -> None:
    """I-20, I-21: a blocked account is not asked again."""
    asking.world.faults.add({"fault": fault, "times": "forever"})
    assert asking.client.sight(asking.package.client_id, Secret(asking.package.active.value)).verdict is Verdict.UNKNOWN
    assert (asking.asked(), asking.pauses) == (1, [])


@pytest.mark.parametrize(
    ("retry_after", "pauses"), [(5, [5.0, 5.0]), (0, [0.0, 0.0]), (30, [30.0, 30.0]), (31, []), (None, [1.0, 2.0])]
)
def test_retry_after_is_honoured_up_to_half_a_minute(
    asking: Asking, retry_after: int | None, pauses: list[float]
) -> None:
    """I-21: longer than that is for the next run."""
    asking.world.faults.add({"fault": "rate_limited", "retry_after": retry_after, "times": "forever"})
    assert asking.client.sight(asking.package.client_id, Secret(asking.package.active.value)).verdict is Verdict.UNKNOWN
    assert asking.pauses == pauses
    assert asking.asked() == len(pauses) + 1


@pytest.mark.parametrize("switch", ["enabled", "account_enabled", "address_allowed"])
def test_a_package_that_is_off_gives_no_token(asking: Asking, switch: str) -> None:
    setattr(asking.package, switch, False)
    seen = asking.client.sight(asking.package.client_id, Secret(asking.package.active.value))
    assert seen.verdict is (Verdict.REJECTED if switch == "enabled" else Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("server_error", "HTTP 500"),
        ("not_json", "HTTP 200 without an enterprise"),
        ("reset", "the connection broke"),
        ("redirect", "HTTP 307"),
        ("empty", "HTTP 200 without an enterprise"),
    ],
)
def test_a_token_without_knowing_whose_it_is_is_unknown(asking: Asking, fault: str, said: str) -> None:
    """I-19, I-20, I-44: and what came instead is said."""
    asking.world.faults.add({"fault": fault, "on": "userinfo", "times": "forever"})
    seen = asking.client.sight(asking.package.client_id, Secret(asking.package.active.value))
    assert seen.verdict is Verdict.UNKNOWN
    assert seen.detail == f"a token was given, but userinfo did not say for whom: {said}"


def test_a_secret_is_not_sent_where_a_redirect_points(asking: Asking) -> None:
    with echoing() as other:
        asking.world.faults.add({"fault": "redirect", "location": other.url, "times": "forever"})
        asking.client.sight(asking.package.client_id, Secret(asking.package.active.value))
        assert other.seen == []


def test_before_the_first_answer_the_time_is_the_controllers(asking: Asking) -> None:
    asking.late = timedelta(minutes=3)
    assert asking.client.skew is None
    assert asking.client.now() == START - timedelta(minutes=3)


def test_every_answer_tells_sfmcs_time_also_a_refusal(asking: Asking) -> None:
    """I-9."""
    asking.late = timedelta(minutes=3)
    asking.client.token(asking.package.client_id, Secret("A" * 24))
    assert asking.client.skew == timedelta(minutes=3)
    assert asking.client.now() == START
    asking.late = -timedelta(hours=1)
    asking.client.refresh_clock()
    assert asking.client.skew == -timedelta(hours=1)


def test_the_clock_is_read_without_a_secret_and_once(asking: Asking) -> None:
    """I-21."""
    for _number in range(3):
        asking.client.measured_now()
    assert (asking.asked("token"), asking.client.skew) == (0, timedelta(0))
    assert asking.asked("userinfo") <= 1


def test_a_wrong_date_is_seen_as_a_skew(asking: Asking) -> None:
    """I-9."""
    asking.world.faults.add({"fault": "wrong_date", "offset_seconds": -7200})
    asking.client.token(asking.package.client_id, Secret("A" * 24))
    assert asking.client.skew == timedelta(hours=-2)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2027 08:00:00 GMT", "9" * 400])
def test_an_answer_without_a_readable_date_tells_no_time(date: str | None) -> None:
    """I-9: and asking for it raises nothing."""
    with echoing() as echo:
        echo.status, echo.headers = 401, {} if date is None else {"Date": date}
        client = SfmcClient(echo.url, HttpClient(), clock=lambda: START)
        assert client.measured_now() == START
        assert client.skew is None


def test_a_server_that_is_gone_tells_no_time() -> None:
    client = SfmcClient("http://127.0.0.1:1", HttpClient(), clock=lambda: START)
    assert (client.measured_now(), client.skew) == (START, None)


@pytest.mark.parametrize(
    "url", ["https://example.com", "http://mc1.auth.marketingcloudapis.com", "https://127.0.0.1.nip.io"]
)
def test_no_other_host_is_ever_asked(url: str) -> None:
    with pytest.raises(Refusal, match="secrets and tokens go to SFMC or to loopback"):
        SfmcClient(url, HttpClient())
