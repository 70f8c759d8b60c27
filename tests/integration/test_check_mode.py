# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`--check` changes nothing anywhere and says what would happen, in every phase (I-31)."""

from __future__ import annotations

import json
from typing import Any

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
    # The hosts are read: what they hold now stands behind what would be replaced.
    active = operations.journal("crm_sync").active
    assert active is not None and {"prod-a", "prod-b"} <= set(run.recap), str(run)
    for line in (
        "generate 1 staged secret of CRM Sync, by the provider",
        "write the staged secret to 3 places, 2 dependents, 2 hosts",
        f"opt/mule/conf/sfmc.properties sfmc.clientSecret (now {active.fingerprint})",
        "activate CRM Sync, by the provider; the former secret dies at once",
        "break 2, if it were activated now: prod-a/web shop (holds the active secret) prod-b/mule",
    ):
        assert line in run.said, f"{line!r} is not in {run}"


def test_i_31_before_anything_is_due_a_reason_shows_whom_a_rotation_would_touch(operations: Operations) -> None:
    """I-31, I-10: what a limit leaves out is named, and what could not be written is found by reading."""
    operations.declare_integration("crm_sync", renew_before_days=1)
    assert "would" not in _checked(operations).said
    operations.declare_host("prod-b", lambda items: items[0]["files"][0].update(key="wrong"))
    with unchanged(operations):
        run = operations.rotate("--check", limit="prod-b", sfmc_force="a leak", sfmc_wait=0)
    operations.declare_host("prod-b", lambda items: items[0]["files"][0].update(key="sfmc.clientSecret"))
    operations.declare_integration("crm_sync", renew_before_days=30)
    assert run.status == 0, str(run)
    assert "write the staged secret to 3 places" in run.said, str(run)
    assert "stops prod-b/mule: " in run.said and "a declared key exists in its file" in run.said, str(run)
    assert "not read 1: beyond this --limit, or no answer: prod-a/web shop" in run.said, str(run)
    assert set(run.recap) == {"prod-b"}, str(run)


def test_i_31_the_result_has_it_as_data(operations: Operations) -> None:
    """I-31: for a pipeline that decides by it."""
    tasks: list[dict[str, Any]] = [
        {"keyturn.sfmc.active_secret": {"wait": 0}, "run_once": True, "register": "looked"},
        {"ansible.builtin.debug": {"msg": "IS {{ looked.blast_radius | to_json }} END"}, "run_once": True},
    ]
    with unchanged(operations):
        run = operations.play(tasks, "--check")
    (radius,) = json.loads(run.said.partition("IS ")[2].partition(" END")[0])
    assert [each["dependent"] for each in radius["breaks"]] == ["prod-a/web shop", "prod-b/mule"]
    assert (radius["generate"], radius["activate"], len(radius["write"])) == (True, True, 3)
    assert radius["unread"] == ["prod-a/web shop", "prod-b/mule"], "this play has read no host"


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
    assert "write the staged secret to 3 places, 2 dependents, 2 hosts" in run.said, str(run)
    assert "prod-b/mule (not proved yet)" in run.said, str(run)


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
