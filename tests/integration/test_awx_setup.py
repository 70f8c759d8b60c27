# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is set up twice over the real modules of awx.awx; the API is a stand-in that is made of their specifications."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from ansible_collections.keyturn.sfmc.tests.integration.operations import Outcome
from ansible_collections.keyturn.sfmc.tests.integration.setting_up_awx import PLAYBOOKS, Setup, controller
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.standins.controller.server import Controller
from ansible_collections.keyturn.sfmc.tests.standins.serving import serving

_WORKFLOW = "SFMC rotation with approvals"
#: Which job template gets which credentials: what a job cannot open, it cannot leak.
_STORE, _HOSTS, _PROVIDER = {"Vault: store", "SFMC rotation store"}, {"Web servers"}, {"Vault: provider"}
_GETS = {
    "status": _STORE | _PROVIDER,
    "verify": _STORE | _HOSTS,
    "discover": _STORE | _HOSTS,
    "rotate": _STORE | _HOSTS | _PROVIDER,
    "stage": _STORE | _PROVIDER,
    "distribute": _STORE | _HOSTS,
    "activate": _STORE | _PROVIDER,
    "hand in": _STORE | _PROVIDER,
    "approve": _STORE | _PROVIDER,
    "abandon": _STORE | _HOSTS | _PROVIDER,
    "acknowledge": _STORE,
    "retire": _STORE,
}
Made = tuple[Setup, Controller, Outcome]


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """AWX after the first run."""
    setup = Setup(tmp_path_factory.mktemp("awx"))
    with controller(setup.token) as awx:
        run = setup.run(awx.url, "-vvv")
        assert run.status == 0, str(run)
        assert awx.mistakes == []
        yield setup, awx, run


def _template(awx: Controller, name: str) -> dict[str, Any]:
    return awx.named("job_templates", f"SFMC {name}")


def test_everything_is_made_before_what_needs_it(made: Made) -> None:
    _setup, awx, _run = made
    order = list(dict.fromkeys(call.path.split("/")[3] for call in awx.writes()))
    assert order == [
        "credential_types",
        "credentials",
        "execution_environments",
        "projects",
        "inventories",
        "inventory_sources",
        "notification_templates",
        "job_templates",
        "workflow_job_templates",
        "workflow_job_template_nodes",
        "schedules",
        "roles",
    ]
    assert awx.named("inventory_sources", "SFMC inventory of the project")["update_on_launch"] is True


def test_a_second_run_changes_nothing_and_writes_nothing(made: Made) -> None:
    setup, awx, _run = made
    before = len(awx.writes())
    # What is said on the command line is a text.
    again = setup.run(awx.url, "-vvv", "-e", "sfmc_awx_update_secrets=false", "-e", "sfmc_awx_slices=4")
    assert again.status == 0 and again.changed == 0, str(again)
    assert awx.writes()[before:] == []
    assert awx.mistakes == []
    # It has read every object that there is, and AWX shows more of them than this output may.
    assert setup.leaked(again) == []


def test_what_is_missing_or_declared_otherwise_is_all_that_another_run_writes(made: Made) -> None:
    """Objects that somebody deleted come back where they were; the rest stays as it is."""
    setup, before, _run = made
    with controller(setup.token) as awx:
        awx.take_over(before)
        awx.remove("job_templates", "SFMC verify")
        awx.remove("workflow_approval_templates", "SFMC approve activation")
        run = setup.run(awx.url, sfmc_awx_hand_in_by="credential", sfmc_awx_approval_timeout=3600)
        assert run.status == 0 and awx.mistakes == [], str(run)
        written = {call.path.split("/")[3] for call in awx.writes()}
        assert written == {
            "job_templates",
            "workflow_job_template_nodes",
            "workflow_approval_templates",
            "schedules",
            "roles",
        }
        changed = [call for call in awx.writes() if call.path.startswith("/api/v2/job_templates/") and call.body]
        names = {(call.body or {}).get("name") for call in changed} - {None, ""}
        assert names == {"SFMC hand in", "SFMC verify"}
        node = awx.named("workflow_job_template_nodes", "verify")
        assert node["unified_job_template"] == _template(awx, "verify")["id"]
        approvals = awx.records["workflow_approval_templates"].values()
        assert [each["timeout"] for each in approvals] == [3600, 3600]
        hand_in = _template(awx, "hand in")
    # Whoever forgets the credential is refused: nobody is there to answer the playbook's question.
    assert json.loads(hand_in["extra_vars"]) == {"sfmc_hand_in_secret": ""}
    assert hand_in["ask_credential_on_launch"] is True
    assert "sfmc_hand_in_secret" not in {each["variable"] for each in hand_in["survey"]["spec"]}


def test_no_secret_is_shown(made: Made) -> None:
    setup, awx, run = made
    assert setup.leaked(run) == []
    assert '"invocation": {' in run.stdout, "the search looked at the output of -vvv"
    kept = awx.named("credentials", "SFMC rotation store")["inputs"]
    assert kept == {"aws": setup.secrets["aws"], "vault": setup.secrets["vault"]}, "what is searched for was sent"


@pytest.mark.parametrize("name", ["rotation store", "hand-in"])
def test_i27_a_credential_hands_over_paths_of_files_only(made: Made, name: str) -> None:
    """I-27: neither extra variables nor the environment of a job hold a secret."""
    _setup, awx, _run = made
    kind = awx.named("credential_types", f"SFMC {name}")
    secret = {given["id"]: f"secret of {given['id']}" for given in kind["inputs"]["fields"]}
    assert all(given["secret"] for given in kind["inputs"]["fields"])
    files = kind["injectors"]["file"]
    paths: Any = (
        "/runner/env/one" if "template" in files else SimpleNamespace(aws="/runner/env/1", vault="/runner/env/2")
    )
    shown = {"tower": SimpleNamespace(filename=paths), **secret}
    texts = {**kind["injectors"].get("env", {}), **kind["injectors"].get("extra_vars", {})}
    rendered = {word: jinja2.Template(text).render(shown) for word, text in texts.items()}
    assert all(value.startswith("/runner/env/") for value in rendered.values() if value), rendered
    assert {jinja2.Template(text).render(shown) for text in files.values()} == set(secret.values())
    assert set(rendered) == (
        {"AWS_SHARED_CREDENTIALS_FILE", "KEYTURN_VAULT_CREDENTIALS"}
        if name == "rotation store"
        else {"sfmc_hand_in_file", "sfmc_hand_in_secret"}
    )


def test_what_a_store_does_not_need_is_an_empty_path(made: Made) -> None:
    _setup, awx, _run = made
    env = awx.named("credential_types", "SFMC rotation store")["injectors"]["env"]
    given = {"tower": SimpleNamespace(filename=SimpleNamespace(aws="/1", vault="/2")), "aws": "text"}
    assert jinja2.Template(env["AWS_SHARED_CREDENTIALS_FILE"]).render(given) == "/1"
    assert jinja2.Template(env["KEYTURN_VAULT_CREDENTIALS"]).render(given) == ""


@pytest.mark.parametrize("name", list(_GETS))
def test_a_job_gets_what_it_needs_and_runs_alone(made: Made, name: str) -> None:
    """Credentials by least privilege; a limit at launch, no extra variables at launch, no second job beside it."""
    _setup, awx, _run = made
    template = _template(awx, name)
    assert set(template["credentials"]) == _GETS[name]
    assert template["playbook"] == f"playbooks/keyturn_{name.replace(' ', '_')}.yml"
    assert (template["limit"], template["ask_limit_on_launch"], template["ask_variables_on_launch"]) == (
        "prod",
        True,
        False,
    )
    assert template["allow_simultaneous"] is False
    assert template["notification_templates_error"] == ["SFMC channel", "SFMC hook"]


def test_only_the_distribution_is_sliced_and_knows_it(made: Made) -> None:
    """I-11: a slice brings and proves, and leaves the rest to a job that sees all of the inventory."""
    _setup, awx, _run = made
    slices = {name: _template(awx, name)["job_slice_count"] for name in _GETS}
    assert slices == {name: 4 if name == "distribute" else 1 for name in _GETS}
    told = {name for name in _GETS if "sfmc_sliced" in _template(awx, name)["extra_vars"]}
    assert told == {"distribute"}
    assert _template(awx, "distribute")["instance_groups"] == ["far away"]


def test_the_survey_asks_for_the_secret_as_a_password(made: Made) -> None:
    _setup, awx, _run = made
    template = _template(awx, "hand in")
    questions = {each["variable"]: each for each in template["survey"]["spec"]}
    secret = questions["sfmc_hand_in_secret"]
    assert (secret["type"], secret["required"], "default" in secret) == ("password", True, False)
    assert questions["sfmc_hand_in_integration"]["choices"] == ["crm_sync", "shop"]
    assert template["survey_enabled"] is True and template["extra_vars"] == "{}"


def test_the_workflow_asks_a_person_twice(made: Made) -> None:
    """In the order of a rotation, each node after the success of the one before; who does not answer refuses."""
    _setup, awx, _run = made
    nodes = awx.records["workflow_job_template_nodes"].values()
    names = [str(node["identifier"]) for node in nodes]
    follows = {name: awx.named("workflow_job_template_nodes", name).get("success_nodes", []) for name in names}
    way = ["status"]
    while follows[way[-1]]:
        (following,) = follows[way[-1]]
        way.append(following)
    assert way == ["status", "stage", "approve distribution", "distribute", "approve activation", "activate", "verify"]
    assert len(way) == len(nodes)
    approvals = awx.records["workflow_approval_templates"].values()
    assert {each["name"]: each["timeout"] for each in approvals} == {
        "SFMC approve distribution": 86400,
        "SFMC approve activation": 86400,
    }
    workflow = awx.named("workflow_job_templates", _WORKFLOW)
    assert (workflow["allow_simultaneous"], workflow["ask_limit_on_launch"]) == (False, True)
    assert workflow["notification_templates_approvals"] == ["SFMC channel"]


def test_schedules_verify_daily_and_rotate_only_when_switched_on(made: Made) -> None:
    _setup, awx, _run = made
    daily, window = (awx.named("schedules", f"SFMC {name}") for name in ("verify daily", "rotate in the window"))
    assert "FREQ=DAILY" in daily["rrule"] and daily["enabled"] is True
    assert "FREQ=MINUTELY;INTERVAL=15" in window["rrule"] and window["enabled"] is False
    assert daily["unified_job_template"] == _template(awx, "verify")["id"]


def test_people_are_granted_what_they_are_named_for(made: Made) -> None:
    _setup, awx, _run = made
    workflow = awx.named("workflow_job_templates", _WORKFLOW)
    assert workflow["execute_role/teams"] == ["Web team"]
    assert workflow["approval_role/users"] == ["ada"]
    runs = {name for name in _GETS if _template(awx, name).get("execute_role/teams") == ["Web team"]}
    assert runs == {"status", "verify", "discover", "rotate", "stage", "distribute", "activate"}
    decides = {name for name in _GETS if _template(awx, name).get("execute_role/users") == ["ada"]}
    assert decides == {"approve", "abandon", "acknowledge", "retire"}


def test_what_others_made_and_what_is_not_there_once_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    """Each refusal names rule, offender, expectation and way out; check mode says what would be made."""
    setup = Setup(tmp_path)
    with controller(setup.token) as awx:
        other = awx.put("organizations", name="Other")
        awx.put("job_templates", name="Foreign status", description="by hand", organization=awx.organization)
        machine = awx.named("credential_types", "Machine")["id"]
        for name, organization in (("Twice", awx.organization), ("Twice", other), ("Web, and more", other)):
            awx.put("credentials", name=name, credential_type=machine, inputs={}, organization=organization)
        awx.put("teams", name="Their team", organization=other)
        awx.put("projects", name="Elsewhere project", description="Made by keyturn.sfmc.awx", organization=other)
        before = copy.deepcopy(awx.records)
        run = setup.side_by_side(
            awx.url,
            "--check",
            new={"awx_prefix": "New", "awx_host_credentials": ["Web servers", "Web, and more"]},
            foreign={"awx_prefix": "Foreign"},
            elsewhere={"awx_prefix": "Elsewhere"},
            missing={"awx_host_credentials": ["Web servers", "Nobody's"]},
            twice={"awx_host_credentials": ["Twice"]},
            theirs={"awx_execute": {"teams": ["Their team"]}},
            nowhere={"awx_organization": "Nowhere"},
            collection={"awx_collection": "ansible.controller"},
        )
        assert awx.records == before and awx.writes() == [], str(run)
    assert {host for host, counts in run.recap.items() if not counts["failed"]} == {"new"}, str(run)
    said = run.said.replace('\\"', '"')
    for text in (
        "job_templates: New rotate",
        'job_templates "Foreign status": what others made is not taken over.',
        'projects "Elsewhere project": what others made is not taken over.',
        "give sfmc_awx_prefix another value",
        'credentials "Nobody\'s": what is named is there, once.',
        "as this token sees it; found none. Way out: make it, or correct the name;",
        'credentials "Twice": what is named is there, once. Expected one of that name in AWX,',
        "as this token sees it; found 2. Way out: rename all but one;",
        'teams "Their team": what is named is there, once. Expected one of that name in the organization Web,',
        'organizations "Nowhere": what is named is there, once.',
        "ansible-galaxy collection install ansible.controller",
    ):
        assert text in said, f"{text}\n{run}"
    assert setup.leaked(run) == []


def test_what_does_not_fit_is_refused_before_awx_is_asked(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    (channel, _hook) = setup.variables["sfmc_awx_notifications"]
    run = setup.side_by_side(
        "http://127.0.0.1:9",
        misspelt={"sfmc_awx_organisation": "Web"},
        nonsense={
            "awx_prefix": "++",
            "awx_slices": 0,
            "awx_rotate_rrule": "daily",
            "awx_store_files": {"gcp": "/none"},
            "awx_project_folder": "/etc",
            "awx_image": "",
            "awx_approve": {"people": ["ada"]},
            "awx_notifications": [{"name": "x"}],
        },
        comma={"awx_notifications": [{**channel, "name": "here, there"}]},
    )
    assert all(counts["failed"] for counts in run.recap.values()), str(run)
    for text in (
        "sfmc_awx_organisation: AWX is asked only for what can be made.",
        "sfmc_awx_prefix: AWX is asked",
        "sfmc_awx_forks, sfmc_awx_slices, sfmc_awx_approval_timeout: AWX is asked",
        "sfmc_awx_verify_rrule, sfmc_awx_rotate_rrule: AWX is asked",
        "sfmc_awx_store_files: AWX is asked",
        "sfmc_awx_project_folder, sfmc_awx_inventory_path: AWX is asked",
        "sfmc_awx_image: AWX is asked",
        "sfmc_awx_execute, sfmc_awx_hand_in, sfmc_awx_approve: AWX is asked",
        "sfmc_awx_notifications: AWX is asked",
    ):
        assert text in run.said, f"{text}\n{run}"
    assert "AWX is asked where it answers" not in run.said, f"nobody came as far as that\n{run}"
    assert setup.leaked(run) == []


def test_a_wrong_token_an_old_awx_and_somebody_elses_certificate_are_told_apart(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    with controller(setup.token) as awx, controller(setup.token, modern=False) as old:
        wrong = setup.run(awx.url, token="wrong")
        unset = setup.run(awx.url, token="")
        former = setup.run(old.url)
        assert awx.writes() == old.writes() == []
    with controller(setup.token, writing=False) as awx:
        before = copy.deepcopy(awx.records)
        reading = setup.run(awx.url)
        assert awx.records == before
    with controller(setup.token, administrator=False) as awx:
        no_administrator = setup.run(awx.url)
        assert awx.writes() == []
    with serving(lambda _environ, start: start("404 Not Found", []) or [], Authority()) as url:
        untrusted = setup.run(url)
    nobody = setup.run("http://127.0.0.1:9")
    for run, says in (
        (wrong, "AWX knows who asks. Expected a token with the scope write; found Invalid authentication credentials"),
        (unset, "AWX knows who asks. Expected a token with the scope write; found "),
        (
            reading,
            "AWX knows who asks. Expected a token with the scope write; found one of an administrator that only reads.",
        ),
        (no_administrator, "credential types are made and compared by an administrator of AWX. Expected a token of"),
        (former, "AWX 17.1.0: what is made needs execution environments and approvals."),
        (untrusted, "the token goes to a host whose certificate is verified."),
        (nobody, "AWX is asked where it answers."),
    ):
        assert run.status == 2 and says in run.said and "nothing was changed" in run.said, f"{says}\n{run}"
        assert setup.leaked(run) == []


def test_a_type_that_is_in_use_keeps_its_inputs_and_the_way_out_is_told(tmp_path: Path) -> None:
    """AWX gives the same answer to it as to a token that only reads."""
    setup = Setup(tmp_path)
    with controller(setup.token) as awx:
        mark = {"description": "Made by keyturn.sfmc.awx: Opens a store that is a secret manager", "kind": "cloud"}
        former = awx.put("credential_types", name="SFMC rotation store", inputs={"fields": []}, injectors={}, **mark)
        awx.put("credentials", name="ours", credential_type=former, inputs={}, organization=awx.organization)
        run = setup.run(awx.url)
        assert awx.records["credential_types"][former]["inputs"] == {"fields": []}
    assert run.status == 2 and "AWX keeps the inputs of a type that is in use. Expected" in run.said, str(run)
    assert "delete the credentials of that type" in run.said
    assert "nothing was changed" not in run.said, "the other type was made"


def test_a_project_without_the_playbooks_is_told_and_a_checkout_gets_them(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    with controller(setup.token) as awx:
        awx.playbooks.remove("playbooks/keyturn_hand_in.yml")
        run = setup.run(awx.url, sfmc_awx_notifications=[], sfmc_awx_store_files={})
        assert awx.records["job_templates"] == {}
    assert run.status == 2 and "Expected playbooks/keyturn_hand_in.yml; found no such file" in run.said, str(run)
    assert "sfmc_awx_checkout" in run.said
    folder = tmp_path / "rotation" / "playbooks"
    folder.mkdir(parents=True)
    ours = {f"keyturn_{name}.yml" for name in PLAYBOOKS} - {"keyturn_hand_in.yml"}
    for name in ours:
        (folder / name).write_text("# changed by us\n", encoding="ascii")
    written = setup.run("http://127.0.0.1:9", sfmc_awx_checkout="rotation")
    assert written.status == 0, str(written)
    assert {path.read_text(encoding="ascii") for path in folder.iterdir() if path.name in ours} == {"# changed by us\n"}
    assert sorted(path.stem for path in folder.iterdir()) == sorted(f"keyturn_{name}" for name in PLAYBOOKS)
    assert "import_playbook: keyturn.sfmc.hand_in\n" in (folder / "keyturn_hand_in.yml").read_text(encoding="utf-8")
