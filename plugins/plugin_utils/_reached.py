# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of the inventory that is not the task's own, reached as its variables say, from an action or a lookup."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugins
from ansible.plugins.action import ActionBase
from ansible.template import Templar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import quiet
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.host_file import Unreached

_MODULE = "keyturn.sfmc.host_document"
_RULE = "a store on a host is reached as the inventory says"
_WAY_OUT = "see that `ansible HOST -m ping` works with this inventory, with HOST as in sfmc_store.host, then run again"


class _Caller(ActionBase):  # type: ignore[misc]
    """An action that runs the module of its task; Ansible's own do the same."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = self._execute_module(_MODULE, self._task.args, task_vars=task_vars)
        return result

    def call(self, arguments: Mapping[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Run the module with these arguments."""
        self._task.args = dict(arguments)
        return self.run(task_vars=variables)


class ReachedHost:
    """Keeps one connection for as long as the action or lookup lasts."""

    def __init__(self, name: str, hostvars: Any, loader: Any) -> None:
        """Take the host's name, the variables of the inventory's hosts (whatever the limit), and Ansible's loader.

        :raises Refusal: the inventory has no such host.
        """
        if hostvars is None or name not in hostvars:
            raise Refusal(
                _RULE,
                f"sfmc_store.host {name}",
                "a host of the inventory, which a --limit may leave out",
                "no such host" if hostvars is not None else "no inventory",
                "correct sfmc_store.host, or add the host to the inventory; a slice of an AWX job sees a part of it:"
                " leave sfmc_awx_slices: 1, or take another kind of store",
            )
        self.name = name
        self._loader = loader
        self._variables: dict[str, Any] = dict(hostvars.raw_get(name))
        self._variables.setdefault("ansible_facts", {})
        self._templar = Templar(loader=loader, variables=self._variables)
        self._caller: _Caller | None = None

    @property
    def is_here(self) -> bool:
        """Whether the host is this controller."""
        try:
            return self._transport() in ("local", "ansible.builtin.local")
        except AnsibleError as error:
            raise self._no_connection(error) from None

    def run(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result of the module `keyturn.sfmc.host_document`."""
        try:
            with quiet():
                self._caller = self._caller or self._connected()
                result = self._caller.call(arguments, self._variables)
        except AnsibleConnectionFailure as error:
            self._caller = None
            raise self._unreached(str(error)) from None
        except AnsibleError as error:
            self._caller = None
            raise self._no_connection(error) from None
        return self._checked(result)

    def _checked(self, result: dict[str, Any]) -> dict[str, Any]:
        if result.get("unreachable"):
            raise self._unreached(str(result.get("msg", "")))
        if isinstance(result.get("refusal"), dict):
            raise Refusal(**result["refusal"])
        if result.get("failed") or "msg" in result:
            found = _short(str(result.get("module_stderr") or result.get("msg") or "no answer"))
            # A module that began to answer may have done its work.
            raise Unreached(_RULE, self.name, "an answer of the module host_document", found, _WAY_OUT)
        return result

    def _no_connection(self, error: Exception) -> Refusal:
        return Refusal(_RULE, self.name, "a connection to that host", _short(str(error)), _WAY_OUT)

    def _unreached(self, said: str) -> Unreached:
        return Unreached(_RULE, self.name, "a host that answers", _short(said), _WAY_OUT)

    # --- the connection, as Ansible's own executor makes it ----------------------------------------------------------

    def _connected(self) -> _Caller:
        task = Task()
        task.action, task.no_log = _MODULE, True
        # A run in check mode reads what is there (I-31); it asks for no change.
        task.check_mode = False
        context = PlayContext().set_task_and_variable_override(task, self._variables, self._templar)
        context.connection = self._transport()
        connection = plugins.connection_loader.get(
            context.connection,
            context,
            new_stdin=None,
            task_uuid=task._uuid,
            ansible_playbook_pid=str(os.getppid()),
        )
        if connection is None:
            raise AnsibleError(f"there is no connection plugin {context.connection}")
        # The user is that of the command line, or of ansible.cfg, where the host's variables name none.
        keys = {"timeout": context.timeout, "remote_user": task.remote_user}
        connection.set_options(task_keys=keys, var_options=self._options("connection", connection._load_name))
        connection._shell.set_options(task_keys=keys, var_options=self._options("shell", connection._shell._load_name))
        self._become(connection, context)
        if not context.become:
            # One round trip for each call. As another user it may not work (`requiretty`), and the inventory decides.
            with contextlib.suppress(KeyError):
                connection.set_option("pipelining", True)
        return _Caller(
            task=task,
            connection=connection,
            play_context=context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=plugins,
        )

    def _become(self, connection: Any, context: PlayContext) -> None:
        """Let the connection act as another user, where the host's variables say so."""
        said = self._variable("ansible_become")
        try:
            context.become = C.DEFAULT_BECOME if said is None else boolean(said)
        except TypeError as error:
            raise AnsibleError(f"ansible_become: {error}") from None
        if not context.become:
            return
        method = self._variable("ansible_become_method") or C.DEFAULT_BECOME_METHOD
        become = plugins.become_loader.get(method)
        if become is None:
            raise AnsibleError(f"there is no become plugin {method}")
        connection.set_become_plugin(become)
        become.set_options(task_keys={}, var_options=self._options("become", become._load_name))
        context.set_become_plugin(become.name)
        for option in ("become_user", "become_flags", "become_exe", "become_pass"):
            # Some plugins do not know all of them.
            with contextlib.suppress(KeyError):
                setattr(context, option, become.get_option(option))

    def _transport(self) -> str:
        said = str(self._variable("ansible_connection") or C.DEFAULT_TRANSPORT)
        return "ssh" if said == "smart" else said

    def _options(self, plugin_type: str, name: str) -> dict[str, Any]:
        """Return the variables of the host that this plugin has options for."""
        wanted = C.config.get_plugin_vars(plugin_type, name)
        return {variable: self._variable(variable) for variable in wanted if variable in self._variables}

    def _variable(self, name: str) -> Any:
        return self._templar.template(self._variables[name]) if name in self._variables else None


def _short(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[-3:])[-300:] or "no answer"
