# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands at a place of another system, and what is written there; nothing of it in a message."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._place import Place
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import (
    filled,
    message_of,
    redacted,
    texts_of,
    value_at,
)
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

NEW, OLD, OTHER = make_new_secret(), make_new_secret(), "another-programs-password"
DOCUMENT = {"client_secret": OLD, "database": {"password": OTHER}, "retries": 3}


def _place(key: str | None = None, encoding: str = "plain") -> Place:
    return Place("aws#prod", key, encoding, NEW)


def test_a_whole_value_is_replaced() -> None:
    place = _place()
    present = place.present(OLD)
    assert (present.secret, place.merged(present)) == (OLD, NEW)
    place.check_read_back(present, place.present(NEW))


@pytest.mark.parametrize("stored", [DOCUMENT, json.dumps(DOCUMENT), json.dumps(DOCUMENT, indent=2)])
def test_i23_one_member_is_replaced_and_the_others_stay(stored: Any) -> None:
    place = _place("client_secret")
    present = place.present(stored)
    assert present.secret == OLD
    merged = place.merged(present)
    assert type(merged) is type(stored)
    plain = json.loads(merged) if isinstance(merged, str) else merged
    assert plain == {**DOCUMENT, "client_secret": NEW}
    assert not isinstance(stored, str) or merged == stored.replace(OLD, NEW)
    place.check_read_back(present, place.present(merged))


def test_i23_a_member_that_somebody_changed_meanwhile_is_seen() -> None:
    place = _place("client_secret")
    before = place.present(DOCUMENT)
    with pytest.raises(Refusal, match="other members than before"):
        place.check_read_back(before, place.present({**DOCUMENT, "client_secret": NEW, "retries": 4}))
    with pytest.raises(Refusal, match="another secret"):
        place.check_read_back(before, before)


@pytest.mark.parametrize("value", [None, 5, {"a": "b"}])
def test_a_place_without_a_text_is_refused(value: Any) -> None:
    with pytest.raises(Refusal, match="a declared place exists"):
        _place().present(value)


@pytest.mark.parametrize("value", ["not json", "[1]", {"other": "x"}, {"client_secret": 5}])
def test_i24_a_document_without_the_member_is_refused_and_not_quoted(value: Any) -> None:
    with pytest.raises(Refusal) as refused:
        _place("client_secret").present(value)
    assert OTHER not in str(refused.value)


def test_i24_only_a_known_secret_is_replaced() -> None:
    place, key = _place(), "ab" * 16
    place.check_known(place.present(OLD), key, {"active": fingerprint(key, OLD)})
    for unknown in (make_new_secret(), "", "$encrypted$", "********"):
        with pytest.raises(Refusal, match="I-24") as refused:
            place.check_known(place.present(unknown), key, {"active": fingerprint(key, OLD)})
        assert not unknown or unknown not in str(refused.value)


def test_marks_are_filled_at_any_depth_and_keep_their_type() -> None:
    place = _place("client_secret")
    present = place.present(DOCUMENT, version=7)
    arguments = {
        "cas": "${version}",
        "data": "${merged}",
        "env": {"X": ["a ${secret} b", 5, None]},
        "text": "v${version}",
    }
    found = place.filled(arguments, present)
    assert found["cas"] == 7
    assert found["data"] == {**DOCUMENT, "client_secret": NEW}
    assert found["env"] == {"X": [f"a {NEW} b", 5, None]}
    assert found["text"] == "v7"
    assert arguments["cas"] == "${version}", "the given arguments stay as they are"


def test_what_is_kept_is_named_again_and_has_to_be_there_after_the_write() -> None:
    place = _place()
    tags = {"owner": "crm"}
    before = place.present(OLD, kept={"tags": tags, "content_type": None})
    assert place.filled({"tags": "${tags}", "type": "${content_type}"}, before) == {"tags": tags, "type": None}
    place.check_read_back(before, place.present(NEW, kept={"tags": dict(tags), "content_type": None}))
    with pytest.raises(Refusal, match="another content_type, another tags than before"):
        place.check_read_back(before, place.present(NEW, kept={"tags": {}, "content_type": "text/plain"}))


def test_what_is_kept_takes_no_mark_away() -> None:
    place = _place()
    present = place.present(OLD, version=3, kept={"secret": "x", "merged": "x", "version": "x"})
    assert place.filled({"a": ["${secret}", "${merged}", "${version}"]}, present) == {"a": [NEW, NEW, 3]}


def test_a_mark_may_be_a_name() -> None:
    assert filled({"${name}": "${x}"}, {"${name}": "SECRET", "${x}": {"a": 1}}) == {"SECRET": {"a": 1}}


def test_nothing_of_a_place_is_in_its_representations() -> None:
    """I-27."""
    place = _place("client_secret")
    shown = repr(place) + repr(place.present(DOCUMENT))
    assert NEW not in shown and OLD not in shown and OTHER not in shown


class _Summary:
    """As ansible-core 2.19 and later describe a module that broke off."""

    class event:
        msg = '(\'{"error": "no"}\', 403)'


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"msg": "no such secret", "exception": "Traceback\nE: x"}, "no such secret"),
        ({"msg": "MODULE FAILURE\nSee stdout", "exception": "Traceback\n  File\nE: ('no', 403)\n"}, "E: ('no', 403)"),
        ({"msg": "MODULE FAILURE", "exception": "E: x\r\nShared connection to 10.0.0.1 closed.\r\n"}, "E: x"),
        ({"exception": _Summary()}, _Summary.event.msg),
        ({"msg": "MODULE FAILURE"}, "MODULE FAILURE"),
        ({}, "no message"),
    ],
)
def test_a_module_that_failed_or_broke_off_is_quoted(result: dict[str, Any], said: str) -> None:
    assert message_of(result) == said


@pytest.mark.parametrize("form", ["{}", '"{}"', "Basic {}"])
def test_i27_messages_of_other_modules_are_shown_without_what_was_read_or_written(form: str) -> None:

    hidden = [NEW, *texts_of(DOCUMENT)]
    for secret in (NEW, OLD, OTHER):
        for text in (secret, base64.b64encode(secret.encode()).decode()):
            assert text not in redacted(f"failed: {form.format(text)} at line 3", hidden)
    assert redacted("failed: no such parameter", hidden) == "failed: no such parameter"
    assert len(redacted("x" * 5000, hidden)) == 300


@pytest.mark.parametrize(
    ("path", "value"),
    [("", {"a": [{"b": "c"}]}), ("a[0].b", "c"), ("a[1].b", None), ("a.b", None), ("x.y", None), ("a[0].b.c", None)],
)
def test_a_result_is_looked_into_by_a_path(path: str, value: Any) -> None:
    assert value_at({"a": [{"b": "c"}]}, path, "here") == value
