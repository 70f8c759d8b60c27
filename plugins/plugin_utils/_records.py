# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a store document holds for one integration: its secrets, the fingerprint key and the journal."""

from __future__ import annotations

import re
import secrets as random_source
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.journal import (
    edited_by_hand,
    journal_document,
    parse_journal,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import broken_line, journal_seal

_NEW_FORM = re.compile(r"SFMC_[A-Za-z0-9_-]{19,}")
_OLD_FORM = re.compile(r"[A-Za-z0-9]{24}")
_SEALED_SINCE = 3


class Secret:
    """A client secret. Its text comes out only through `reveal()`; it prints as nothing."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret()"


def checked_secret(text: str, who: str) -> Secret:
    """Return what a person or a provider handed over, if it has the form of a client secret.

    :raises Refusal: blanks, a placeholder (I-22), another value. The message never shows what was given.
    """
    if _NEW_FORM.fullmatch(text) or _OLD_FORM.fullmatch(text):
        return Secret(text)
    # Without a terminal, a prompt answers with nothing, which some versions of Ansible spell.
    if text.strip() in ("", "None"):
        raise Refusal(
            "I-22: only a client secret is kept as a client secret",
            who,
            "the secret, typed at the prompt or in the variable sfmc_hand_in_secret",
            "nothing",
            "run it in a terminal, or put sfmc_hand_in_secret into a file that only you can read: -e @FILE",
        )
    raise Refusal(
        "I-22: only a client secret is kept as a client secret",
        who,
        "SFMC_ and letters, digits, hyphens or underscores (64 characters in the known form), or 24 letters and digits",
        f"{len(text)} characters in another form" + (", with blanks around" if text != text.strip() else ""),
        "copy the secret from the package's Staged Secret section again, the whole of it and nothing else",
    )


def provided_secret(text: str, who: str) -> Secret:
    """Return what a provider's answer holds. Its form is taken as it is: it is shown once, and SFMC is the judge.

    :raises Refusal: it cannot be a secret at all: blanks inside, a placeholder of stars (I-22), too short.
    """
    stripped = text.strip("\r\n")
    if re.fullmatch(r"[!-~]{8,512}", stripped) and set(stripped) != {"*"}:
        return Secret(stripped)
    raise Refusal(
        "I-22: only a client secret is kept as a client secret",
        who,
        "8 to 512 printable characters without blanks in the provider's answer",
        f"{len(text)} characters in another form",
        "correct `secret` in sfmc_provider: where the secret stands in the answer; then abandon this rotation",
    )


def truncation_hint(secret: Secret) -> str:
    """Return a warning when a new-form secret does not look whole; a hint only, never a reason to refuse."""
    text = secret.reveal()
    if text.startswith("SFMC_") and len(text) != 64:
        return f"it has {len(text)} characters where the known form has 64: was it pasted whole?"
    return ""


@dataclass(frozen=True)
class Secrets:
    """The secrets of an integration, and the key of their fingerprints."""

    key: str
    active: Secret | None = None
    staged: Secret | None = None
    previous: Secret | None = None

    def fingerprint(self, secret: Secret) -> str:
        """Return the only form in which the secret may be shown."""
        return fingerprint(self.key, secret.reveal())


@dataclass(frozen=True)
class Record:
    """An integration's journal and secrets as one document."""

    journal: Journal
    secrets: Secrets

    def with_journal(self, journal: Journal) -> Record:
        """Return this record with another journal."""
        return replace(self, journal=journal)


def new_record(client_id: str, name: str) -> Record:
    """Return the record of an integration that nobody has stored yet."""
    return Record(Journal(client_id, name), Secrets(random_source.token_hex(16)))


def record_document(record: Record) -> dict[str, Any]:
    """Return the record as plain JSON types, secrets in clear: for stores only."""
    kept = {name: getattr(record.secrets, name) for name in ("active", "staged", "previous")}
    journal = journal_document(record.journal)
    return {
        "journal": journal,
        "seal": journal_seal(record.secrets.key, journal),
        "fingerprint_key": record.secrets.key,
        "secrets": {name: secret.reveal() for name, secret in kept.items() if secret is not None},
    }


def parse_record(document: Mapping[str, Any], client_id: str, where: str) -> Record:
    """Return the record of a store document; Refusal when it is not whole, or is another integration's."""
    journal = parse_journal(document.get("journal"), where)
    key, texts = document.get("fingerprint_key"), document.get("secrets")
    if (
        not isinstance(key, str)
        or not key
        or not isinstance(texts, Mapping)
        or set(texts) - {"active", "staged", "previous"}
    ):
        raise _damaged(where, "a fingerprint key and secrets", "one of them missing or malformed")
    _check_seals(document, journal, key, where)
    if journal.client_id != client_id:
        raise _damaged(where, f"the journal of client id {client_id}", f"that of {journal.client_id}")
    secrets = Secrets(key, **{name: Secret(text) for name, text in texts.items() if isinstance(text, str)})
    _check_agreement(journal, secrets, where)
    return Record(journal, secrets)


def _check_seals(document: Mapping[str, Any], journal: Journal, key: str, where: str) -> None:
    """The journal is as it was saved, line upon line; documents of before the first seal have none."""
    stored, seal = document["journal"], document.get("seal")
    if seal is None and stored["schema"] < _SEALED_SINCE:
        return
    if seal != journal_seal(key, stored):
        raise edited_by_hand(where, "another content" if seal else "no seal")
    line = broken_line(journal.history)
    if line is not None:
        raise edited_by_hand(where, f"line {line + 1} of its history, which does not follow from the line before")


def _check_agreement(journal: Journal, secrets: Secrets, where: str) -> None:
    """The journal's fingerprints must be those of the secrets that lie beside it."""
    rotation = journal.open_rotation
    staged = rotation.staged if rotation and rotation.activated_at is None else None
    for name, known, secret in (("active", journal.active, secrets.active), ("staged", staged, secrets.staged)):
        expected = known.fingerprint if known else "none"
        found = secrets.fingerprint(secret) if secret else "none"
        if expected != found:
            raise _damaged(where, f"the {name} secret with the journal's fingerprint {expected}", f"one with {found}")


def _damaged(where: str, expected: str, found: str) -> Refusal:
    return Refusal(
        "a journal and its secrets belong together",
        where,
        expected,
        found,
        "restore the document from the store's backup; nothing was changed",
    )
