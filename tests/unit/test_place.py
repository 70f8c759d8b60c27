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
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._place import Place
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import (
    check_expected,
    check_marks,
    check_unexpected,
    check_whole,
    filled,
    message_of,
    value_at,
)
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

NEW, OLD, OTHER = make_new_secret(), make_new_secret(), "another-programs-password"
DOCUMENT = {"client_secret": OLD, "database": {"password": OTHER}, "retries": 3}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


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


@pytest.mark.parametrize("key", [None, "client_secret"])
def test_binary_data_and_nothing_at_all_are_refused(key: str | None) -> None:
    for value, found in ((b"binary", "binary data"), (None, "nothing")):
        with pytest.raises(Refusal, match=f"found {found}"):
            _place(key).present(value)


def test_a_value_in_base64_is_understood_and_written_so() -> None:
    place = _place("client_secret", "base64")
    present = place.present({**DOCUMENT, "client_secret": base64.b64encode(OLD.encode()).decode()})
    assert present.secret == OLD
    written = base64.b64encode(NEW.encode()).decode()
    assert place.merged(present) == {**DOCUMENT, "client_secret": written}
    assert place.filled({"a": "${secret}"}, None) == {"a": written}
    with pytest.raises(Refusal, match="encoding: base64") as refused:
        place.present(DOCUMENT)
    assert OLD not in str(refused.value)


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


# --- a system that never gives a secret back -------------------------------------------------------------------------

SHOWN = {"client_secret": "$encrypted$", "signing_key": "$encrypted$", "client_id": "x"}


def _blind(key: str | None = "client_secret") -> Place:
    return Place("awx#Shop", key, "plain", NEW, "$encrypted$")


def test_i22_a_placeholder_is_no_secret_and_only_ours_is_replaced() -> None:
    place = _blind()
    present = place.present(SHOWN)
    assert not present.shown
    place.check_known(present, "ab" * 16, {"active": fingerprint("ab" * 16, OLD)})
    assert place.merged(present) == {**SHOWN, "client_secret": NEW}


def test_i23_what_stands_beside_a_placeholder_is_read_back() -> None:
    place = _blind()
    before = place.present(SHOWN)
    place.check_read_back(before, place.present(SHOWN))
    with pytest.raises(Refusal, match="other values beside it"):
        place.check_read_back(before, place.present({**SHOWN, "client_id": "y"}))


def test_a_value_that_is_shown_is_recognised_also_where_a_placeholder_could_stand() -> None:
    place, key = _blind(), "ab" * 16
    present = place.present({**SHOWN, "client_secret": OLD})
    assert present.shown
    with pytest.raises(Refusal, match="I-24"):
        place.check_known(present, key, {"active": fingerprint(key, NEW)})


def test_i22_without_a_placeholder_such_a_text_is_an_unknown_value() -> None:
    present = _place("client_secret").present(SHOWN)
    with pytest.raises(Refusal, match="I-24"):
        _place().check_known(present, "ab" * 16, {"active": fingerprint("ab" * 16, OLD)})


# --- encodings, expectations, messages -------------------------------------------------------------------------------


def test_a_member_in_base64_is_decoded_and_written_in_base64() -> None:
    place = _place("'client.secret'", "base64")
    data = {"client.secret": _base64(OLD), "binary": "/wA="}
    present = place.present(data)
    assert present.secret == OLD
    assert place.merged(present) == {**data, "client.secret": _base64(NEW)}
    assert place.filled({"x": "${secret}"}, present) == {"x": _base64(NEW)}


@pytest.mark.parametrize("value", ["not base64!", "/wA=", "YWJ"])
def test_a_value_in_another_encoding_is_refused_and_not_quoted(value: str) -> None:
    with pytest.raises(Refusal, match="encoding: base64") as refused:
        _place(encoding="base64").present(value)
    assert value not in str(refused.value)


def test_a_line_end_that_was_encoded_with_the_secret_stays() -> None:
    """`echo secret | base64`, as people make such values."""
    place = _place(encoding="base64")
    present = place.present(_base64(OLD + "\n"))
    assert (present.secret, place.merged(present)) == (OLD, _base64(NEW + "\n"))


def test_nothing_at_a_place_with_a_key_is_nothing() -> None:
    with pytest.raises(Refusal, match=r"a declared place exists.*nothing"):
        _place("client_secret").present(None)


def test_a_result_says_what_it_must() -> None:
    result = {"json": {"environment_scope": "production", "value": OTHER}}
    check_expected(result, {"json.environment_scope": "production"}, "here", Hidden())
    with pytest.raises(Refusal, match=r"staging as json.environment_scope in the answer.*production"):
        check_expected(result, {"json.environment_scope": "staging"}, "here", Hidden())
    with pytest.raises(Refusal, match="nothing"):
        check_expected({"result": {}}, {"result.metadata.name": "web"}, "here", Hidden())
    with pytest.raises(Refusal) as refused:
        check_expected(result, {"json.value": "x"}, "here", Hidden([OTHER]))
    assert OTHER not in str(refused.value)


def test_a_result_says_nothing_of_another_sort_of_place() -> None:
    for result in ({"json": {"hidden": False}}, {"json": {}}, {}):
        check_unexpected(result, {"json.hidden": True}, "here")
    with pytest.raises(Refusal, match=r"does not say json.hidden: true.*`hidden`"):
        check_unexpected({"json": {"hidden": True}}, {"json.hidden": True}, "here")


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({}, "no message"),
        ({"msg": "Status code was 404"}, "Status code was 404"),
        ({"msg": "Status code was 404", "json": {"message": "404 Variable Not Found"}}, "404: 404 Variable Not Found"),
        ({"msg": "400", "json": {"message": {"value": ["is invalid"]}}}, '400: {"value": ["is invalid"]}'),
    ],
)
def test_a_message_is_the_modules_with_that_of_the_api(result: dict[str, Any], message: str) -> None:
    assert message_of(result).endswith(message)


@pytest.mark.parametrize("mask", ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********", "$REDACTED$"])
@pytest.mark.parametrize(
    "masked",
    [
        "{}",
        "https://login.example.com/{}/v2.0",
        {"a": {"b": [1, "x", "{}"]}},
        {"role={}": 1},
        [{"a": [{"{}": None}]}],
        json.dumps({"client_secret": OLD, "tenant": "{}"}),
    ],
)
def test_i22_what_was_read_through_a_mask_is_refused(mask: str, masked: Any) -> None:
    """A module that is given a credential takes it out of its result wherever it stands."""
    value = json.loads(json.dumps(masked).replace("{}", mask))
    with pytest.raises(Refusal, match=r"I-22.*log in without giving that text") as refused:
        check_whole(value, "vault#apps/shop")
    assert OLD not in str(refused.value)
    check_whole(masked, "vault#apps/shop")


def test_a_system_that_shows_stars_in_place_of_a_secret_may_say_so() -> None:
    check_whole({"client_secret": "********"}, "here", "********")
    with pytest.raises(Refusal, match="I-22"):
        check_whole({"client_secret": "********", "url": "https://********"}, "here", "********")


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


def test_what_was_read_beside_it_and_what_describes_it_have_marks_of_their_own() -> None:
    place = _place("client_secret")
    present = place.present(DOCUMENT, kept={"role": "arn", "vpc": None})
    arguments = {"role": "${role}", "vpc": ["${vpc}"], "tier": "is ${tier}", "before": "${present}", "x": "${unknown}"}
    assert place.filled(arguments, present, {"tier": "Advanced"}) == {
        "role": "arn",
        "vpc": [None],
        "tier": "is Advanced",
        "before": DOCUMENT,
        "x": "${unknown}",
    }
    assert place.filled({"a": "${role}"}, None) == {"a": "${role}"}


def test_i23_what_stands_beside_it_stays() -> None:
    place = _place("client_secret")
    before = place.present(DOCUMENT, kept={"role": "arn", "code": "1"})
    after = place.merged(before)
    place.check_read_back(before, place.present(after, kept={"role": "arn", "code": "1"}))
    with pytest.raises(Refusal, match="another code than before"):
        place.check_read_back(before, place.present(after, kept={"role": "arn", "code": "2"}))


def test_i23_what_describes_it_is_as_it_was() -> None:
    place = _place()
    place.check_still({"tier": "Advanced", "pattern": None}, {"tier": "Advanced", "pattern": None, "new": 1})
    with pytest.raises(Refusal, match="another pattern, another tier than before"):
        place.check_still({"tier": "Advanced", "pattern": "^S"}, {"tier": "Standard"})


def test_what_is_kept_takes_no_mark_away() -> None:
    place = _place()
    present = place.present(OLD, version=3, kept={"secret": "x", "merged": "x", "version": "x"})
    assert place.filled({"a": ["${secret}", "${merged}", "${version}"]}, present) == {"a": [NEW, NEW, 3]}


def test_a_mark_that_is_not_asked_for_may_stand_for_anything() -> None:
    present = _place("client_secret").present(DOCUMENT, kept={"odd": object()})
    assert _place("client_secret").filled({"a": "text"}, present) == {"a": "text"}


def test_a_mark_may_be_a_name() -> None:
    assert filled({"${name}": "${x}"}, {"${name}": "SECRET", "${x}": {"a": 1}}) == {"SECRET": {"a": 1}}


def test_nothing_of_a_place_is_in_its_representations() -> None:
    """I-27."""
    place = _place("client_secret")
    shown = repr(place) + repr(place.present(DOCUMENT, kept={"a": OTHER}))
    assert NEW not in shown and OLD not in shown and OTHER not in shown


@pytest.mark.parametrize(
    ("path", "value"),
    [("", {"a": [{"b": "c"}]}), ("a[0].b", "c"), ("a[1].b", None), ("a.b", None), ("x.y", None), ("a[0].b.c", None)],
)
def test_a_result_is_looked_into_by_a_path(path: str, value: Any) -> None:
    assert value_at({"a": [{"b": "c"}]}, path, "here") == value


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


@pytest.mark.parametrize("written", [{"a": "${sercet}"}, {}, ["text"], {"v": "${version}"}])
def test_i4_a_write_without_the_secret_in_it_is_refused(written: Any) -> None:
    """Else a token of the store's own secret would stand for a place that never got it."""
    with pytest.raises(Refusal, match=r"has the secret in it.*found neither"):
        check_marks(written, True, "a place")


@pytest.mark.parametrize("mark", ["${merged}", "${present}", "${version}"])
def test_i23_what_is_written_back_was_read(mark: str) -> None:
    written = {"body": ["${secret}", mark]}
    check_marks(written, True, "a place")
    with pytest.raises(Refusal, match="a `read`, as"):
        check_marks(written, False, "a place")


@pytest.mark.parametrize(
    ("stands_there", "adoptable"),
    [("a-secret-that-nobody-knows", True), (OLD, True), ("", True), ("${OTHER}", False),
     ("@Microsoft.KeyVault(x)", False), ("one\ntwo", False)],
)  # fmt: skip
def test_i24_what_only_stands_for_a_secret_is_not_taken_over(stands_there: str, adoptable: bool) -> None:
    """With `unknown_secret: accept`, as in files."""
    place = _place()
    present, known = place.present(stands_there), {"active": fingerprint("ab" * 16, OLD)}
    if adoptable:
        place.check_adoptable(present, "ab" * 16, known)
        return
    with pytest.raises(Refusal, match="I-24") as caught:
        place.check_adoptable(present, "ab" * 16, known)
    assert stands_there not in str(caught.value)
