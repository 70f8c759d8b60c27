# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores that the conformance suite goes over."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import store_for
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store

#: Opens the store anew, as another controller does.
Open = Callable[[], Store]
PASSWORD = secrets.token_hex(8)


def vault_secrets(password: str = PASSWORD, vault_id: str = "default") -> list[tuple[str, Any]]:
    """Return what Ansible gives to a run that was started with this password."""
    return [(vault_id, VaultSecret(password.encode()))]


@pytest.fixture(params=["file"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Return what opens each of the stores."""
    kinds: dict[str, Open] = {"file": lambda: store_for({"path": str(tmp_path / "store")}, vault_secrets())}
    return kinds[request.param]
