# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a rotation as it is handed to an auditor: secret-free, sealed, checked against its journal."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.audit import audit_record, is_genuine


def exported(record: Record) -> dict[str, Any] | None:
    """Return the record of the latest rotation that is over; None where another has begun since, or none was.

    `content` is what happened, `digest` its SHA-256 as the journal has kept it, `seal` the HMAC of the digest with the
    integration's own key, `summary` the same in short for people, which follows from it.
    """
    found = audit_record(record.journal)
    if found is None:
        return None
    return {"summary": _summary(record.journal.name, found["content"]), **found, "seal": _seal(record, found["digest"])}


def check(document: Mapping[str, Any], record: Record, where: str) -> str:
    """See that an exported record is what its journal kept; return the id of its rotation.

    :param where: for the message.
    :raises Refusal: it is another content, another integration's, or was sealed by somebody else; or what it says for
        people is not what its content says.
    """
    if not is_genuine(document):
        raise _altered(where, "a content that its digest was not made of")
    digest, seal = str(document["digest"]), str(document.get("seal"))
    if not hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(record, digest).encode("ascii")):
        raise _altered(where, "a seal that is not this integration's")
    if document != {**_sealed_parts(document), "summary": _summary(_label(document), document["content"])}:
        raise _altered(where, "a summary, or something beside it, that the content does not say")
    rotation = str(document["content"]["rotation"]["id"])
    # The journal knows the latest ones; of an older one the seal alone tells.
    if any(item.id == rotation and item.digest != digest for item in record.journal.past):
        raise _altered(where, "a content that is sealed, and is not what the journal has kept")
    return rotation


def _sealed_parts(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document.get(name) for name in ("content", "digest", "seal")}


def _label(document: Mapping[str, Any]) -> str:
    """Return what the integration was called then; it is the one thing that nothing seals, and may be called anew."""
    summary = document.get("summary")
    return str(summary.get("integration")) if isinstance(summary, Mapping) else ""


def file_name(document: Mapping[str, Any]) -> str:
    """Return the name of the file for a record."""
    content = document["content"]
    return f"{content['client_id']}-{content['rotation']['id']}.json"


def _seal(record: Record, digest: str) -> str:
    return hmac.new(record.secrets.key.encode("utf-8"), digest.encode("ascii"), hashlib.sha256).hexdigest()


def _summary(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    rotation = content["rotation"]
    people = [item["by"] for kind in ("attestations", "sacrifices") for item in rotation[kind] if item["by"]]
    people += [rotation["approval"]["by"]] if rotation["approval"] else []
    evidence: dict[str, int] = {}
    for item in rotation["attestations"]:
        evidence[item["evidence"]] = evidence.get(item["evidence"], 0) + 1
    return {
        "integration": name,
        "rotation": rotation["id"],
        "reason": rotation["reason"],
        "outcome": rotation["outcome"],
        "opened_at": rotation["opened_at"],
        "activated_at": rotation["activated_at"],
        "old_secret": content["former_secret"],
        "old_secret_seen_dead_at": rotation["activated_at"],
        "old_secret_confirmed_dead_at": rotation["closed_at"] if rotation["activated_at"] else None,
        "new_secret": rotation["staged"]["fingerprint"] if rotation["staged"] else None,
        "proofs": evidence,
        "given_up": [item["dependent"] for item in rotation["sacrifices"]],
        "people": sorted(set(people)),
    }


def _altered(where: str, found: str) -> Refusal:
    return Refusal(
        "an audit record is what its rotation left",
        where,
        "the content, the digest and the seal that were written together",
        found,
        "take the file from where it was first written, or export it again while its rotation is the latest",
    )
