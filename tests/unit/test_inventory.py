# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people declare: what is understood, and the message for everything that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import credentials_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Hold, Policy

ID = "0a1b2c3d4e5f6g7h8i9j0k1l"
OTHER = "1a1b2c3d4e5f6g7h8i9j0k1l"
CRM: dict[str, Any] = {"client_id": ID, "subdomain": "mc1"}
FILE = {"path": "/opt/app/.env", "format": "dotenv", "key": "SFMC_CLIENT_SECRET"}


def _inventory(**hosts: Mapping[str, Any]) -> Inventory:
    return Inventory(hosts, hosts)


def _one(integration: Mapping[str, Any], **variables: Any) -> Integration:
    inventory = _inventory(h1={"sfmc_integrations": {"crm": integration}, "inventory_dir": "/inv", **variables})
    return inventory.integrations(["h1"])[0]


def test_a_short_declaration_is_enough() -> None:
    integration = _one(CRM)
    assert (integration.name, integration.client_id, integration.package) == ("crm", ID, "crm")
    assert integration.auth_url == "https://mc1.auth.marketingcloudapis.com"
    assert integration.account == "mc1"
    assert integration.store["path"] == "/inv/keyturn"
    assert integration.provider["kind"] == "operator"
    assert integration.policy == Policy(operator=True)


def test_every_option_arrives_in_its_place() -> None:
    hold = {"reason": "freeze", "until": "2027-01-06"}
    integration = _one(
        {**CRM, "package": "CRM Sync", "owner": "team", "account": "acme", "ca_path": "/ca.pem", "dependents": "none",
         "renew_before_days": 40, "attestation_hours": "1.5", "hold": hold},
        sfmc_clock_skew_seconds="30", sfmc_activate="no", sfmc_force="leak", sfmc_ca_path="/other.pem",
    )  # fmt: skip
    assert (integration.package, integration.owner, integration.account) == ("CRM Sync", "team", "acme")
    assert integration.ca_path == "/ca.pem"
    assert integration.policy == Policy(
        renew_before=timedelta(days=40),
        attestation_age=timedelta(hours=1.5),
        clock_skew=timedelta(seconds=30),
        no_dependents=True,
        activate=False,
        force="leak",
        hold=Hold("freeze", datetime(2027, 1, 6, tzinfo=timezone.utc)),
        operator=True,
    )


def test_a_variable_speaks_for_all_and_an_integration_for_itself() -> None:
    variables = {"sfmc_renew_before_days": 20, "sfmc_ca_path": "/ca.pem"}
    assert _one(CRM, **variables).policy.renew_before == timedelta(days=20)
    assert _one({**CRM, "renew_before_days": 5}, **variables).policy.renew_before == timedelta(days=5)
    assert _one(CRM, **variables).ca_path == "/ca.pem"


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # what: (integration, variables, offender, part of the message)
    "an unknown option": ({**CRM, "client_secret": "hush"}, {}, "sfmc_integrations.crm of h1", "client_secret"),
    "a missing client id": ({"subdomain": "mc1"}, {}, "sfmc_integrations.crm of h1", "client_id"),
    "a short client id": ({**CRM, "client_id": ID[:-1]}, {}, "crm.client_id", "23 characters"),
    "a client id in capitals": ({**CRM, "client_id": ID.upper()}, {}, "crm.client_id", "other ones among them"),
    "a client id with a line end": ({**CRM, "client_id": ID + "\n"}, {}, "crm.client_id", "25 characters"),
    "no tenant": ({"client_id": ID}, {}, "sfmc_integrations.crm", "subdomain"),
    "a subdomain with a host": ({**CRM, "subdomain": "mc1.example.com"}, {}, "subdomain", "a host name"),
    "a subdomain with a slash": ({**CRM, "subdomain": "example.com/"}, {}, "subdomain", "one label"),
    "a subdomain with a line end": ({**CRM, "subdomain": "mc1\n"}, {}, "subdomain", "one label"),
    "a subdomain beside a loopback URL": (
        {**CRM, "subdomain": "a.b", "auth_url": "http://127.0.0.1:1"}, {}, "subdomain", "one label",
    ),
    "a foreign auth_url": ({"client_id": ID, "auth_url": "https://example.com"}, {}, "auth_url", "another host"),
    "a plain auth_url": (
        {"client_id": ID, "auth_url": "http://mc1.auth.marketingcloudapis.com"}, {}, "auth_url", "plain http only",
    ),
    "an auth_url with a user": (
        {"client_id": ID, "auth_url": "https://mc1.auth.marketingcloudapis.com:443@example.com/"}, {}, "auth_url", "",
    ),
    "a lookalike auth_url": (
        {"client_id": ID, "auth_url": "https://notmarketingcloudapis.com"}, {}, "auth_url", "another host",
    ),
    "no mapping": ([CRM], {}, "sfmc_integrations.crm of h1", "a mapping, not list"),  # type: ignore[dict-item]
    "a wrong `dependents`": ({**CRM, "dependents": "some"}, {}, "crm of h1", "dependents"),
    "days in words": ({**CRM, "renew_before_days": "many"}, {}, "crm of h1", "renew_before_days"),
    "days in words for all": (CRM, {"sfmc_renew_before_days": "many"}, "sfmc_renew_before_days", "times are numbers"),
    "a skew in words": (CRM, {"sfmc_clock_skew_seconds": [1]}, "sfmc_clock_skew_seconds", "a list"),
    "a hold without a reason": ({**CRM, "hold": {"until": "2027-01-06"}}, {}, "crm of h1", "reason"),
    "a hold until some day": ({**CRM, "hold": {"reason": "x", "until": "May"}}, {}, "hold.until", "I-37"),
    "an unknown store": (CRM, {"sfmc_store": {"kind": "cloud"}}, "sfmc_store of h1", "cloud"),
    "an unknown option of the store": (CRM, {"sfmc_store": {"folder": "/x"}}, "sfmc_store of h1", "folder"),
    "a store that is a text": (CRM, {"sfmc_store": "/x"}, "sfmc_store of h1", "a mapping, not str"),
    "an unknown provider": (CRM, {"sfmc_provider": {"kind": "magic"}}, "sfmc_provider of h1", "magic"),
    "a call without a url": (CRM, {"sfmc_provider": {"generate": {"secret": "s"}}}, "sfmc_provider of h1", "url"),
    "an unknown method": (
        CRM, {"sfmc_provider": {"activate": {"url": "https://x.example.com", "method": "DELETE"}}},
        "sfmc_provider of h1", "DELETE",
    ),
    "an unknown option of a call": (
        CRM, {"sfmc_provider": {"activate": {"url": "https://x.example.com", "verify": False}}},
        "sfmc_provider of h1", "verify",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_declaration_is_refused_by_its_place(what: str) -> None:
    """I-44."""
    integration, variables, offender, part = REFUSED[what]
    with pytest.raises(Refusal) as caught:
        _one(integration, **variables)
    assert offender in caught.value.offender
    assert part in str(caught.value)
    assert "hush" not in str(caught.value)


def test_integrations_that_are_no_mapping_are_refused() -> None:
    with pytest.raises(Refusal, match="sfmc_integrations of h1.*a mapping, not list") as caught:  # noqa: RUF043
        _inventory(h1={"sfmc_integrations": [CRM]}).integrations(["h1"])
    assert "nothing was changed" in caught.value.way_out


def test_an_account_is_a_name_not_a_path() -> None:
    """It is part of a document's name in the store."""
    for account in ("../../etc", "a/b", "a b", "http://127.0.0.1:8080"):
        assert not set(_one({**CRM, "account": account}).account) & set("/ :\\\0")
    assert "/" not in _one({"client_id": ID, "auth_url": "http://127.0.0.1:8080"}).account


def test_hosts_that_share_an_integration_have_it_once() -> None:
    shared = {"sfmc_integrations": {"crm": CRM}, "inventory_dir": "/inv"}
    found = _inventory(h1=shared, h2=dict(shared), h3={}).integrations(["h1", "h2", "h3"])
    assert [item.client_id for item in found] == [ID]


def test_the_same_name_in_two_environments_is_two_integrations() -> None:
    dev, prod = {"sfmc_integrations": {"crm": {**CRM, "client_id": OTHER}}}, {"sfmc_integrations": {"crm": CRM}}
    inventory = _inventory(dev1=dev, prod1=prod)
    assert [item.client_id for item in inventory.integrations(["dev1", "prod1"])] == [ID, OTHER]
    assert [item.client_id for item in inventory.integrations(["prod1"])] == [ID]


@pytest.mark.parametrize(
    "different",
    [{"sfmc_integrations": {"crm": {**CRM, "package": "Another"}}}, {"sfmc_integrations": {"crm2": CRM}},
     {"sfmc_store": {"path": "/elsewhere"}}, {"sfmc_renew_before_days": 3}, {"inventory_dir": "/other"}],
    ids=["another package", "another name", "another store", "another policy", "another default store"],
)  # fmt: skip
def test_one_client_id_in_two_ways_is_refused(different: dict[str, Any]) -> None:
    """I-1, I-7: two stores for one secret would be two journals."""
    shared = {"sfmc_integrations": {"crm": CRM}, "inventory_dir": "/inv"}
    inventory = _inventory(h1=shared, h2={**shared, **different})
    with pytest.raises(Refusal, match="one client id is one integration") as caught:
        inventory.integrations(["h1", "h2"])
    assert ID in caught.value.offender
    assert "h2" in caught.value.found


def test_one_client_id_under_two_names_of_one_host_is_refused() -> None:
    with pytest.raises(Refusal, match="one client id is one integration"):
        _inventory(h1={"sfmc_integrations": {"a": CRM, "b": CRM}}).integrations(["h1"])


def test_a_host_without_integrations_is_no_error() -> None:
    assert _inventory(h1={}, h2={"sfmc_integrations": None}).integrations(["h1", "h2"]) == ()


class Templated(Mapping[str, Any]):
    """Variables that note which of them were templated."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def test_what_is_not_needed_is_never_templated() -> None:
    hosts = {name: Templated({"sfmc_integrations": {"crm": CRM}, "sfmc_dependents": [], "broken": 1}) for name in "ab"}
    Inventory(hosts, hosts).integrations(["a"])
    assert hosts["b"].asked == set()
    assert not hosts["a"].asked & {"broken", "sfmc_dependents"}


def test_least_privilege_a_provider_that_is_not_wanted_is_not_read() -> None:
    """Nor compared: a run without its vault secret could not even do that."""
    said = {"sfmc_integrations": {"crm": CRM}, "sfmc_provider": {"kind": "http"}}
    hosts = {name: Templated(said) for name in "ab"}
    (integration,) = Inventory(hosts, hosts).integrations("ab", generating=False)
    assert integration.provider["kind"] == "operator"
    assert not (hosts["a"].asked | hosts["b"].asked) & {"sfmc_provider"}


# --- dependents ------------------------------------------------------------------------------------------------------


def _with(*dependents: Any, **more: Any) -> dict[str, Any]:
    return {"sfmc_integrations": {"crm": CRM}, "sfmc_dependents": list(dependents), **more}


def test_dependents_are_known_by_host_and_name_with_all_their_places() -> None:
    """I-10: of the whole inventory when no hosts are named."""
    second = {**FILE, "key": "A"}
    inventory = _inventory(h1=_with({"integration": "crm", "files": [FILE, second]}), h2=_with())
    (found,) = inventory.dependents()
    assert (found.client_id, found.dependent.id) == (ID, "h1/crm")
    assert found.dependent.places == ("/opt/app/.env#A", "/opt/app/.env#SFMC_CLIENT_SECRET")
    assert inventory.dependents(["h2"]) == ()


def test_templates_may_differ_from_host_to_host() -> None:
    hosts = {
        name: _with({"integration": "crm", "name": f"app {name}", "files": [{**FILE, "path": f"/opt/{name}/.env"}]})
        for name in ("h1", "h2")
    }
    found = Inventory(hosts, hosts).dependents()
    assert [item.dependent.id for item in found] == ["h1/app h1", "h2/app h2"]
    assert [item.dependent.places for item in found] == [
        (f"/opt/{name}/.env#SFMC_CLIENT_SECRET",) for name in ("h1", "h2")
    ]


@pytest.mark.parametrize("text", ["/opt/{{ app }}/.env", "/opt/{% if a %}a{% endif %}/.env", "/opt/{# it #}app/.env"])
def test_what_is_written_is_read_only_where_templating_would_change_nothing(text: str) -> None:
    """A comment is a template, too."""
    written = _with({"integration": "crm", "files": [{**FILE, "path": text}]})
    templated = _with({"integration": "crm", "files": [{**FILE, "path": "/opt/app/.env"}]})
    (found,) = Inventory({"h1": templated}, ["h1"], {"h1": written}.__getitem__).dependents()
    assert found.dependent.places == ("/opt/app/.env#SFMC_CLIENT_SECRET",)


def test_the_folder_of_own_kinds_may_be_a_template(tmp_path: Path) -> None:
    """As docs/kinds.md has it: below `inventory_dir`."""
    (tmp_path / "fax.yml").touch()
    written = _with({"integration": "crm", "kind": "fax"}, sfmc_kinds="{{ inventory_dir }}/kinds")
    templated = {**written, "sfmc_kinds": str(tmp_path)}
    (found,) = Inventory({"h1": templated}, ["h1"], {"h1": written}.__getitem__).dependents()
    assert found.dependent.kind == "fax"


def test_a_name_stands_for_the_client_id_that_it_has_on_that_host() -> None:
    inventory = _inventory(
        dev={
            **_with({"integration": "crm", "files": [FILE]}),
            "sfmc_integrations": {"crm": {**CRM, "client_id": OTHER}},
        },
        prod=_with({"integration": "crm", "files": [FILE]}),
    )
    assert {item.dependent.host: item.client_id for item in inventory.dependents()} == {"dev": OTHER, "prod": ID}


WRONG_DEPENDENTS: dict[str, tuple[Any, str, str]] = {
    "an unknown integration": ({"integration": "cms", "files": [FILE]}, "sfmc_dependents[0] of h1", "one of crm"),
    "no integration": ({"files": [FILE]}, "sfmc_dependents[0] of h1", "integration"),
    "no files": ({"integration": "crm"}, "sfmc_dependents[0] of h1", "at least one file"),
    "an empty list of files": ({"integration": "crm", "files": []}, "sfmc_dependents[0] of h1", "I-38"),
    "a file without a key": ({"integration": "crm", "files": [{"path": "/a", "format": "ini"}]}, "[0] of h1", "key"),
    "an unknown option": ({"integration": "crm", "files": [FILE], "restrat": {}}, "[0] of h1", "restrat"),
    "two ways to restart": (
        {"integration": "crm", "files": [FILE], "restart": {"service": "a", "command": ["b"]}}, "[0] of h1", "mutually",
    ),
    "no way to restart": ({"integration": "crm", "files": [FILE], "restart": {}}, "[0] of h1", "supervisor, command"),
    "two ways to check": (
        {"integration": "crm", "files": [FILE], "check": {"url": "a", "command": ["b"]}}, "[0] of h1", "mutually",
    ),
    "a key and keys": ({"integration": "crm", "files": [{**FILE, "keys": ["A"]}]}, "of h1, /opt/app/.env", "both"),
    "no key at all": ({"integration": "crm", "files": [{"path": "/a", "format": "json", "keys": []}]}, "/a", "`key`"),
    "an unknown kind": ({"integration": "crm", "kind": "fax"}, "[0] of h1", "the kind 'fax'"),
    "a kind with files": ({"integration": "crm", "kind": "manual", "files": [FILE]}, "[0] of h1", "no `files`"),
    "options of no kind": ({"integration": "crm", "files": [FILE], "options": {"a": 1}}, "[0] of h1", "a `kind`"),
    "an option that a kind needs": ({"integration": "crm", "kind": "manual"}, "[0] of h1.options", "where"),
    "a text": ("crm", "sfmc_dependents[0] of h1", "a mapping, not str"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_DEPENDENTS)
def test_a_wrong_dependent_is_refused_by_its_place(what: str) -> None:
    """I-38, I-44."""
    entry, offender, part = WRONG_DEPENDENTS[what]
    with pytest.raises(Refusal) as caught:
        _inventory(h1=_with(entry)).dependents()
    assert offender in caught.value.offender
    assert part in str(caught.value)


def test_several_keys_of_one_file_are_several_places() -> None:
    file = {"path": "/opt/app/.env", "format": "dotenv", "keys": ["A", "B"]}
    (found,) = _inventory(h1=_with({"integration": "crm", "files": [file]})).dependents()
    assert found.dependent.places == ("/opt/app/.env#A", "/opt/app/.env#B")
    assert [each["key"] for each in found.options["files"]] == ["A", "B"]


def test_a_kind_is_told_apart_by_what_identifies_its_place() -> None:
    manual = {"integration": "crm", "kind": "manual", "options": {"where": "segment.com", "instructions": "call Bob"}}
    (found,) = _inventory(h1=_with(manual)).dependents()
    assert (found.dependent.kind, found.dependent.places) == ("manual", ("manual#where=segment.com",))


def _http(url: str, **options: Any) -> dict[str, Any]:
    write = {"url": url, "body": {"a": "${secret}"}}
    return {"integration": "crm", "kind": "http", "options": {"write": write, **options}}


def test_the_place_of_an_api_is_its_url_and_a_query_is_only_told_apart() -> None:
    """A query may hold a credential, and the name of a place is shown."""
    urls = ("https://a.example/x", "https://a.example/x?token=c4n4ry", "https://a.example/x?token=other")
    names = [_inventory(h1=_with(_http(url, key="k"))).dependents()[0].dependent.places[0] for url in urls]
    assert re.fullmatch(r"http#write.url=https://a.example/x#write.body=\w{8}#key=k", names[0])
    assert len(set(names)) == 3 and "c4n4ry" not in str(names)


def test_i27_the_words_of_a_header_are_credentials() -> None:
    options = {"write": {"url": "https://a.example", "headers": {"Authorization": "Bearer c4n4ry"}, "body": "b0dy"}}
    assert credentials_of("http", options) == ["Bearer c4n4ry", "Bearer", "c4n4ry"]
    assert credentials_of("spool", {"headers": {"a": "b"}}) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/x",
        "ftp://a.example/x",
        "a.example/x",
        "https://user:c4n4ry@a.example/x",
        "https://",
        "https://[x/",
        "https://a.example/x?secret=${secret}",
        "http://127.0.0.1.a.example/x",
        "http://127.0.0.1\\.a.example/x",
    ],
)
def test_a_secret_never_travels_in_clear_or_in_a_url(url: str) -> None:
    wrong = (
        _http(url),
        _http("https://a.example/x", read={"url": url}),
        {"integration": "crm", "kind": "aws_secretsmanager", "options": {"name": "x", "endpoint_url": url}},
    )
    for dependent in wrong:
        with pytest.raises(Refusal, match="secrets travel over TLS") as caught:
            _inventory(h1=_with(dependent)).dependents()
        assert caught.value.offender.startswith("sfmc_dependents[0] of h1.options.")
        assert "c4n4ry" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://a.example:8443/x", "http://127.0.0.1:8080/x", "http://[::1]/", "http://localhost"]
)
def test_tls_and_loopback_may_see_a_secret(url: str) -> None:
    assert len(_inventory(h1=_with(_http(url))).dependents()) == 1


def test_a_kind_of_ones_own_is_a_task_file(tmp_path: Path) -> None:
    own = {"integration": "crm", "kind": "fax", "options": {"place": "line 7", "number": 5}}
    (tmp_path / "fax.yml").touch()
    (found,) = _inventory(h1=_with(own, sfmc_kinds=str(tmp_path))).dependents()
    assert (found.dependent.kind, found.dependent.places) == ("fax", ("fax#place=line 7",))
    assert found.options["options"]["number"] == 5


def test_hosts_that_say_the_same_are_refused_each_by_its_own_name() -> None:
    """What is checked once for many hosts still names the one that is asked for."""
    wrong = _with({"integration": "crm", "files": [{"path": "/a"}]})
    for host in ("h1", "h2"):
        with pytest.raises(Refusal) as caught:
            _inventory(**{host: wrong}).dependents()
        assert caught.value.offender == f"sfmc_dependents[0] of {host}"


def test_the_order_of_hosts_is_a_number_and_0_by_default() -> None:
    inventory = _inventory(db={"sfmc_order": 10}, web={"sfmc_order": "20.5"}, rest={})
    assert inventory.orders(["db", "web", "rest"]) == {"db": 10, "web": 20.5, "rest": 0}
    with pytest.raises(Refusal, match="sfmc_order of db"):
        _inventory(db={"sfmc_order": "first"}).orders(["db"])


@pytest.mark.parametrize("dependents", ["crm", {"integration": "crm"}, 7])
def test_dependents_that_are_no_list_are_refused(dependents: Any) -> None:
    with pytest.raises(Refusal, match="of h1"):
        _inventory(h1={"sfmc_integrations": {"crm": CRM}, "sfmc_dependents": dependents}).dependents()


@pytest.mark.parametrize("integrations", [{"crm": None}, {"crm": "text"}, ["crm"]])
def test_dependents_beside_integrations_of_a_wrong_shape_are_refused(integrations: Any) -> None:
    variables = {"sfmc_integrations": integrations, "sfmc_dependents": [{"integration": "crm", "files": [FILE]}]}
    with pytest.raises(Refusal, match="of h1"):
        _inventory(h1=variables).dependents()


def test_two_dependents_of_one_name_are_refused_and_two_names_are_fine() -> None:
    one = {"integration": "crm", "files": [FILE]}
    with pytest.raises(Refusal, match="give each its own `name`") as caught:
        _inventory(h1=_with(one, dict(one))).dependents()
    assert caught.value.offender == "sfmc_dependents of h1"
    assert len(_inventory(h1=_with(one, {**one, "name": "worker"})).dependents()) == 2


def test_a_dependent_of_a_host_without_integrations_says_so() -> None:
    with pytest.raises(Refusal, match=r"\(this host has no sfmc_integrations\)"):
        _inventory(h1={"sfmc_dependents": [{"integration": "crm", "files": [FILE]}]}).dependents()


class _Undefined(dict[str, Any]):
    """Variables of a host, one of which nobody can make out."""

    unreadable = "sfmc_dependents"

    def get(self, name: str, default: Any = None) -> Any:
        if name == self.unreadable:
            raise AnsibleError("'region' is undefined")
        return super().get(name, default)


def test_i10_a_host_that_knows_none_of_the_integrations_is_not_read() -> None:
    """What is wrong with a host of another team, or locked by its vault, holds nobody up."""
    ours = {"sfmc_integrations": {"crm": CRM}, "sfmc_dependents": [{"integration": "crm", "files": [FILE]}]}
    theirs = {"sfmc_integrations": {"crm": {**CRM, "client_id": OTHER}}, "sfmc_dependents": ["{{ region }}"]}
    inventory = Inventory({"h1": ours, "h2": _Undefined(theirs)}, ["h1", "h2"], {"h1": ours, "h2": theirs}.__getitem__)
    assert [item.dependent.host for item in inventory.dependents(of={ID})] == ["h1"]


def test_i10_an_integration_that_two_environments_use_waits_for_both() -> None:
    """Its identity is the client id: a play over prod has the dependents of dev in its registry, too."""
    dev = {"sfmc_integrations": {"crm": CRM}, "sfmc_dependents": [{"integration": "crm", "files": [FILE]}]}
    prod = {**dev, "sfmc_dependents": [{"integration": "crm", "name": "shop", "files": [FILE]}]}
    inventory = _inventory(dev1=dev, prod1=prod)
    (integration,) = inventory.integrations(["prod1"])
    found = inventory.dependents(of={integration.client_id})
    assert {item.dependent.id for item in found} == {"dev1/crm", "prod1/shop"}


@pytest.mark.parametrize("client_id", [ID, "{{ the_client_id }}"])
def test_i10_a_host_that_may_know_them_is_read_and_named_when_that_fails(client_id: str) -> None:
    theirs = {"sfmc_integrations": {"crm": {**CRM, "client_id": client_id}}, "sfmc_dependents": ["{{ region }}"]}
    inventory = Inventory({"h2": _Undefined(theirs)}, ["h2"], {"h2": theirs}.__getitem__)
    with pytest.raises(Refusal, match=r"sfmc_dependents of h2.*'region' is undefined"):
        inventory.dependents(of={ID})


def test_i44_a_provider_that_nobody_can_make_out_is_not_blamed_on_the_integrations_alone() -> None:
    """I-44; and who does not generate need not be able to read it."""
    variables = _Undefined({"sfmc_integrations": {"crm": CRM}, "sfmc_provider": {"kind": "operator"}})
    variables.unreadable = "sfmc_provider"
    inventory = Inventory({"h1": variables}, ["h1"])
    with pytest.raises(Refusal, match=r"sfmc_provider or another sfmc variable of h1.*'region' is undefined"):
        inventory.integrations(["h1"])
    assert len(inventory.integrations(["h1"], generating=False)) == 1


@pytest.mark.parametrize("order", ["first", None, [1], float("nan"), float("inf")])
def test_i44_an_order_that_is_no_number_is_refused_with_the_declarations(order: object) -> None:
    inventory = _inventory(h1={"sfmc_order": order, "sfmc_dependents": [{"integration": "crm", "files": [FILE]}]})
    with pytest.raises(Refusal, match="sfmc_order of h1"):
        inventory.dependents()
