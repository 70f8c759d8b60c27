# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of options as YAML reads them: ``on`` becomes a truth value there, and others need not be texts either."""

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import INTEGRATION, declared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hooks import hooks_of


@pytest.mark.parametrize("name", ["on", "'on'"])
def test_a_hook_is_read_from_yaml_with_or_without_quotes(name: str) -> None:
    said = DataLoader().load(f"- {{kind: tasks, file: /etc/page.yml, {name}: [expired]}}")
    (hook,) = hooks_of(said, 7)
    assert hook.events == frozenset({"expired"})


@pytest.mark.parametrize("name", ["on", "5", "null", "2026-01-01"])
def test_a_name_that_is_no_text_is_refused(name: str) -> None:
    """I-44."""
    said = DataLoader().load(f"{{client_id: 0a1b2c3d4e5f6g7h8i9j0k1l, {name}: x}}")
    with pytest.raises(Refusal, match="holds the documented options and no others"):
        declared(INTEGRATION, said, "sfmc_integrations.crm_sync")
