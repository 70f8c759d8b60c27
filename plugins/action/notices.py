# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.notices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from ansible.plugins.loader import module_loader

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._deliveries import deliveries
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import checked_estate, moment
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hooks import Hook, credentials_of, hooks_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import Notice, notices
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import masked_by_core
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._told import Told
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written

_SCHEMA = 1
#: The collection has it that is no part of ansible-core, and no dependency of this one.
_MAIL = "community.general.mail"


class ActionModule(ControlAction):
    """Says what is to be told to whom; keeps what was told."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "estate": {"type": "dict", "required": True},
        # Not as a whole: ansible-core 2.22 would take each word in it, `mail` too, out of all that it shows.
        "hooks": {"type": "list", "elements": "raw", "default": [], "no_log": False},
        "state_path": {"type": "str", "required": True},
        "repeat_days": {"type": "float", "default": 7.0},
        "told": {"type": "list", "elements": "dict"},
        "failed": {"type": "list", "elements": "dict", "default": []},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Plan, or, once `told` says what was sent, keep that."""
        estate, path = arguments["estate"], Path(arguments["state_path"]).expanduser()
        present = notices(estate)
        at = required(moment(estate["generated_at"]))
        told = self._kept(path)
        masked_by_core(credentials_of(arguments["hooks"]))
        hooks = hooks_of(arguments["hooks"], arguments["repeat_days"])
        if arguments["told"] is None:
            return self._plan(present, hooks, told, at)
        _note(told, present, arguments["told"], at)
        told.forget(present, (item["client_id"] for item in checked_estate(estate)), at)
        content = json.dumps({"schema": _SCHEMA, "told": told.as_dict()}, indent=1) + "\n"
        changed = written(path, content.encode("utf-8"), self.check_mode, 0o600)
        return {"changed": changed, **self._undelivered(arguments["failed"])}

    def _plan(self, present: tuple[Notice, ...], hooks: tuple[Hook, ...], told: Told, at: datetime) -> dict[str, Any]:
        messages, unaddressed = deliveries(present, hooks, told, at)
        for message in messages:
            to = f" to {', '.join(message['to'])}" if message["to"] else ""
            self.tell(f"{message['name']} ({message['where']}){to}: {message['subject']}")
        if not messages:
            self.tell("nothing is to be told that was not told already")
        failed = [
            {
                "name": each["name"],
                "failure": f"{each['integration']} has no owner with an address:"
                " give `owner` in sfmc_integrations, or `otherwise` in the hook",
            }
            for each in unaddressed
        ]
        return {
            "changed": False,
            "notices": [notice.as_dict() for notice in present],
            "deliveries": messages,
            "unaddressed": failed,
            "can_mail": all(message["kind"] != "mail" for message in messages) or _can_mail(),
        }

    def _undelivered(self, failed: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Name each hook that did not work once, with its way out; a failure when there is one."""
        lines = list(dict.fromkeys(f"{each.get('name')}: {each.get('failure')}" for each in failed))
        if not lines:
            return {"undelivered": []}
        way_out = "Not delivered, and told again by the next run; correct sfmc_notify, or see why they do not answer:"
        return {"undelivered": lines, "failed": True, "msg": "\n".join([way_out, *lines])}

    def _kept(self, path: Path) -> Told:
        """Return what was told; what cannot be read was told to nobody, and is told again."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["schema"] == _SCHEMA:
                return Told(document["told"])
        except FileNotFoundError:
            return Told({})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
        self.tell(f"{path} cannot be read as what was told, so all of it is told again")
        return Told({})


def _can_mail() -> bool:
    return bool(module_loader.find_plugin_with_context(_MAIL).resolved)


def _note(told: Told, present: tuple[Notice, ...], said: list[Mapping[str, Any]], at: datetime) -> None:
    by_id = {notice.id: notice for notice in present}
    for each in said:
        for id_ in each.get("ids") or ():
            if id_ in by_id:
                told.add(by_id[id_], str(each.get("name")), at)
