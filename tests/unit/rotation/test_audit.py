# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation leaves for an auditor: whole, without a secret, and recognised when somebody has altered it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.audit import audit_record, is_genuine
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, required

from ._support import COVERED, DAY, NOW, A, B, activated, journal, usable


def closed() -> Journal:
    about = activated(attestations=COVERED)
    opened = transitions.opened(replace(about, rotation=None), "r1", "due", NOW - DAY)
    about = replace(about, history=opened.history, rotation=replace(required(about.rotation), id="r1"))
    return transitions.closed(about, NOW, A)


def record() -> dict[str, Any]:
    found = required(audit_record(closed()))
    written: dict[str, Any] = json.loads(json.dumps(found))
    return written


def test_it_says_what_happened_and_on_which_evidence() -> None:
    content = record()["content"]
    assert content["former_secret"] == A
    assert content["rotation"]["staged"]["fingerprint"] == B
    assert [item["dependent"] for item in content["rotation"]["attestations"]] == [item.dependent for item in COVERED]
    assert [line["what"] for line in content["history"]] == ["opened", "closed"]


def test_it_is_the_same_after_the_name_has_changed() -> None:
    assert audit_record(replace(closed(), name="crm, renamed")) == audit_record(closed())


@pytest.mark.parametrize("path", [("former_secret",), ("rotation", "closed_at"), ("history", 0, "at")], ids=str)
def test_what_was_altered_is_seen(path: tuple[Any, ...]) -> None:
    altered = copy.deepcopy(record())
    inner = altered["content"]
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = "2027-01-01T00:00:00+00:00"
    assert is_genuine(record())
    assert not is_genuine(altered)


def test_the_digest_of_a_rotation_outlives_its_record() -> None:
    """The next rotation takes the place of the facts; that there was one, and its digest, stay."""
    about = closed()
    digest = required(audit_record(about))["digest"]
    after = transitions.opened(about, "r2", "due", NOW + DAY)
    assert audit_record(after) is None
    assert [(item.id, item.outcome, item.former, item.secret, item.digest) for item in after.past] == [
        ("r1", "rotated", A, B, digest)
    ]


def test_a_rotation_that_was_given_up_leaves_a_record_too() -> None:
    about = transitions.forgotten(transitions.abandoned(usable(), "the vendor is on holiday", NOW), NOW)
    assert required(audit_record(about))["content"]["rotation"]["outcome"] == "abandoned"


def test_an_integration_that_never_rotated_has_none() -> None:
    assert audit_record(journal()) is None
