# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only reads: the lookups, `token_test`, `rotation_info` and the status."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged


@pytest.fixture(scope="module")
def operations(bring_up_once: BringUp) -> Operations:
    """A rotation under way: an active and a staged secret, both alive; the clock stands."""
    operations = bring_up_once(speed=0)
    operations.hand_in_active("crm_sync")
    assert operations.rotate(sfmc_wait=0).status == 0
    operations.estate.simulator.advance(301)
    return operations


def _written(operations: Operations, expression: str, *arguments: str, **options: Any) -> str:
    """Return what an expression gives on a host, written to a file as anybody would."""
    path = operations.estate.root / "written"
    path.unlink(missing_ok=True)
    copy = {"content": f"{{{{ {expression} }}}}", "dest": str(path), "mode": "0600"}
    tasks = [{"name": "Write", "ansible.builtin.copy": copy, "no_log": True}]
    run = operations.play(tasks, *arguments, limit="prod-a", **options)
    assert run.status == 0, str(run)
    return path.read_text() if path.exists() else ""


def test_client_secret_of_both_stages(operations: Operations) -> None:
    for stage in ("active", "staged"):
        text = _written(operations, f"lookup('keyturn.sfmc.client_secret', 'crm_sync', stage='{stage}')")
        assert text == operations.secret("crm_sync", stage)
    assert _written(operations, "lookup('keyturn.sfmc.client_secret', 'crm_sync')") == operations.secret("crm_sync")


def test_the_stage_comes_from_environment_variables_and_configuration_too(operations: Operations) -> None:
    staged = operations.secret("crm_sync", "staged")
    lookup = "lookup('keyturn.sfmc.client_secret', 'crm_sync')"
    config = operations.estate.root / "staged.cfg"
    config.write_text((operations.estate.root / "ansible.cfg").read_text() + "\n[keyturn_sfmc]\nstage = staged\n")
    assert _written(operations, lookup, env={"KEYTURN_SFMC_STAGE": "staged"}) == staged
    assert _written(operations, lookup, env={"ANSIBLE_CONFIG": str(config)}) == staged
    assert _written(operations, lookup, sfmc_stage="staged") == staged


def test_i_30_a_lookup_has_no_effect_and_runs_in_check_mode(operations: Operations) -> None:
    """I-30, I-31."""
    lookup = "lookup('keyturn.sfmc.client_secret', 'crm_sync')"
    task = {
        "name": "Compare",
        "ansible.builtin.assert": {
            "that": f"{lookup} == {lookup}",
            "quiet": True,
        },
    }
    with unchanged(operations):
        run = operations.play([task], "--check")
    assert run.status == 0 and run.changed == 0, str(run)


def test_i_21_one_token_for_all_uses_within_a_process(operations: Operations) -> None:
    """I-21."""
    seen = len(operations.estate.simulator.effects())
    three = " ~ ' ' ~ ".join(["lookup('keyturn.sfmc.access_token', 'crm_sync')"] * 3)
    tokens = _written(operations, three).split()
    assert len(tokens) == 3 and len(set(tokens)) == 1
    asked = [each for each in operations.estate.simulator.effects()[seen:] if each["kind"] == "token"]
    assert len(asked) == 1, asked


@pytest.mark.parametrize(
    ("expression", "says"),
    (
        ("lookup('keyturn.sfmc.client_secret', 'crm_snyc')", "integration 'crm_snyc'"),
        ("lookup('keyturn.sfmc.access_token', 'crm_snyc')", "one of crm_sync"),
        ("lookup('keyturn.sfmc.client_secret', 'crm_sync', stage='old')", "old"),
    ),
)
def test_a_wrong_term_is_refused(operations: Operations, expression: str, says: str) -> None:
    """I-44."""
    task = {"name": "Look", "ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}}
    run = operations.play([task], limit="prod-a")
    assert run.status == 2 and says in run.said, str(run)


def test_token_test_asks_from_the_host(operations: Operations) -> None:
    tasks: list[dict[str, Any]] = [
        {"name": "Ask", "keyturn.sfmc.token_test": {"integration": "crm_sync", "stage": stage}, "register": stage}
        for stage in ("active", "staged")
    ]
    expected = "active.outcome == 'accepted' and staged.outcome == 'accepted' and active.package == 'CRM Sync'"
    tasks.append({"name": "See", "ansible.builtin.assert": {"that": expected, "quiet": True}})
    seen = len(operations.estate.simulator.effects())
    for arguments in ((), ("--check",)):
        run = operations.play(tasks, *arguments)
        assert run.status == 0 and run.changed == 0, str(run)
    asked = [each for each in operations.estate.simulator.effects()[seen:] if each["kind"] == "token"]
    assert len(asked) == 8 and not any(each["who"].startswith("python-requests") for each in asked), asked


def test_rotation_info_and_status_say_where_it_stands(operations: Operations) -> None:
    """And change nothing; the row is 100 columns wide at most."""
    tasks: list[dict[str, Any]] = [
        {"name": "Look", "keyturn.sfmc.rotation_info": {}, "register": "info"},
        {
            "name": "See",
            "ansible.builtin.assert": {
                "that": [
                    "info.integrations | length == 1",
                    "info.integrations[0].phase in ['staged', 'usable']",
                    f"info.integrations[0].client_id == '{operations.client_id('crm_sync')}'",
                    "info.integrations[0].staged != info.integrations[0].active",
                ],
                "quiet": True,
            },
        },
    ]
    with unchanged(operations):
        run = operations.play(tasks)
        status = operations.playbook("status", sfmc_status_integration="crm_sync")
    assert run.status == 0 and run.changed == 0, str(run)
    assert status.status == 0, str(status)
    (row,) = [line for line in status.stdout.splitlines() if line.startswith("  crm_sync ")]
    assert len(row) <= 100
    assert "crm_sync: waits for " in status.said


def test_the_status_says_why_something_is_blocked(bring_up: BringUp) -> None:
    """I-44: a table that says `blocked` says why, and what to do."""
    operations = bring_up(speed=0)
    run = operations.playbook("status")
    assert run.status == 0, str(run)
    assert "blocked" in run.said and "crm_sync: a rotation starts from a known active secret" in run.said, str(run)
    assert "keyturn.sfmc.hand_in" in run.said, str(run)
