# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-27: messages of other systems are shown without secrets, in whatever form they hold them."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden, texts_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import credentials_of, declared_texts
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret, make_old_secret

NEW, OTHER = make_new_secret(), "another-programs-password"
#: As people choose them: too short, or too plain, to look like one.
PASSWORDS = ("correct horse battery", "p\"a\\s's/w&ord?", "größte+Geheimnisse", "abc=de%f")
SECRETS = {"new": NEW, "old": make_old_secret(), "other": OTHER, **{text: text for text in PASSWORDS}}
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps({"a": json.dumps({"b": text})}),
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "repr of a mapping": lambda text: repr({"a": [text]}),
    "in a URL": lambda text: f"https://api.example.com/?token={quote_plus(text)}&x=1",
    "in a path": lambda text: f"/v1/{quote(text)}/x",
    "quoted wholly": lambda text: quote(text, safe=""),
    "hexadecimal": lambda text: text.encode().hex(),
    "base64": lambda text: "Basic " + base64.b64encode(text.encode()).decode(),
    "within base64": lambda text: base64.b64encode(f"user:{text}:x".encode()).decode(),
}


def _parts(text: str) -> set[str]:
    """Every piece of a text that would give away half of it."""
    size = max(6, len(text) // 2)
    return {text[at : at + size] for at in range(len(text) - size + 1)}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_a_hidden_text_is_left_out_in_every_form(form: Callable[[str], str], secret: str) -> None:
    shown = Hidden([secret]).out_of(f"400: cannot store {form(secret)} at line 3")
    assert shown.startswith("400: cannot store ") and shown.endswith(" at line 3")
    for encoded in (secret, form(secret)):
        assert encoded not in shown
    assert not [part for part in _parts(secret) if part in shown]


def test_a_text_of_several_lines_is_left_out_whole_and_line_by_line() -> None:
    """A message has its line ends taken away, and a PEM file its own in it."""
    lines = [
        "-----BEGIN KEY-----",
        *("/".join(secrets.token_hex(8) for _part in range(3)) for _line in range(3)),
        "-----END KEY-----",
    ]
    pem = "\n".join(lines) + "\n"
    for message in (
        f"bad key: {pem}",
        f"bad key: {json.dumps(pem)}",
        f"bad key: {pem!r}",
        f"bad key: {lines[2]} in line 3",
    ):
        shown = Hidden([pem]).out_of(message)
        assert not [line for line in lines if line in shown], message
        assert shown.startswith("bad key:")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: {"s": NEW, "db": [{"password": text}]},
        lambda text: {"doc": json.dumps({"s": NEW, "db": [json.dumps({"password": text})]})},
    ],
)
def test_every_text_of_a_document_is_hidden_at_any_depth(wrap: Callable[[str], object]) -> None:
    hidden = Hidden()
    hidden.add(wrap(OTHER))
    assert hidden.out_of(f"500: {OTHER} or {NEW}") == "500: (a secret) or (a secret)"


def test_what_is_hidden_once_stays_hidden() -> None:
    hidden = Hidden([NEW])
    hidden.add(OTHER)
    hidden.add({"a": None, "b": 5, "c": b"bytes-of-a-secret"})
    assert hidden.out_of(f"{NEW} {OTHER} bytes-of-a-secret") == "(a secret) (a secret) (a secret)"


def test_what_nobody_told_us_of_is_left_out_when_it_looks_like_a_secret() -> None:
    stranger = secrets.token_urlsafe(30) + "a1"
    assert Hidden().out_of(f"cannot render {stranger}: no") == "cannot render (hidden): no"
    assert Hidden().out_of(f'{{"value": "{make_old_secret()[:-2]}a1"}}') == '{"value": "(hidden)"}'


@pytest.mark.parametrize(
    "message",
    [
        "Status code was 404 and not [200]: HTTP Error 404: NOT FOUND",
        "InvalidRequest writing to 'apps/shop'",
        "AuthorizationFailed: Microsoft.Web/sites/config/list/action",
        "a-long-word-of-letters-and-hyphens-only 000000000000000000000000000001",
    ],
)
def test_what_looks_like_none_is_shown(message: str) -> None:
    assert Hidden([NEW]).out_of(message) == message


def test_what_a_dependent_declares_is_shown_but_no_credential_of_it() -> None:
    name, key = "orders-function-of-team-42-in-production", "query-credential-1234567890"
    options = {
        "write": {
            "url": f"https://api.example.com/{name}?api_key={key}",
            "headers": {"Authorization": "Bearer a-token-of-theirs-1234567890"},
            "body": {"password": "in-the-body-1234567890-abcdef"},
        },
        "read": {"value": "data.attributes-of-version-99887766"},
    }
    hidden = Hidden(credentials_of("http", options), declared_texts("http", options))
    shown = hidden.out_of(f"{options}")
    assert name in shown and "data.attributes-of-version-99887766" in shown
    for secret in (key, "a-token-of-theirs-1234567890", "in-the-body-1234567890-abcdef"):
        assert secret not in shown
    assert declared_texts("spool", {"place": "/var/spool", "token": "x"}) == ["/var/spool"]


def test_a_message_is_short_and_on_one_line() -> None:
    assert Hidden().out_of("a\n  b\tc") == "a b c"
    assert len(Hidden().out_of("x y " * 5000)) == 300
    assert repr(Hidden([NEW])) == "Hidden()"


@pytest.mark.parametrize("text", ["{no json", "[" * 100_000, '"', "{", ""])
def test_what_only_looks_like_json_is_a_text(text: str) -> None:
    assert texts_of({"a": text}) == [text]
