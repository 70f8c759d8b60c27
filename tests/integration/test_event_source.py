# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source over a real estate: the playbook looks, an event comes, nothing of it has a secret."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from ansible_collections.keyturn.sfmc.extensions.eda.plugins.event_source import rotation
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks


def test_what_is_due_comes_as_an_event_and_a_look_without_the_vault_secret_as_another(
    pair_of_hosts: Operations,
) -> None:
    operations, root = pair_of_hosts, pair_of_hosts.estate.root
    # Beside the estate's own ansible.cfg, which knows the vault password.
    (root / "elsewhere").mkdir()
    config = (root / "ansible.cfg").read_text()
    kept = [line for line in config.splitlines() if not line.startswith(("vault_password_file", "inventory"))]
    (root / "elsewhere" / "ansible.cfg").write_text("\n".join(kept))
    given = {"inventory": [str(operations.estate.inventory)], "directory": str(root / "elsewhere"), "interval": 3600}
    with unchanged(operations):
        events = [
            asyncio.run(_first({**given, "vault_ids": [f"default@{root / 'vault-password'}"]})),
            asyncio.run(_first(given)),
        ]
    due, blind = (event["rotation"] for event in events)
    assert (due["event"], due["integration"], due["client_id"]) == ("due", "crm_sync", operations.client_id("crm_sync"))
    assert blind["event"] == "blind" and "needs a vault secret, and this look has none" in blind["body"], blind
    known = {"active": operations.secret("crm_sync"), "vault": (root / "vault-password").read_text().strip()}
    assert leaks(known, {"events": json.dumps(events).encode()}) == []


async def _first(args: dict[str, Any]) -> Any:
    """Return the first event; the source is ended then."""
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    running = asyncio.create_task(rotation.main(queue, args))
    try:
        return await asyncio.wait_for(queue.get(), 120)
    finally:
        running.cancel()
        await asyncio.wait({running})
        assert running.cancelled()
