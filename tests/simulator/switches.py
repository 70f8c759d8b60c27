# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every behaviour that may be turned: the one table of what is documented, observed or modelled.

*documented* is Salesforce's own text, *observed* was seen in captured answers, *modelled* is nobody's knowledge but our
choice. A test that depends on a modelled row should also pass with the row turned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


class Row(NamedTuple):
    """One switch as the table shows it."""

    name: str
    default: bool | int | str
    choices: tuple[str, ...]
    sure: str
    meaning: str


def _known(sure: str, meaning: str, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"sure": sure, "meaning": meaning, "choices": choices}


@dataclass
class Switches:
    """The state of all switches; numbers are simulated seconds unless the name says otherwise."""

    generate_pace_seconds: int = field(default=300, metadata=_known("documented", "time between two generations"))
    activate_pace_seconds: int = field(default=300, metadata=_known("documented", "time between two activations"))
    pace_scope: str = field(
        default="account", metadata=_known("modelled", "what the two paces are counted for", ("account", "package"))
    )
    staged_usable_after_seconds: int = field(
        default=300, metadata=_known("documented", "age at which a staged secret works and can be activated")
    )
    young_staged_secret: str = field(
        default="rejected",
        metadata=_known("modelled", "a token request with a staged secret that is too young", ("rejected", "accepted")),
    )
    previous_secret_grace_seconds: int = field(
        default=0, metadata=_known("modelled", "how long the former secret works after an activation")
    )
    secret_life_days: int = field(
        default=180, metadata=_known("documented", "life of a secret, counted from its generation")
    )
    legacy_deadline: bool = field(
        default=True,
        metadata=_known("documented", "secrets generated before 2026-03-25 die on 2026-09-30, whatever their age"),
    )
    dead_secret_answer: str = field(
        default="same",
        metadata=_known(
            "modelled",
            "401 for an expired, replaced or former secret: the text of a wrong one, or one of its own",
            ("same", "own_text"),
        ),
    )
    tokens_survive_activation: bool = field(
        default=True, metadata=_known("modelled", "tokens made with the former secret live out their life")
    )
    token_life_min_seconds: int = field(default=1080, metadata=_known("observed", "shortest life of a token"))
    token_life_max_seconds: int = field(default=1200, metadata=_known("documented", "longest life of a token"))
    token_expires_in: int = field(
        default=1079, metadata=_known("observed", "what `expires_in` says, whatever the real life")
    )
    bad_grant_status: int = field(default=400, metadata=_known("modelled", "status of `unsupported_grant_type`"))
    legacy_endpoint_status: int = field(
        default=403, metadata=_known("modelled", "status of `/v1/requestToken` (error code 10007 is observed)")
    )
    scope_not_granted: str = field(
        default="400",
        metadata=_known(
            "modelled",
            "a scope that the package lacks: a status, or a token with the scopes that it has",
            ("400", "401", "403", "ignored"),
        ),
    )
    account_without_access_status: int = field(
        default=400, metadata=_known("modelled", "status for an `account_id` that the package may not use")
    )
    account_off_status: int = field(
        default=403, metadata=_known("modelled", "status when the package has `account_enabled: false`")
    )
    address_refused_status: int = field(
        default=403, metadata=_known("modelled", "status when the package has `address_allowed: false`")
    )
    endpoints_scope: str = field(
        default="", metadata=_known("modelled", "scope that `/platform/v1/endpoints` asks for; empty: none")
    )
    account_users_scope: str = field(
        default="users_read", metadata=_known("modelled", "scope that `Retrieve AccountUser` asks for; empty: none")
    )
    account_users_refusal: str = field(
        default="status",
        metadata=_known(
            "observed",
            "how a missing scope is said over SOAP: in the status of the answer (other objects do), or, modelled, as a"
            " fault or a 403",
            ("status", "fault", "403"),
        ),
    )
    account_users_page: int = field(
        default=2500, metadata=_known("documented", "rows of one SOAP answer; the rest comes by `ContinueRequest`")
    )
    user_name_length: int = field(
        default=100, metadata=_known("modelled", "characters of a user's name; `app user` may be cut off (observed)")
    )
    other_packages: int = field(
        default=0, metadata=_known("modelled", "further packages of the account, of which nobody here knows a secret")
    )
    token_requests_per_minute: int = field(
        default=0, metadata=_known("modelled", "token requests per client id and minute before 429; 0: no limit")
    )

    def change(self, wanted: Mapping[str, object]) -> None:
        """Turn several switches, or none of them.

        :raises Refusal: for an unknown name, or a value of the wrong kind.
        """
        rows = {row.name: row for row in table()}
        for name, value in wanted.items():
            _check(rows, name, value)
        for name, value in wanted.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, bool | int | str]:
        """Return every switch by name."""
        return {row.name: getattr(self, row.name) for row in table()}


def table() -> list[Row]:
    """Return all switches in the order of the table."""
    return [_row(each) for each in fields(Switches)]


def _row(each: Field[bool | int | str]) -> Row:
    default = each.default
    if not isinstance(default, (bool, int, str)):
        raise TypeError(f"the switch {each.name} has no plain default")
    return Row(each.name, default, each.metadata["choices"], each.metadata["sure"], each.metadata["meaning"])


def _check(rows: Mapping[str, Row], name: str, value: object) -> None:
    if name not in rows:
        raise Refusal(
            "a switch has a known name", f"switch {name!r}", "one of " + ", ".join(rows), repr(name), "correct it"
        )
    row = rows[name]
    if row.choices:
        fits, expected = value in row.choices, "one of " + ", ".join(row.choices)
    elif isinstance(row.default, bool):
        fits, expected = isinstance(value, bool), "true or false"
    elif isinstance(row.default, int):
        fits, expected = isinstance(value, int) and not isinstance(value, bool) and value >= 0, "a whole number from 0"
    else:
        fits, expected = isinstance(value, str), "a text"
    if not fits:
        raise Refusal("a switch has a value of its kind", f"switch {name}", expected, repr(value), "correct the value")
