# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who should know something is told it once, as it is; and again when it has changed, or is so for long."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._deliveries import deliveries
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hooks import credentials_of, hooks_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import EVENTS, notices
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._told import Told
from ansible_collections.keyturn.sfmc.tests.support.made_estates import (
    blocker,
    closed_rotation,
    estate,
    integration,
    stray,
)

AT = datetime(2026, 11, 26, 1, 40, tzinfo=timezone.utc)
DAY = timedelta(days=1)
SLACK = {"kind": "slack", "url": "https://hooks.slack.example/services/T0/B0/made-up"}
MAIL = {"kind": "mail", "sender": "keyturn@example.com"}

#: What makes each notice, and what its words hold.
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "due": ({"urgency": "due", "days_left": 29.0}, "ends on 2027-03-06; a rotation is due"),
    "urgent": ({"urgency": "urgent", "days_left": 5.0}, "is not rotated yet"),
    "expired": ({"urgency": "expired", "days_left": -1.0}, "its secret has ended"),
    "blocked": ({"blocked": True, "blockers": [blocker()]}, "a person has to mend something"),
    "lost": ({"phase": "lost", "rotation_id": "r1"}, "its rotation is lost"),
    "closed": ({"rotations": [closed_rotation()]}, "the former secret is dead"),
    "strays": ({"strays": [stray()]}, "1 place(s) that nobody declared"),
    "unwatched": ({"unwatched": "no verify for 30 hours"}, "nobody has looked at its places"),
}


def _hooks(*said: dict[str, Any]) -> Any:
    return hooks_of(list(said), 7)


def _messages(seen: dict[str, Any], hooks: Any, told: Told, at: datetime = AT) -> list[dict[str, Any]]:
    return deliveries(notices(seen), hooks, told, at)[0]


def _sent(messages: list[dict[str, Any]], seen: dict[str, Any], told: Told, at: datetime = AT) -> None:
    by_id = {notice.id: notice for notice in notices(seen)}
    for message in messages:
        for id_ in message["ids"]:
            told.add(by_id[id_], message["name"], at)


def test_nothing_is_told_of_what_is_well() -> None:
    assert notices(estate(integration(), integration("other", 2))) == ()


def test_each_event_has_a_case() -> None:
    assert set(CASES) == set(EVENTS)


@pytest.mark.parametrize("event", CASES)
def test_a_notice_says_what_is_so_whose_it_is_and_what_to_do(event: str) -> None:
    said, words = CASES[event]
    (notice,) = notices(estate(integration(**said)))
    assert notice.event == event and words in notice.subject
    assert notice.owner == "crm-team@example.com" and "crm_sync (prod)" in notice.subject
    assert notice.body and notice.way_out and "\n" not in notice.subject


def test_a_rotation_that_is_orphaned_is_told_as_one_that_is_lost() -> None:
    (notice,) = notices(estate(integration(phase="orphaned")))
    assert notice.event == "lost" and "Setup > Installed Packages" in notice.way_out


def test_a_rotation_that_was_closed_long_ago_is_no_news() -> None:
    assert notices(estate(integration(rotations=[closed_rotation("2026-11-18T20:00:00Z")]))) == ()


@pytest.mark.parametrize("event", CASES)
def test_a_schedule_tells_the_same_once_and_again_after_a_week(event: str) -> None:
    seen, hooks, told = estate(integration(**CASES[event][0])), _hooks(SLACK), Told({})
    _sent(_messages(seen, hooks, told), seen, told)
    for hours in (0, 1, 24, 167):
        assert _messages(seen, hooks, told, AT + timedelta(hours=hours)) == [], hours
    again = _messages(seen, hooks, told, AT + 7 * DAY)
    assert len(again) == (0 if event == "closed" else 1)


@pytest.mark.parametrize(
    ("before", "after"),
    (
        ({"urgency": "due"}, {"urgency": "urgent"}),
        ({"urgency": "due"}, {"urgency": "due", "expires_at": "2027-09-01T00:00:00Z"}),
        ({"strays": [stray()]}, {"strays": [stray(), stray("web2")]}),
        ({"blocked": True, "blockers": [blocker()]}, {"blocked": True, "blockers": [blocker("I-9: clocks agree")]}),
        ({"unwatched": "long"}, {"unwatched": "long", "verified_at": "2026-11-26T00:00:00Z"}),
    ),
    ids=("more urgent", "another secret", "one more stray", "another reason", "looked at meanwhile"),
)
def test_what_has_changed_is_told_at_once(before: dict[str, Any], after: dict[str, Any]) -> None:
    hooks, told = _hooks(SLACK), Told({})
    first, second = estate(integration(**before)), estate(integration(**after))
    _sent(_messages(first, hooks, told), first, told)
    assert len(_messages(second, hooks, told, AT + timedelta(hours=1))) == 1


def test_fewer_days_or_other_words_are_no_news() -> None:
    hooks, told = _hooks(SLACK), Told({})
    seen = estate(integration(urgency="due", days_left=29.0))
    _sent(_messages(seen, hooks, told), seen, told)
    assert _messages(estate(integration(urgency="due", days_left=28.0, waits_for="a host")), hooks, told) == []


def test_a_hook_that_failed_is_called_again_and_the_other_is_not() -> None:
    seen, told = estate(integration(urgency="due")), Told({})
    hooks = _hooks({**SLACK, "name": "one"}, {**SLACK, "name": "two"})
    _sent([each for each in _messages(seen, hooks, told) if each["name"] == "one"], seen, told)
    assert [each["name"] for each in _messages(seen, hooks, told)] == ["two"]


def test_what_is_over_and_comes_again_is_told_again_once_a_day_at_most() -> None:
    seen, well, hooks, told = estate(integration(unwatched="x")), estate(integration()), _hooks(SLACK), Told({})
    _sent(_messages(seen, hooks, told), seen, told)
    told.forget(notices(well), ["000000000000000000000001"], AT + timedelta(hours=1))
    assert _messages(seen, hooks, told, AT + timedelta(hours=2)) == []
    told.forget(notices(well), ["000000000000000000000001"], AT + DAY)
    assert len(_messages(seen, hooks, told, AT + DAY)) == 1


def test_a_run_with_a_limit_forgets_nothing_of_the_others() -> None:
    seen, hooks, told = estate(integration(unwatched="x")), _hooks(SLACK), Told({})
    _sent(_messages(seen, hooks, told), seen, told)
    told.forget((), ["another client id"], AT + 5 * DAY)
    assert _messages(seen, hooks, told, AT + 5 * DAY) == []


def test_what_was_told_survives_its_file() -> None:
    seen, hooks, told = estate(integration(unwatched="x")), _hooks(SLACK), Told({})
    _sent(_messages(seen, hooks, told), seen, told)
    kept = json.loads(json.dumps(told.as_dict()))
    assert _messages(seen, hooks, Told(kept)) == []
    assert Told({"x": 1, "y": {"hooks": []}, **kept}).as_dict() == kept


def test_each_owner_gets_one_mail_with_all_that_is_theirs() -> None:
    items = [integration(f"of_{owner}_{n}", n, owner=owner, urgency="due") for n, owner in enumerate("aabz")]
    items = [{**item, "owner": f"{item['owner']}@example.com"} for item in items]
    messages = _messages(estate(*items), _hooks(MAIL), Told({}))
    assert {tuple(each["to"]): len(each["ids"]) for each in messages} == {
        ("a@example.com",): 2,
        ("b@example.com",): 1,
        ("z@example.com",): 1,
    }
    assert all(item["subject"] in messages[0]["body"] for item in messages[0]["notices"])


@pytest.mark.parametrize("owner", ("", "the CRM team", "a@example.com\nBcc: b@example.com", "a@b@c", "x,y@example.com"))
def test_an_owner_who_is_no_address_gets_no_mail_and_is_named(owner: str) -> None:
    seen = estate(integration(urgency="due", owner=owner))
    messages, nobody = deliveries(notices(seen), _hooks(MAIL), Told({}), AT)
    assert messages == [] and [each["integration"] for each in nobody] == ["crm_sync"]
    messages, nobody = deliveries(notices(seen), _hooks({**MAIL, "otherwise": ["ops@example.com"]}), Told({}), AT)
    assert [each["to"] for each in messages] == [["ops@example.com"]] and nobody == []


def test_a_hook_hears_of_its_events_and_its_integrations_only() -> None:
    seen = estate(integration(urgency="due", unwatched="x"), integration("other", 2, urgency="due"))
    hook = {**SLACK, "on": ["due"], "integrations": ["other"]}
    (message,) = _messages(seen, _hooks(hook), Told({}))
    assert [(each["event"], each["integration"]) for each in message["notices"]] == [("due", "other")]


def test_messages_stay_within_what_services_take() -> None:
    long = "<&>" * 4000
    items = [integration(f"i{n}", n, waits_for=long, urgency="urgent", owner=long) for n in range(40)]
    hooks = _hooks(SLACK, {**SLACK, "kind": "teams"}, {**SLACK, "kind": "servicenow", "token": "made-up"})
    messages = _messages(estate(*items), hooks, Told({}))
    for each in messages:
        if each["kind"] == "slack":
            blocks = each["payload"]["blocks"]
            assert len(blocks) <= 50 and all(len(block["text"]["text"]) <= 3000 for block in blocks)
        if each["kind"] == "teams":
            assert len(json.dumps(each["payload"])) < 28_000
        if each["kind"] == "servicenow":
            assert len(each["payload"]["short_description"]) <= 160
    told = [id_ for each in messages for id_ in each["ids"]]
    assert len(told) == 3 * 40


def test_an_incident_takes_fields_of_the_inventory() -> None:
    hook = {**SLACK, "kind": "servicenow", "token": "made-up", "fields": {"assignment_group": "CRM", "impact": "3"}}
    (message,) = _messages(estate(integration(urgency="expired")), _hooks(hook), Told({}))
    payload = message["payload"]
    assert (payload["assignment_group"], payload["impact"], payload["urgency"]) == ("CRM", "3", "1")
    assert payload["correlation_id"] == message["ids"][0]


def test_no_message_holds_an_url_or_a_password() -> None:
    hooks = _hooks(
        {**SLACK, "url": "https://x.example/UNSHOWN"},
        {**MAIL, "username": "u", "password": "UNSHOWN"},
        {"kind": "servicenow", "url": "https://x.example/UNSHOWN", "token": "UNSHOWN"},
        {"kind": "webhook", "url": "https://x.example/UNSHOWN", "headers": {"Authorization": "UNSHOWN"}},
    )
    messages = _messages(estate(integration(urgency="due")), hooks, Told({}))
    assert len(messages) == 4 and "UNSHOWN" not in json.dumps(messages) + repr(hooks)


@pytest.mark.parametrize(
    "hook",
    (
        "mail",
        {"kind": "pigeon"},
        {"kind": "slack"},
        {"kind": "slack", "url": "http://hooks.example/UNSHOWN"},
        {"kind": "slack", "url": "ftp://UNSHOWN"},
        {**SLACK, "on": ["sometimes"]},
        {**SLACK, "repeat_days": -1},
        {**SLACK, "colour": "red"},
        {"kind": "mail"},
        {**MAIL, "sender": "UNSHOWN"[:0]},
        {**MAIL, "to": ["not an address"]},
        {**MAIL, "username": "u"},
        {**MAIL, "username": "u", "password": "UNSHOWN", "secure": "never"},
        {"kind": "servicenow", "url": "https://x.example"},
        {"kind": "servicenow", "url": "https://x.example", "token": "UNSHOWN", "username": "u", "password": "UNSHOWN"},
        {"kind": "tasks"},
    ),
    ids=lambda hook: "-".join(map(str, hook)) if isinstance(hook, dict) else hook,
)
def test_a_hook_that_cannot_work_is_refused_without_its_credentials(hook: Any) -> None:
    with pytest.raises(Refusal) as refused:
        _hooks(hook)
    assert "sfmc_notify[0]" in str(refused.value) and "UNSHOWN" not in str(refused.value)


def test_two_hooks_of_one_name_are_refused() -> None:
    with pytest.raises(Refusal, match="twice slack"):
        _hooks(SLACK, SLACK)


_ANY = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(set(integration()) - {"name", "client_id"})), _ANY))
def test_an_estate_with_anything_in_it_gives_notices_and_no_traceback(said: dict[str, Any]) -> None:
    hooks = _hooks(SLACK, {**MAIL, "otherwise": ["ops@example.com"]}, {**SLACK, "kind": "teams"})
    json.dumps(_messages(estate(integration() | said), hooks, Told({})))


def test_credentials_are_known_also_of_hooks_that_are_wrong() -> None:
    said = [{"url": "https://x.example/1", "headers": {"A": "2", "B": 3}}, "x", {"password": "4", "token": ["5"]}]
    assert credentials_of(said) == ["https://x.example/1", "4", "2"]
    assert credentials_of("x") == []


def test_a_blocked_rotation_that_is_due_has_the_way_out_of_what_blocks_it() -> None:
    seen = estate(
        integration(urgency="due", days_left=9.0, blocked=True, blockers=[blocker()], waits_for="long: words")
    )
    due, blocked = notices(seen)
    assert (due.event, blocked.event) == ("due", "blocked")
    assert due.way_out == blocked.way_out != ""
    assert "keyturn.sfmc.rotate" not in due.way_out and "long: words" not in due.body


def test_the_name_of_a_file_makes_no_line_of_its_own() -> None:
    hostile = {**stray(), "place": "/x\nweb1: nothing\u202e\x9b31m.env"}
    (notice,) = notices(estate(integration(strays=[hostile])))
    assert len(notice.body.split("\n")) == 2
    assert all(line.isprintable() for line in notice.body.split("\n"))
