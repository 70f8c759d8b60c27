# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every wrong declaration is refused with rule, offender, expected, found and way out, and nothing changes (I-44)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged


@pytest.fixture(scope="module")
def once(bring_up_once: BringUp) -> Operations:
    operations = bring_up_once(pair())
    operations.hand_in_active("crm_sync")
    return operations


@pytest.fixture
def operations(once: Operations) -> Iterator[Operations]:
    """The module's estate; declarations are as they were, afterwards."""
    files = list((once.estate.root / "inventory").rglob("*.yml"))
    before = {path: path.read_bytes() for path in files}
    yield once
    for path, content in before.items():
        path.write_bytes(content)


class Bad(NamedTuple):
    """A change of the group's variables, and the message (any order, all of these texts)."""

    name: str
    change: Callable[[dict[str, Any]], object]
    says: tuple[str, ...]


def _crm(**options: Any) -> Callable[[dict[str, Any]], object]:
    return lambda variables: variables["sfmc_integrations"]["crm_sync"].update(options)


def _without(*names: str) -> Callable[[dict[str, Any]], object]:
    return lambda variables: [variables["sfmc_integrations"]["crm_sync"].pop(name) for name in names]


_IDENTITY = "the client id is an integration's identity. Expected 24 small letters and digits; found "
_COPY = "Way out: copy the Client Id from the package's API Integration"
_DECLARATION = (
    "a declaration holds the documented options and no others. Expected the options in docs/inventory.md; found"
)
_AT = "sfmc_integrations.crm_sync of prod-a"

BAD = (
    Bad("client id missing", _without("client_id"), (f"{_AT}: {_DECLARATION}", "client_id", "Way out: correct it")),
    Bad("client id short", _crm(client_id="abc"), (f"{_IDENTITY}3 characters", _COPY)),
    Bad("client id empty", _crm(client_id=""), (f"{_IDENTITY}0 characters", _COPY)),
    Bad("client id in capitals", _crm(client_id="A" * 24), (f"{_IDENTITY}24 characters, other ones", _COPY)),
    Bad("client id with a slash", _crm(client_id="a" * 20 + "/../"), (f"{_IDENTITY}24 characters, other ones", _COPY)),
    Bad(
        "no subdomain",
        _without("subdomain", "auth_url"),
        ("an integration says where its tenant is", "found no subdomain", "Authentication Base URI"),
    ),
    Bad("subdomain with a slash", _crm(subdomain="evil.example/"), ("subdomain", "Expected", "found", "Way out")),
    Bad("subdomain with an at", _crm(subdomain="me@evil"), ("subdomain", "Expected", "found", "Way out")),
    Bad("subdomain with dots", _crm(subdomain="mc.evil.example"), ("subdomain", "Expected", "found", "Way out")),
    Bad("foreign host", _crm(auth_url="https://auth.evil.example"), ("crm_sync.auth_url", "evil.example", "Way out")),
    Bad(
        "foreign host with a trusted beginning",
        _crm(auth_url="https://mc0.auth.marketingcloudapis.com.evil.example"),
        ("crm_sync.auth_url", "Expected", "Way out"),
    ),
    Bad(
        "foreign host behind a user",
        _crm(auth_url="https://mc0.auth.marketingcloudapis.com@evil.example"),
        ("crm_sync.auth_url", "Expected", "Way out"),
    ),
    Bad(
        "no TLS",
        _crm(auth_url="http://mc0.auth.marketingcloudapis.com"),
        ("crm_sync.auth_url", "https", "Way out"),
    ),
    Bad("unknown option", _crm(clientid="x"), (f"{_AT}: {_DECLARATION}", "clientid")),
    Bad("number in words", _crm(renew_before_days="many"), (f"{_AT}: {_DECLARATION}", "renew_before_days")),
    Bad(
        "not a mapping",
        lambda variables: variables.update(sfmc_integrations=["crm_sync"]),
        (_DECLARATION, "sfmc_integrations of prod-a", "a mapping, not"),
    ),
    Bad(
        "an integration that is not a mapping",
        lambda variables: variables["sfmc_integrations"].update(crm_sync="abc"),
        (f"{_AT}: {_DECLARATION}", "a mapping, not"),
    ),
    Bad(
        "hold with a wrong date",
        _crm(hold={"reason": "freeze", "until": "Christmas"}),
        ("I-37", "crm_sync.hold.until", "Expected a date such as", "Way out: correct it"),
    ),
    Bad(
        "unknown store",
        lambda variables: variables.update(sfmc_store={"kind": "wallet"}),
        ("sfmc_store of prod-a", _DECLARATION, "wallet"),
    ),
    Bad(
        "vault id that is not there",
        lambda variables: variables["sfmc_store"].update(vault_id="other"),
        ("sfmc_store.vault_id", "Expected a vault secret with the id 'other'", "--vault-id other@FILE"),
    ),
    Bad(
        "http provider without a generation",
        lambda variables: variables["sfmc_provider"].pop("generate"),
        ("an http provider says how to generate", "found none", "kind: operator"),
    ),
    Bad(
        "skew that is no number",
        lambda variables: variables.update(sfmc_clock_skew_seconds="big"),
        ("times are numbers", "sfmc_clock_skew_seconds", "Way out"),
    ),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_wrong_integration_is_refused(operations: Operations, bad: Bad) -> None:
    """I-44."""
    if "skew" in bad.name:
        everywhere = operations.estate.root / "inventory/group_vars/all.yml"
        kept = [line for line in everywhere.read_text().splitlines(keepends=True) if "clock_skew" not in line]
        everywhere.write_text("".join(kept))
    operations.declare_group(bad.change)
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(run.said, *bad.says)
    assert "Traceback" not in run.said and "unexpected" not in run.said.lower(), str(run)


@pytest.mark.parametrize("playbook", ("rotate", "status", "hand_in", "abandon"))
def test_an_unknown_integration_is_refused(operations: Operations, playbook: str) -> None:
    """I-38, I-44: the names that there are, are in the message."""
    option = {"rotate": "stage_integration"}.get(playbook, f"sfmc_{playbook}_integration")
    variables: dict[str, Any] = {option: "crm_snyc"}
    if playbook == "hand_in":
        variables["sfmc_hand_in_secret"] = "A" * 24
    with unchanged(operations):
        run = operations.playbook(playbook, **variables)
    assert run.status == 2, str(run)
    _says(run.said, "integration 'crm_snyc': I-38", "found only crm_sync", "Way out: check the name, the --limit")


def test_a_dependent_of_an_unknown_integration_is_refused(operations: Operations) -> None:
    operations.declare_host("prod-b", lambda items: items[0].update(integration="crm_snyc"))
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(
        run.said,
        "sfmc_dependents[0] of prod-b: a dependent names an integration that its host knows",
        "Expected one of crm_sync; found integration 'crm_snyc'",
        "Way out: correct the name",
    )


@pytest.mark.parametrize(
    ("change", "says"),
    (
        pytest.param({"files": []}, ("I-38", "at least one file; found none"), id="no file"),
        pytest.param({"fils": []}, (_DECLARATION, "fils"), id="unknown option"),
        pytest.param({"restart": {}}, (_DECLARATION, "service, supervisor, command, container"), id="empty restart"),
        pytest.param(
            {"files": [{"path": "/etc/x", "format": "tomml", "key": "a"}]}, (_DECLARATION, "tomml"), id="unknown format"
        ),
        pytest.param(
            {"restart": {"command": []}},
            (".restart.command: what is declared of a dependent can be carried out", "found an empty list"),
            id="empty command",
        ),
        pytest.param(
            {"check": {"url": "http://[::1"}},
            (".check.url: what is declared", "Expected an http or https URL", "host or port cannot be read"),
            id="half a URL",
        ),
        pytest.param(
            {"files": [{"path": "/etc/x\0y", "format": "ini", "key": "a.b"}]},
            (".files[0].path: what is declared", "found a text with a NUL in it"),
            id="a NUL in a path",
        ),
        pytest.param(
            {"files": [{"path": "/etc/x", "format": "ini"}]},
            ("/etc/x", "Expected `key`: where in the file the secret stands; found none"),
            id="no key",
        ),
    ),
)
def test_a_wrong_dependent_is_refused_before_anything_is_generated(
    operations: Operations, change: dict[str, Any], says: tuple[str, ...]
) -> None:
    """I-5, I-44."""
    operations.declare_host("prod-b", lambda items: items[0].update(change))
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(run.said, "sfmc_dependents[0] of prod-b", *says)


def test_two_dependents_of_one_name_are_refused(operations: Operations) -> None:
    operations.declare_host("prod-b", lambda items: items.append(dict(items[0])))
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(run.said, "sfmc_dependents of prod-b", "one dependent of crm_sync named 'mule'; found two", "own `name`")


def test_one_client_id_declared_in_two_ways_is_refused(operations: Operations) -> None:
    def differ(items: list[dict[str, Any]]) -> None:
        variables = operations.estate.root / "inventory/host_vars/prod-b.yml"
        group = operations.estate.root / "inventory/group_vars/prod.yml"
        text = group.read_text(encoding="utf-8").split("sfmc_integrations:")[1].split("\nsfmc_")[0]
        variables.write_text(
            variables.read_text(encoding="utf-8") + "sfmc_integrations:" + text.replace("CRM Sync", "CRM Other") + "\n"
        )

    differ([])
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(run.said, "one client id is one integration, declared in one way", "on prod-b", "Way out: declare")


def test_no_dependent_at_all_is_no_success(bring_up: BringUp) -> None:
    """I-38: and what a registry knew before is not forgotten only because the inventory is empty now (I-11)."""
    operations = bring_up(pair())
    for host in ("prod-a", "prod-b"):
        operations.declare_host(host, lambda items: items.clear())
    operations.hand_in_active("crm_sync")
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(run.said, "crm_sync: I-38: an empty plan is not a success", "none in the whole inventory", "dependents: none")


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"sfmc_serial": []}, ("sfmc_serial: batches are numbers of hosts", "found an empty list")),
        ({"sfmc_serial": ["1", "half"]}, ("sfmc_serial", "found 'half'")),
        ({"sfmc_serial": {"a": 1}}, ("serial", "cannot be converted to a list", "Way out: correct the variable")),
        ({"sfmc_wait": "soon"}, ("wait", "unable to convert to int", "Way out: correct the variable")),
        ({"sfmc_wait": -1}, ("sfmc_wait: waiting takes its time in seconds", "found -1")),
        ({"sfmc_poll_seconds": "nan"}, ("sfmc_poll_seconds", "found nan")),
    ],
    ids=lambda case: str(case) if isinstance(case, dict) else "",
)
def test_a_wrong_variable_of_the_playbook_is_refused(
    operations: Operations, variables: dict[str, Any], says: tuple[str, ...]
) -> None:
    """Before the first act: a rollout does not find out in its middle."""
    with unchanged(operations):
        run = operations.rotate(**variables)
    assert run.status == 2, str(run)
    _says(run.said, *says)


@pytest.mark.parametrize("order", ["first", "nan"])
def test_a_wrong_order_is_refused(operations: Operations, order: str) -> None:
    operations.declare_variables("prod-b", sfmc_order=order)
    with unchanged(operations):
        run = operations.rotate()
    assert run.status == 2, str(run)
    _says(run.said, "sfmc_order of prod-b: the order of hosts is a number")


def test_i10_what_cannot_be_made_out_is_named_where_it_may_matter_and_nowhere_else(operations: Operations) -> None:
    """A host of another team, with a variable or a vault that this run does not know, holds nobody up."""
    undefined = [{"integration": "crm_sync", "name": "late", "files": [{"path": "{{ region }}/x", "format": "text"}]}]
    hosts = operations.estate.inventory
    hosts.write_text(hosts.read_text() + "    other:\n      hosts:\n        lonely:\n")
    lonely = operations.estate.root / "inventory/host_vars/lonely.yml"
    theirs = {"crm_sync": {"client_id": "z" * 24, "subdomain": "mc-other"}}
    for integrations, refused in ((theirs, False), (None, True)):
        variables = {"sfmc_dependents": undefined, **({"sfmc_integrations": integrations} if integrations else {})}
        lonely.write_text(yaml.safe_dump(variables))
        run = operations.rotate("--check")
        assert (run.status == 2) is refused, str(run)
    _says(run.said, "sfmc_dependents", "of lonely")
    lonely.unlink()


def test_how_much_may_fail_is_a_percentage(operations: Operations) -> None:
    """Both secrets work by then, and no host was touched."""
    before = operations.estate.snapshot()
    run = operations.rotate(sfmc_max_fail_percentage=101)
    assert run.status == 2, str(run)
    _says(run.said, "sfmc_max_fail_percentage", "Expected a number from 0 to 100; found 101", "no host was touched")
    assert operations.estate.differences(before, operations.estate.snapshot()) == []
    assert operations.sent("crm_sync") == ["generate"]


def test_a_limit_without_an_integration_is_an_error(operations: Operations) -> None:
    """I-38."""
    hosts = operations.estate.inventory
    hosts.write_text(
        hosts.read_text() + "    other:\n      hosts:\n        lonely:\n          ansible_host: 127.0.0.1\n"
    )
    with unchanged(operations):
        run = operations.rotate(limit="lonely")
    assert run.status == 2, str(run)
    _says(run.said, "this play: I-38", "found none", "Way out: check the name, the --limit")


def test_a_limit_that_matches_no_host_is_an_error(operations: Operations) -> None:
    """I-38: Ansible itself ends such a run."""
    with unchanged(operations):
        run = operations.rotate(limit="production")
    assert run.status != 0, str(run)


def _says(said: str, *texts: str) -> None:
    missing = [text for text in texts if text not in said]
    assert not missing, f"not said: {missing}\nsaid: {said}"
