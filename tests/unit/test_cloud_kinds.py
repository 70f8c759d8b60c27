# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of dependents that are no files: what they need, what tells their places apart, what is never shown."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import KINDS, credentials_of, places_of

APP = {"resource_group": "orders-rg", "name": "orders-fn", "setting": "SFMC_CLIENT_SECRET"}
GOOGLE = {"project": "acme", "name": "sfmc"}


def _declare(kind: str, options: dict[str, Any], **more: Any) -> Any:
    entry = {"integration": "crm_sync", "name": "it", "kind": kind, "options": options, **more}
    variables = {"sfmc_integrations": {"crm_sync": {"client_id": "a" * 24}}, "sfmc_dependents": [entry]}
    return host_dependents(variables, "prod-b")[0]


def test_credentials_are_hidden_and_are_no_part_of_a_place() -> None:
    for name, kind in KINDS.items():
        hidden = {option for option, said in kind.options.items() if said.get("no_log")}
        assert not hidden & set(kind.identity), name
    options = {**GOOGLE, "access_token": "ya29.token"}
    assert credentials_of("gcp_secret_manager", options) == ["ya29.token"]
    assert places_of("gcp_secret_manager", options) == places_of("gcp_secret_manager", GOOGLE)
    assert credentials_of("one_of_ones_own", options) == []


def test_a_slot_and_a_region_are_other_places() -> None:
    assert places_of("azure_functionapp", APP) == (
        "azure_functionapp#resource_group=orders-rg#name=orders-fn#setting=SFMC_CLIENT_SECRET",
    )
    assert places_of("azure_functionapp", {**APP, "slot": "staging"}) != places_of("azure_functionapp", APP)
    assert places_of("gcp_secret_manager", {**GOOGLE, "location": "x"}) != places_of("gcp_secret_manager", GOOGLE)


def test_old_versions_are_kept_and_to_disable_them_needs_a_token() -> None:
    assert _declare("gcp_secret_manager", GOOGLE).options["options"]["old_versions"] == "keep"
    with pytest.raises(Refusal, match="access_token"):
        _declare("gcp_secret_manager", {**GOOGLE, "old_versions": "disable"})
    _declare("gcp_secret_manager", {**GOOGLE, "old_versions": "disable", "access_token": "ya29.token"})


def test_i17_old_versions_are_not_disabled_where_a_soak_needs_them() -> None:
    options = {**GOOGLE, "old_versions": "disable", "access_token": "ya29.token"}
    with pytest.raises(Refusal, match="I-17") as refused:
        _declare("gcp_secret_manager", options, proof="soak")
    assert "ya29" not in str(refused.value)
    _declare("gcp_secret_manager", {**options, "old_versions": "keep"}, proof="soak")


@pytest.mark.parametrize(("kind", "options"), [("azure_functionapp", APP), ("gcp_secret_manager", GOOGLE)])
def test_what_names_the_place_is_required(kind: str, options: dict[str, Any]) -> None:
    for name in options:
        with pytest.raises(Refusal, match=name):
            _declare(kind, {key: value for key, value in options.items() if key != name})
