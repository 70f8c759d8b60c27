# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's provider, and which provider a declaration makes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration, host_integrations
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import Order
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.operator import OperatorProvider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import provider_for

ORDER = Order("0a1b2c3d4e5f6g7h8i9j0k1l", "CRM Sync", "20270104-0a1b2c-3")
CALL = {"url": "https://console.example.com/"}
SHOWN = {**CALL, "secret": "staged.secret"}


def test_the_clicks_are_those_of_the_guide_with_package_and_description() -> None:
    text = OperatorProvider().to_generate(ORDER, "crm")
    assert text.index("Installed Packages") < text.index("CRM Sync") < text.index("Generate") < text.index("Finish")
    assert "description: keyturn 20270104-0a1b2c-3" in text
    assert "sfmc_hand_in_integration=crm" in text
    assert "Activate" in OperatorProvider().to_activate(ORDER)
    assert "CRM Sync" in OperatorProvider().to_activate(ORDER)


def test_nothing_is_ever_sent_for_a_person() -> None:
    """A person acts; whoever calls these has a fault."""
    provider = OperatorProvider()
    assert (provider.operator, provider.retrieves) == (True, False)
    for call in (provider.generate, provider.retrieve, provider.activate):
        with pytest.raises(LookupError):
            call(ORDER)


def test_without_a_declaration_a_person_acts() -> None:
    integration = _declared({})
    assert provider_for(integration).operator
    assert integration.policy.operator


def test_an_http_provider_retrieves_only_where_it_says_how() -> None:
    calls = {"kind": "http", "generate": SHOWN, "activate": CALL}
    assert not provider_for(_declared(calls)).retrieves
    assert not _declared(calls).policy.retrieves
    assert provider_for(_declared({**calls, "retrieve": SHOWN})).retrieves
    assert _declared({**calls, "retrieve": SHOWN}).policy.retrieves


@pytest.mark.parametrize("missing", ["generate", "activate"])
def test_an_http_provider_without_one_of_its_calls_is_refused(missing: str) -> None:
    calls: dict[str, Any] = {"kind": "http", "generate": SHOWN, "activate": CALL}
    del calls[missing]
    with pytest.raises(Refusal, match="set kind: operator") as caught:
        provider_for(_declared(calls))
    assert missing in caught.value.expected


@pytest.mark.parametrize("call", ["generate", "retrieve"])
def test_i5_a_call_that_answers_with_a_secret_says_where_it_stands(call: str) -> None:
    """Else the secret would be generated, shown once and lost."""
    calls: dict[str, Any] = {"kind": "http", "generate": SHOWN, "retrieve": SHOWN, "activate": CALL, call: CALL}
    with pytest.raises(Refusal, match="I-5") as caught:
        provider_for(_declared(calls))
    assert caught.value.offender == f"sfmc_provider.{call}"


def _declared(provider: dict[str, Any]) -> Integration:
    crm = {"client_id": ORDER.client_id, "subdomain": "mc1"}
    return host_integrations({"sfmc_integrations": {"crm": crm}, "sfmc_provider": provider}, "h1")[0]
