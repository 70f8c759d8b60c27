# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an estate keeps on disk, so that another process can look at it. No secret of SFMC is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, from_dict
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import Package, ServiceUnit, Skeleton
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import SimulatorAddress

_FILE = "estate.json"


@dataclass
class State:
    """Everything that is known of an estate that is up; ``packages`` by environment and integration."""

    declaration: Declaration
    transport: str
    transport_reason: str
    address: SimulatorAddress
    packages: Mapping[tuple[str, str], Package] = field(default_factory=dict)
    skeletons: list[Skeleton] = field(default_factory=list)
    services: list[ServiceUnit] = field(default_factory=list)

    def save(self, root: Path) -> None:
        """Write the state below an estate's root, privately."""
        kept = {
            "declaration": asdict(self.declaration),
            "transport": self.transport,
            "transport_reason": self.transport_reason,
            "address": asdict(self.address),
            "packages": [[*key, package.client_id, package.subdomain] for key, package in self.packages.items()],
            "skeletons": [
                {**asdict(each), "pieces": [piece.decode("latin-1") for piece in each.pieces]}
                for each in self.skeletons
            ],
            "services": [asdict(unit) for unit in self.services],
        }
        path = root / _FILE
        path.touch(mode=0o600)
        path.write_text(json.dumps(kept), encoding="utf-8")


def load(root: Path) -> State:
    """Read the state of the estate in a folder.

    :raises Refusal: no estate is there.
    """
    try:
        kept = json.loads((root / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refusal(
            "a folder is asked for its estate",
            str(root),
            f"{_FILE} in it",
            "none",
            "bring the estate up, or correct --root",
        ) from None
    return State(
        from_dict(kept["declaration"]),
        kept["transport"],
        kept["transport_reason"],
        SimulatorAddress(**kept["address"]),
        {(environment, name): Package(client_id, domain) for environment, name, client_id, domain in kept["packages"]},
        [
            Skeleton(
                each["host"],
                each["path"],
                tuple(piece.encode("latin-1") for piece in each["pieces"]),
                tuple((integration, key) for integration, key in each["slots"]),
            )
            for each in kept["skeletons"]
        ],
        [ServiceUnit(**each) for each in kept["services"]],
    )
