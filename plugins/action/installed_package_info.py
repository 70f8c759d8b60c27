# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.installed_package_info."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._account_packages import (
    CANNOT_KNOW,
    AccountPackage,
    joined,
    missing,
    table,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._account_users import Asker, users_of_packages
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._soap import MAX_ANSWER_BYTES

_MISSING_AT_MOST = 20


class ActionModule(ControlAction):
    """Reads the users of packages, one account after the other; changes nothing."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "unused_after_days": {"type": "float", "default": 90.0},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the packages of each account of the chosen integrations."""
        days = _checked(arguments["unused_after_days"])
        chosen = self.integrations(arguments["integration"], generating=False)
        everybody, unread = self._everybody()
        packages: list[AccountPackage] = []
        absent: list[dict[str, str]] = []
        accounts: list[dict[str, str]] = []
        refusals: list[Refusal] = []
        for account in dict.fromkeys(item.account for item in chosen):
            clients = [self._asker(item) for item in chosen if item.account == account]
            try:
                answered = users_of_packages(account, clients)
            except Refusal as refusal:
                refusals.append(refusal)
                continue
            declared = [item for item in everybody if item.account == account]
            found = joined(answered.rows, account, declared, answered.at, days)
            packages += found
            absent += missing(found, declared)
            accounts.append({"account": account, "asked_with": answered.asked_with})
        lines = table(packages)
        unknown = [*CANNOT_KNOW, *unread]
        if accounts:
            self._tell(packages, absent, lines, unknown)
        result: dict[str, Any] = {
            "changed": False,
            "packages": [item.as_dict() for item in packages],
            "missing": absent,
            "accounts": accounts,
            "table": lines,
            "cannot_know": unknown,
        }
        if refusals:
            result.update(failed=True, msg="\n".join(map(str, refusals)), refusal=refusals[0].as_dict())
        return result

    def _everybody(self) -> tuple[tuple[Integration, ...], list[str]]:
        """Return what the whole inventory declares: a limit makes nobody's of no package. And what cannot be read."""
        try:
            return self.inventory.integrations(self.variables["groups"]["all"], generating=False), []
        except Refusal as refusal:
            unread = f"what is declared beyond this play, as {refusal.offender} cannot be read here"
            return self.inventory.integrations(self.scope, generating=False), [unread]

    def _asker(self, integration: Integration) -> Asker:
        http = HttpClient(integration.ca_path, timeout=60.0, max_bytes=MAX_ANSWER_BYTES)
        secret = functools.cache(lambda: self.stores.secret(integration, "active"))
        return Asker(integration, SfmcClient(integration.auth_url, http), http, secret)

    def _tell(
        self,
        packages: Sequence[AccountPackage],
        absent: Sequence[Mapping[str, str]],
        lines: Sequence[str],
        unknown: Sequence[str],
    ) -> None:
        for line in lines:
            self.tell(line)
        for item in absent[:_MISSING_AT_MOST]:
            self.tell(
                f"{item['name']}: account {item['account']} shows no package {item['package']!r}; correct `package`"
                " in sfmc_integrations, or its package was deleted"
            )
        nobodys, candidates = (sum(so) for so in ((p.undeclared for p in packages), (p.candidate for p in packages)))
        self.tell(
            f"{len(packages)} package(s): {nobodys} that nobody declares, {candidates} of them to look at for removal,"
            f" {len(absent)} declared and not there"
        )
        self.tell("not known from here: " + "; ".join(unknown))


def _checked(days: float) -> float:
    if 1 <= days <= 3660:
        return days
    raise Refusal(
        "times are numbers within sense",
        "unused_after_days (sfmc_packages_unused_after_days)",
        "a number of days from 1 to 3660",
        f"{days:g}",
        "correct it; nothing was asked",
    )
