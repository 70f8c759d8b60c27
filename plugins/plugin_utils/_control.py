# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller's half of the modules shares: arguments in, runs built, evidence out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal, printable
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import WIDTH, wrapped
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._opener import run_stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import (
    INTEGRATIONS,
    bad_arguments,
    check_waiting,
    in_background,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import (
    masked_by_core,
    undebugged,
    warn_of_kept_files,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.waves import (
    DEFAULT_SIZES,
    Member,
    Rollout,
    rollout,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.blast_radius import coming
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import evidence, standing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome, Waiting
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import Workshop

display = Display()


class ControlAction(ActionBase):  # type: ignore[misc]
    """An action that runs on the controller, once for the whole play, whatever its hosts are.

    Subclasses give `SPEC` and `act`. A Refusal becomes a failed result whose message is the whole refusal.
    """

    SPEC: ClassVar[Mapping[str, Any]] = INTEGRATIONS
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do the work and return the result."""
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Validate the arguments, act, and turn a refusal into a failure."""
        if self._task.async_val:
            refusal = in_background(self._task.action)
            return {"changed": False, "failed": True, "msg": str(refusal), "refusal": refusal.as_dict()}
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.variables: dict[str, Any] = task_vars or {}
        try:
            result.update(self.act(self._arguments()))
        except Refusal as refusal:
            result.update(failed=True, msg=str(refusal), refusal=refusal.as_dict())
        return result

    def tell(self, text: str) -> None:
        """Show progress while the task runs, in lines that fit a terminal."""
        self.show([line for part in text.split("\n") for line in (wrapped(part) if len(part) > WIDTH else [part])])

    def show(self, lines: Iterable[str]) -> None:
        """Show lines as they are, because somebody copies them; less what a terminal would obey."""
        # A colour that Ansible has a log level for: ansible-core 2.16 with a log file stands still at any other.
        shown = "\n".join(f"  {printable(line)}" for line in lines)
        display.display(shown, color=C.COLOR_VERBOSE if display.verbosity else None)

    def tell_standing(self, result: Mapping[str, Any]) -> None:
        """Show where each integration of a result stands."""
        for item in result["integrations"]:
            self.tell(standing(item))

    @property
    def check_mode(self) -> bool:
        """Whether this is `--check`."""
        return bool(self._task.check_mode)

    @property
    def scope(self) -> list[str]:
        """The hosts of this play, `--limit` applied: those whose integrations are meant."""
        return list(self.variables.get("ansible_play_hosts_all") or self.variables["ansible_play_hosts"])

    @functools.cached_property
    def inventory(self) -> Inventory:
        """The declarations of the whole inventory, whatever the limit."""
        hostvars = self.variables["hostvars"]
        return Inventory(hostvars, self.variables["groups"]["all"], hostvars.raw_get)

    @functools.cached_property
    def stores(self) -> Stores:
        """What opens the stores that the inventory declares."""
        return run_stores(self._loader, self.variables)

    def integrations(
        self, name: str | None, hosts: list[str] | None = None, generating: bool = True
    ) -> tuple[Integration, ...]:
        """Return the integrations of these hosts (the play's), or the one of that name; Refusal when there is none.

        :param generating: False where a credential that generates and activates is not needed, and so not read.
        """
        found = self.inventory.integrations(self.scope if hosts is None else hosts, generating)
        chosen = tuple(item for item in found if name in (None, item.name, item.client_id))
        if not chosen:
            raise Refusal(
                "I-38: an empty plan is not a success",
                f"integration {name!r}" if name else "this play",
                "an integration that a host of this play declares in sfmc_integrations",
                "only " + ", ".join(item.name for item in found) if found else "none",
                "check the name, the --limit, and where sfmc_integrations is set (ansible-inventory --list)",
            )
        return chosen

    def on_host(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a module on the host; its arguments, secrets among them, are in no result."""
        warn_of_kept_files()
        masked_by_core(_secrets_in(arguments))
        with undebugged():
            result: dict[str, Any] = self._execute_module(module, arguments, task_vars=self.variables)
        result.pop("invocation", None)
        return result

    def runs(self, name: str | None, generating: bool = True) -> list[Run]:
        """Return a run for each chosen integration."""
        chosen = self.integrations(name, generating=generating)
        return Workshop(self.inventory, self.stores, self.tell).runs(chosen)

    def runs_of(self, batch: Sequence[str], name: str | None) -> list[Run]:
        """Return a run for each chosen integration of these hosts; what they declare is added to the registry.

        The rest of the inventory was read when the rotation was staged, and is again before the activation. Providers
        are not read: to distribute takes no credential that generates or activates.
        """
        found = self.inventory.integrations(batch, generating=False)
        chosen = [item for item in found if name in (None, item.name, item.client_id)]
        return Workshop(self.inventory, self.stores, self.tell, batch).runs(chosen)

    def one_run(self, name: str | None) -> Run:
        """Return the run of exactly one integration; Refusal when the play's hosts have several of that name."""
        runs = self.runs(name)
        if len(runs) > 1:
            raise Refusal(
                "this step is for one integration",
                f"integration {name!r}" if name else "this play",
                "one client id",
                ", ".join(f"{run.integration.name} ({run.integration.client_id})" for run in runs),
                "name it by its client id, or keep to one environment with --limit",
            )
        return runs[0]

    def advanced(
        self,
        arguments: Mapping[str, Any],
        runs: list[Run],
        act: Callable[[Run], Decision],
        steps: frozenset[Step],
        ahead: bool = False,
    ) -> dict[str, Any]:
        """Let the runs act and wait as the arguments allow.

        Check mode only looks: it would change something where the next legal step is one of `steps`.

        :param ahead: whether check mode also plans the distributions that come after a secret that is not there yet.
        """
        check_waiting(arguments)
        budget = timedelta(seconds=0 if self.check_mode else arguments["wait"])
        waiting = Waiting(budget, self.tell, arguments["poll"])
        outcomes = waiting.advance(runs, (lambda run: run.look()) if self.check_mode else act)
        sizes = arguments.get("serial", DEFAULT_SIZES)
        fail, coming = arguments["on_blocked"] == "fail", self.check_mode and ahead
        result = self.reported(outcomes, fail, sizes, _coming(outcomes) if coming else ())
        if self.check_mode:
            result["changed"] = any(outcome.decision and outcome.decision.step in steps for outcome in outcomes)
        self.tell_standing(result)
        return result

    def reported(
        self,
        outcomes: list[Outcome],
        fail: bool,
        sizes: Sequence[str] = DEFAULT_SIZES,
        coming: Iterable[str] = (),
    ) -> dict[str, Any]:
        """Return the evidence of all integrations, and the hosts of this play that have work, in their batches.

        :param coming: further dependents that are read.
        """
        integrations = [evidence(outcome) for outcome in outcomes]
        blocked = [item for item in integrations if item["step"] == "stop"]
        planned = self._planned(integrations, sizes, coming)
        result: dict[str, Any] = {
            "changed": any(item["effects"] for item in integrations),
            "integrations": integrations,
            "hosts": list(planned.hosts),
            "batches": list(planned.batches),
            "blocked": [item["name"] for item in blocked],
            "idle": all(item["step"] == "none" for item in integrations),
            "unfinished": [item["waits_for"] for item in blocked],
        }
        return _failed(result) if fail else result

    def short_of(self, result: dict[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A host of this play that should have been proved by now is a failure.

        One beyond the limit is not (I-10), nor is a person who has not answered yet.
        """
        if not self.check_mode:
            behind = [item for item in result["integrations"] if self._hosts_behind(item)]
            result["unfinished"] += [str(Refusal(**blocker)) for item in behind for blocker in item["blockers"]]
        return _failed(result) if arguments["on_blocked"] == "fail" else result

    def _hosts_behind(self, item: Mapping[str, Any]) -> set[str]:
        """Return the hosts of this play whose proof an integration waits for."""
        if item["step"] != "distribute":
            return set()
        return hosts_of(_to_serve(item)) & set(self.scope)

    def _planned(self, integrations: list[dict[str, Any]], sizes: Sequence[str], coming: Iterable[str]) -> Rollout:
        """Return the hosts of this play that have work, in the order and the batches of a rollout."""
        distributing = [item for item in integrations if item["step"] == "distribute"]
        missing = hosts_of([*coming, *(name for item in distributing for name in _to_serve(item))])
        failed = hosts_of(name for item in distributing for name in item["failing"])
        orders = self.inventory.orders(host for host in self.scope if host in missing)
        return rollout((Member(host, order, host in failed) for host, order in orders.items()), sizes)

    def _arguments(self) -> dict[str, Any]:
        try:
            _validation, arguments = self.validate_argument_spec(argument_spec=dict(self.SPEC))
        except AnsibleActionFail as error:
            raise bad_arguments(self._task.action, str(error)) from None
        return dict(arguments)


def _to_serve(item: Mapping[str, Any]) -> set[str]:
    """Return the dependents that a distribution can serve: neither people's nor such as are declared no more."""
    return set(item["missing"]) - {*item["people"], *item["gone"]}


def _coming(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the dependents that will be served once there is a staged secret."""
    return [name for outcome in outcomes if outcome.decision for name in coming(outcome.run, outcome.decision)]


def _failed(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result as a failure, where a person has to mend something."""
    return {**result, "failed": True, "msg": "\n".join(result["unfinished"])} if result["unfinished"] else result


def _secrets_in(arguments: Mapping[str, Any]) -> list[str]:
    """Return the secrets among the arguments of a module on a host."""
    by_client_id = [arguments.get(name) or {} for name in ("secrets", "fingerprint_keys")]
    texts = [arguments.get("client_secret"), *(arguments.get("hidden") or [])]
    texts += [text for each in by_client_id for text in each.values()]
    return [text for text in texts if isinstance(text, str)]


def hosts_of(dependents: Iterable[str]) -> set[str]:
    """Return the hosts of dependents, which are named HOST/NAME."""
    return {name.split("/", 1)[0] for name in dependents}
