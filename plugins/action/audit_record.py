# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.audit_record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import INTEGRATIONS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.audit import check, exported, file_name
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written_json


class ActionModule(ControlAction):
    """Writes what the latest rotation of each integration left, or sees whether such a file is genuine."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        **INTEGRATIONS,
        "path": {"type": "path", "required": True},
        "state": {"type": "str", "choices": ["written", "checked"], "default": "written"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Write, or check."""
        path = Path(arguments["path"])
        if arguments["state"] == "checked":
            return self._checked(path)
        changed = False
        files: list[str] = []
        refusals: list[Refusal] = []
        for integration in self.integrations(arguments["integration"], generating=False):
            try:
                record = exported(self.stores.record(integration))
            except Refusal as refusal:
                # The others may begin another rotation before somebody has mended this one.
                refusals.append(refusal)
                continue
            if record is None:
                self.tell(f"{integration.name}: no rotation is over that another has not followed")
                continue
            file = path / file_name(record)
            new = written_json(file, record, self.check_mode)
            self.tell(f"{integration.name}: {file}" + ("" if new else ", as before"))
            changed, files = changed or new, [*files, str(file)]
        result = {"changed": changed, "files": files}
        return {**result, "failed": True, "msg": "\n".join(map(str, refusals))} if refusals else result

    def _checked(self, path: Path) -> dict[str, Any]:
        document = _read(path)
        client_id = document.get("content", {}).get("client_id")
        for integration in self.integrations(None, generating=False):
            if integration.client_id == client_id:
                rotation = check(document, self.stores.record(integration), str(path))
                self.tell(f"{path}: what rotation {rotation} of {integration.name} left, unaltered")
                return {"changed": False, "files": [str(path)]}
        raise Refusal(
            "an audit record is checked with the key of its integration",
            str(path),
            "a client id that a host of this play declares",
            "none, or another one",
            "run it in the inventory whose rotation it is, without a --limit that leaves it out",
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes(), object_pairs_hook=_named_once)
    except OSError as error:
        found = error.strerror or type(error).__name__
    except (ValueError, RecursionError):
        found = "no JSON, or a name twice in it"
    else:
        if isinstance(document, dict) and isinstance(document.get("content"), dict):
            return document
        found = "another document"
    raise Refusal(
        "an audit record is what its rotation left",
        str(path),
        "a file that keyturn.sfmc.evidence wrote",
        found,
        "name the file",
    )


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice, people and other programs may read the one that was not checked."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
