# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and lookups of other collections, run so that nothing that they are given or return is shown or logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader, module_loader

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import message_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import quiet, warn_of_kept_files


class Borrowed:
    """What one task borrows for one place."""

    def __init__(self, action: ActionBase, variables: dict[str, Any], where: str, hidden: Hidden) -> None:
        """Take the action whose task runs them, the variables of its host, and the place's name for messages.

        :param hidden: what no message may show.
        """
        self._action = action
        self._variables = variables
        self._where = where
        self._hidden = hidden

    def run(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run a module on the host, in check mode too: whether it may write is the caller's to decide.

        :raises Refusal: it is not installed, or it failed.
        """
        if not module_loader.find_plugin_with_context(module).resolved:
            raise self._not_installed(module)
        warn_of_kept_files()
        with self._unlogged(), quiet():
            result: dict[str, Any] = self._action._execute_module(module, dict(arguments), task_vars=self._variables)
        if result.get("failed") or result.get("unreachable"):
            raise self._failed(module, message_of(result))
        return result

    def look_up(self, lookup: str, terms: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Return the one value of a lookup on the controller.

        :raises Refusal: it is not installed, or it failed.
        """
        action = self._action
        plugin = lookup_loader.get(lookup, loader=action._loader, templar=action._templar)
        if plugin is None:
            raise self._not_installed(lookup)
        try:
            with quiet():
                values = plugin.run(list(terms), variables=self._variables, **options)
        except AnsibleError as error:
            raise self._failed(lookup, str(error)) from None
        if len(values) != 1:
            raise self._failed(lookup, f"{len(values)} values")
        return values[0]

    @contextmanager
    def _unlogged(self) -> Iterator[None]:
        """Keep the host's log and check mode out of it: reading changes nothing, and what is written is a secret."""
        task = self._action._task
        before = task.no_log, task.check_mode
        task.no_log, task.check_mode = True, False
        try:
            yield
        finally:
            task.no_log, task.check_mode = before

    def _not_installed(self, plugin: str) -> Refusal:
        collection = ".".join(plugin.split(".")[:2])
        return Refusal(
            "a kind of dependent needs the collection that knows its system",
            self._where,
            f"{plugin} on this controller",
            "no such plugin",
            f"ansible-galaxy collection install {collection} (it comes with the package `ansible` too); see"
            " docs/kinds.md",
        )

    def _failed(self, plugin: str, message: str) -> Refusal:
        return Refusal(
            "what another system refuses is not done",
            self._where,
            f"{plugin} to work",
            self._hidden.out_of(message),
            "mend it and run again: both secrets work until the activation, which waits",
        )
