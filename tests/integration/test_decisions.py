# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people decide, with the playbooks for it: approve, sacrifice, adopt, waive, rebuild."""

from __future__ import annotations

import re

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged


def digest_in(said: str) -> str:
    """Return the digest of the command that a run shows."""
    found = re.search(r'"sfmc_approve_evidence": "([0-9a-f]{16})"', said)
    assert found, said
    return found.group(1)


def test_an_activation_waits_for_an_approval_where_the_inventory_asks_for_one(pair_of_hosts: Operations) -> None:
    """I-3: the run shows the command; who approves something else is told what there is."""
    operations = pair_of_hosts
    operations.declare_group(lambda variables: variables.update(sfmc_approval=True))
    waiting = operations.rotate()
    assert waiting.status == 0 and operations.sent("crm_sync") == ["generate"], str(waiting)
    digest = digest_in(waiting.said)
    assert "prod-b/mule: token, " in operations.playbook("status").said, "what a person looks at"
    with unchanged(operations):
        wrong = operations.playbook("approve", sfmc_approve_evidence="0" * 16, sfmc_approve_by="alice")
    assert wrong.status != 0 and digest in wrong.said, str(wrong)
    approved = operations.playbook("approve", sfmc_approve_evidence=digest, sfmc_approve_by="alice")
    assert approved.status == 0 and approved.changed == 1, str(approved)
    assert operations.playbook("approve", sfmc_approve_evidence=digest, sfmc_approve_by="alice").changed == 0
    ended = operations.rotate()
    assert ended.status == 0, str(ended)
    assert operations.rotation("crm_sync").outcome == "rotated"
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_an_emergency_activates_without_a_host_that_was_given_up_by_name(pair_of_hosts: Operations) -> None:
    """I-3: with a reason, and a host that is not declared to be broken is not."""
    operations = pair_of_hosts
    former = operations.secret("crm_sync")
    assert operations.rotate(limit="prod-a").status == 0
    with unchanged(operations):
        wrong = operations.playbook("sacrifice", sfmc_sacrifice_dependents=["prod-a/web shop"], sfmc_sacrifice_by="al")
    assert wrong.status != 0 and "who gives them up, and why" in wrong.said, str(wrong)
    given_up = operations.playbook(
        "sacrifice",
        sfmc_sacrifice_dependents=["prod-b/mule"],
        sfmc_sacrifice_by="alice",
        sfmc_sacrifice_reason="the secret leaked",
    )
    assert given_up.status == 0 and given_up.changed == 1, str(given_up)
    activated = operations.rotate(limit="prod-a")
    assert operations.sent("crm_sync") == ["generate", "activate"], str(activated)
    assert "every dependent is proved, or given up (prod-b/mule); activating" in activated.said
    assert former in operations.held("crm_sync")
    mended = operations.rotate()
    assert mended.status == 0, str(mended)
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}
    assert operations.rotation("crm_sync").outcome == "rotated"


def test_a_secret_that_nobody_kept_is_adopted_from_a_host_that_works_with_it(bring_up: BringUp) -> None:
    """I-27: it goes from the file to the store, and is shown nowhere."""
    operations = bring_up()
    secret = operations.secret("crm_sync")
    with unchanged(operations):
        nowhere = operations.playbook("adopt", sfmc_adopt_from="prod-z/mule")
        unknown = operations.playbook("adopt", sfmc_adopt_from="prod-b/nothing")
    assert nowhere.status != 0 and "Expected HOST/NAME" in nowhere.said, str(nowhere)
    assert unknown.status != 0 and "one of prod-b/mule" in unknown.said, str(unknown)
    adopted = operations.playbook("adopt", "-vvvv", "--diff", sfmc_adopt_from="prod-b/mule", env={"ANSIBLE_DEBUG": "1"})
    assert adopted.status == 0 and adopted.changed == 1, adopted.said[-2000:]
    assert secret not in adopted.stdout + adopted.stderr
    kept = operations.record("crm_sync").secrets.active
    assert kept is not None and kept.reveal() == secret
    assert operations.playbook("adopt", sfmc_adopt_from="prod-b/mule").changed == 0
    assert operations.rotate().status == 0
    assert operations.rotation("crm_sync").outcome == "rotated"


def test_a_secret_that_sfmc_does_not_accept_is_not_adopted(bring_up: BringUp) -> None:
    operations = bring_up()
    path = operations.estate.host("prod-b") / "opt/mule/conf/sfmc.properties"
    path.write_bytes(path.read_bytes().replace(operations.secret("crm_sync").encode(), b"x" * 24))
    with unchanged(operations):
        refused = operations.playbook("adopt", sfmc_adopt_from="prod-b/mule")
    assert refused.status != 0 and "the active secret is one that SFMC accepts" in refused.said, str(refused)
    assert "x" * 24 not in refused.stdout


def test_i_39_an_integration_that_nobody_declares_any_more_is_shown_until_it_is_waived(bring_up: BringUp) -> None:
    """I-39."""
    operations = bring_up()
    operations.hand_in_active("crm_sync")
    client_id = operations.client_id("crm_sync")

    def renamed(variables: dict[str, object]) -> None:
        integrations = variables["sfmc_integrations"]
        assert isinstance(integrations, dict)
        integrations["crm_sync"]["client_id"] = "z" * 24

    operations.declare_group(renamed)
    status = operations.playbook("status")
    assert status.status == 0 and "undeclared" in status.stdout, str(status)
    assert "I-39: every integration that is known" in status.said
    waived = {client_id: {"reason": "its business unit was sold", "until": "2999-01-31"}}
    operations.declare_group(lambda variables: variables.update(sfmc_waived=waived))
    status = operations.playbook("status")
    assert "waived until 2999-01-31" in status.said and "I-39" not in status.said, str(status)


def test_i_45_a_store_restored_from_an_old_backup_stops_until_the_active_secret_is_proved(
    pair_of_hosts: Operations,
) -> None:
    """I-45, I-1: a host holds a staged secret that the old journal does not know of."""
    operations = pair_of_hosts
    before = operations.stored("crm_sync")
    assert operations.rotate(limit="prod-a").status == 0
    operations.restore("crm_sync", before)
    with unchanged(operations):
        stopped = operations.rotate()
    assert stopped.status != 0 and "I-45: a journal that is older than what was done" in stopped.said, str(stopped)
    operations.hand_in_active("crm_sync")
    drifted = operations.rotate()
    assert drifted.status != 0 and "prod-a/web shop" in drifted.said and "I-24" in drifted.said, str(drifted)
    assert operations.sent("crm_sync") == ["generate"]
    for place in ("srv/shop/.env", "opt/batch/config.json"):
        path = operations.estate.host("prod-a") / place
        path.write_text(
            path.read_text().replace(operations.secret("crm_sync", "staged"), operations.secret("crm_sync"))
        )
    rebuilt = operations.rotate()
    assert rebuilt.status == 0, str(rebuilt)
    ended = operations.rotate()
    assert ended.status == 0 and operations.rotation("crm_sync").outcome == "rotated", str(ended)
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}
