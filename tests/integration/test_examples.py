# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every task in the EXAMPLES of modules and lookups, and every play of a role's page, is run, in one story.

Two environments, a simulator, hosts with files. First a rotation with the plays of the roles' pages; then one with the
tasks of the EXAMPLES: due, staged, proved, approved, activated although one host is lost; then what is left when that
host is gone. What an example cannot know is put in its place by `_fitted`: folders below a host's own, a date, the
address of the simulator. The role `awx` sets a controller up and is left to `test_awx_setup.py`. The few examples that
ask other systems are held against the documented arguments, as all are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.support import examples
from ansible_collections.keyturn.sfmc.tests.support.pages import ROOT, blocks
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
)
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

MODULES = examples.tasks("modules")
LOOKUPS = examples.tasks("lookup")
EXAMPLES = {**MODULES, **LOOKUPS}
#: Examples that ask a system which is not here, and the test that runs such a task against a stand-in of it.
ELSEWHERE = {
    "aws_secret_value": "test_kinds_aws_and_http.py",
    "github_actions_secret": "test_kinds_apis.py",
    "remote_secret": "test_kinds_apis.py",
}
Task = dict[str, Any]
_FOLDERS = re.compile(r"^/(?=(?:etc|home|opt|srv|usr|var)(?:/|$))")
_REST = "https://mc0000000000000000000000-xx.rest.marketingcloudapis.com"
_HOOK = "[{kind: tasks, file: /nowhere/page.yml, on: [expired]}]"


class Story:
    """Plays that are made of examples, and which of them were told."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self.told: set[tuple[str, int]] = set()

    def example(self, plugin: str, *numbers: int, **more: Any) -> list[Task]:
        """Return tasks of a plugin's EXAMPLES, by default all; ``more`` are keywords, such as ``vars``."""
        chosen = numbers or tuple(range(len(EXAMPLES[plugin])))
        self.told |= {(plugin, number) for number in chosen}
        return [{**self._fitted(EXAMPLES[plugin][number]), **more} for number in chosen]

    def page(self, role: str) -> list[Task]:
        """Return the plays of a role's page."""
        (block,) = [block for block in blocks(ROOT / "roles" / role / "README.md") if block.language == "yaml"]
        return [self._fitted(play) for play in yaml.safe_load(block.text)]

    def package(self, what: str = "", integration: str = "crm_sync") -> list[Task]:
        """Return a task that asks the simulator for the package, or clicks in its Setup first."""
        of = f"sfmc_integrations.{integration}"
        url = f"{{{{ {of}.auth_url }}}}/_sim/packages/{{{{ {of}.client_id }}}}"
        ask = {"url": f"{url}{what}", "method": "POST" if what else "GET", "status_code": [200, 201]}
        return [{"ansible.builtin.uri": ask, "register": "package", "run_once": True, "no_log": True}]

    def clock(self, **change: float) -> list[Task]:
        """Return a task that moves the simulator's clock, or lets it run at another speed."""
        url = "{{ sfmc_integrations.crm_sync.auth_url }}/_sim/clock"
        move = {"url": url, "method": "POST", "body_format": "json", "body": change}
        return [{"ansible.builtin.uri": move, "run_once": True}]

    def run(self, plays: list[Task], **variables: Any) -> Outcome:
        """Run plays in one process; everything in them has to go well."""
        path = self._operations.estate.root / "story.yml"
        path.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
        return self._operations.playbook(str(path), limit="all", **variables)

    def _fitted(self, said: Any) -> Any:
        """Return an example with what it cannot know put in its place."""
        if isinstance(said, dict):
            fitted = {key: self._fitted(value) for key, value in said.items()}
            for module in ("keyturn.sfmc.staged_secret", "keyturn.sfmc.active_secret"):
                if module in fitted:
                    # The simulator's clock is faster than the one that the default looks at.
                    fitted[module] = {**fitted[module], "poll": 0.1}
            return fitted
        if isinstance(said, list):
            return [self._fitted(value) for value in said]
        return self._text(said) if isinstance(said, str) else said

    def _text(self, said: str) -> str:
        if said == "{{ sfmc_hand_in_generated_at }}":
            return str(self._operations.package("crm_sync")["active"]["generated_at"])
        if said == "5e0c3ab5d2e41f77":
            return "{{ rotation.integrations[0].evidence }}"
        said = said.replace(_REST, self._operations.estate.simulator.address.url)
        return _FOLDERS.sub("{{ host_root }}/", said)


def _play(hosts: str, *tasks: list[Task]) -> Task:
    return {
        "hosts": hosts,
        "gather_facts": False,
        "any_errors_fatal": True,
        "tasks": [task for some in tasks for task in some],
    }


def _declaration() -> Declaration:
    mule = Dependent("crm_sync", "mule runtime", (ConfigFile("/opt/mule/conf/sfmc.properties", "properties", "s.c"),))
    due = Integration("crm_sync", "CRM Sync", age_days=170)
    audit = Integration("audit", "Audit", age_days=10, scopes=("users_read",))
    hosts = [Host(name, "prod", (mule,)) for name in ("mule1", "mule9")]
    return Declaration(
        "examples",
        (Environment("prod", (due,), "http"), Environment("dev", (due, audit), "operator")),
        (*hosts, Host("vendors", "prod", ()), Host("dev-mule1", "dev", (mule,))),
    )


@pytest.fixture
def operations() -> Iterator[Operations]:
    """The estate of the story: hosts have the folders that the examples name, and a program."""
    estate = Estate(Path(mkdtemp(prefix="kt-examples-")) / "estate", _declaration(), speed=600, transport="local")
    try:
        operations = Operations(estate.up())
        operations.declare_group(_say_that_nobody_depends_on_audit, "dev")
        operations.declare_group(lambda variables: variables.update(sfmc_approval=True))
        for host in estate.hosts():
            _furnish(estate.host(host))
            own = {"host_root": str(estate.host(host)), "ansible_become": False, "sfmc_notify": yaml.safe_load(_HOOK)}
            operations.declare_variables(host, **own)
        yield operations
    finally:
        estate.remove()
        estate.root.parent.rmdir()


def _say_that_nobody_depends_on_audit(variables: dict[str, Any]) -> None:
    variables["sfmc_integrations"]["audit"]["dependents"] = "none"


def _furnish(root: Path) -> None:
    for name in ("opt/app", "home", "srv/audit/sfmc", "var/www/keyturn", "var/lib/keyturn", "usr/local/bin"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "var/lib/node_exporter/textfile").mkdir(parents=True)
    keeper = root / "usr/local/bin/keeper"
    keeper.write_text("#!/bin/sh\necho kept\n", encoding="ascii")
    keeper.chmod(0o755)


def _well(ended: Outcome) -> Outcome:
    assert ended.status == 0, str(ended)
    return ended


def test_every_example_and_every_play_of_a_roles_page_runs(operations: Operations) -> None:
    story = Story(operations)
    first = operations.secret("crm_sync")
    for chapter in (_with_roles, _with_modules, _afterwards):
        chapter(story, operations)
    assert operations.rotation("crm_sync").closed_at is not None
    assert operations.secret("crm_sync") != first
    missing = {(name, number) for name, tasks in EXAMPLES.items() for number in range(len(tasks))} - story.told
    assert {name for name, _number in missing} == set(ELSEWHERE), "an example that nothing runs"


def _with_roles(story: Story, operations: Operations) -> None:
    """A rotation as the roles' pages write it, without an approval."""
    known = story.example("active_secret", 1, vars={"sfmc_hand_in_secret": "{{ package.json.active.secret }}"})
    hand_in = _play("prod", story.package(), known)
    rotation = [*story.page("stage"), *story.page("distribute"), *story.page("activate")]
    others = [play for role in ("discover", "notify", "report") for play in story.page(role)]
    ended = story.run(
        [hand_in, *rotation, *others], sfmc_approval=False, stage_poll=0.1, activate_poll=0.1, stage_wait=86_400
    )
    _well(ended)
    assert "crm_sync: closed" in ended.stdout, str(ended)


def _with_modules(story: Story, operations: Operations) -> None:
    """One more rotation of prod as EXAMPLES write it, with a person's screen and a host that is out of reach."""
    segment = {"integration": "crm_sync", "name": "segment", "kind": "manual", "options": {"where": "Segment"}}
    operations.declare_host("vendors", lambda dependents: dependents.append(segment))
    near, rotation = "prod:!mule9", story.example("rotation_info", 0)
    brought: list[Task] = [
        {"keyturn.sfmc.attestation": {"state": "begun"}, "run_once": True},
        {"keyturn.sfmc.deployed_secret": None, "register": "distribute_deployed"},
    ]
    plays = [
        _play("mule1", story.example("adopted_secret")),
        _play(near, story.example("token_test"), story.example("program_output")),
        _play("prod", *map(story.example, ("rotation_info", "status", "metrics", "notices", "report"))),
        _play("prod", story.example("rehearsal")),
        _play(near, story.example("secret_scan"), story.example("discovery")),
        _play("prod", story.clock(advance_seconds=301), story.example("staged_secret", 0)),
        _play(near, brought, story.example("attestation", 0), story.example("deployed_secret")),
        _play("prod", story.example("attestation", 1), story.example("activation_decision", 1)),
        _play("prod", rotation, story.example("activation_decision", 0), story.example("active_secret", 0)),
    ]
    ended = story.run(plays, sfmc_force="a story")
    # The last task says whom the activation has left behind, as it should.
    assert "active secret proved on every dependent; found not yet on 1: mule9/mule runtime" in ended.said, str(ended)
    assert len(re.findall("^fatal: ", ended.stdout, re.MULTILINE)) == 1, str(ended)


def _afterwards(story: Story, operations: Operations) -> None:
    """The lost host is out of the inventory; a person generates for dev, and gives up; what only reads, reads."""
    operations.declare_host("mule9", lambda dependents: dependents.clear())
    operations.declare_group(lambda variables: variables.update(sfmc_force="a story of dev"), "dev")
    known = story.example("active_secret", 1, vars={"sfmc_hand_in_secret": "{{ package.json.active.secret }}"})
    staged = story.example("staged_secret", 1, vars={"sfmc_hand_in_secret": "{{ package.json.staged.secret }}"})
    secret = {"integration": "audit", "client_secret": "{{ package.json.active.secret }}"}
    audit = [{"keyturn.sfmc.active_secret": secret, "run_once": True}]
    plays = [
        _play("prod", story.example("attestation", 2), story.example("active_secret", 0)),
        # A token lives for two seconds of this machine at the other speed.
        _play("mule1", story.clock(speed=1), story.example("drift"), story.example("access_token")),
        _play("mule1", story.clock(speed=600), story.example("client_secret"), story.example("host_document")),
        _play("prod", story.example("audit_record")),
        _play("dev", story.package("", "audit"), audit, story.example("installed_package_info")),
        _play("dev", story.package(), known, story.example("staged_secret", 0)),
        _play("dev", story.package("/generate"), staged, story.example("staged_secret", 2)),
    ]
    _well(story.run(plays))
    app = operations.estate.host("mule1") / "opt/app/.env"
    assert app.read_text(encoding="utf-8") == f"SFMC_CLIENT_SECRET={operations.secret('crm_sync')}\n"
    assert list((operations.estate.host("mule1") / "srv/audit/sfmc").iterdir()), "an audit record"


TASKS = [(f"{name}-{number}", name, task) for name, tasks in MODULES.items() for number, task in enumerate(tasks)]


@pytest.mark.parametrize(("module", "task"), [each[1:] for each in TASKS], ids=[each[0] for each in TASKS])
def test_an_example_gives_the_documented_arguments(module: str, task: Task) -> None:
    """Values that a template makes at run time count as they are written."""
    named = [name for name in task if name.startswith("keyturn.sfmc.")]
    for name in named:
        validated = ArgumentSpecValidator(examples.arguments(name.removeprefix("keyturn.sfmc."))).validate(
            _written(task[name] or {})
        )
        assert not validated.error_messages, validated.error_messages
        assert not re.search(r"20\d\d-\d\d-\d\d", str(task[name])), "a day that passes"
    assert task["name"], "a task says what it does"


def _written(arguments: Task) -> Task:
    """Return arguments as they are written, but for whole values that a template makes: any type may come of them."""
    return {name: {} if str(value).startswith("{{ status.estate") else value for name, value in arguments.items()}
