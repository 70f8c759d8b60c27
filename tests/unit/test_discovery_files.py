# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a discovery writes takes nobody's file, as in a folder of variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.action import discovery
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mule1.yml"
    path.write_text("---\nmule_port: 8081\n")
    with pytest.raises(Refusal, match="replaces none of somebody else"):
        discovery._see_that_it_is_ours(path)


@pytest.mark.parametrize("text", [None, "", discovery._HEADER + "sfmc_dependents: []\n"], ids=["none", "empty", "own"])
def test_a_file_of_a_discovery_is(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "mule1.yml"
    if text is not None:
        path.write_text(text)
    discovery._see_that_it_is_ours(path)
