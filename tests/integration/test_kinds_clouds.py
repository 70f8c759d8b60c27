# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure and Google as dependents: their collections' own modules and SDKs, against stand-ins of their APIs.

One rotation meets everything: an app whose setting somebody changed, an app that nobody may touch, a list of versions
that lags behind; then both apps are mended, and it goes on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.standins import azure, google
from ansible_collections.keyturn.sfmc.tests.standins.azure_sdk import fill_gaps
from ansible_collections.keyturn.sfmc.tests.standins.internet import Record, internet
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import collections_path

ECOSYSTEM = collections_path().parent / "ecosystem"
#: Set by the gate `azure`, which installs all that azure.azcollection asks for.
WHOLE_AZURE_SDK = "KEYTURN_WHOLE_AZURE_SDK"
VAULT = "acme-prod.vault.azure.net"
APP, SLOT = ("orders-rg", "orders-fn", ""), ("orders-rg", "orders-fn", "staging")
OTHERS = {
    "AzureWebJobsStorage": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=b3RoZXI=",
    "FUNCTIONS_EXTENSION_VERSION": "~4",
    "Sfmc:Url": "https://example.com/?a=1&b=2",
    "EMPTY": "",
}
TAGS = {"owner": "crm-team", "cost-centre": "4711"}
DOCUMENT = '{"sfmc": {"secret": "%s"},\n  "database": "%s",   "retries": 3}\n'


@dataclass
class Clouds:
    """The stand-ins, what was asked of them, and the environment in which Ansible reaches them."""

    azure: azure.Azure
    google: google.SecretManager
    record: Record
    environment: dict[str, str]
    database: str = field(default_factory=make_new_secret, repr=False)

    def world(self) -> dict[str, Any]:
        """Return all that they hold."""
        return deepcopy({"vaults": self.azure.vaults, "apps": self.azure.settings, "google": self.google.secrets})

    def values(self) -> dict[str, str]:
        """Return the newest text at each place."""
        return {
            "vault": self.azure.vaults[VAULT, "sfmc-client-secret"][-1].value,
            "vault document": self.azure.vaults[VAULT, "crm-settings"][-1].value,
            "app": self.azure.settings[APP]["SFMC_CLIENT_SECRET"],
            "slot": self.azure.settings[SLOT]["Sfmc:ClientSecret"],
            "google": self.google.secrets["", "sfmc-client-secret"][-1].value,
            "google document": self.google.secrets["europe-west3", "crm"][-1].value,
        }


@dataclass
class Story:
    """What was done, in order, and what the clouds held after each step."""

    operations: Operations
    clouds: Clouds
    old: str = field(repr=False)
    stranger: str = field(repr=False)
    runs: dict[str, Outcome] = field(default_factory=dict)
    worlds: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def new(self) -> str:
        """The secret that was generated."""
        return self.operations.secret("crm_sync")

    def after(self, step: str, run: Outcome) -> None:
        """Keep what a step left."""
        self.runs[step] = run
        self.worlds[step] = self.clouds.world()
        asked = self.clouds.record.asked
        self.writes[step] = [f"{one.method} {one.path}" for one in asked if _is_write(one.method, one.path)]
        asked.clear()


def _is_write(method: str, path: str) -> bool:
    return method != "GET" and not path.endswith(("/config/appsettings/list", "/token"))


def _entries(clouds: Clouds) -> list[dict[str, Any]]:
    """The examples of docs/kinds.md."""
    login = {
        "subscription_id": clouds.azure.subscription_id,
        "tenant": clouds.azure.tenant,
        "client_id": clouds.azure.client_id,
        "secret": clouds.azure.client_secret,
    }
    vault = {"vault_uri": f"https://{VAULT}", **login}
    app = {"resource_group": APP[0], "name": APP[1], **login}
    project = {"project": clouds.google.project, "auth_kind": "accesstoken", "access_token": clouds.google.token}
    places = {
        "vault": ("azure_key_vault", {"name": "sfmc-client-secret", "expires_days": 180, **vault}),
        "vault document": ("azure_key_vault", {"name": "crm-settings", "key": "sfmc.secret", **vault}),
        "app": ("azure_functionapp", {"setting": "SFMC_CLIENT_SECRET", **app}),
        "slot": ("azure_functionapp", {"setting": "Sfmc:ClientSecret", "slot": SLOT[2], **app}),
        "google": ("gcp_secret_manager", {"name": "sfmc-client-secret", "old_versions": "disable", **project}),
        "google document": (
            "gcp_secret_manager",
            {"name": "crm", "key": "sfmc.secret", "location": "europe-west3", **project},
        ),
    }
    return [
        {"integration": "crm_sync", "name": name, "kind": kind, "options": options}
        for name, (kind, options) in places.items()
    ]


def _fill(clouds: Clouds, secret: str) -> None:
    """Put the active secret everywhere, with neighbours that have to stay."""
    document = DOCUMENT % (secret, clouds.database)
    vaults, google_secrets = clouds.azure.vaults, clouds.google.secrets
    vaults[VAULT, "sfmc-client-secret"] = [azure.SecretVersion(secret, "text/plain", dict(TAGS))]
    vaults[VAULT, "crm-settings"] = [azure.SecretVersion(document)]
    clouds.azure.settings[APP] = {**OTHERS, "SFMC_CLIENT_SECRET": secret}
    clouds.azure.settings[SLOT] = {**OTHERS, "Sfmc:ClientSecret": secret}
    google_secrets["", "sfmc-client-secret"] = [google.SecretVersion(make_new_secret()), google.SecretVersion(secret)]
    google_secrets["europe-west3", "crm"] = [google.SecretVersion(document)]


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    folder = tmp_path_factory.mktemp("clouds")
    gaps = fill_gaps(ECOSYSTEM / "ansible_collections", folder / "gaps")
    if os.environ.get(WHOLE_AZURE_SDK):
        assert gaps == [], "the gate azure is to prove it with all packages"
    record = Record()
    there = Clouds(azure.Azure(record), google.SecretManager(record), record, {})
    with (
        pytest.MonkeyPatch.context() as patch,
        internet(folder, {**there.azure.hosts(), **there.google.hosts()}, record) as reached,
    ):
        for name in [name for name in os.environ if name.startswith(("AZURE_", "GCP_", "GOOGLE_", "GCE_"))]:
            patch.delenv(name)
        there.environment = {
            **reached,
            "PYTHONPATH": str(folder / "gaps"),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections_path()}{os.pathsep}{ECOSYSTEM}",
        }
        yield there


@pytest.fixture(scope="module")
def story(bring_up_once: BringUp, clouds: Clouds) -> Story:
    operations = bring_up_once()
    operations.hand_in_active("crm_sync")
    path = operations.estate.root / "inventory/host_vars/prod-b.yml"
    variables = yaml.safe_load(path.read_text())
    variables["sfmc_dependents"] += _entries(clouds)
    path.write_text(yaml.safe_dump({**variables, "ansible_connection": "local"}))
    told = Story(operations, clouds, operations.secret("crm_sync"), make_new_secret())
    _fill(clouds, told.old)
    clouds.azure.settings[APP]["SFMC_CLIENT_SECRET"] = told.stranger
    clouds.azure.forbidden.add(SLOT)
    clouds.google.late = 1
    versions = clouds.google.secrets["", "sfmc-client-secret"]
    clouds.google.destroyed, clouds.google.arriving = versions[0], google.SecretVersion(told.stranger)
    told.after("held up", operations.rotate("-vvvv", "--diff", env=clouds.environment))
    del versions[-1]
    clouds.azure.settings[APP]["SFMC_CLIENT_SECRET"] = told.old
    clouds.azure.forbidden.clear()
    told.after("checked", operations.rotate("--check", "--diff", env=clouds.environment))
    told.after("done", operations.rotate(env=clouds.environment))
    told.after("again", operations.rotate(env=clouds.environment))
    one_of_each = _kinds(clouds, "vault", "slot", "google")
    told.after("kinds again", operations.play(one_of_each, "-vvvv", limit="prod-b", env=clouds.environment))
    return told


def _kinds(clouds: Clouds, *names: str) -> list[dict[str, Any]]:
    """The tasks of the kinds of some dependents, without a rotation around them."""
    return [
        {
            "name": f"{entry['name']} alone",
            "ansible.builtin.include_role": {
                "name": "keyturn.sfmc.distribute",
                "tasks_from": f"kinds/{entry['kind']}",
                "apply": {"ignore_errors": True},
            },
            "vars": {
                "distribute_dependent": {"client_id": "crm_sync", "name": entry["name"]},
                "distribute_options": entry["options"],
            },
        }
        for entry in _entries(clouds)
        if entry["name"] in names
    ]


def test_everything_but_what_is_wrong_is_served_at_once(story: Story) -> None:
    run, held = story.runs["held up"], story.worlds["held up"]
    assert run.status == 2, run
    assert held["vaults"][VAULT, "sfmc-client-secret"][-1].value == story.new
    assert held["google"]["europe-west3", "crm"][-1].value == DOCUMENT % (story.new, story.clouds.database)
    assert held["apps"][SLOT]["Sfmc:ClientSecret"] == story.old
    assert len(story.writes["held up"]) == 6, "two vault secrets, two of Google, two old versions to disable"


def test_i24_a_setting_that_somebody_changed_is_left_alone(story: Story) -> None:
    held = story.worlds["held up"]["apps"][APP]
    assert held == {**OTHERS, "SFMC_CLIENT_SECRET": story.stranger}
    assert "prod-b/app (" in story.runs["held up"].said and "found an unknown value" in story.runs["held up"].said


def test_what_azure_refuses_is_said_in_its_own_words(story: Story) -> None:
    assert "AuthorizationFailed" in story.runs["held up"].said


def test_i31_check_mode_says_what_it_would_do_and_writes_nothing(story: Story) -> None:
    run = story.runs["checked"]
    assert run.status == 0, run
    assert run.tasks["keyturn.sfmc.distribute : Bring the secret to an app setting of an Azure function app"]
    assert run.recap["prod-b"]["changed"] >= 2
    assert story.writes["checked"] == []
    assert story.worlds["checked"]["apps"][APP]["SFMC_CLIENT_SECRET"] == story.old


def test_the_rotation_is_closed_with_one_generation_and_one_activation(story: Story) -> None:
    assert story.runs["done"].status == 0, story.runs["done"]
    assert story.operations.sent("crm_sync") == ["generate", "activate"]
    evidence = {one.dependent: one.evidence for one in story.operations.rotation("crm_sync").attestations}
    assert {evidence[f"prod-b/{name}"] for name in story.clouds.values()} == {"token"}


def test_a_vault_secret_gets_a_version_with_its_content_type_and_tags(story: Story) -> None:
    old, new = story.worlds["done"]["vaults"][VAULT, "sfmc-client-secret"]
    assert (old.value, new.value) == (story.old, story.new)
    assert (new.content_type, new.tags) == ("text/plain", TAGS)
    assert new.attributes.keys() == {"exp"}
    assert 179 < (new.attributes["exp"] - time.time()) / 86400 < 180.01


def test_i23_one_key_of_a_vault_document_is_replaced_and_the_rest_stays_byte_for_byte(story: Story) -> None:
    old, new = story.worlds["done"]["vaults"][VAULT, "crm-settings"]
    assert new.value == old.value.replace(story.old, story.new) == DOCUMENT % (story.new, story.clouds.database)
    assert (new.content_type, new.tags, new.attributes) == (None, None, {})


def test_i23_one_app_setting_is_replaced_and_the_others_stay(story: Story) -> None:
    apps = story.worlds["done"]["apps"]
    assert apps[APP] == {**OTHERS, "SFMC_CLIENT_SECRET": story.new}
    assert apps[SLOT] == {**OTHERS, "Sfmc:ClientSecret": story.new}
    puts = [line for line in story.writes["done"] if line.startswith("PUT")]
    assert len(puts) == len(story.writes["done"]) == 2, "each once, and nothing of the app beside its settings"
    assert all(line.endswith("/config/appsettings") for line in puts)


def test_a_google_secret_gets_a_version_and_the_older_ones_are_disabled_where_that_is_wanted(story: Story) -> None:
    """The list of versions did not show the new one at first: the reading back waited."""
    kept = story.worlds["done"]["google"]["", "sfmc-client-secret"]
    assert [version.state for version in kept] == ["DESTROYED", "DISABLED", "ENABLED"]
    assert kept[-1].value == story.new


def test_a_newer_version_of_somebody_else_takes_none_from_us_and_an_older_one_that_is_gone_is_no_failure(
    story: Story,
) -> None:
    *_older, ours, theirs = story.worlds["held up"]["google"]["", "sfmc-client-secret"]
    assert (ours.value, ours.state) == (story.new, "ENABLED")
    assert (theirs.value, theirs.state) == (story.stranger, "ENABLED")
    assert "google (" not in story.runs["held up"].said


def test_a_regional_google_document_keeps_its_other_members_and_its_old_version(story: Story) -> None:
    kept = story.worlds["done"]["google"]["europe-west3", "crm"]
    assert [version.value for version in kept] == [
        DOCUMENT % (each, story.clouds.database) for each in (story.old, story.new)
    ]
    assert [version.state for version in kept] == ["ENABLED", "ENABLED"]


def test_another_run_changes_nothing_and_asks_no_cloud(story: Story) -> None:
    assert (story.runs["again"].status, story.runs["again"].changed) == (0, 0), story.runs["again"]
    assert story.worlds["again"] == story.worlds["done"]


def test_a_kind_that_finds_its_secret_in_place_writes_nothing(story: Story) -> None:
    run = story.runs["kinds again"]
    assert (run.status, run.changed) == (0, 0), run
    assert run.recap["prod-b"]["ignored"] == 0
    assert story.writes["kinds again"] == []
    assert story.worlds["kinds again"] == story.worlds["done"]


def test_what_is_missing_on_the_controller_or_the_host_is_named_with_the_way_out(story: Story, tmp_path: Path) -> None:
    """No google.cloud, and an azure.azcollection without its packages."""
    (tmp_path / "ansible_collections").mkdir()
    (tmp_path / "ansible_collections/azure").symlink_to(ECOSYSTEM / "ansible_collections/azure")
    (tmp_path / "azure").mkdir()
    (tmp_path / "azure/__init__.py").touch()
    paths = f"{collections_path()}{os.pathsep}{tmp_path}"
    poor = {**story.clouds.environment, "ANSIBLE_COLLECTIONS_PATH": paths, "PYTHONPATH": str(tmp_path)}
    run = story.operations.play(_kinds(story.clouds, "vault", "google"), limit="prod-b", env=poor)
    assert run.recap["prod-b"]["ignored"] == 2, run
    assert "Failed to import the required Python library (ansible[azure]" in run.said, run
    assert "ansible-galaxy collection install google.cloud" in run.said
    assert story.clouds.world() == story.worlds["done"]


def test_i27_no_secret_and_no_credential_is_in_anything_that_was_printed(story: Story) -> None:
    clouds = story.clouds
    hidden = {
        "old": story.old,
        "new": story.new,
        "stranger": story.stranger,
        "neighbour in a document": clouds.database,
        "neighbour among the settings": OTHERS["AzureWebJobsStorage"],
        "secret of the Azure application": clouds.azure.client_secret,
        "token for Google": clouds.google.token,
    }
    printed = {name: (run.stdout + run.stderr).encode() for name, run in story.runs.items()}
    assert leaks(hidden, printed) == []


def test_nothing_was_asked_that_the_apis_do_not_have(story: Story) -> None:
    assert story.clouds.record.unknown == []
