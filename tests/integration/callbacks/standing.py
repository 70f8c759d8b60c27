# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: notes each effect of a controller in a file, and stands still at one of them, where it can be killed.

Ansible loads it into `ansible-playbook`, before the processes of its tasks are forked; the collection knows nothing
of it.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.callback import CallbackBase

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.http import HttpProvider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws import AwsStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws_services import Services
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Store
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.hashi_vault import HashiVaultStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.host_file import HostFileStore

#: The file with a line for each point that was passed.
TRACE = "KEYTURN_TRACE"
#: Where to stand: the number of a line, counted from 1, or the first line with this text.
STANDS_AT = "KEYTURN_STANDS_AT"
#: The line that follows then.
STANDS = "stands"

DOCUMENTATION = """
name: standing
type: notification
short_description: For tests, notes each effect and stands still at one of them
description:
  - See tests/integration/test_killed_controllers.py.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Wraps what has effects."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "standing"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for store in (FileStore, HostFileStore, HashiVaultStore, AwsStore):
            _wrap(store, "save", _saved)
            _wrap(store, "prove_writable", lambda *_arguments: "prove writable")
        _wrap(Services, "follow", _followed)
        _wrap(HttpProvider, "generate", lambda *_arguments: "generate")
        _wrap(HttpProvider, "activate", lambda *_arguments: "activate")
        _wrap(ActionBase, "_execute_module", _deployed)


def _saved(_store: Store, name: str, document: Any, _expected: str | None) -> str:
    return "save pace" if name.startswith("account-") else f"save {document['journal']['history'][-1]['what']}"


def _followed(_services: Services, _name: str, document: Any, _load: Any) -> str:
    return f"follow {document['journal']['history'][-1]['what']}" if "journal" in document else ""


def _deployed(action: Any, module: str = "", *_arguments: Any, **more: Any) -> str:
    if module != "keyturn.sfmc.deployed_secret":
        return ""
    return f"deploy {more['task_vars']['inventory_hostname']}"


def _wrap(owner: type, name: str, effect_of: Callable[..., str]) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **more: Any) -> Any:
        effect = effect_of(*arguments, **more)
        if not effect:
            return original(*arguments, **more)
        _point(f"before {effect}")
        result = original(*arguments, **more)
        _point(f"after {effect}")
        return result

    setattr(owner, name, wrapped)


def _point(name: str) -> None:
    trace = Path(os.environ[TRACE])
    with trace.open("a", encoding="utf-8") as file:
        file.write(f"{name}\n")
    passed = trace.read_text(encoding="utf-8").splitlines()
    stands_at = os.environ[STANDS_AT]
    if str(len(passed)) != stands_at and (name != stands_at or passed.count(name) > 1):
        return
    with trace.open("a", encoding="utf-8") as file:
        file.write(f"{STANDS}\n")
    while True:
        signal.pause()
