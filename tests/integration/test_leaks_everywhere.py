# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to run a rotation that keep more than others; afterwards every secret is searched for in all that they left."""

from __future__ import annotations

import stat
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.leaking import Traces
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged

_MODULES: dict[str, dict[str, Any]] = {
    "active_secret": {},
    "attestation": {},
    "deployed_secret": {},
    "remote_secret": {
        "integration": "crm_sync",
        "dependent": "mule",
        "write": {"module": "ansible.builtin.command", "arguments": {"argv": ["echo", "${secret}"]}},
    },
    "rotation_info": {},
    "staged_secret": {},
    "token_test": {"integration": "crm_sync"},
}


def _ready(bring_up: BringUp) -> tuple[Operations, Traces]:
    """Return an estate whose next run distributes, and its traces so far."""
    operations = bring_up(pair(), speed=0)
    traces = Traces(operations)
    operations.hand_in_active("crm_sync")
    traces.remember()
    assert operations.rotate(sfmc_wait=0).status == 0
    operations.estate.simulator.advance(301)
    traces.remember()
    return operations, traces


def test_i_28_every_playbook_through_ansible_runner(bring_up: BringUp) -> None:
    """I-27, I-28: events, artifacts and cached facts of ansible-runner, which is what AWX keeps of a job."""
    operations = bring_up(pair(provider="operator"), speed=0)
    traces = Traces(operations)
    traces.remember()
    secret = operations.secret("crm_sync")
    given = {"sfmc_hand_in_integration": "crm_sync", "sfmc_hand_in_secret": secret, "sfmc_hand_in_stage": "active"}
    given["sfmc_hand_in_generated_at"] = operations.package("crm_sync")["active"]["generated_at"]
    runs = [traces.through_runner("hand_in", **given)]
    with traces.watching():
        runs += [traces.through_runner("rotate", sfmc_wait=0), traces.through_runner("status")]
        runs += [traces.through_runner("abandon", sfmc_abandon_integration="crm_sync", sfmc_wait=0)]
    assert [run.status for run in runs] == [0, 0, 0, 0], runs
    events = [name for name in traces.places() if "/job_events/" in name]
    assert len(events) > 40, f"ansible-runner left {len(events)} events"
    assert traces.leaked() == []


def test_i_27_every_playbook_that_looks_and_writes_down(bring_up: BringUp) -> None:
    """I-27, I-28: discovery, verification, report, metrics, evidence; at `-vvvv --diff`, and in all that they write."""
    operations, traces = _ready(bring_up)
    assert operations.rotate(sfmc_wait=0).status == 0
    traces.remember()
    host, active = operations.estate.host("prod-a"), operations.secret("crm_sync")
    (host / "opt/etl").mkdir(parents=True)
    lines = (
        f"CLIENT_SECRET='{active}' # {active}",
        f"curl -d client_secret={active}",
        f"https://a:{active}@example.com",
    )
    (host / "opt/etl/jobs.txt").write_text("\n".join(lines))
    written = traces.root / "written"
    written.mkdir()
    roots = {"sfmc_scan_roots": [str(host)], "sfmc_scan_state": str(traces.root / "tmp" / "scan.json")}
    with traces.watching():
        found = traces.playbook("discover", limit="prod-a", sfmc_discover_path=str(written), **roots)
        runs = [
            found,
            traces.playbook("verify", sfmc_verify_token=True),
            traces.playbook("status", sfmc_status_path=str(written / "estate.json")),
            traces.playbook("report", sfmc_report_path=str(written / "report.html")),
            traces.playbook("notify", sfmc_metrics_path=str(written / "sfmc.prom")),
            traces.playbook("evidence", sfmc_evidence_path=str(written)),
        ]
    assert [run.status for run in runs] == [0] * len(runs), [run.said[-2000:] for run in runs if run.status]
    assert "opt/etl/jobs.txt" in found.said, "the scan found nothing: the search proves nothing"
    (host / "opt/etl/jobs.txt").unlink()
    assert traces.leaked() == []


@pytest.mark.parametrize("callback", ("ansible.posix.json", "ansible.posix.jsonl", "ansible.builtin.oneline"))
def test_i_27_other_callbacks(bring_up: BringUp, callback: str) -> None:
    """I-27: a distribution and an activation, with a callback that shows whole results."""
    operations, traces = _ready(bring_up)
    run = traces.playbook("rotate", env={**traces.with_json(), "ANSIBLE_STDOUT_CALLBACK": callback}, sfmc_wait=0)
    assert run.status == 0 and operations.sent("crm_sync") == ["generate", "activate"], run.said[-3000:]
    traces.remember()
    assert '"fingerprint"' in run.stdout, "no result was shown"
    assert traces.leaked() == []


def test_i_29_async_is_refused_by_every_module(bring_up: BringUp) -> None:
    """I-29: Ansible would keep arguments and results of a background job in files of the host."""
    operations, traces = _ready(bring_up)
    for poll in (1, 0):
        tasks: list[dict[str, Any]] = [
            {f"keyturn.sfmc.{name}": arguments, "async": 30, "poll": poll, "ignore_errors": True}
            for name, arguments in _MODULES.items()
        ]
        with unchanged(operations):
            run = traces.play(tasks, hosts="prod-b")
        said = run.said.count("no secret goes into a background job. Expected a task without async")
        assert run.status == 0 and said >= len(_MODULES), run.said[-3000:]
        assert run.recap["prod-b"]["ignored"] == len(_MODULES), run.recap
        assert "Traceback" not in run.said
    assert traces.leaked() == []


def test_i_29_kept_remote_files_hold_what_the_warning_says_and_nothing_else_does(bring_up: BringUp) -> None:
    """I-29: what docs/safety.md says of ANSIBLE_KEEP_REMOTE_FILES: a warning, private folders on the hosts."""
    _operations, traces = _ready(bring_up)
    with traces.watching():
        run = traces.playbook("rotate", env={"ANSIBLE_KEEP_REMOTE_FILES": "true"}, sfmc_wait=0)
    assert run.status == 0, run.said[-3000:]
    assert "ANSIBLE_KEEP_REMOTE_FILES leaves module arguments, secrets among them, on the hosts" in run.said
    found = traces.leaked()
    assert found, "the warning is not true any more: change docs/safety.md"
    assert [line for line in found if " in remote-tmp/" not in line] == []
    kept = list((traces.root / "remote-tmp").iterdir())
    assert kept and all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in kept), kept
