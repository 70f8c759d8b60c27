# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One place of another system: what stands there, and what is written; a text, a JSON text or an object. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import indirect_value, several_lines
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import encoding_of, locate
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import filled

_NO_TEXTS: Mapping[type, str] = {type(None): "nothing", bytes: "binary data"}


@dataclass(frozen=True)
class Present:
    """What stands at a place now: the whole value as it was read, and the secret in it. `repr` hides both.

    :param kept: what stands beside the value and has to be there after a write too, by its names.
    :param shown: whether it is the secret, and not what the system shows instead.
    """

    value: Any = field(repr=False)
    secret: str = field(repr=False)
    version: Any = None
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shown: bool = True


@dataclass(frozen=True)
class Place:
    """A place that holds a secret, as a whole value or as one member of a JSON object.

    :param key: the member, in the key syntax of JSON files; None when the whole value is the secret.
    :param encoding: `plain` or `base64`.
    :param secret: what should stand there.
    :param placeholder: what the system shows in place of a secret that it never gives back; empty: it gives it back.
    """

    name: str
    key: str | None
    encoding: str
    secret: str = field(repr=False)
    placeholder: str = ""

    def present(self, value: Any, version: Any = None, kept: Mapping[str, Any] | None = None) -> Present:
        """Return what was read, understood.

        :raises Refusal: nothing stands there, or no text.
        """
        document = self.key is not None and value is not None and not isinstance(value, bytes)
        inner = self._located(value).value if document else value
        if not isinstance(inner, str):
            raise Refusal(
                "a declared place exists",
                self.name,
                "a text",
                _NO_TEXTS.get(type(inner)) or f"a {type(inner).__name__}",
                "correct the options of this dependent, or put the active secret there by hand once",
            )
        if self.placeholder and inner == self.placeholder:
            return Present(value, inner, version, kept or {}, shown=False)
        secret = encoding_of(self.encoding, self.name).decoded(inner, self.key or "the whole value", self.name)
        return Present(value, secret, version, kept or {})

    def check_known(self, present: Present, key: str, known: Mapping[str, str]) -> None:
        """Refuse to replace anything but a secret that the journal knows (I-22, I-24), where it can be seen."""
        if not present.shown:
            return
        found = fingerprint(key, present.secret)
        if found in known.values():
            return
        raise Refusal(
            "I-24: only a secret that the journal knows is replaced",
            self.name,
            " or ".join(f"the {name} secret {each}" for name, each in sorted(known.items())),
            f"an unknown value, {found}" if present.secret else "an empty value",
            "find out who changed it: put the active secret there by hand, or correct the options of this dependent; a"
            " place that was never rotated is taken over with `unknown_secret: accept`; nothing was written",
        )

    def check_adoptable(self, present: Present, key: str, known: Mapping[str, str]) -> None:
        """Refuse to take over what only stands for a secret, or is more than a line: that is something else (I-24)."""
        if not present.shown or fingerprint(key, present.secret) in known.values():
            return
        if len(present.secret.splitlines()) > 1:
            raise several_lines(self.key or "the whole value", "a text of several lines", self.name)
        if is_placeholder(present.secret):
            raise indirect_value(self.key or "the whole value", self.name)

    def filled(
        self, arguments: Mapping[str, Any], present: Present | None, described: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a module's arguments with `${secret}`, `${merged}` (what was read, with one member replaced), ...

        :param described: what else marks stand for, by their names.
        """
        names = {**(described or {}), **(present.kept if present else {})}
        marks: dict[str, Any] = {f"${{{name}}}": value for name, value in names.items()}
        marks["${secret}"] = encoding_of(self.encoding, self.name).encoded(self.secret, "")
        if present is not None:
            marks["${present}"] = present.value
            marks["${merged}"] = self.merged(present)
            marks["${version}"] = present.version
        result: dict[str, Any] = filled(arguments, marks)
        return result

    def merged(self, present: Present) -> Any:
        """Return the whole value with the secret in it: the other members of an object stay (I-23)."""
        encoding = encoding_of(self.encoding, self.name)
        if self.key is None:
            return encoding.encoded(self.secret, present.value if present.shown else "")
        located = self._located(present.value)
        edited = located.replaced(encoding.encoded(self.secret, located.value if present.shown else ""))
        text = edited.decode("utf-8")
        return text if isinstance(present.value, str) else json.loads(text)

    def check_read_back(self, before: Present, after: Present) -> None:
        """See that exactly what was meant stands there now (I-4, I-23)."""
        found = self._amiss(before, after)
        if not found:
            return
        raise Refusal(
            "I-4: what was written is what stands there",
            self.name,
            "the value as it was written",
            found,
            "something else wrote it at the same moment; see what is there, then run again",
        )

    def _amiss(self, before: Present, after: Present) -> str:
        """Return what is not as it was meant, an empty text when all is."""
        if not before.shown:
            return "" if after.value == before.value else "other values beside it than before"
        if after.secret != self.secret:
            return "another secret"
        if self.key is not None and after.value != self.merged(before):
            return "other members than before"
        return _others(before.kept, after.kept)

    def check_still(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """See that what describes the place is as it was before the write (I-23)."""
        found = _others(before, after)
        if found:
            raise Refusal(
                "I-23: a write changes the secret and nothing else",
                self.name,
                "what describes the place to be as it was",
                found,
                "put it back there by hand: the secret itself is written, and a further run finds it in place",
            )

    def _located(self, value: Any) -> Located:
        text = value if isinstance(value, str) else json.dumps(value)
        return locate("json", text.encode("utf-8"), self.key, self.name)


def _others(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return what is not as it was, an empty text when all is."""
    changed = sorted(name for name, value in before.items() if after.get(name) != value)
    return f"another {', another '.join(changed)} than before" if changed else ""
