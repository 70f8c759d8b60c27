# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main playbooks as jobs of AWX: they work, what jobs leave has no secret, and what a job lacks is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.awx_jobs import BY_AWX, VAULT_ID, Awx, Job, volume, without
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.leaking import Traces
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.support.pages import ROOT


class Rotated:
    """An estate after a rotation by jobs of AWX, from the hand-in to the report."""

    def __init__(self, operations: Operations, store: str) -> None:
        self.operations = operations
        root = self.operations.estate.root
        self.written = root / "written"
        self.written.mkdir()
        _keep_in(self.operations, store)
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
            jobs["status"] = self.awx.run(
                "status", {"sfmc_status_path": str(self.written / "estate.json")}, words=("-v",)
            )
            jobs["verify"] = self.awx.run("verify", {"sfmc_verify_token": True})
            looked_at = [str(self.operations.estate.host("prod-a"))]
            jobs["discover"] = self.awx.run("discover", {"sfmc_scan_roots": looked_at}, words=("-v",))
            page = {"sfmc_report_path": str(self.written / "report.html")}
            jobs["report"] = self.awx.run("report", page, words=("-v",))
        return jobs


@pytest.fixture(scope="module", name="rotated")
def _rotated(bring_up_once: BringUp) -> Iterator[Rotated]:
    operations = bring_up_once(pair())
    with volume(operations) as store:
        yield Rotated(operations, store)


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


# --- what a job lacks ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", name="awx")
def _awx(bring_up_once: BringUp) -> Awx:
    """Jobs over an estate on which nothing has happened, and nothing will."""
    return Awx(bring_up_once(pair(), speed=0))


@pytest.fixture(name="lasting")
def _lasting(awx: Awx) -> Iterator[Awx]:
    """The same, with a store that outlives jobs."""
    with volume(awx.operations) as store:
        _keep_in(awx.operations, store)
        yield awx
    (awx.operations.estate.root / "lasting").unlink()


def test_i_45_a_store_in_the_folder_of_the_job_is_refused(awx: Awx) -> None:
    """I-45: in the execution environment that folder is not where the variable of AWX says that it is."""
    _keep_in(awx.operations, "{{ inventory_dir }}/keyturn")
    with unchanged(awx.operations):
        job = awx.run("rotate", words=())
    assert job.status == "failed" and "I-45: the journal outlives the job that writes it" in job.said, job.said
    assert f"sfmc_store.path {awx.runner}/inventory/keyturn" in job.said
    assert "Way out: mount a volume into the container group and set sfmc_store.path to it" in job.said
    assert [*awx.runner.rglob("keyturn")] == [] and "Traceback" not in job.said


@pytest.mark.parametrize("package", ("requests", "prometheus_client"), ids=("requests", "prometheus-client"))
def test_an_execution_environment_without_a_package_is_named_with_what_to_add(lasting: Awx, package: str) -> None:
    root = lasting.operations.estate.root
    asked = {"sfmc_metrics_path": str(root / "metrics.prom")}
    with unchanged(lasting.operations):
        job = lasting.run("notify", asked, environment=without(package, root / package), words=())
    assert job.status == "failed" and f"found none. Way out: pip install {package.replace('_', '-')}" in job.said
    assert "execution environment" in job.said and "Traceback" not in job.said
    assert not (root / "metrics.prom").exists()


def test_a_job_without_the_vault_credential_is_told_to_have_one(lasting: Awx) -> None:
    with unchanged(lasting.operations):
        locked = lasting.run("status", vault=False, words=())
        lasting.operations.declare_group(lambda variables: variables.update(sfmc_provider={"kind": "operator"}))
        no_store = lasting.run("status", vault=False, words=())
    assert "no vault secrets found" in locked.said and "or an AWX vault credential" in locked.said, locked.said
    assert "the file store is encrypted with Ansible Vault" in no_store.said, no_store.said
    for job in (locked, no_store):
        assert job.status == "failed" and "AWX vault credential" in job.said and "Traceback" not in job.said


def test_a_credential_that_hands_in_answers_what_the_playbook_would_ask(lasting: Awx) -> None:
    """The job reads the file: it refuses what stands there, instead of waiting for an answer that nobody gives."""
    kinds = yaml.safe_load((ROOT / "roles" / "awx" / "vars" / "main.yml").read_text().replace("!unsafe ", ""))
    (injected,) = [
        kind["injectors"]["extra_vars"] for kind in kinds["__awx_credential_types"] if kind["name"] == "hand-in"
    ]
    file = lasting.operations.estate.root / "handed-in"
    file.touch(0o600)
    file.write_text("no secret")
    given = {name: text.replace("{{ tower.filename }}", str(file)) for name, text in injected.items()}
    with unchanged(lasting.operations):
        job = lasting.run("hand_in", {"sfmc_hand_in_integration": "crm_sync", **given}, words=())
    assert job.status == "failed" and "I-22: only a client secret is kept as a client secret" in job.said, job.said
    assert "9 characters in another form" in job.said


def test_a_lookup_without_requests_says_so(pair_of_hosts: Operations) -> None:
    token = {"ansible.builtin.debug": {"msg": "{{ lookup('keyturn.sfmc.access_token', 'crm_sync') | length }}"}}
    with unchanged(pair_of_hosts):
        lacking = without("requests", pair_of_hosts.estate.root / "lacking")
        asked = pair_of_hosts.play([token], env=lacking, hosts="prod-a")
    assert asked.status == 2 and "Python library requests. Expected requests in the Python" in asked.said, asked
    assert "Traceback" not in asked.said


def _keep_in(operations: Operations, path: str) -> None:
    store = {"kind": "file", "path": path, "vault_id": VAULT_ID}
    operations.declare_group(lambda variables: variables.update(sfmc_store=store))
