# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.adopted_secret: a host's secret becomes the known active one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._borrowed import Borrowed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import FILES, DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import adopt
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Outcome
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import generated_at


class ActionModule(ControlAction):
    """Reads the secret of one dependent of this host, and takes it in if SFMC accepts it."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "dependent": {"type": "str", "required": True},
        "generated_at": {"type": "str"},
        "rebuild": {"type": "bool", "default": False},
    }
    _requires_connection = True

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Read, ask SFMC, keep."""
        born = generated_at(arguments["generated_at"])
        item = self._declared(arguments["dependent"], arguments["integration"])
        text = self._standing(item)
        run = self.one_run(item.client_id)
        decision = adopt(run, text, born, self.check_mode, arguments["rebuild"])
        result = self.reported([Outcome(run, decision)], fail=False)
        kept = run.keeper.load().secrets.active
        would = self.check_mode and (kept is None or kept.reveal() != text)
        if run.effects:
            self.tell(f"{run.integration.name}: the secret of {item.dependent.id} is kept as the active one")
        self.tell_standing(result)
        return {**result, "changed": bool(run.effects) or would}

    def _declared(self, name: str, integration: str | None) -> DeclaredDependent:
        host = self.variables["inventory_hostname"]
        meant = {each.client_id for each in self.integrations(integration, [host], generating=False)}
        declared = self.inventory.dependents([host])
        files = [item for item in declared if item.dependent.kind == FILES and item.client_id in meant]
        found = [item for item in files if name in (item.dependent.id, item.dependent.name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(
                "a secret is adopted from a file that is declared",
                f"{name} on {host}",
                "one dependent of that name",
                "one of each of " + ", ".join(item.client_id for item in found),
                "name the integration, too: -e sfmc_adopt_integration=NAME",
            )
        raise Refusal(
            "a secret is adopted from a file that is declared",
            f"{name} on {host}",
            "one of "
            + (", ".join(item.dependent.id for item in files) or "the host's sfmc_dependents of the kind files"),
            "another name" if files else "no such dependent",
            "name a dependent as HOST/NAME (sfmc_adopt_from), with a --limit that holds its host",
        )

    def _standing(self, item: DeclaredDependent) -> str:
        """Return the one secret that stands at all places of a dependent."""
        found = {self._value(item, file) for file in item.options["files"]}
        if len(found) == 1:
            return found.pop()
        raise Refusal(
            "a secret is adopted where there is one",
            item.dependent.id,
            "the same secret in all of its files",
            f"{len(found)} different ones",
            "adopt from a dependent that works, with one file; the others get its secret then",
        )

    def _value(self, item: DeclaredDependent, file: Mapping[str, Any]) -> str:
        borrowed = Borrowed(self, self.variables, f"{file['path']} on {item.dependent.host}", Hidden())
        read = borrowed.run("ansible.builtin.slurp", {"src": file["path"]})
        where = f"{item.dependent.host}:{file['path']}"
        content = base64.b64decode(read["content"])
        return read_value(file["format"], content, file["key"], where, encoding=file["encoding"])
