# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`--check` changes nothing anywhere and says what would happen, in every phase (I-31)."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome, unchanged


@pytest.fixture(scope="module")
def operations(bring_up_once: BringUp) -> Operations:
    """A clock that stands: each phase is reached by the test that needs it, in order."""
    operations = bring_up_once(speed=0)
    operations.hand_in_active("crm_sync")
    return operations


def _checked(operations: Operations) -> Outcome:
    with unchanged(operations):
        run = operations.rotate("--check", "--diff", sfmc_wait=0)
    assert run.status == 0, str(run)
    return run


def test_i_31_what_is_due_would_be_generated(operations: Operations) -> None:
    """I-31."""
    run = _checked(operations)
    assert "crm_sync: idle; waits for the next run, which generates a staged secret" in run.said, str(run)
    assert run.recap["prod-a"]["changed"] == 1, "the generation would be a change"
    assert operations.sent("crm_sync") == []


def test_i_31_a_young_staged_secret_waits_for_the_clock(operations: Operations) -> None:
    """I-31."""
    assert operations.rotate(sfmc_wait=0).status == 0
    run = _checked(operations)
    assert "crm_sync: staged; waits for the clock, until" in run.said, str(run)
    assert run.changed == 0, str(run)


def test_i_31_the_distribution_is_shown_as_fingerprints(operations: Operations) -> None:
    """I-31, I-27: `--diff` says from which secret to which, and shows neither."""
    operations.estate.simulator.advance(301)
    # Usable is recorded by a run that may not reach any host.
    operations.declare_integration("crm_sync", hold={"reason": "a test"})
    assert operations.rotate(sfmc_wait=0).status == 2, "a hold stops a rotation that is under way, and says so"
    operations.declare_integration("crm_sync", hold=None)
    run = _checked(operations)
    secrets = operations.record("crm_sync").secrets
    assert secrets.active is not None and secrets.staged is not None
    for secret in (secrets.active, secrets.staged):
        assert secrets.fingerprint(secret) in run.stdout, str(run)
        assert secret.reveal() not in run.stdout + run.stderr
    assert {"prod-a", "prod-b"} <= set(run.recap), str(run)
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}


def test_i_31_abandon_and_hand_in_only_look(operations: Operations) -> None:
    """I-31."""
    with unchanged(operations):
        abandoned = operations.playbook("abandon", "--check", sfmc_abandon_integration="crm_sync", sfmc_wait=0)
    assert abandoned.status == 0 and abandoned.changed >= 1, str(abandoned)


def test_i_31_the_rest_goes_to_the_end(operations: Operations) -> None:
    """I-31: what was only looked at did not disturb: the rotation ends, and then a check says that nothing is left."""
    assert operations.rotate(sfmc_wait=0).status == 0
    soaking = _checked(operations)
    assert "crm_sync: soaking; waits for the clock, until" in soaking.said, str(soaking)
    operations.estate.simulator.advance(1300)
    due = _checked(operations)
    assert "which closes the rotation" in due.said, str(due)
    assert operations.rotate(sfmc_wait=0).status == 0
    assert operations.sent("crm_sync") == ["generate", "activate"]
    run = _checked(operations)
    assert "crm_sync: closed; waits for nothing" in run.said and run.changed == 0, str(run)
