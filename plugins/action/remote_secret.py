# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of keyturn.sfmc.remote_secret: another collection's modules read and write, nothing of it is shown."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader, module_loader

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._host_call import HostCall
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import credentials_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._place import Place, Present
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import message_of, redacted, texts_of, value_at

_READ: dict[str, Any] = {
    "module": {"type": "str"},
    "arguments": {"type": "dict", "default": {}},
    "lookup": {"type": "str"},
    "terms": {"type": "list", "elements": "raw", "default": []},
    "options": {"type": "dict", "default": {}},
    "value": {"type": "str", "default": ""},
    "version": {"type": "str"},
    "keep": {"type": "dict", "default": {}},
    "settle": {"type": "float", "default": 0.0},
}
_WRITE: dict[str, Any] = {
    "module": {"type": "str", "required": True},
    "arguments": {"type": "dict", "required": True},
}


_BETWEEN_LOOKS = 2.0


class ActionModule(ControlAction):
    """Brings the secret to one dependent that is no file, reads it back, and has the host prove, restart and check."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "integration": {"type": "str", "required": True},
        "dependent": {"type": "str", "required": True},
        "distributing": {"type": "bool", "default": False},
        "read": {
            "type": "dict",
            "options": _READ,
            "mutually_exclusive": [("module", "lookup")],
            "required_one_of": [("module", "lookup")],
        },
        "write": {"type": "dict", "options": _WRITE, "required": True},
        "key": {"type": "str", "no_log": False},
        "encoding": {"type": "str", "default": "plain", "choices": ["plain", "base64"]},
    }
    _requires_connection = True
    #: Texts that no message may show: the secret and the credentials, and whatever else was read beside it.
    _hidden: Sequence[str] = ()
    _read_too: Sequence[str] = ()

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Read, recognise, write, read back, prove."""
        call, item = self._call(arguments)
        evidence = self._placed(arguments, call, item)
        if evidence["refusal"] is None and not (self.check_mode and evidence["changed"]):
            evidence = self._proved(call, evidence, readable=arguments["read"] is not None)
        result: dict[str, Any] = {"changed": evidence["changed"] or evidence["restarted"], "dependents": [evidence]}
        if evidence["refusal"] is not None:
            result.update(failed=True, msg=str(Refusal(**evidence["refusal"])))
        return result

    def _call(self, arguments: Mapping[str, Any]) -> tuple[HostCall, DeclaredDependent]:
        host = self.variables["inventory_hostname"]
        integrations = self.integrations(arguments["integration"], [host])
        known = {item.client_id for item in integrations}
        found = [
            item
            for item in self.inventory.dependents([host])
            if item.client_id in known and item.dependent.name == arguments["dependent"]
        ]
        if len(found) != 1:
            raise Refusal(
                "a dependent that is written is one that the inventory declares",
                f"{arguments['dependent']!r} of {host}",
                "one entry of that name in sfmc_dependents",
                f"{len(found)}",
                "correct `dependent`, and name the integration by its client id",
            )
        return HostCall(integrations, found, self.vault_secrets, arguments["distributing"]), found[0]

    def _placed(self, arguments: Mapping[str, Any], call: HostCall, item: DeclaredDependent) -> dict[str, Any]:
        """Bring the secret to its place; what was found and done is evidence, also when a step is refused."""
        secret = call.secret(item.client_id).reveal()
        secrets = call.record(item.client_id).secrets
        place = Place(item.dependent.places[0], arguments["key"], arguments["encoding"], secret)
        self._hidden = [secret, *credentials_of(item.dependent.kind, item.options["options"] or {})]
        evidence: dict[str, Any] = {
            "name": item.dependent.name,
            "client_id": item.client_id,
            "fingerprint": secrets.fingerprint(call.secret(item.client_id)),
            "place": place.name,
            "changed": False,
            "restarted": False,
            "proof": None,
            "refusal": None,
        }
        try:
            present = self._read(arguments["read"], place) if arguments["read"] else None
            if present is not None and not call.accepts_unknown(item):
                place.check_known(present, secrets.key, call.known(item.client_id))
            if present is None or present.secret != secret:
                evidence["changed"] = True
                if not self.check_mode:
                    self._run(arguments["write"], place.filled(arguments["write"]["arguments"], present), place)
                    if present is not None:
                        place.check_read_back(present, self._read_back(arguments["read"], place, present))
        except Refusal as refusal:
            evidence["refusal"] = refusal.as_dict()
        return evidence

    # --- other collections' modules ----------------------------------------------------------------------------------

    def _read(self, read: Mapping[str, Any], place: Place) -> Present:
        """Return what stands at the place now."""
        found = self._looked_up(read, place) if read["lookup"] else self._run(read, read["arguments"], place)
        version = value_at(found, read["version"], place.name) if read["version"] else None
        kept = {name: value_at(found, path, place.name) for name, path in read["keep"].items()}
        present = place.present(value_at(found, read["value"], place.name), version, kept)
        self._read_too = texts_of(present.value)
        return present

    def _read_back(self, read: Mapping[str, Any], place: Place, before: Present) -> Present:
        """Return what stands at the place after a write; some systems go on showing for a while what was there."""
        settled = time.monotonic() + read["settle"]
        while True:
            present = self._read(read, place)
            if present.secret != before.secret or time.monotonic() >= settled:
                return present
            time.sleep(_BETWEEN_LOOKS)

    def _looked_up(self, read: Mapping[str, Any], place: Place) -> Any:
        lookup = lookup_loader.get(read["lookup"], loader=self._loader, templar=self._templar)
        if lookup is None:
            raise _not_installed(read["lookup"], place)
        try:
            (found,) = lookup.run(list(read["terms"]), variables=self.variables, **read["options"])
        except AnsibleError as error:
            raise self._failed(read["lookup"], place, error) from None
        return found

    def _run(self, what: Mapping[str, Any], arguments: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """Run a module on the host; whatever it returns stays in here."""
        module = what["module"]
        if not module_loader.find_plugin_with_context(module).resolved:
            raise _not_installed(module, place)
        with self._unlogged():
            result: dict[str, Any] = self._execute_module(module, dict(arguments), task_vars=self.variables)
        if result.get("failed") or result.get("unreachable"):
            raise self._failed(module, place, message_of(result))
        return result

    def _failed(self, plugin: str, place: Place, message: object) -> Refusal:
        return Refusal(
            "what another system refuses is not done",
            place.name,
            f"{plugin} to work",
            redacted(message, [*self._hidden, *self._read_too]),
            "mend it and run again: both secrets work until the activation, which waits",
        )

    @contextmanager
    def _unlogged(self) -> Iterator[None]:
        """Keep the host's log and check mode out of it: reading changes nothing, and what is written is a secret."""
        before = self._task.no_log, self._task.check_mode
        self._task.no_log, self._task.check_mode = True, False
        try:
            yield
        finally:
            self._task.no_log, self._task.check_mode = before

    def _proved(self, call: HostCall, evidence: dict[str, Any], readable: bool) -> dict[str, Any]:
        """Have the host ask for a fresh token, restart and check; add what came of it."""
        arguments = call.arguments(self.check_mode)
        (dependent,) = arguments["dependents"]
        dependent["unattested"] = dependent["unattested"] or evidence["changed"]
        result = self.on_host("keyturn.sfmc.deployed_secret", arguments)
        if not result.get("dependents"):
            raise Refusal(
                "I-16: only a fresh token is proof",
                evidence["place"],
                "an answer of the module deployed_secret",
                str(result.get("msg") or "none"),
                "see that the host of this dependent has a Python (ansible_python_interpreter), then run again",
            )
        (seen,) = result["dependents"]
        proof = seen["proof"]
        if proof is not None and not readable:
            proof = {**proof, "outcome": "written"}
        return {**evidence, "restarted": seen["restarted"], "proof": proof, "refusal": seen["refusal"]}


def _not_installed(plugin: str, place: Place) -> Refusal:
    collection = ".".join(plugin.split(".")[:2])
    return Refusal(
        "a kind of dependent needs the collection that knows its system",
        place.name,
        f"{plugin} on this controller",
        "no such plugin",
        f"ansible-galaxy collection install {collection} (it comes with the package `ansible` too); see docs/kinds.md",
    )
