# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that any process opens from a few words of JSON, as each controller does.

A store on a host needs Ansible's loaders, which have to be there before the collection is imported: `OpenedElsewhere`
is such a store in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._opener import run_stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Store, Stored

_COLLECTIONS = Path(__file__).parents[2] / ".work" / "collections"
_START = f"""
import json, sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([{str(_COLLECTIONS)!r}])
from ansible_collections.keyturn.sfmc.tests.support.opened_stores import answer, opened
"""
_SERVE = """
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
"""
_OPEN = "store = opened(**json.loads(sys.argv.pop(1)))\n"


def opened(settings: Mapping[str, Any], password: str = "", inventory: str = "") -> Store:
    """Return the store.

    :param settings: as `sfmc_store` has them.
    :param password: the one vault secret of the run; empty for none.
    :param inventory: path of an inventory, for a store on one of its hosts.
    """
    loader = DataLoader()
    loader.set_vault_secrets([("default", VaultSecret(password.encode()))] if password else [])
    return run_stores(loader, {"hostvars": _hostvars(loader, inventory)} if inventory else {}).open(settings)


def _hostvars(loader: DataLoader, path: str) -> HostVars:
    inventory = InventoryManager(loader, sources=[path])
    return HostVars(inventory, VariableManager(loader, inventory), loader)


def process(place: Mapping[str, Any], code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process that runs this code, with `store` opened and `sys` imported.

    :param place: what `opened` is given.
    """
    return _started(_START + _OPEN + code, json.dumps(place), *arguments)


def _started(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Call one method of a store that is opened anew, and return what came of it."""
    try:
        came = getattr(opened(**asked["place"]), asked["method"])(*asked["arguments"])
    except Refusal as refusal:
        return {"refusal": refusal.as_dict(), "conflict": isinstance(refusal, Conflict)}
    return {"stored": [came.document, came.version]} if isinstance(came, Stored) else {"came": came}


class Elsewhere:
    """A process in which stores are opened; ends with its `close`."""

    def __init__(self) -> None:
        self._process = _started(_START + _SERVE)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=20)

    def ask(self, place: Mapping[str, Any], method: str, *arguments: Any) -> Any:
        """Return what a method of the store returns, or raise what it raises."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"place": place, "method": method, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        came = json.loads(self._process.stdout.readline())
        if "refusal" in came:
            raise Conflict(came["refusal"]["offender"]) if came["conflict"] else Refusal(**came["refusal"])
        return Stored(*came["stored"]) if "stored" in came else came["came"]


class OpenedElsewhere:
    """A store of another process, opened anew for each call."""

    def __init__(self, elsewhere: Elsewhere, place: Mapping[str, Any]) -> None:
        self._elsewhere = elsewhere
        self._place = place

    def where(self, name: str) -> str:
        """Return the place of a document."""
        return str(self._ask("where", name))

    def names(self) -> list[str]:
        """Return the names of all documents."""
        found: list[str] = self._ask("names")
        return found

    def load(self, name: str) -> Stored | None:
        """Return the document."""
        stored: Stored | None = self._ask("load", name)
        return stored

    def read_ahead(self, names: Iterable[str]) -> None:
        """Make ready."""
        self._ask("read_ahead", list(names))

    def save(self, name: str, document: Mapping[str, Any], expected: str | None) -> str:
        """Replace the document."""
        return str(self._ask("save", name, document, expected))

    def prove_writable(self, name: str) -> None:
        """See that the document can be saved."""
        self._ask("prove_writable", name)

    def complete(self, name: str) -> None:
        """Do what is left of a save."""
        self._ask("complete", name)

    def _ask(self, method: str, *arguments: Any) -> Any:
        return self._elsewhere.ask(self._place, method, *arguments)
