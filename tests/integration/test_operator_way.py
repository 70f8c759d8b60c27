# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a tenant without any API: people generate, hand in and click; the collection does the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.integration.terminal import typed


@pytest.fixture
def operations(bring_up: BringUp) -> Operations:
    """A rotation is requested; the clock stands unless it is moved."""
    operations = bring_up(pair("operator"), speed=0)
    operations.hand_in_active("crm_sync")
    run = operations.rotate(sfmc_wait=0)
    assert run.status == 0, str(run)
    identity = operations.rotation("crm_sync").id
    assert identity in run.said and "Setup" in run.said, str(run)
    assert "keyturn.sfmc.hand_in" in run.said, str(run)
    return operations


def _generated(operations: Operations) -> str:
    """Return what a person is shown in Setup."""
    client_id = operations.client_id("crm_sync")
    description = operations.rotation("crm_sync").id
    operations.estate.simulator.call("POST", f"packages/{client_id}/generate", {"description": description})
    return operations.secret("crm_sync", "staged")


def _clicked(operations: Operations) -> None:
    operations.estate.simulator.call("POST", f"packages/{operations.client_id('crm_sync')}/activate", {"who": "Ada"})


def _kept(operations: Operations) -> str | None:
    staged = operations.record("crm_sync").secrets.staged
    return staged.reveal() if staged else None


def _never_shown(secret: str, *runs: Outcome) -> None:
    for run in runs:
        assert secret not in run.stdout + run.stderr


def test_from_the_request_to_the_end(operations: Operations) -> None:
    """I-8, I-17: each run says who has to do what; the activation is a person's click."""
    again = operations.rotate(sfmc_wait=0)
    assert again.status == 0 and again.changed == 0, str(again)
    secret = _generated(operations)

    early = operations.hand_in("crm_sync", secret, sfmc_wait=0)
    assert early.status == 0, str(early)
    assert "crm_sync: staged; waits for the clock, until" in early.said, str(early)
    assert _kept(operations) == secret
    twice = operations.hand_in("crm_sync", secret, sfmc_wait=0)
    assert twice.status == 0 and twice.changed == 0, str(twice)

    operations.estate.simulator.advance(301)
    ready = operations.rotate(sfmc_wait=0)
    assert ready.status == 0, str(ready)
    assert operations.held("crm_sync") == {secret}
    assert "activate" in ready.said.lower() and "Setup" in ready.said, str(ready)
    asked = operations.rotate(sfmc_wait=0)
    assert asked.status == 0 and asked.changed == 0, str(asked)

    _clicked(operations)
    soaking = operations.rotate(sfmc_wait=0)
    assert soaking.status == 0 and "crm_sync: soaking" in soaking.said, str(soaking)
    operations.estate.simulator.advance(1300)
    ended = operations.rotate(sfmc_wait=0)
    assert ended.status == 0 and "crm_sync: closed" in ended.said, str(ended)
    assert operations.rotation("crm_sync").outcome == "rotated"
    assert operations.secret("crm_sync") == secret
    assert "console" not in {each["who"] for each in operations.effects("generate", "activate")}
    _never_shown(secret, early, twice, ready, soaking, ended)


def test_at_a_hidden_prompt(operations: Operations) -> None:
    """I-27: what is typed is not shown."""
    secret = _generated(operations)
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "keyturn.sfmc.hand_in", "--limit", "prod"]
    options = operations.private({"sfmc_wait": 0, "sfmc_hand_in_integration": "crm_sync"})
    estate = operations.estate
    status, shown = typed(
        [*command, "-e", f"@{options}"], estate.root, estate.environment(), "as Setup shows it", secret
    )
    assert status == 0, shown
    assert _kept(operations) == secret
    assert secret not in shown


def test_from_a_file_that_only_its_owner_can_read(operations: Operations) -> None:
    """I-22, I-27: no variable has the secret; what others can read is refused, and so is a second secret."""
    secret = _generated(operations)
    path = operations.estate.root / "handed"
    path.touch(0o640)
    path.write_text(secret + "\n", encoding="utf-8")
    given = {"sfmc_hand_in_integration": "crm_sync", "sfmc_hand_in_file": str(path), "sfmc_wait": 0}

    open_to_others = operations.playbook("hand_in", **given)
    assert open_to_others.status == 2 and "mode 0600; found mode 0640" in open_to_others.said, str(open_to_others)
    path.chmod(0o600)
    twice = operations.playbook("hand_in", **given, sfmc_hand_in_secret=secret)
    assert twice.status == 2 and "one secret is handed in at a time" in twice.said, str(twice)
    assert _kept(operations) is None

    taken = operations.playbook("hand_in", "-vvv", **given)
    assert taken.status == 0 and _kept(operations) == secret, str(taken)
    active = operations.playbook("hand_in", **given, sfmc_hand_in_stage="active")
    assert active.status == 2, str(active)
    _never_shown(secret, open_to_others, twice, taken, active)


def test_without_a_terminal_and_without_the_variable_nothing_is_handed_in(operations: Operations) -> None:
    """I-22, I-44."""
    run = operations.playbook("hand_in", sfmc_hand_in_integration="crm_sync", sfmc_wait=0)
    assert run.status == 2, str(run)
    assert "the secret for crm_sync: I-22" in run.said and "found nothing. Way out:" in run.said, str(run)
    assert "put sfmc_hand_in_secret into a file" in run.said, str(run)
    assert _kept(operations) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    (
        ("not a secret", "found 12 characters in another form"),
        (" " + "a" * 24 + " ", "with blanks around"),
        ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "found 35 characters in another form"),
        ("********", "found 8 characters in another form"),
    ),
)
def test_i_22_what_is_no_client_secret_is_refused(operations: Operations, wrong: str, says: str) -> None:
    """I-22."""
    run = operations.hand_in("crm_sync", wrong, sfmc_wait=0)
    assert run.status == 2, str(run)
    assert "the secret for crm_sync: I-22" in run.said and says in run.said and "Way out: copy" in run.said, str(run)
    assert _kept(operations) is None


def test_the_active_secret_is_refused_as_a_staged_one(operations: Operations) -> None:
    active = operations.secret("crm_sync")
    run = operations.hand_in("crm_sync", active, sfmc_wait=0)
    assert run.status == 2, str(run)
    assert "a staged secret is a new one" in run.said and "found the active secret" in run.said, str(run)
    assert _kept(operations) is None
    _never_shown(active, run)


def test_i_19_a_truncated_secret_is_dropped_with_a_hint(operations: Operations) -> None:
    """I-19: no host ever has it, and the next one that is handed in is taken."""
    secret = _generated(operations)
    cut = operations.hand_in("crm_sync", secret[:-5], sfmc_wait=0)
    assert cut.status == 0 and "59 characters where the known form has 64" in cut.said, str(cut)
    operations.estate.simulator.advance(3600)
    dropped = operations.hand_in("crm_sync", secret[:-5], sfmc_wait=0)
    assert dropped.status == 2, str(dropped)
    assert "I-19: a handed-in secret must get a token" in dropped.said and "generate again" in dropped.said, str(
        dropped
    )
    assert _kept(operations) is None
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}
    right = operations.hand_in("crm_sync", secret, sfmc_wait=0)
    assert right.status == 0 and _kept(operations) == secret, str(right)
    _never_shown(secret[:-5], cut, dropped, right)


def test_i_19_another_packages_secret_reaches_no_host(operations: Operations) -> None:
    """I-19."""
    other = operations.estate.simulator.add_package({"name": "Other"})["active"]["secret"]
    before = operations.estate.snapshot()
    assert operations.hand_in("crm_sync", other, sfmc_wait=0).status == 0, "it cannot be told apart before its time"
    operations.estate.simulator.advance(3600)
    run = operations.rotate(sfmc_wait=0)
    assert _kept(operations) is None, str(run)
    assert "hand_in" in run.said, str(run)
    assert operations.estate.snapshot() == before
    _never_shown(other, run)


def test_a_click_that_comes_too_early_is_taken_as_it_is(operations: Operations) -> None:
    """I-3 cannot be held against a person: what is left is distributed at once, then the rotation ends."""
    secret = _generated(operations)
    assert operations.hand_in("crm_sync", secret, sfmc_wait=0).status == 0
    operations.estate.simulator.advance(301)
    assert operations.rotate(limit="prod-a", sfmc_wait=0).status == 0
    _clicked(operations)
    run = operations.rotate(sfmc_wait=0)
    assert run.status == 0, str(run)
    assert operations.held("crm_sync") == {secret}
    operations.estate.simulator.advance(1300)
    ended = operations.rotate(sfmc_wait=0)
    assert ended.status == 0 and operations.rotation("crm_sync").outcome == "rotated", str(ended)


def test_handing_in_what_nobody_asked_for_is_refused(operations: Operations) -> None:
    given_up = operations.playbook("abandon", sfmc_abandon_integration="crm_sync", sfmc_wait=0)
    assert given_up.status == 0, str(given_up)
    run = operations.hand_in("crm_sync", "SFMC_" + "a" * 59, sfmc_wait=0)
    assert run.status == 2 and "a secret is handed in when one is waited for" in run.said, str(run)
    assert "sfmc_force=REASON" in run.said, str(run)


def test_an_active_secret_that_sfmc_does_not_accept_is_not_stored(bring_up: BringUp) -> None:
    operations = bring_up(pair("operator"), speed=0)
    run = operations.hand_in("crm_sync", "A" * 24, "active")
    assert run.status == 2, str(run)
    assert "the active secret is one that SFMC accepts" in run.said and "nothing was stored" in run.said, str(run)
    assert not operations.document("crm_sync").exists()


def test_i_36_the_expiry_date_is_not_taken_for_the_birth(bring_up: BringUp) -> None:
    """I-36: Setup shows when a secret ends, not when it was made."""
    operations = bring_up(pair())
    active = operations.package("crm_sync")["active"]["secret"]
    ended = operations.hand_in("crm_sync", active, "active", sfmc_hand_in_generated_at="2999-05-20")
    assert ended.status == 2, str(ended)
    assert "the expiry date, perhaps" in ended.said
    assert active not in ended.said
