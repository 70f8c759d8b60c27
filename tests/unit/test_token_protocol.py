# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token request and what each answer means; the table of answers is that of docs/fidelity.md."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import (
    ACCEPTED,
    REJECTED,
    SFMC_DOMAIN,
    TRANSIENT,
    UNKNOWN,
    Answer,
    Package,
    auth_url_of,
    checked_url,
    classify,
    is_loopback,
    package_of,
    server_date,
    token_request,
    unanswered,
    userinfo_request,
)

AUTH = "https://mc0000000000000000000000-xx.auth.marketingcloudapis.com"
MONDAY = 1799049600.0  # 2027-01-04 08:00 UTC
STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=300)
WHOLE = {
    "access_token": "one.two.three.four",
    "token_type": "Bearer",
    "expires_in": 1079,
    "scope": "email_write email_read",
    "soap_instance_url": "https://mc0.soap.marketingcloudapis.com/",
    "rest_instance_url": "https://mc0.rest.marketingcloudapis.com/",
}
UNKNOWN_ID = "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages."
WRONG = "Client authentication failed. Make sure that the client ID and client secret are valid"


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def without(name: str) -> bytes:
    return body(**{key: value for key, value in WHOLE.items() if key != name})


def told(status: int, content: bytes) -> tuple[str, str]:
    answer = classify(status, {}, content)
    return answer.outcome, answer.reason


# --- the table of answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "content", "outcome", "reason"),
    [
        (401, body(error="invalid_client", error_description=UNKNOWN_ID), REJECTED, "unknown_client_id"),
        (401, body(error="invalid_client", error_description=WRONG), REJECTED, "credentials"),
        (401, body(error="invalid_client"), REJECTED, "credentials"),
        (401, body(error="invalid_client", error_description=None), REJECTED, "credentials"),
        (400, body(error="unsupported_grant_type", error_description="..."), UNKNOWN, "unsupported_grant_type"),
        (401, body(error="unauthorized_client"), UNKNOWN, "unauthorized_client"),
        (400, body(error="invalid_scope"), UNKNOWN, "invalid_scope"),
        (403, body(error="access_denied"), UNKNOWN, "access_denied"),
        (401, body(message="not eligible", errorcode=10007), UNKNOWN, "platform_error"),
        (400, body(message="not eligible", errorcode=10007), UNKNOWN, "platform_error"),
        (429, body(message="Rate limit exceeded", errorcode=50100, retryAfter=5), UNKNOWN, "throttled"),
        (429, body(message="temporarily blocked", errorcode=50200), UNKNOWN, "blocked"),
        (429, b"", UNKNOWN, "throttled"),
        (503, body(errorcode=50300), UNKNOWN, "unavailable"),
        (503, b"<html>", UNKNOWN, "unavailable"),
        (500, b"", UNKNOWN, "server_error"),
        (502, b"<html>Bad Gateway</html>", UNKNOWN, "server_error"),
        (504, body(error="invalid_client"), UNKNOWN, "server_error"),
    ],
)
def test_each_row_of_the_table(status: int, content: bytes, outcome: str, reason: str) -> None:
    assert told(status, content) == (outcome, reason)


def test_a_whole_token_is_accepted() -> None:
    answer = classify(200, {}, body(**WHOLE))
    assert (answer.outcome, answer.access_token, answer.expires_in) == (ACCEPTED, "one.two.three.four", 1079)
    assert answer.scopes == ("email_read", "email_write")
    assert answer.rest_url == "https://mc0.rest.marketingcloudapis.com/"


@pytest.mark.parametrize("name", ["scope", "rest_instance_url", "soap_instance_url", "token_type"])
def test_a_token_without_the_extras_is_a_token(name: str) -> None:
    assert told(200, without(name)) == (ACCEPTED, "token")


@pytest.mark.parametrize("scope", [None, 7, ["email_read"]])
def test_scopes_in_another_form_are_none(scope: object) -> None:
    assert classify(200, {}, body(**{**WHOLE, "scope": scope})).scopes == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        b"null",
        b"[]",
        b'"token"',
        b"\xff\xfe",
        body(**WHOLE)[:-1],
        body(**WHOLE)[:30],
        b"[" * 100_000,
        b'{"a":' * 100_000,
        without("access_token"),
        without("expires_in"),
        *(body(**{**WHOLE, "access_token": token}) for token in ("", None, 7, ["x"])),
        *(body(**{**WHOLE, "expires_in": life}) for life in (0, -1, "1079", None, True, 1.5)),
        body(error="invalid_client"),
    ],
    ids=lambda content: repr(content[:24]),
)
def test_a_200_without_a_whole_token_is_unknown_I_20(content: bytes) -> None:
    assert told(200, content) == (UNKNOWN, "malformed")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407])
@pytest.mark.parametrize(
    "content", [b"", b"<html>Proxy</html>", b'{"error":"invalid_cl', b"[]", b"{" * 100_000, b"\x80"]
)
def test_a_refusal_that_is_no_json_is_nobodys_verdict_I_20(status: int, content: bytes) -> None:
    assert told(status, content) == (UNKNOWN, "not_json")


@pytest.mark.parametrize(
    "content",
    [
        body(),
        body(error=None),
        body(error=["invalid_client"]),
        body(error="Invalid_Client"),
        body(error="invalid_client\n"),
        body(error="x" * 41),
        body(message="Not Authorized"),
        body(errorcode="0"),
    ],
)
def test_a_refusal_in_no_known_form_is_unknown_I_20(content: bytes) -> None:
    assert told(401, content) == (UNKNOWN, "unrecognised")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_and_proves_nothing_I_20(status: int) -> None:
    answer = classify(status, {"Location": "https://other.example/"}, body(**WHOLE))
    assert (answer.outcome, answer.reason) == (UNKNOWN, "redirect")
    assert "other.example" not in answer.detail


@pytest.mark.parametrize("status", [100, 201, 202, 204, 206])
def test_another_success_is_not_success_I_20(status: int) -> None:
    assert classify(status, {}, body(**WHOLE)).outcome == UNKNOWN


@STEADY
@given(st.integers(100, 599), st.binary(max_size=40) | st.just(body(**WHOLE)) | st.just(body(error="invalid_client")))
def test_only_a_401_of_this_form_is_a_no_and_only_a_whole_token_a_yes_I_20(status: int, content: bytes) -> None:
    answer = classify(status, {}, content)
    assert (answer.outcome == REJECTED) == ((status, content) == (401, body(error="invalid_client")))
    assert (answer.outcome == ACCEPTED) == ((status, content) == (200, body(**WHOLE)))


@pytest.mark.parametrize(
    ("reason", "again"),
    [("throttled", True), ("unavailable", True), ("server_error", True), ("timeout", True), ("connection", True)]
    + [(reason, False) for reason in ("blocked", "credentials", "malformed", "not_json", "redirect", "platform_error")],
)
def test_only_what_is_unknown_for_a_moment_is_asked_again_I_21(reason: str, again: bool) -> None:
    assert (reason in TRANSIENT) is again


def test_no_answer_is_unknown_I_20() -> None:
    assert unanswered("timeout", "no answer within 30 s")[:3] == (UNKNOWN, "timeout", "no answer within 30 s")


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("-3", 0.0),
        ("nan", 0.0),
        ("-inf", 0.0),
        ("inf", float("inf")),
        ("", None),
        ("soon", None),
        ("Mon, 04 Jan 2027 08:00:00 GMT", None),
    ],
)
def test_retry_after_is_a_pause_of_seconds_or_none(text: str, seconds: float | None) -> None:
    """A pause is never negative and never 'not a number'; the client bounds it above."""
    assert classify(429, {"Retry-After": text}, b"").retry_after == seconds


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def somewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put this process into a time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 04 Jan 2027 08:00:00 GMT",
        "Mon, 04 Jan 2027 08:00:00 UT",
        "Mon, 04 Jan 2027 08:00:00 +0000",
        "Mon, 04 Jan 2027 10:00:00 +0200",
        "Monday, 04-Jan-27 08:00:00 GMT",
        "Mon, 04 Jan 2027 08:00:00 -0000",
        "Mon, 04 Jan 2027 08:00:00",
        "Mon Jan  4 08:00:00 2027",
    ],
)
def test_the_servers_clock_is_read_alike_wherever_the_controller_is_I_9(somewhere: str, text: str) -> None:
    assert server_date(text) == MONDAY


@pytest.mark.parametrize(
    "text", ["", "now", "0", "1799049600", "Mon, 99 Jan 2027 08:00:00 GMT", "Mon, 04 Jan 99999 08:00:00 GMT"]
)
def test_an_unreadable_clock_is_no_clock_I_9(text: str) -> None:
    assert server_date(text) is None


def test_header_names_are_read_in_any_case() -> None:
    answer = classify(429, {"DATE": "Mon, 04 Jan 2027 08:00:00 GMT", "retry-AFTER": "5"}, b"")
    assert (answer.date, answer.retry_after) == (MONDAY, 5.0)


# --- where a secret may go -------------------------------------------------------------------------------------------

GOOD = [
    AUTH,
    AUTH + "/",
    AUTH + ":443",
    AUTH.upper(),
    AUTH.replace("https", "HTTPS"),
    "https://mc0.rest.marketingcloudapis.com/platform/v1",
    "http://127.0.0.1:8080",
    "http://127.9.8.7",
    "https://127.0.0.1:8443/simulator",
    "http://localhost:8080",
    "http://LOCALHOST",
    "http://[::1]:8080",
    "https://[0:0:0:0:0:0:0:1]",
]
EVIL = [
    "https://evilmarketingcloudapis.com",
    "https://marketingcloudapis.com",
    "https://.marketingcloudapis.com",
    "https://x.auth.marketingcloudapis.com.evil.example",
    "https://x.auth.marketingcloudapis.com@evil.example",
    "https://user@x.auth.marketingcloudapis.com",
    "https://user:word@x.auth.marketingcloudapis.com",
    "https://@x.auth.marketingcloudapis.com",
    "https://evil.example/x.auth.marketingcloudapis.com",
    "https://evil.example\\.auth.marketingcloudapis.com",
    "https://evil.example\\@x.auth.marketingcloudapis.com",
    "https://evil.example#.auth.marketingcloudapis.com",
    "https://evil.example?.auth.marketingcloudapis.com",
    "https://evil.example;.auth.marketingcloudapis.com",
    "https://evil.example%2f.auth.marketingcloudapis.com",
    "https://evil.example%00.auth.marketingcloudapis.com",
    "https://evil.example\n.auth.marketingcloudapis.com",
    "https://evil.example\t.auth.marketingcloudapis.com",
    "https://evil.example .auth.marketingcloudapis.com",
    "https://evil.example/.auth.marketingcloudapis.com",
    "https://\u0455.auth.marketingcloudapis.com",
    "https://x.auth.mar\u212aetingcloudapis.com",
    "https://x.auth.marketingcloudapi\u017f.com",
    AUTH + "\n",
    " " + AUTH,
    AUTH + "?x=1",
    AUTH + "?",
    AUTH + "#top",
    AUTH + ":",
    AUTH + ":port",
    AUTH + ":999999",
    AUTH.replace("https", "http"),
    AUTH.replace("https", "ftp"),
    AUTH.replace("https:", ""),
    AUTH.replace("https://", ""),
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://127.0.0.1.evil.example",
    "http://127.1",
    "http://2130706433",
    "http://localhost.evil.example",
    "http://localhost@evil.example",
    "http://evil.example\\@localhost",
    "http://[::1",
    "http://[::1]evil.example",
    "http://[::2]",
    "http://[::ffff:10.0.0.1]",
    "file:///etc/passwd",
    "",
    "https://",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_secret_goes_to_sfmc_and_to_loopback(url: str) -> None:
    assert checked_url(url, "auth_url") == url.rstrip("/")


@pytest.mark.parametrize("url", EVIL, ids=ascii)
def test_a_secret_goes_nowhere_else(url: str) -> None:
    with pytest.raises(Refusal) as caught:
        checked_url(url, "auth_url")
    assert all(caught.value.as_dict().values())
    assert "word" not in str(caught.value), "a password in a URL is not shown"


_pieces = ["https://", "http://", "evil.example", "x.auth.", SFMC_DOMAIN, "127.0.0.1", "localhost", "[::1]", ":80", ":"]
_pieces += ["@", "/", "\\", "?", "#", ";", "%2f", ".", "-", " ", "\n", "\u017f", "_"]


@STEADY
@given(st.lists(st.sampled_from(_pieces), min_size=1, max_size=7).map("".join))
def test_every_parser_agrees_where_a_url_that_passes_leads(url: str) -> None:
    """The controller's client (urllib3) and the hosts' (urllib) must not read another host than was checked."""
    try:
        checked = checked_url(url, "auth_url")
    except Refusal:
        return
    hosts = {(urlsplit(checked).hostname or "").strip("[]"), (parse_url(checked).host or "").strip("[]")}
    assert len(hosts) == 1
    host = hosts.pop()
    assert is_loopback(host) or (host.endswith("." + SFMC_DOMAIN) and checked.lower().startswith("https://"))


@pytest.mark.parametrize("subdomain", ["mc0000000000000000000000-xx", "a", "0", "mc0-a-b", "a" * 63])
def test_a_subdomain_is_one_label(subdomain: str) -> None:
    assert auth_url_of(subdomain) == f"https://{subdomain}.auth.marketingcloudapis.com"
    assert checked_url(auth_url_of(subdomain), "auth_url")


@pytest.mark.parametrize(
    "subdomain",
    [
        "",
        "-",
        "-a",
        "a-",
        "a.b",
        "evil.example/",
        "a/",
        "a@b",
        "a#",
        "a?",
        "a:1",
        "a\\",
        "a b",
        "a\n",
        "\na",
        "A",
        "a_b",
    ]
    + ["a" * 64, "\u0455", "mc\u0660", AUTH],
    ids=ascii,
)
def test_a_subdomain_leads_nowhere_else(subdomain: str) -> None:
    with pytest.raises(Refusal) as caught:
        auth_url_of(subdomain)
    assert all(caught.value.as_dict().values())
    assert "\n" not in str(caught.value)


# --- requests and their looks ----------------------------------------------------------------------------------------


def test_the_token_request_is_the_documented_one() -> None:
    request = token_request(AUTH + "/", "an-id", "a-secret")
    assert (request.method, request.url) == ("POST", AUTH + "/v2/token")
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body or b"") == {
        "grant_type": "client_credentials",
        "client_id": "an-id",
        "client_secret": "a-secret",
    }


@pytest.mark.parametrize(
    ("given_fields", "sent"),
    [({"scope": ""}, {"scope": ""}), ({"scope": "a b"}, {"scope": "a b"}), ({"account_id": "7"}, {"account_id": "7"})],
)
def test_scope_and_account_are_sent_when_they_are_given(given_fields: dict[str, str], sent: dict[str, str]) -> None:
    """An empty scope asks for a token without any; none asks for all."""
    fields = json.loads(token_request(AUTH, "i", "s", **given_fields).body or b"")
    assert {key: fields[key] for key in fields if key in ("scope", "account_id")} == sent


def test_requests_go_only_where_secrets_may_go() -> None:
    with pytest.raises(Refusal):
        token_request("https://evil.example", "i", "s")
    with pytest.raises(Refusal):
        userinfo_request("http://sfmc.example", "t")


def test_no_secret_and_no_token_is_in_a_repr_I_27() -> None:
    request, question = token_request(AUTH, "i", "canary-secret"), userinfo_request(AUTH, "canary-token")
    answer = classify(200, {}, body(**{**WHOLE, "access_token": "canary-token"}))
    shown = [f"{item!r} {item} {[item]!r} {item!s:>9}" for item in (request, question, answer)]
    assert not [text for text in shown if "canary" in text]
    assert question.headers["Authorization"] == "Bearer canary-token"
    assert repr(Answer(UNKNOWN, "timeout")) == "Answer(unknown: timeout)"


def test_what_a_server_wrote_is_in_no_text_for_people_I_27() -> None:
    """A server, or a proxy, may repeat what was sent."""
    for status in (200, 302, 400, 401, 429, 500):
        content = body(error="invalid_client", error_description="canary", message="canary", scope="canary")
        assert "canary" not in classify(status, {}, content).detail


# --- whose token -----------------------------------------------------------------------------------------------------


def test_userinfo_tells_the_package_and_the_enterprise() -> None:
    content = body(
        organization={"member_id": 7, "enterprise_id": 100, "stack_key": "S1"}, application={"id": "x", "name": "CRM"}
    )
    assert package_of(content) == Package("CRM", "100", "7")


@pytest.mark.parametrize("application", [None, "CRM", {}])
def test_userinfo_without_a_name_still_tells_the_enterprise(application: object) -> None:
    assert package_of(body(organization={"enterprise_id": "100"}, application=application)) == Package("", "100", "")


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", body(), body(organization=None), body(organization="100")])
def test_what_is_not_userinfo_is_nobody(content: bytes) -> None:
    assert package_of(content) is None
