# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scan names can be declared as it is: a deployment finds every place, and the next scan sees no stray."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Deployment, Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._declared import DeclaredPlaces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.support.planted import Credentials, Planted, plant
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent


def files_of(planted: Planted, sought: Sought) -> list[tuple[Use, bytes]]:
    """Return what is planted in files that can be edited, as a scan names it, with the contents."""
    found = []
    for place in sorted({each.place for each in planted.expected if each.kind == "file" and each.format}):
        content = Path(place).read_bytes()
        found += [(use, content) for use in uses_in(content, place, sought) if use["format"]]
    return found


def declared(uses: list[Use], client_id: str) -> dict[str, Any]:
    files = [{name: use[name] for name in ("path", "format", "key", "encoding")} for use in uses]
    return dependent(client_id, files, name=client_id, accept_unknown=True)


def deployed(entry: dict[str, Any], known: Credentials, secret: str) -> dict[str, Any]:
    """Bring a dependent to a secret; return the evidence."""
    client_id = entry["client_id"]
    sought = Sought(known.integrations, known.secrets, known.fingerprint_keys)
    prints = {stage: sought.fingerprint(client_id, value) for stage, value in known.secrets[client_id].items()}
    target = Target(client_id, "https://x.invalid/", known.fingerprint_keys[client_id], secret, prints)
    deployment = Deployment(entry, target)
    deployment.attempt(lambda: deployment.write(False))
    deployment.attempt(deployment.read_back)
    return deployment.evidence


def test_every_named_place_gets_the_next_secret_and_is_no_stray(tmp_path: Path) -> None:
    planted = plant(tmp_path)
    known = planted.known
    before = files_of(planted, Sought(known.integrations, known.secrets, known.fingerprint_keys))
    assert len(before) >= 35
    entries = [
        declared([use for use, _content in before if use["client_id"] == client_id], client_id)
        for client_id in known.secrets
    ]
    following = {client_id: make_new_secret() for client_id in known.secrets}
    for entry in entries:
        evidence = deployed(entry, known, following[entry["client_id"]])
        assert (evidence["refusal"], evidence["changed"]) == (None, True)

    secrets = {client_id: {"active": secret} for client_id, secret in following.items()}
    after = files_of(planted, Sought(known.integrations, secrets, known.fingerprint_keys))
    assert [(use["place"], use["secret"]) for use, _content in after if use["secret"] != "active"] == []
    assert len(after) == len(before)
    places = DeclaredPlaces([{**entry, "services": []} for entry in entries])
    assert [use["place"] for use, content in after if places.name_of(use, content) != use["client_id"]] == []
