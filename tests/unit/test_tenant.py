# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token goes to the hosts of its tenant and nowhere else."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._tenant import business_unit_of, tenant_url

AUTH = "https://mc0000000000000000000000-xx.auth.marketingcloudapis.com"
REST = "https://mc0000000000000000000000-xx.rest.marketingcloudapis.com"


@pytest.mark.parametrize("said", [REST, REST + "/", ""], ids=["said", "with a slash", "not said"])
def test_it_is_the_tenants_own_host(said: str) -> None:
    assert tenant_url(AUTH, "rest", said).rstrip("/") == REST


@pytest.mark.parametrize(
    "said",
    [
        "https://rest.example.com",
        "http://mc0000000000000000000000-xx.rest.marketingcloudapis.com",
        "https://mc9999999999999999999999-xx.rest.marketingcloudapis.com",
        "https://mc0000000000000000000000-xx.rest.marketingcloudapis.com.example.com",
        "https://user@rest.example.com",
        "no url",
    ],
)
def test_any_other_place_is_refused(said: str) -> None:
    with pytest.raises(Refusal):
        tenant_url(AUTH, "rest", said)


def test_a_simulator_on_this_machine_is_its_own_tenant() -> None:
    assert tenant_url("http://127.0.0.1:8080", "rest", "http://127.0.0.1:9090") == "http://127.0.0.1:9090"
    with pytest.raises(Refusal):
        tenant_url("http://127.0.0.1:8080", "rest", "https://rest.example.com")


OTHERS = [b'{"organization": {"id": {"token": 1}}}', b'{"organization": {"id": "a text"}}', b"[" * 100_000]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"organization": 7}', b'{"organization": {}}', *OTHERS],
    ids=["nothing", "a page", "a list", "a number", "no id", "a mapping as id", "a text as id", "too deep"],
)
def test_an_answer_that_names_no_business_unit_names_none(body: bytes) -> None:
    assert business_unit_of(body) == ""


def test_a_number_is_a_business_unit() -> None:
    assert business_unit_of(b'{"organization": {"id": 7000001}}') == "7000001"
