# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to paste into a host's variables so that its strays are declared, or accepted. Pure."""

from __future__ import annotations

import glob
import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

Use = Mapping[str, Any]

_COPY = "a copy that no program reads: delete it if it is none, or keep this line"
_RUNNING = {
    "process": "it got the secret from elsewhere: declare that place with a restart of this service, or keep this line",
    "container": "the engine keeps what the container was made with: make it anew after a rotation, or keep this line",
    "archive": "what lies in an archive is not edited: delete it, or keep this line",
}
_UNEDITABLE = "nothing here can edit it: bring the next secret there by hand, or keep this line"


def snippet(strays: Iterable[Use], names: Mapping[str, str], taken: Iterable[str] = ()) -> str:
    """Return the variables of one host, as YAML; empty where it has no strays.

    :param names: of the integrations as the host knows them, by client id.
    :param taken: names that dependents of the host have already.
    """
    uses = list(strays)
    editable = [use for use in uses if _can_be_declared(use, names)]
    others = [use for use in uses if not _can_be_declared(use, names)]
    parts = []
    if editable:
        parts.append("sfmc_dependents:\n" + "".join(_dependents(editable, names, set(taken))))
    if others:
        parts.append("sfmc_accepted_places:\n" + "".join(_accepted(use) for use in others))
    return "".join(parts)


def _can_be_declared(use: Use, names: Mapping[str, str]) -> bool:
    return bool(use["kind"] == "file" and use["format"] and use["client_id"] in names)


def _dependents(uses: list[Use], names: Mapping[str, str], taken: set[str]) -> Iterable[str]:
    """Return one dependent for each integration in each folder: what lies together is mostly read together."""
    groups: dict[tuple[str, str], list[Use]] = {}
    for use in uses:
        groups.setdefault((use["client_id"], posixpath.dirname(use["path"])), []).append(use)
    for (client_id, folder), group in groups.items():
        unknown = all(use["secret"] == "unknown" for use in group)
        entry: dict[str, Any] = {"integration": names[client_id], "name": _name(folder, taken)}
        entry["files"] = [_file(use) for use in group]
        yield _entry(entry) + _hints(unknown)


def _file(use: Use) -> dict[str, str]:
    said = {"path": use["path"], "format": use["format"], "key": use["key"]}
    if not use["key"]:
        del said["key"]
    return {**said, "encoding": use["encoding"]} if use["encoding"] != "plain" else said


def _name(folder: str, taken: set[str]) -> str:
    """Return a name that no other dependent of the host has."""
    name, number = folder, 1
    while name in taken:
        number += 1
        name = f"{folder} {number}"
    taken.add(name)
    return name


def _hints(unknown: bool) -> str:
    lines = ["  # restart: {service: NAME}    what reads these files when it starts"]
    if unknown:
        lines.append("  # unknown_secret: accept     it holds a secret that nobody knows; with this it is replaced")
    return "\n".join(lines) + "\n"


def _accepted(use: Use) -> str:
    said = {"place": _literally(use["place"]), "key": use["key"], "reason": _reason(use)}
    if not use["key"]:
        del said["key"]
    return _entry(said)


def _literally(place: str) -> str:
    """Return what covers this place alone: in `place` a `*` stands for any characters."""
    return glob.escape(place) if "*" in place or "?" in place else place


def _reason(use: Use) -> str:
    if use["kind"] == "backup":
        return _COPY
    return _RUNNING.get(str(use["kind"]), _UNEDITABLE)


def _entry(entry: Mapping[str, Any]) -> str:
    """Return an item of a list, its mapping in the order in which people write it."""
    text: str = yaml.dump([_untemplated(entry)], Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=1000)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes names that hosts gave so that Ansible takes none of them for a template."""


class _Unsafe(str):
    """A text that is no template, whatever it looks like: whoever can make a file on a host chooses its name."""


_Dumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style="'"))


def _untemplated(value: Any) -> Any:
    if isinstance(value, str):
        return _Unsafe(value) if any(sign in value for sign in ("{{", "{%", "{#")) else value
    if isinstance(value, Mapping):
        return {name: _untemplated(item) for name, item in value.items()}
    return [_untemplated(item) for item in value] if isinstance(value, list) else value
