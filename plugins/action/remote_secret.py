# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of keyturn.sfmc.remote_secret: another collection's modules read and write, nothing of it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from ansible import constants as C

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._borrowed import Borrowed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._exact_json import parsed
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._host_call import HostCall
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import credentials_of, declared_texts, document_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._one_writer import only_writer
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._place import Place, Present
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import (
    check_expected,
    check_marks,
    check_unexpected,
    check_whole,
    filled,
    value_at,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import masked_by_core
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._settling import STATE, changed, settled

_READ: dict[str, Any] = {
    "module": {"type": "str"},
    "arguments": {"type": "dict", "default": {}},
    "lookup": {"type": "str"},
    "terms": {"type": "list", "elements": "raw", "default": []},
    "options": {"type": "dict", "default": {}},
    "json": {"type": "str"},
    "value": {"type": "str", "default": ""},
    "version": {"type": "str"},
    "keep": {"type": "dict", "default": {}},
    "state": {"type": "dict", "options": STATE},
    "settle": {"type": "float", "default": 0.0},
    "placeholder": {"type": "str", "default": ""},
    "expected": {"type": "dict", "default": {}},
    "unexpected": {"type": "dict", "default": {}},
}
_DESCRIBE: dict[str, Any] = {
    "module": {"type": "str", "required": True},
    "arguments": {"type": "dict", "default": {}},
    "keep": {"type": "dict", "required": True},
    "default": {"type": "dict", "default": {}},
}
_WRITE: dict[str, Any] = {
    "module": {"type": "str", "required": True},
    "arguments": {"type": "dict", "required": True},
}
_AFTER: dict[str, Any] = {
    "module": {"type": "str", "required": True},
    "each": {"type": "list", "elements": "dict", "default": [{}]},
    "arguments": {"type": "dict", "required": True},
    "expected": {"type": "dict", "default": {}},
}


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
        "describe": {"type": "dict", "options": _DESCRIBE},
        "write": {"type": "dict", "options": _WRITE, "required": True},
        "after": {"type": "list", "elements": "dict", "options": _AFTER, "default": []},
        "key": {"type": "str", "no_log": False},
        "encoding": {"type": "str", "default": "plain", "choices": ["plain", "base64"]},
    }
    _requires_connection = True

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Read, recognise, write, read back, prove."""
        call, item = self._call(arguments)
        secret = call.secret(item.client_id).reveal()
        read = arguments["read"]
        place = Place(
            item.dependent.places[0],
            arguments["key"],
            arguments["encoding"],
            secret,
            (read or {}).get("placeholder", ""),
        )
        self._hidden = self._not_shown(call, item)
        self._written_back = "${merged}" in str(arguments["write"]["arguments"])
        self._version: Any = None
        self._borrowed = Borrowed(self, self.variables, place.name, self._hidden)
        with self._alone(item, place):
            evidence, shown = self._placed(arguments, place, call, item)
        if evidence["refusal"] is None and not (self.check_mode and evidence["changed"]):
            evidence = self._proved(call, evidence, arguments["after"], shown)
        result: dict[str, Any] = {"changed": evidence["changed"] or evidence["restarted"], "dependents": [evidence]}
        result["version"] = self._version
        if evidence["refusal"] is not None:
            result.update(failed=True, msg=str(Refusal(**evidence["refusal"])))
        return result

    def _call(self, arguments: Mapping[str, Any]) -> tuple[HostCall, DeclaredDependent]:
        host = self.variables["inventory_hostname"]
        integrations = self.integrations(arguments["integration"], [host], generating=False)
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
        return HostCall(integrations, found, self.stores, arguments["distributing"], self.check_mode), found[0]

    def _not_shown(self, call: HostCall, item: DeclaredDependent) -> Hidden:
        """Return what no message may show: every secret of the integration, and what lets us in."""
        kind, options = item.dependent.kind, item.options["options"] or {}
        kept = call.record(item.client_id).secrets
        secrets = [secret.reveal() for secret in (kept.active, kept.staged, kept.previous) if secret is not None]
        hidden = [*secrets, *credentials_of(kind, options)]
        masked_by_core(hidden)
        return Hidden(hidden, declared_texts(kind, options))

    def _alone(self, item: DeclaredDependent, place: Place) -> AbstractContextManager[None]:
        """Keep other writers of the same document on this controller waiting, from the reading to the reading back."""
        document = document_of(item.dependent.kind, item.options["options"] or {})
        if document is None or self.check_mode:
            return nullcontext()
        home = Path(C.config.get_config_value("ANSIBLE_HOME"))
        return only_writer(document, home / "keyturn" / "locks", place.name)

    # --- the place ---------------------------------------------------------------------------------------------------

    def _placed(
        self, arguments: Mapping[str, Any], place: Place, call: HostCall, item: DeclaredDependent
    ) -> tuple[dict[str, Any], bool]:
        """Bring the secret to its place; what was found and done is evidence, also when a step is refused.

        :return: the evidence, and whether the place shows what it holds.
        """
        secrets = call.record(item.client_id).secrets
        evidence: dict[str, Any] = {
            "name": item.dependent.name,
            "client_id": item.client_id,
            "fingerprint": secrets.fingerprint(call.secret(item.client_id)),
            "place": place.name,
            "before": None,
            "changed": False,
            "restarted": False,
            "proof": None,
            "refusal": None,
        }
        present = None
        try:
            present = self._read(arguments["read"], place) if arguments["read"] else None
            if present is not None:
                check = place.check_adoptable if call.accepts_unknown(item) else place.check_known
                check(present, secrets.key, call.known(item.client_id))
                evidence["before"] = call.recognised(item.client_id, present.secret if present.shown else "")
            if present is None or not present.shown or present.secret != place.secret:
                evidence["changed"] = True
                if not self.check_mode:
                    self._write(arguments, place, present)
        except Refusal as refusal:
            evidence["refusal"] = refusal.as_dict()
        return evidence, present is not None and present.shown

    def _read(self, read: Mapping[str, Any], place: Place) -> Present:
        """Return what stands at the place now."""
        ask = partial(self._asked, read)
        found = settled(ask, read["state"], place.name, self._hidden) if read["state"] else ask()
        if read["json"]:
            answer = parsed(value_at(found, read["json"], place.name), place.name, self._written_back)
            self._hidden.add(answer)
            found = {**found, "json": answer}
        value, kept = value_at(found, read["value"], place.name), _kept(read, found, place)
        if value != read["placeholder"]:
            self._hidden.add(value)
        check_expected(found, read["expected"], place.name, self._hidden)
        check_unexpected(found, read["unexpected"], place.name)
        version = value_at(found, read["version"], place.name) if read["version"] else None
        check_whole([value, version, kept], place.name, read["placeholder"])
        present = place.present(value, version, kept)
        self._version = version
        if present.shown:
            self._hidden.add(present.secret)
        return present

    def _asked(self, read: Mapping[str, Any]) -> Any:
        if read["lookup"]:
            return self._borrowed.look_up(read["lookup"], read["terms"], read["options"])
        return self._borrowed.run(read["module"], read["arguments"])

    def _write(self, arguments: Mapping[str, Any], place: Place, present: Present | None) -> None:
        """Write the secret, and see that it stands there, where that can be seen."""
        describe, write = arguments["describe"], arguments["write"]
        check_marks(write["arguments"], present is not None, place.name)
        told = self._described(describe, place) if describe else {}
        defaults = describe["default"] if describe else {}
        described = {**defaults, **{name: value for name, value in told.items() if value is not None}}
        self._borrowed.run(write["module"], place.filled(write["arguments"], present, described))
        if present is not None:
            ask = partial(self._read, arguments["read"], place)
            place.check_read_back(present, changed(ask, present, arguments["read"]["settle"]))
        if describe:
            place.check_still(told, self._described(describe, place))

    def _described(self, describe: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """Return what else a write has to know, and what has to be so afterwards, too."""
        told = _kept(describe, self._borrowed.run(describe["module"], describe["arguments"]), place)
        check_whole(told, place.name)
        return told

    # --- proof, and what follows it ----------------------------------------------------------------------------------

    def _proved(
        self, call: HostCall, evidence: dict[str, Any], after: Sequence[Mapping[str, Any]], shown: bool
    ) -> dict[str, Any]:
        """Have the host ask for a fresh token, restart and check; add what came of it.

        What cannot be read back is `written`, the weaker kind; a soak is one all the same, and is waited for.

        With steps of its own in between, the host is asked twice: for the proof, and for restart and check.
        """
        arguments = call.arguments(self.check_mode, unseen=not shown)
        (dependent,) = arguments["dependents"]
        dependent["unattested"] = dependent["unattested"] or evidence["changed"]
        care = {name: dependent[name] for name in ("restart", "check")}
        owed = dependent["unattested"] and not self.check_mode
        steps = [step for step in after if step["each"]] if owed else []
        if steps:
            dependent.update(restart=None, check=None)
        seen = self._on_this_host(arguments, evidence["place"])
        evidence = {**evidence, **{name: seen[name] for name in ("restarted", "proof", "refusal")}}
        if not shown and evidence["proof"] is not None and evidence["proof"]["outcome"] != "soak":
            evidence["proof"] = {**evidence["proof"], "outcome": "written"}
        if not steps or evidence["refusal"] is not None:
            return evidence
        try:
            self._take(steps, evidence["place"])
            evidence["restarted"] = True
            if any(care.values()):
                dependent.update(care, proof="fingerprint")
                evidence["refusal"] = self._on_this_host(arguments, evidence["place"])["refusal"]
        except Refusal as refusal:
            evidence["refusal"] = refusal.as_dict()
        return evidence

    def _on_this_host(self, arguments: dict[str, Any], where: str) -> Mapping[str, Any]:
        result = self.on_host("keyturn.sfmc.deployed_secret", arguments)
        if not result.get("dependents"):
            raise Refusal(
                "I-16: only a fresh token is proof",
                where,
                "an answer of the module deployed_secret",
                self._hidden.out_of(result.get("msg") or "none"),
                "see that the host of this dependent has a Python (ansible_python_interpreter), then run again",
            )
        (seen,) = result["dependents"]
        return dict(seen)

    def _take(self, steps: Sequence[Mapping[str, Any]], where: str) -> None:
        """Take the steps of a kind that restart what reads its secret at start, in order."""
        for step in steps:
            for each in step["each"]:
                marks = {f"${{{name}}}": value for name, value in each.items()}
                result = self._borrowed.run(step["module"], filled(step["arguments"], marks))
                check_expected(result, filled(step["expected"], marks), where, self._hidden)


def _kept(what: Mapping[str, Any], found: Any, place: Place) -> dict[str, Any]:
    """Return what is to be known of a result, by its names."""
    return {name: value_at(found, path, place.name) for name, path in what["keep"].items()}
