# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every action on the controller holds to, whatever it does."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants as C
from ansible.parsing.vault import VaultSecret

from ansible_collections.keyturn.sfmc.plugins.action import active_secret as active_action
from ansible_collections.keyturn.sfmc.plugins.action import staged_secret as staged_action
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.modules import (
    aws_secret_value,
    deployed_secret,
    github_actions_secret,
    program_output,
    token_test,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import WAITING
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import STAGING
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import Workshop

from ._bench import Bench

WAITS = {name: option["default"] for name, option in WAITING.items()}


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ControlAction]:
    """Return a maker of actions without the machinery of Ansible around them."""

    def make(inventory: Inventory | None = None, check_mode: bool = False) -> ControlAction:
        made: ControlAction = object.__new__(ControlAction)
        made._task = SimpleNamespace(check_mode=check_mode, action="keyturn.sfmc.test")
        made.variables = {"ansible_play_hosts_all": ["app1", "app2"], "hostvars": {}, "groups": {"all": []}}
        vars(made)["inventory"] = inventory or Inventory({"app1": {}, "app2": {}}, ["app1", "app2"])
        monkeypatch.setattr(made, "tell", lambda text: None)
        return made

    return make


def test_i38_a_play_without_integrations_is_refused(action: Callable[..., ControlAction], bench: Bench) -> None:
    with pytest.raises(Refusal, match="I-38"):
        action().integrations(None)
    with pytest.raises(Refusal, match=r"I-38.*found only crm"):
        action(bench.inventory).integrations("another")
    assert [item.name for item in action(bench.inventory).integrations("crm")] == ["crm"]


def test_i10_a_run_over_one_host_knows_the_dependents_of_all(bench: Bench) -> None:
    """Only a batch reads its own hosts alone; the rest was read before it, and is again before the activation."""
    integrations, stores = bench.inventory.integrations(["app1"]), Stores([("default", VaultSecret(b"for this test"))])
    journal = Journal(bench.package.client_id, "crm")
    (run,) = Workshop(bench.inventory, stores, bench.told.append).runs(integrations)
    assert [item.id for item in run.registry(journal)] == ["app1/crm", "app2/crm"]
    (batch,) = Workshop(bench.inventory, stores, bench.told.append, ["app1"]).runs(integrations)
    assert [item.id for item in batch.registry(journal)] == ["app1/crm"]


def test_i31_check_mode_looks_and_says_what_would_change(action: Callable[..., ControlAction], bench: Bench) -> None:
    run, checking = bench.run(), action(check_mode=True)
    result = checking.advanced(WAITS, [run], lambda run: run.advance(STAGING), STAGING)
    assert result["changed"]
    assert bench.tape.effects == []
    assert bench.outcomes("generate") == []
    bench.rotate()
    assert not checking.advanced(WAITS, [bench.run()], lambda run: run.advance(STAGING), STAGING)["changed"]


@pytest.mark.parametrize("on_blocked", ["fail", "report"])
def test_i44_what_somebody_has_to_mend_is_returned_whether_it_fails_or_not(
    action: Callable[..., ControlAction], bench: Bench, on_blocked: str
) -> None:
    """I-44: so that a playbook can fail with these texts, and without the rest of the result."""
    bench.package.enabled = False
    result = action().advanced(
        {**WAITS, "wait": 0, "on_blocked": on_blocked}, [bench.run()], lambda run: run.advance(STAGING), STAGING
    )
    (text,) = result["unfinished"]
    assert text.startswith("crm: ") and "Way out: " in text
    assert result.get("failed", False) is (on_blocked == "fail")
    assert result.get("msg", text) == text


def test_i27_a_result_has_no_arguments_and_debug_output_shows_none(
    action: Callable[..., ControlAction], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, seen = action(), []

    def executed(module: str, arguments: dict[str, Any], task_vars: object) -> dict[str, Any]:
        seen.append(C.DEFAULT_DEBUG)
        return {"changed": False, "invocation": {"module_args": arguments}}

    monkeypatch.setattr(asking, "_execute_module", executed)
    monkeypatch.setattr(C, "DEFAULT_DEBUG", True)
    assert asking.on_host("keyturn.sfmc.token_test", {"client_secret": "a secret"}) == {"changed": False}
    assert seen == [False]
    assert C.DEFAULT_DEBUG is True


CARRYING: list[tuple[Any, tuple[str, ...]]] = [
    (deployed_secret.ARGUMENTS, ("secrets", "hidden", "fingerprint_keys")),
    (token_test.ARGUMENTS, ("client_secret",)),
    (aws_secret_value.ARGUMENTS, ("value", "replaces")),
    (github_actions_secret.ARGUMENTS, ("value", "token")),
    (program_output.ARGUMENTS, ("stdin",)),
    (staged_action.ActionModule.SPEC, ("client_secret",)),
    (active_action.ActionModule.SPEC, ("client_secret",)),
]


@pytest.mark.parametrize(
    ("specification", "options"),
    CARRYING,
    ids=["deployed_secret", "token_test", "aws", "github", "program_output", "staged_secret", "active_secret"],
)
def test_i29_every_argument_that_carries_secrets_is_no_log(specification: Any, options: tuple[str, ...]) -> None:
    assert {name: specification[name].get("no_log") for name in options} == dict.fromkeys(options, True)
