# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that somebody calls an audit record is refused unless it can be read in one way only."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.action import audit_record
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

TEXTS = {
    "a name twice": '{"content": {"outcome": "forged"}, "content": {"outcome": "rotated"}}',
    "a name twice further in": '{"content": {"outcome": "forged", "outcome": "rotated"}}',
    "too deep": "[" * 100_000,
    "no JSON": "rotated",
    "another document": '{"content": []}',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_what_can_be_read_in_two_ways_or_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(Refusal, match="audit record"):
        audit_record._read(path)
