# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a step leaves on the controller: whole, its own, and only where it may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written_json

FIRST = {"schema": 1, "generated_at": "2027-01-04T08:00:00Z", "integrations": []}


def test_a_document_is_another_one_when_more_than_its_time_differs(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    assert written_json(path, FIRST, False)
    assert not written_json(path, {**FIRST, "generated_at": "2027-01-05T08:00:00Z"}, False)
    assert written_json(path, {**FIRST, "integrations": [1]}, False)
    assert json.loads(path.read_bytes())["integrations"] == [1]


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    assert written_json(tmp_path / "estate.json", FIRST, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["all:\n  hosts: {}\n", "[1]", '{"name": "x"}', "\0"], ids=["yaml", "list", "other", "0"]
)
@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "earnest"])
def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path, text: str, check_mode: bool) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text(text)
    with pytest.raises(Refusal, match="somebody else"):
        written_json(path, FIRST, check_mode)
    assert path.read_text() == text


def test_a_link_is_replaced_and_what_it_leads_to_is_not(tmp_path: Path) -> None:
    target, path = tmp_path / "target.json", tmp_path / "estate.json"
    target.write_text(json.dumps({**FIRST, "integrations": [7]}))
    path.symlink_to(target)
    assert written_json(path, FIRST, False)
    assert json.loads(target.read_bytes())["integrations"] == [7] and not path.is_symlink()
