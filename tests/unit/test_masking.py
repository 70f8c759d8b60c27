# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-27: no secret is left in what other programs print, whatever they made of it."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._masking import masked
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

CLIENT_ID = "0a1b2c3d4e5f6g7h8i9j0k1l"
#: A former value may be anything; its letters come in short runs, so that nothing else would hide them.
ODD = '"'.join(secrets.token_hex(4) for _number in range(6)) + "&ä +/"


def _basic(secret: str) -> str:
    return base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in JSON": json.dumps,
    "in JSON in JSON": lambda secret: json.dumps(json.dumps({"s": secret})),
    "in a URL": lambda secret: f"https://sfmc/?client_secret={quote(secret, safe='')}",
    "in a form": lambda secret: f"client_secret={quote_plus(secret)}&x=1",
    "in base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "in base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "in a header": lambda secret: f"Authorization: Basic {_basic(secret)}",
    "in a header in a URL": lambda secret: quote(_basic(secret)),
    "in hexadecimal": lambda secret: secret.encode().hex(),
    "in XML": escape,
    "in Python": repr,
}


def _windows(text: str) -> set[str]:
    return {text[start : start + 5] for start in range(len(text) - 4)}


@pytest.mark.parametrize("secret", [make_new_secret(), ODD], ids=["of SFMC", "odd"])
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_hidden_in_every_form(form: str, secret: str) -> None:
    written = FORMS[form]
    shown = masked(f"401 for {written(secret)} at noon", [secret])
    assert shown.startswith("401 for ") and shown.endswith(" at noon") and "(a secret)" in shown
    # The same around another secret; at the ends base64 mixes it with its neighbours.
    other = secret[:2] + secret[2:-2][::-1] + secret[-2:]
    own = _windows(written(secret)) - _windows(written(other))
    assert own and not [piece for piece in own if piece in shown]


@pytest.mark.parametrize("shift", range(5))
def test_a_secret_is_hidden_wherever_it_begins_in_base64(shift: int) -> None:
    text = base64.b64encode(b"x" * shift + ODD.encode() + b"yy").decode()
    left = masked(text, [ODD]).split("(a secret)")
    assert len(left) == 2 and sum(map(len, left)) <= 12, left


def test_pieces_of_a_secret_are_hidden() -> None:
    """A program wraps its lines, or the end of its output was cut."""
    for piece in (ODD[:20], ODD[-20:], ODD[10:30]):
        assert masked(f"sent {piece}", [ODD]) == "sent (a secret)"


def test_what_looks_like_a_secret_is_hidden_although_nobody_knows_it() -> None:
    other = make_new_secret()
    assert masked(f"token={other}.", []) == "(hidden)."
    assert masked(f"token: {other}.", []) == "token: (hidden)."


def test_what_the_inventory_says_by_itself_is_shown() -> None:
    command = "/opt/crm-production-1234567890ab/bin/restart"
    assert masked(f"{command}: not found", [], command) == f"{command}: not found"


@pytest.mark.parametrize(
    "text",
    [
        "Job for app.service failed because the control process exited with error code.",
        "bind() to 0.0.0.0:8081 failed (98: Address already in use)",
        "java.lang.IllegalStateException: no configuration",
        "",
    ],
)
def test_what_helps_is_shown(text: str) -> None:
    assert masked(text, [make_new_secret(), "", "app", "code"]) == text


def test_i27_a_password_in_a_url_is_hidden_though_nobody_knows_it() -> None:
    shown = masked("cannot reach postgres://app:hunter2@db.example.com/x", [], "")
    assert shown == "cannot reach postgres://(hidden)@db.example.com/x"
