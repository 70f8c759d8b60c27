# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One place of another system: what stands there, and what is written; a text, a JSON text or an object. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import locate
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import decoded, encoded, filled


@dataclass(frozen=True)
class Present:
    """What stands at a place now: the whole value as it was read, and the secret in it. `repr` hides both.

    :param kept: what stands beside the value and has to be there after a write too, by its names.
    """

    value: Any = field(repr=False)
    secret: str = field(repr=False)
    version: Any = None
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Place:
    """A place that holds a secret, as a whole value or as one member of a JSON object.

    :param key: the member, in the key syntax of JSON files; None when the whole value is the secret.
    :param encoding: `plain` or `base64`.
    :param secret: what should stand there.
    """

    name: str
    key: str | None
    encoding: str
    secret: str = field(repr=False)

    def present(self, value: Any, version: Any = None, kept: Mapping[str, Any] | None = None) -> Present:
        """Return what was read, understood.

        :raises Refusal: nothing stands there, or no text.
        """
        inner = value if self.key is None else self._located(value, self.key).value
        if not isinstance(inner, str):
            raise Refusal(
                "a declared place exists",
                self.name,
                "a text",
                "nothing" if inner is None else f"a {type(inner).__name__}",
                "correct the options of this dependent, or put the active secret there by hand once",
            )
        return Present(value, decoded(inner, self.encoding, self.name), version, kept or {})

    def check_known(self, present: Present, key: str, known: Mapping[str, str]) -> None:
        """Refuse to replace anything but a secret that the journal knows (I-22, I-24)."""
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

    def filled(self, arguments: Mapping[str, Any], present: Present | None) -> dict[str, Any]:
        """Return a module's arguments with `${secret}`, `${merged}` (what was read, with one member replaced), ..."""
        marks: dict[str, Any] = {f"${{{name}}}": kept for name, kept in (present.kept if present else {}).items()}
        marks["${secret}"] = encoded(self.secret, self.encoding)
        if present is not None:
            marks["${merged}"] = self.merged(present)
            marks["${version}"] = present.version
        result: dict[str, Any] = filled(arguments, marks)
        return result

    def merged(self, present: Present) -> Any:
        """Return the whole value with the secret in it: the other members of an object stay (I-23)."""
        written = encoded(self.secret, self.encoding)
        if self.key is None:
            return written
        edited = self._located(present.value, self.key).replaced(written).decode("utf-8")
        return edited if isinstance(present.value, str) else json.loads(edited)

    def check_read_back(self, before: Present, after: Present) -> None:
        """See that exactly what was meant stands there now (I-4, I-23)."""
        expected = self.merged(before)
        if after.secret != self.secret:
            found = "another secret"
        elif self.key is not None and after.value != expected:
            found = "other members than before"
        else:
            changed = sorted(name for name, kept in before.kept.items() if after.kept.get(name) != kept)
            found = f"another {', another '.join(changed)} than before" if changed else ""
        if not found:
            return
        raise Refusal(
            "I-4: what was written is what stands there",
            self.name,
            "the value as it was written",
            found,
            "something else wrote it at the same moment; see what is there, then run again",
        )

    def _located(self, value: Any, key: str) -> Any:
        text = value if isinstance(value, str) else json.dumps(value)
        return locate("json", text.encode("utf-8"), key, self.name)
