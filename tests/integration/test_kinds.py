# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependents that are no files and need no other system: commands, people, kinds of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kinds.md"
#: Keeps what comes in on its standard input; prints it; and notes with which arguments it was called.
_PROGRAM = """\
#!/bin/sh
echo "$@" >> {folder}/called
case $1 in
  put) cat > {folder}/kept ;;
  get) cat {folder}/kept ;;
  hang) echo $$ > {folder}/hanging; sleep 600 ;;
  loud) echo "cannot keep $(cat) over $(cat {folder}/kept)" >&2; echo "the disk is full" >&2; exit 3 ;;
esac
"""


@pytest.fixture
def operations(pair_of_hosts: Operations) -> Operations:
    return pair_of_hosts


def _declare(operations: Operations, **entry: Any) -> None:
    operations.declare_host("prod-b", lambda items: items.append({"integration": "crm_sync", **entry}))


def _evidence(operations: Operations, dependent: str) -> str:
    return next(each.evidence for each in operations.rotation("crm_sync").attestations if each.dependent == dependent)


def _program(operations: Operations) -> Path:
    folder = operations.estate.host("prod-b") / "opt/keeper"
    folder.mkdir(parents=True)
    program = folder / "keeper"
    program.write_text(_PROGRAM.format(folder=folder))
    program.chmod(0o755)
    (folder / "kept").write_text(operations.secret("crm_sync"))
    return program


def test_a_command_gets_the_secret_on_its_standard_input_and_is_read_back(operations: Operations) -> None:
    """I-29: never as an argument."""
    program = _program(operations)
    options = {"write": [str(program), "put"], "read": [str(program), "get"]}
    _declare(operations, name="keeper", kind="command", options=options)
    run = operations.rotate()
    assert run.status == 0, run
    assert (program.parent / "kept").read_text() == operations.secret("crm_sync")
    assert set((program.parent / "called").read_text().splitlines()) == {"put", "get"}
    assert _evidence(operations, "prod-b/keeper") == "token"
    assert operations.rotate().changed == 0


def test_a_command_that_cannot_be_read_counts_as_written(operations: Operations) -> None:
    program = _program(operations)
    _declare(operations, name="keeper", kind="command", options={"write": [str(program), "put"]})
    assert operations.rotate().status == 0
    assert (program.parent / "kept").read_text() == operations.secret("crm_sync")
    assert _evidence(operations, "prod-b/keeper") == "written"


def test_i16_a_token_is_asked_for_where_the_fingerprint_would_do_but_cannot_be_seen(operations: Operations) -> None:
    """The host of the place asks for it: the other dependents there are proved without a token."""
    program = _program(operations)
    operations.declare_host("prod-b", lambda items: items[0].update(proof="fingerprint"))
    _declare(operations, name="keeper", kind="command", proof="fingerprint", options={"write": [str(program), "put"]})
    assert operations.rotate(limit="prod-b").status == 0
    asked = [each for each in operations.effects("token") if each["secret"] == "staged"]
    assert [each["who"] for each in asked if not each["who"].startswith("python-requests")] == ["keyturn.sfmc"]
    assert _evidence(operations, "prod-b/keeper") == "written"


def test_i17_a_soak_is_waited_for_where_nothing_can_be_read_back(bring_up: BringUp) -> None:
    operations = bring_up(speed=1)
    operations.hand_in_active("crm_sync")
    clock = operations.estate.simulator
    program = _program(operations)
    _declare(operations, name="keeper", kind="command", proof="soak", options={"write": [str(program), "put"]})
    operations.rotate(sfmc_wait=0)
    clock.advance(310)
    for _run in range(2):
        run = operations.rotate(sfmc_wait=0)
        assert run.status == 0, run
        assert _evidence(operations, "prod-b/keeper") == "soak"
        assert operations.sent("crm_sync") == ["generate"], "the soak is not over"
    assert (program.parent / "called").read_text().splitlines() == ["put"], "written once"
    clock.advance(1210)
    assert operations.rotate(sfmc_wait=0).status == 0
    assert operations.sent("crm_sync") == ["generate", "activate"]


def test_i24_a_command_that_keeps_an_unknown_secret_is_left_alone(operations: Operations) -> None:
    program = _program(operations)
    (program.parent / "kept").write_text("somebody-elses-secret")
    options = {"write": [str(program), "put"], "read": [str(program), "get"]}
    _declare(operations, name="keeper", kind="command", options=options)
    run = operations.rotate()
    assert run.status == 2, run
    assert "prod-b/keeper" in run.said and "I-24" in run.said and "somebody-elses" not in run.said
    assert (program.parent / "kept").read_text() == "somebody-elses-secret"
    assert operations.sent("crm_sync") == ["generate"]
    (program.parent / "kept").write_text(operations.secret("crm_sync"))
    assert operations.rotate().status == 0


def test_a_command_that_hangs_or_fails_is_told_and_keeps_nobody_else_waiting(operations: Operations) -> None:
    """I-27: with the end of what it says, without secrets; in what Ansible shows at its most talkative, too."""
    program = _program(operations)
    word = str(program)
    _declare(
        operations, name="hangs", kind="command", options={"write": [word, "put"], "read": [word, "hang"], "timeout": 1}
    )
    _declare(operations, name="loud", kind="command", options={"write": [word, "loud"], "read": [word, "get"]})
    run = operations.rotate("-vvvv", env={"ANSIBLE_DEBUG": "1"})
    assert run.status == 2, run
    assert "it did not end within 1 s, and was ended" in run.said, run
    assert "status 3: cannot keep" in run.said and "the disk is full" in run.said, run
    secrets = {"old": operations.secret("crm_sync"), "new": operations.secret("crm_sync", "staged")}
    assert leaks(secrets, {"stdout": run.stdout.encode(), "stderr": run.stderr.encode()}) == []
    pid = (program.parent / "hanging").read_text().strip()
    assert not Path(f"/proc/{pid}").exists()
    assert operations.held("crm_sync") == {operations.secret("crm_sync", "staged")}, "all files are served"


def test_i35_a_place_that_only_people_reach_waits_for_one_without_failing(operations: Operations) -> None:
    _declare(operations, name="segment", kind="manual", options={"where": "app.segment.com, source 7"})
    run = operations.rotate()
    assert run.status == 0, "to wait for a person is no failure"
    assert "put the staged secret in at app.segment.com, source 7" in run.said, run
    assert "sfmc_acknowledge_dependent" in run.said
    assert operations.sent("crm_sync") == ["generate"]
    said = {"sfmc_acknowledge_dependent": "prod-b/segment", "sfmc_acknowledge_by": "alice@example.com"}
    nobody = operations.playbook("acknowledge", sfmc_acknowledge_dependent="prod-b/segment")
    assert nobody.status == 2 and "no name" in nobody.said
    endless = operations.playbook("acknowledge", **said)
    assert endless.status == 2 and "a day to come" in endless.said
    machine = operations.playbook("acknowledge", **{**said, "sfmc_acknowledge_dependent": "prod-b/mule"})
    assert machine.status == 2 and "one of the kind files, which proves itself" in machine.said
    unknown = operations.playbook("acknowledge", **{**said, "sfmc_acknowledge_dependent": "prod-b/faxx"})
    assert unknown.status == 2 and "one of prod-a/web shop, prod-b/mule, prod-b/segment" in unknown.said
    vouched = operations.playbook("acknowledge", **said, sfmc_acknowledge_until="2099-01-01")
    assert (vouched.status, vouched.changed) == (0, 1), vouched
    again = operations.playbook("acknowledge", **said, sfmc_acknowledge_until="2099-01-01")
    assert (again.status, again.changed) == (0, 0), again
    renewed = operations.playbook(
        "acknowledge", **{**said, "sfmc_acknowledge_by": "bob@example.com"}, sfmc_acknowledge_until="2099-06-01"
    )
    assert (renewed.status, renewed.changed) == (0, 1), renewed
    (kept,) = [each for each in operations.rotation("crm_sync").attestations if each.dependent == "prod-b/segment"]
    assert (kept.by, str(kept.until)[:10]) == ("bob@example.com", "2099-06-01"), "an acknowledgement is replaced"
    assert operations.rotate().status == 0
    assert operations.sent("crm_sync") == ["generate", "activate"]
    assert _evidence(operations, "prod-b/segment") == "acknowledged"


def _example(name: str) -> str:
    """Return the example of docs/kinds.md that begins with the name of a file."""
    (found,) = re.findall(rf"```yaml\n# {re.escape(name)}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def test_a_kind_of_ones_own_is_a_file_of_tasks(operations: Operations) -> None:
    """The example of docs/kinds.md, with another path."""
    kinds = operations.estate.root / "inventory" / "kinds"
    kinds.mkdir()
    (kinds / "spool.yml").write_text(_example("inventory/kinds/spool.yml"))
    operations.declare_group(
        lambda variables: variables.update(yaml.safe_load(_example("inventory/group_vars/prod.yml")))
    )
    (entry,) = yaml.safe_load(_example("inventory/host_vars/queue1.yml"))["sfmc_dependents"]
    kept = operations.estate.host("prod-b") / "var/spool/queue/sfmc.secret"
    kept.parent.mkdir(parents=True)
    kept.write_text(operations.secret("crm_sync"))
    entry["options"]["place"] = str(kept)
    operations.declare_host("prod-b", lambda items: items.append(entry))
    run = operations.rotate()
    assert run.status == 0, run
    assert kept.read_text() == operations.secret("crm_sync")
    assert _evidence(operations, f"prod-b/{entry['name']}") == "token"
    assert operations.rotate().changed == 0


_TIERED = """\
- name: Bring the secret to a place that a write changes
  keyturn.sfmc.remote_secret:
    integration: "{{ distribute_dependent.client_id }}"
    dependent: "{{ distribute_dependent.name }}"
    distributing: true
    read: {module: ansible.builtin.command, arguments: {argv: ["{{ distribute_options.place }}", get]}, value: stdout}
    describe:
      module: ansible.builtin.command
      arguments: {argv: [wc, -l, "{{ distribute_options.place | dirname }}/called"]}
      keep: {tier: stdout}
    write:
      module: ansible.builtin.command
      arguments: {argv: ["{{ distribute_options.place }}", put], stdin: "${secret}", stdin_add_newline: false}
  register: distribute_placed
"""


def test_i23_a_write_that_changes_what_describes_the_place_is_told(operations: Operations) -> None:
    """Here the program that writes notes how often it was called."""
    kinds = operations.estate.root / "inventory" / "kinds"
    kinds.mkdir()
    (kinds / "tiered.yml").write_text(_TIERED)
    operations.declare_group(lambda variables: variables.update(sfmc_kinds=str(kinds)))
    _declare(operations, name="keeper", kind="tiered", options={"place": str(_program(operations))})
    run = operations.rotate()
    assert run.status == 2 and "another tier than before" in run.said, run
    assert operations.sent("crm_sync") == ["generate"]
    assert operations.rotate().status == 0, "the secret is in place, so nothing is written"


def test_a_kind_that_nobody_knows_is_refused_before_anything_happens(operations: Operations) -> None:
    _declare(operations, name="fax", kind="fax")
    run = operations.rotate()
    assert run.status == 2, run
    assert "the kind 'fax'" in run.said and "docs/kinds.md" in run.said
    assert operations.sent("crm_sync") == []
