# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to paste into a host's variables so that its strays are declared, or accepted. Pure."""

from __future__ import annotations

import glob
import posixpath
import re
from collections import Counter
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
_NOBODYS = "nobody can tell which integration it belongs to: declare it with that, or keep this line"
_WRITTEN = "a log, a history or a list, which is not edited: take the secret out of it, or keep this line"
#: What programs write and none reads back.
_LOG = re.compile(r".*\.log(?:[.-][\w.-]+)?|\.\w*history", re.ASCII)
#: So many places of a file that have no other name than the number of their line make a log of it, too.
_NUMBERED, _NUMBERED_AT_MOST = "\\A", 3


def snippet(strays: Iterable[Use], names: Mapping[str, str], taken: Iterable[str] = ()) -> str:
    """Return the variables of one host, as YAML; empty where it has no strays.

    :param names: of the integrations as the host knows them, by client id.
    :param taken: names that dependents of the host have already.
    """
    uses = list(strays)
    logs = _logs(uses)
    editable = [use for use in uses if use["path"] not in logs and _can_be_declared(use, names)]
    others = [use for use in uses if use["path"] not in logs and not _can_be_declared(use, names)]
    parts = []
    if editable:
        parts.append("sfmc_dependents:\n" + "".join(_dependents(editable, names, set(taken))))
    if others or logs:
        whole = [_entry({"place": path, "reason": _WRITTEN}) for path in logs]
        parts.append("sfmc_accepted_places:\n" + "".join([*map(_accepted, others), *whole]))
    return "".join(parts)


def _logs(uses: Iterable[Use]) -> list[str]:
    """Return the files of which a new secret in the place of an old one would be a lie, or would not last."""
    files = [use for use in uses if use["kind"] == "file" and use["place"] == use["path"]]
    numbered = Counter(use["path"] for use in files if use["format"] == "text" and use["key"].startswith(_NUMBERED))
    paths = dict.fromkeys(use["path"] for use in files)
    return [path for path in paths if _LOG.fullmatch(posixpath.basename(path)) or numbered[path] > _NUMBERED_AT_MOST]


def _can_be_declared(use: Use, names: Mapping[str, str]) -> bool:
    return bool(use["kind"] == "file" and use["format"] and use["client_id"] in names)


def _dependents(uses: list[Use], names: Mapping[str, str], taken: set[str]) -> Iterable[str]:
    """Return one dependent for each integration in each folder: what lies together is mostly read together.

    Unknown secrets make one of their own: where one stands, nothing of a dependent is written.
    """
    groups: dict[tuple[str, str, bool], list[Use]] = {}
    for use in uses:
        group = (use["client_id"], posixpath.dirname(use["path"]), use["secret"] == "unknown")
        groups.setdefault(group, []).append(use)
    for (client_id, folder, unknown), files in groups.items():
        entry: dict[str, Any] = {"integration": names[client_id], "name": _name(folder, taken)}
        entry["files"] = [_file(use) for use in files]
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
    if use["kind"] == "file" and use["format"]:
        return _NOBODYS
    return _RUNNING.get(str(use["kind"]), _UNEDITABLE)


def _entry(entry: Mapping[str, Any]) -> str:
    """Return an item of a list, its mapping in the order in which people write it."""
    text: str = yaml.dump([_untemplated(entry)], Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=1000)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes names that hosts gave so that Ansible takes none of them for a template."""


class _Unsafe(str):
    """A text that is no template, whatever it looks like: whoever can make a file on a host chooses its name."""


_Dumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


def _untemplated(value: Any) -> Any:
    if isinstance(value, str):
        # ansible-core 2.16 has classes of its own for texts: YAML knows none, and their methods return them again.
        plain = str.encode(value, "utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
        return _Unsafe(plain) if any(sign in plain for sign in ("{{", "{%", "{#")) else plain
    if isinstance(value, Mapping):
        return {name: _untemplated(item) for name, item in value.items()}
    return [_untemplated(item) for item in value] if isinstance(value, list) else value
