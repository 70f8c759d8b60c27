# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source says each thing once, lives through looks that fail, and ends when it is told to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.extensions.eda.plugins.event_source import rotation
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_look import LookFailed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import EVENTS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._watching import BLIND, Watch
from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.support.made_estates import (
    blocker,
    closed_rotation,
    estate,
    integration,
    stray,
)

ALL = (*EVENTS, BLIND)
MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 26, 1, 40, tzinfo=timezone.utc)
DUE = integration(urgency="due", days_left=29.0)
BLOCKED = integration(blocked=True, blockers=[blocker()])
SOURCE = tree.ROOT / "extensions" / "eda" / "plugins" / "event_source" / "rotation.py"


class _Over(Exception):
    """The last look of a test was made."""


class _Played:
    """Looks that bring what a test says, one after the other, and a queue for what comes of them."""

    def __init__(self, *looks: Mapping[str, Any] | Exception) -> None:
        self._looks = list(looks)
        self.events: list[dict[str, Any]] = []
        self.pauses: list[float] = []

    async def look(self) -> Mapping[str, Any]:
        brought = self._looks.pop(0)
        if isinstance(brought, Exception):
            raise brought
        return brought

    async def put(self, event: dict[str, Any]) -> None:
        self.events.append(event["rotation"])

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if not self._looks:
            raise _Over

    def run(self, watch: Watch) -> list[str]:
        """Look until nothing is left; return what was said."""
        with pytest.raises(_Over):
            asyncio.run(rotation.watching(self, watch, self.look, "look by hand", self.sleep, lambda: NOW))
        return [event["event"] for event in self.events]


def _said(*looks: Mapping[str, Any] | Exception, repeat: timedelta = timedelta(0)) -> list[str]:
    return _Played(*looks).run(Watch(ALL, MINUTE, repeat))


def _later(minutes: int) -> str:
    return (NOW + minutes * MINUTE).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "said"),
    (
        ("due", {"urgency": "due"}),
        ("urgent", {"urgency": "urgent"}),
        ("expired", {"urgency": "expired"}),
        ("blocked", {"blocked": True, "blockers": [blocker()]}),
        ("lost", {"phase": "lost", "rotation_id": "r1"}),
        ("closed", {"rotations": [closed_rotation()]}),
        ("strays", {"strays": [stray()]}),
        ("unwatched", {"unwatched": "no verify for 30 hours"}),
    ),
    ids=EVENTS,
)
def test_each_event_comes_once_however_often_it_is_looked(event: str, said: dict[str, Any]) -> None:
    item = integration(**said)
    assert _said(estate(item), estate(item, at=_later(1)), estate(item, at=_later(600))) == [event]


def test_an_event_says_whose_it_is_and_what_to_do() -> None:
    played = _Played(estate(DUE))
    played.run(Watch(ALL, MINUTE))
    (event,) = played.events
    assert {key: event[key] for key in ("event", "integration", "environment", "owner", "at")} == {
        "event": "due",
        "integration": "crm_sync",
        "environment": "prod",
        "owner": "crm-team@example.com",
        "at": "2026-11-26T01:40:00Z",
    }
    assert event["client_id"] == DUE["client_id"] and "keyturn.sfmc.rotate" in event["way_out"] and event["id"]


def test_only_what_is_wanted_is_said() -> None:
    assert _Played(estate(DUE, {**BLOCKED, "client_id": "another"})).run(Watch(["blocked"], MINUTE)) == ["blocked"]


def test_what_has_changed_is_said_again_and_what_stays_so_after_the_hours_that_are_asked_for() -> None:
    next_one = {**DUE, "expires_at": "2028-01-01T00:00:00Z"}
    assert _said(estate(DUE), estate(next_one, at=_later(1))) == ["due", "due"]
    looks = [estate(DUE, at=_later(minutes)) for minutes in (0, 59, 61)]
    assert _said(*looks, repeat=timedelta(hours=1)) == ["due", "due"]


# --- looks that fail -------------------------------------------------------------------------------------------------


def test_a_look_that_fails_is_said_once_and_is_not_the_end() -> None:
    vault = LookFailed("no vault secret")
    said = _said(vault, vault, estate(DUE), LookFailed("took too long"), vault, {"schema": 99}, estate(DUE))
    assert said == ["blind", "due", "blind", "blind", "blind"]


def test_a_failure_comes_with_the_command_that_shows_more() -> None:
    played = _Played(LookFailed("no vault secret"))
    played.run(Watch(ALL, MINUTE))
    assert played.events == [
        {
            "event": "blind",
            "subject": "keyturn.sfmc.rotation could not look at the estate, so it knows nothing of it",
            "body": "no vault secret",
            "way_out": "see what this says: look by hand",
            "at": "2026-11-26T01:40:00Z",
        }
    ]


def test_each_failure_doubles_the_pause_up_to_an_hour_and_a_look_that_succeeds_ends_that() -> None:
    played = _Played(*[LookFailed("down")] * 7, estate(), estate())
    played.run(Watch(ALL, MINUTE))
    assert played.pauses == [120, 240, 480, 960, 1920, 3600, 3600, 60, 60]


def test_an_interval_of_a_day_is_not_shortened_by_failures() -> None:
    played = _Played(LookFailed("down"))
    played.run(Watch(ALL, timedelta(days=1)))
    assert played.pauses == [86_400]


# --- its end ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ("look", "put", "sleep"))
def test_it_ends_at_once_when_it_is_cancelled(where: str) -> None:
    async def for_ever(*_given: object) -> Any:
        reached.set()
        await asyncio.Event().wait()

    played = _Played(*[estate(DUE)] * 3)
    setattr(played, where, for_ever)

    async def cancelled() -> bool:
        running = asyncio.create_task(
            rotation.watching(played, Watch(ALL, MINUTE), played.look, "by hand", played.sleep)
        )
        await asyncio.wait_for(reached.wait(), 30)
        running.cancel()
        await asyncio.wait({running}, timeout=30)
        return running.cancelled()

    reached = asyncio.Event()
    assert asyncio.run(cancelled())


# --- options ---------------------------------------------------------------------------------------------------------


def test_options_may_come_as_texts_from_the_variables_of_a_rulebook() -> None:
    options = rotation.options_of({"inventory": "hosts.yml", "interval": "60", "vault_ids": ["store@file"]})
    assert options["inventory"] == ["hosts.yml"] and options["interval"] == 60 and options["timeout"] == 600
    assert options["events"] == ["due", "urgent", "expired", "blocked", "lost", "closed", "blind"]


@pytest.mark.parametrize(
    ("args", "words"),
    (
        ({}, "option inventory"),
        ({"inventory": []}, "option inventory"),
        ({"inventory": [1]}, "option inventory"),
        ({"inventory": "hosts.yml", "intervall": 1}, "option intervall"),
        ({"inventory": "hosts.yml", "interval": "often"}, "option interval"),
        ({"inventory": "hosts.yml", "interval": 0}, "interval, timeout, repeat_hours"),
        ({"inventory": "hosts.yml", "timeout": 0}, "interval, timeout, repeat_hours"),
        ({"inventory": "hosts.yml", "repeat_hours": -1}, "option repeat_hours"),
        ({"inventory": "hosts.yml", "events": ["dew"]}, "'dew'"),
        ({"inventory": "hosts.yml", "vault_ids": ["store@prompt"]}, "nobody is there to be prompted"),
        ({"inventory": "hosts.yml", "vault_ids": ["file"]}, "an entry without a file"),
        ({"inventory": "hosts.yml", "limit": ["prod"]}, "option limit"),
    ),
    ids=(
        "none",
        "empty",
        "number",
        "unknown",
        "word",
        "too-often",
        "no-time",
        "negative",
        "event",
        "prompt",
        "id",
        "list",
    ),
)
def test_options_that_cannot_be_meant_are_refused(args: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match="an event source is told where the estate is") as refused:
        asyncio.run(rotation.main(_Played(), args))
    assert words in str(refused.value)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*rotation._TYPES, "eda_feedback_queue"]),
        st.none() | st.text() | st.floats() | st.integers() | st.lists(st.text() | st.integers()),
    )
)
def test_whatever_is_given_is_taken_whole_or_refused(args: dict[str, Any]) -> None:
    try:
        options = rotation.options_of(args)
    except Refusal:
        return
    assert set(options) >= {"inventory", "interval", "timeout", "events", "vault_ids"} and options["interval"] >= 1


def test_what_is_documented_is_what_is_taken() -> None:
    documented = yaml.safe_load(rotation.DOCUMENTATION)["options"]
    assert set(documented) == set(rotation._TYPES)
    assert documented["events"]["choices"] == list(ALL)
    defaults = rotation.options_of({"inventory": "x"})
    assert {name: option["default"] for name, option in documented.items() if "default" in option} == {
        name: defaults[name] for name in ("vault_ids", "interval", "timeout", "events", "repeat_hours")
    }
    for example in yaml.safe_load(rotation.EXAMPLES):
        assert rotation.options_of(example["keyturn.sfmc.rotation"])


# --- how ansible-rulebook takes it -----------------------------------------------------------------------------------


def test_it_is_run_by_its_path_where_nothing_of_the_collection_can_be_imported() -> None:
    """ansible-rulebook does `runpy.run_path`, in a Python whose path has no collections."""
    link = tree.WORK / "collections" / "ansible_collections" / "keyturn" / "sfmc" / SOURCE.relative_to(tree.ROOT)
    program = "import runpy, sys, asyncio; main = runpy.run_path(sys.argv[1])['main']"
    program += "; print(asyncio.iscoroutinefunction(main))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(link)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)


def test_rules_speak_of_events_that_exist_and_start_templates_by_name_alone() -> None:
    text = (tree.ROOT / "extensions" / "eda" / "rulebooks" / "rotation.yml").read_text("utf-8")
    (ruleset,) = yaml.safe_load(text)
    (source,) = ruleset["sources"]
    assert set(source["keyturn.sfmc.rotation"]) <= set(rotation._TYPES)
    spoken_of = {word for word in ALL for rule in ruleset["rules"] if f'"{word}"' in rule["condition"]}
    assert spoken_of == set(rotation._WANTED)
    for rule in ruleset["rules"]:
        action = rule["action"]["run_job_template"]
        assert set(action) == {"name", "organization", "include_events"} and action["include_events"] is False
