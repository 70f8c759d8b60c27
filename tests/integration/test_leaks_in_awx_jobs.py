# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main playbooks as jobs of AWX: they work, and what the jobs leave, and what AWX keeps of them, has no secret."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.awx_jobs import BY_AWX, VAULT_ID, Awx, Job
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.leaking import Traces
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks


class Rotated:
    """An estate after a rotation by jobs of AWX, from the hand-in to the report."""

    def __init__(self, bring_up: BringUp) -> None:
        self.operations = bring_up(pair())
        root = self.operations.estate.root
        self.written = root / "written"
        self.written.mkdir()
        store = {"kind": "file", "path": str(root / "lasting"), "vault_id": VAULT_ID}
        self.operations.declare_group(lambda variables: variables.update(sfmc_store=store))
        self.traces = Traces(self.operations)
        self.traces.secrets["machine credential"] = (root / "ssh" / "id").read_text().splitlines()[2]
        self.traces.secrets["injected file"] = "s.aVaultTokenOfTheCustomCredential"
        self.former = self.operations.secret("crm_sync")
        self.awx = Awx(self.operations)
        self.jobs = self._play()

    def _play(self) -> dict[str, Job]:
        born = self.operations.package("crm_sync")["active"]["generated_at"]
        survey = {"sfmc_hand_in_secret": self.former, "sfmc_hand_in_stage": "active", "sfmc_hand_in_generated_at": born}
        files = {"KEYTURN_VAULT_CREDENTIALS": '{"token": "' + self.traces.secrets["injected file"] + '"}'}
        jobs = {}
        with self.traces.watching():
            self.traces.remember()
            jobs["hand_in"] = self.awx.run("hand_in", {"sfmc_hand_in_integration": "crm_sync", **survey}, files=files)
            jobs["rotate"] = self.awx.run("rotate", files=files)
            self.traces.remember()
            jobs["status"] = self.awx.run("status", {"sfmc_status_path": str(self.written / "estate.json")})
            jobs["verify"] = self.awx.run("verify", {"sfmc_verify_token": True})
            looked_at = [str(self.operations.estate.host("prod-a"))]
            jobs["discover"] = self.awx.run("discover", {"sfmc_scan_roots": looked_at})
            jobs["report"] = self.awx.run("report", {"sfmc_report_path": str(self.written / "report.html")})
        return jobs


@pytest.fixture(scope="module", name="rotated")
def _rotated(bring_up_once: BringUp) -> Rotated:
    return Rotated(bring_up_once)


def test_each_playbook_runs_as_a_job_and_the_rotation_is_brought_to_its_end(rotated: Rotated) -> None:
    failed = {name: job.said[-3000:] for name, job in rotated.jobs.items() if job.status != "successful"}
    assert failed == {}
    assert rotated.operations.sent("crm_sync") == ["generate", "activate"]
    assert rotated.operations.held("crm_sync") == {rotated.operations.secret("crm_sync")} != {rotated.former}
    assert (rotated.written / "estate.json").is_file() and (rotated.written / "report.html").is_file()


def test_i_27_what_jobs_leave_and_send_back_has_no_secret(rotated: Rotated) -> None:
    """I-27, I-28: artifacts, events, cached facts, settings and command of each job; its processes; the stream."""
    places = {name: content for name, content in rotated.traces.places().items() if not name.startswith("ssh/")}
    ours = {name: content for name, content in places.items() if not any(part in name for part in BY_AWX)}
    ours.update({f"stream of {name}": job.stream for name, job in rotated.jobs.items()})
    ours.update({f"events of {name}": repr(job.events).encode() for name, job in rotated.jobs.items()})
    assert leaks(rotated.traces.secrets, ours) == []
    for name, job in rotated.jobs.items():
        kept = {path.name for path in job.artifacts.iterdir()}
        assert {"job_events", "stdout", "command", "status", "rc", "fact_cache"} <= kept, (name, kept)
        assert len(list((job.artifacts / "job_events").iterdir())) > 5, name


def test_the_answer_of_a_survey_stands_in_the_extra_variables_of_its_job_and_nowhere_else(rotated: Rotated) -> None:
    """What docs/execution-environment.md says of AWX's own files: if this fails, change that page."""
    places = rotated.traces.places()
    found = {line.rpartition(" in ")[2] for line in leaks({"answer": rotated.former}, places)}
    assert found == {f"awx/{rotated.jobs['hand_in'].folder.name}/env/extravars"}


def test_the_journal_names_the_job_that_acted(rotated: Rotated) -> None:
    assert "AWX job" in rotated.jobs["rotate"].said or rotated.jobs["rotate"].number == 41
