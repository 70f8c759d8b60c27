# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the one module call for a host is given: what is owed by the journal, and what no message may show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._host_call import HostCall
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret, Secrets
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Attestation,
    Journal,
    Known,
    Rotation,
    Staged,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

ID = "0a1b2c3d4e5f6g7h8i9j0k1l"
#: An integration that the host declares, and no dependent of it names.
OTHER = "l1k0j9i8h7g6f5e4d3c2b1a0"
NOW = datetime.now(timezone.utc)
HOUR = timedelta(hours=1)
BEGUN = Rotation("r1", "due", NOW - 90 * HOUR, overlap_at=NOW - 89 * HOUR, distribution_at=NOW - 89 * HOUR)


class Kept:
    """A record with an active and a staged secret, and a call for the one dependent of a host."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.active, self.staged, self.previous = (Secret(make_new_secret()) for _number in range(3))
        self._monkeypatch = monkeypatch
        self.unknown = "refuse"
        self.forgotten: tuple[str, ...] = ()
        self.secrets = Secrets("ab" * 16, self.active, self.staged)

    def call(
        self, rotation: Rotation | None, distributing: bool = False, adopted: bool = True, preview: bool = False
    ) -> dict[str, Any]:
        """Return the arguments of the module."""
        file = {"path": "/srv/.env", "format": "dotenv", "key": "S"}
        said = {"integration": "crm", "files": [file], "proof": "fingerprint", "unknown_secret": self.unknown}
        integrations = {"crm": {"client_id": ID, "subdomain": "mc1"}, "web": {"client_id": OTHER, "subdomain": "mc1"}}
        host = {"sfmc_integrations": integrations, "sfmc_dependents": [said], "inventory_dir": "/inv"}
        inventory = Inventory({"h": host}, ["h"])
        known = Known(self.secrets.fingerprint(self.active), NOW)
        if rotation is not None:
            rotation = replace(rotation, staged=Staged(self.secrets.fingerprint(self.staged), NOW, NOW))
        names = ("h/crm",) if adopted else ()
        journal = Journal(ID, "crm", active=known, rotation=rotation, adopted=names, forgotten=self.forgotten)
        stores = Stores([])
        self._monkeypatch.setattr(stores, "record", lambda _integration: Record(journal, self.secrets))
        call = HostCall(inventory.known_to("h"), inventory.dependents(["h"]), stores, distributing, preview)
        return call.arguments(check_mode=True)

    def owes(self, rotation: Rotation | None, **how: bool) -> bool:
        """Tell whether the module is told that a restart is owed."""
        (given,) = self.call(rotation, **how)["dependents"]
        return bool(given["unattested"])

    def proved(self, hours_ago: float, which: str = "staged") -> tuple[Attestation, ...]:
        """Return an attestation of the dependent."""
        fingerprint = self.secrets.fingerprint(getattr(self, which))
        return (Attestation("h/crm", fingerprint, ("/srv/.env#S",), NOW - hours_ago * HOUR, "fingerprint"),)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Return a record and its host."""
    return Kept(monkeypatch)


def test_i14_whom_a_distribution_names_is_owed_a_restart(kept: Kept) -> None:
    """It names those whose proof does not count, by the rules of the decision: one that failed once, or is too old."""
    for hours_ago in (80, 1):
        assert kept.owes(replace(BEGUN, attestations=kept.proved(hours_ago)), distributing=True)


def test_i14_a_proof_that_is_too_old_to_count_owes_a_restart(kept: Kept) -> None:
    """I-34: the same rule as before the activation."""
    assert kept.owes(replace(BEGUN, attestations=kept.proved(73)))
    assert not kept.owes(replace(BEGUN, attestations=kept.proved(71)))


def test_i15_a_proof_that_counts_owes_nothing(kept: Kept) -> None:
    assert kept.owes(BEGUN)
    assert not kept.owes(replace(BEGUN, attestations=kept.proved(1)))


def test_i27_messages_of_a_host_hide_what_its_programs_may_know(kept: Kept) -> None:
    """The former secret works until the activation; nobody has the staged one before a distribution."""
    active, staged, previous = kept.active.reveal(), kept.staged.reveal(), kept.previous.reveal()
    waiting = replace(BEGUN, distribution_at=None)
    assert kept.call(waiting)["hidden"] == [active]
    assert kept.call(waiting, distributing=True)["hidden"] == sorted([active, staged])
    assert kept.call(BEGUN)["hidden"] == sorted([active, staged])
    kept.secrets = replace(kept.secrets, previous=kept.previous)
    assert kept.call(None)["hidden"] == sorted([active, previous])


AFTER: dict[str, dict[str, Any]] = {
    "activated": {"activated_at": NOW - 100 * HOUR},
    "activated before any distribution": {"activated_at": NOW - 100 * HOUR, "distribution_at": None},
    "given up": {"abandoned_at": NOW - 100 * HOUR},
    "lost": {"lost_at": NOW - 100 * HOUR},
}


@pytest.mark.parametrize("after", AFTER)
def test_i14_what_puts_the_active_secret_everywhere_owes_a_restart_until_it_is_proved(kept: Kept, after: str) -> None:
    rotation = replace(BEGUN, **AFTER[after])
    assert kept.owes(rotation)
    assert not kept.owes(replace(rotation, attestations=kept.proved(90, "active")))


def test_i14_a_proof_from_before_a_rotation_was_given_up_does_not_count(kept: Kept) -> None:
    """The host may have got the staged secret in between."""
    assert kept.owes(replace(BEGUN, attestations=kept.proved(20, "active"), abandoned_at=NOW - 10 * HOUR))


@pytest.mark.parametrize("rotation", [None, replace(BEGUN, closed_at=NOW), replace(BEGUN, distribution_at=None)])
def test_i15_nothing_is_owed_where_no_rotation_has_written_anything(kept: Kept, rotation: Rotation | None) -> None:
    """Places hold the active secret then, or they are left alone."""
    assert not kept.owes(rotation)


def test_i14_a_place_that_is_taken_over_outside_of_a_rotation_is_owed_a_restart_until_its_first_proof(
    kept: Kept,
) -> None:
    """Nothing would tell a run that died before the restart from one that had nothing to do."""
    kept.unknown = "accept"
    assert kept.owes(None, adopted=False)
    assert not kept.owes(None, adopted=True)


def test_least_privilege_a_host_gets_the_secrets_of_its_dependents_only(kept: Kept) -> None:
    """Not those of every integration that its group declares."""
    given = kept.call(BEGUN, distributing=True)
    assert set(given["secrets"]) == set(given["fingerprint_keys"]) == {ID}
    assert [target["client_id"] for target in given["targets"]] == [ID]


def test_i7_a_secret_that_was_given_up_is_known_where_it_is_found(kept: Kept) -> None:
    """A batch that died wrote it late: a play of one's own may put the active one in its place (I-24)."""
    kept.forgotten = ("0123456789ab",)
    (target,) = kept.call(None)["targets"]
    assert "0123456789ab" in target["known"].values()


def test_i7_the_staged_secret_is_given_out_only_to_a_distribution_that_has_begun(kept: Kept) -> None:
    """Else giving the rotation up would ask no host. Check mode may show what a distribution would bring."""
    usable = replace(BEGUN, distribution_at=None)
    assert kept.call(usable, distributing=True)["secrets"] == {ID: kept.active.reveal()}
    assert kept.call(BEGUN, distributing=True)["secrets"] == {ID: kept.staged.reveal()}
    assert kept.call(usable, distributing=True, preview=True)["secrets"] == {ID: kept.staged.reveal()}


def test_i14_after_a_person_handed_in_another_active_secret_a_restart_is_owed(kept: Kept) -> None:
    """Nobody has recorded which programs use it already; the former one is kept until the next rotation closes."""
    assert not kept.owes(None)
    kept.secrets = replace(kept.secrets, previous=kept.previous)
    assert kept.owes(None)
