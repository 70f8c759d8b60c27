# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Store documents: what goes in comes out, and what does not belong together is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import (
    Record,
    Secret,
    Secrets,
    checked_secret,
    new_record,
    parse_record,
    provided_secret,
    record_document,
    truncation_hint,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Known, Rotation, Staged
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret, make_old_secret

ID = "0a1b2c3d4e5f6g7h8i9j0k1l"
WHERE = "/store/a.vault.txt"
AT = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)


@pytest.fixture
def record() -> Record:
    """Return a record in the middle of a rotation."""
    secrets = Secrets("ab" * 16, Secret(make_old_secret()), Secret(make_new_secret()))
    assert secrets.active and secrets.staged
    staged = Staged(secrets.fingerprint(secrets.staged), AT, AT)
    rotation = Rotation("r1", "due", AT, generation_sent_at=AT, staged=staged)
    active = Known(secrets.fingerprint(secrets.active), None)
    return Record(Journal(ID, "crm", active=active, rotation=rotation), secrets)


def test_a_document_holds_the_whole_record(record: Record) -> None:
    again = parse_record(record_document(record), ID, WHERE)
    assert again.journal == record.journal
    assert record_document(again) == record_document(record)
    assert again.secrets.active is not None and record.secrets.active is not None
    assert again.secrets.active.reveal() == record.secrets.active.reveal()


def test_every_new_record_has_a_fingerprint_key_of_its_own() -> None:
    """Without the key a printed fingerprint cannot be compared with a guess."""
    first, second = new_record(ID, "crm"), new_record(ID, "crm")
    assert first.secrets.key != second.secrets.key
    secret = Secret(make_new_secret())
    assert first.secrets.fingerprint(secret) != second.secrets.fingerprint(secret)


def test_no_secret_shows_itself(record: Record) -> None:
    """I-27."""
    for secret in (record.secrets.active, record.secrets.staged):
        assert secret is not None
        for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>9}", repr(record), repr(record.secrets)):
            assert secret.reveal() not in shown


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "no journal": lambda document: document.pop("journal"),
    "no key": lambda document: document.pop("fingerprint_key"),
    "an empty key": lambda document: document.update(fingerprint_key=""),
    "a key that is a number": lambda document: document.update(fingerprint_key=7),
    "no secrets": lambda document: document.pop("secrets"),
    "secrets in a list": lambda document: document.update(secrets=[]),
    "an unknown secret": lambda document: document["secrets"].update(next="x"),
    "another active secret": lambda document: document["secrets"].update(active="A" * 24),
    "no active secret": lambda document: document["secrets"].pop("active"),
    "no staged secret": lambda document: document["secrets"].pop("staged"),
    "an active secret that is a number": lambda document: document["secrets"].update(active=7),
    "another key": lambda document: document.update(fingerprint_key="cd" * 16),
    "the secrets exchanged": lambda document: document.update(
        secrets={"active": document["secrets"]["staged"], "staged": document["secrets"]["active"]}
    ),
    "another client id": lambda document: document["journal"].update(client_id="1" * 24),
    "an unknown field": lambda document: document["journal"].update(more=1),
    "a newer schema": lambda document: document["journal"].update(schema=99),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_document_that_does_not_fit_together_is_refused(record: Record, what: str) -> None:
    """I-45: never guessed; and no secret in the message (I-27)."""
    document = copy.deepcopy(record_document(record))
    SPOILT[what](document)
    with pytest.raises(Refusal) as caught:
        parse_record(document, ID, WHERE)
    assert caught.value.offender == WHERE
    for secret in (record.secrets.active, record.secrets.staged):
        assert secret is not None and secret.reveal() not in str(caught.value)


def test_i45_the_journal_of_another_integration_is_refused(record: Record) -> None:
    """A file that was renamed, or copied from another environment: whole, and of somebody else."""
    other = ID[::-1]
    with pytest.raises(Refusal, match=f"the journal of client id {other}; found that of {ID}"):
        parse_record(record_document(record), other, WHERE)


@pytest.mark.parametrize("make", [make_new_secret, make_old_secret])
def test_both_forms_of_secrets_are_known(make: Callable[[], str]) -> None:
    text = make()
    secret = checked_secret(text, "crm")
    assert secret.reveal() == text
    assert truncation_hint(secret) == ""


def test_a_secret_that_looks_cut_is_warned_of_not_refused() -> None:
    """Nobody outside knows the length for certain."""
    hint = truncation_hint(checked_secret(make_new_secret()[:-1], "crm"))
    assert "63 characters" in hint and "64" in hint


@pytest.mark.parametrize(
    "spoil",
    [lambda text: text[:23], lambda text: text + " ", lambda text: "\t" + text, lambda text: text + "\n",
     lambda text: text + "é", lambda text: text.replace("SFMC_", "sfmc-"), lambda text: "*" * 24],
)  # fmt: skip
def test_another_form_is_refused_without_showing_it(spoil: Callable[[str], str]) -> None:
    """I-22, I-27."""
    text = make_new_secret()
    with pytest.raises(Refusal, match="I-22") as caught:
        checked_secret(spoil(text), "the secret for crm")
    assert caught.value.offender == "the secret for crm"
    assert text[6:20] not in str(caught.value)
    assert f"{len(spoil(text))} characters" in caught.value.found


@pytest.mark.parametrize("nothing", ["", " ", "None"])
def test_i22_nothing_is_called_nothing(nothing: str) -> None:
    """A prompt without a terminal answers so."""
    with pytest.raises(Refusal, match=r"found nothing\. Way out: run it in a terminal"):
        checked_secret(nothing, "crm")


@pytest.mark.parametrize("answer", ["", "********", "a secret with blanks", "short", "x" * 513, "\x00" * 24], ids=repr)
def test_i22_an_answer_that_cannot_be_a_secret_is_refused_without_showing_it(answer: str) -> None:
    with pytest.raises(Refusal, match="I-22") as caught:
        provided_secret(answer, "the provider's answer for crm")
    assert caught.value.found == f"{len(answer)} characters in another form"


def test_an_answer_in_a_form_that_is_not_known_yet_is_taken_and_its_line_end_is_not() -> None:
    """It is shown once, and SFMC is the judge."""
    text = make_new_secret().replace("SFMC_", "SFMC2.")
    assert provided_secret(text + "\r\n", "crm").reveal() == text
