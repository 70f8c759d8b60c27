# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/kinds.md: every kind has its section and a task file, and every example is a legal declaration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [yaml.safe_load(block) for block in BLOCKS if "sfmc_dependents:" in block]
CRM = {"client_id": "0a1b2c3d4e5f6g7h8i9j0k1l", "subdomain": "mc1"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_section_and_a_task_file(kind: str) -> None:
    assert re.search(rf"^## {kind}$", PAGE, re.MULTILINE)
    assert (ROOT / "roles" / "distribute" / "tasks" / "kinds" / f"{kind}.yml").is_file()


@pytest.mark.parametrize("example", EXAMPLES, ids=[each["sfmc_dependents"][0]["name"] for each in EXAMPLES])
def test_every_example_is_a_legal_declaration(example: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "spool.yml").touch()
    host = {"sfmc_integrations": {"crm_sync": CRM}, "sfmc_kinds": str(tmp_path), **example}
    found = host_dependents(host, "h1")
    assert len(found) == len(example["sfmc_dependents"])
