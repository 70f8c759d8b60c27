# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The secrets among the values of a file that was taken apart, and the client id beside each. Pure."""

import json
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Path, Reading
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import (
    BASE64,
    UNKNOWN,
    Secret,
    decoded,
    is_literal,
    is_shaped,
    names_a_secret,
    names_another_product,
    secret_of,
    shaped_in,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._words import parts_in

#: Names of values that have their own name beside them: {"key": "et_clientSecret", "value": "..."}.
_VALUES = ("value", "@value", "defaultvalue", "currentvalue", "initialvalue", "default", "secretstring")
_NAMES = ("key", "name", "@key", "@name", "id", "@id", "variable", "parameterkey", "field")
_SET = re.compile(r"\s*(?:export\s+|-e\s+)?([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_DEEP = 20


class Found(NamedTuple):
    """A secret among the values. ``inside`` tells that the value at ``path`` holds more than it."""

    path: Path
    secret: Secret
    inside: bool


class Among(NamedTuple):
    """The secrets of a file, and values at such names that are those of others."""

    found: List[Found]
    of_others: Set[str]

    def __repr__(self) -> str:
        return f"Among({len(self.found)})"


def secrets_among(readings: Sequence[Reading], named_here: bool, sought: Sought) -> Among:
    """Return the secrets that are values, or stand in one, each with its client id as far as that is known."""
    texts = [(path, value) for path, kind, value in readings if kind == TEXT and path]
    beside = Beside(texts, sought)
    names = _told_names(texts)
    found: List[Found] = []
    of_others: Set[str] = set()
    for path, value in texts:
        if len(value) < 8:
            continue
        bare = unquoted(value)
        name = names.get(path) or _own_name(path)
        secret = secret_of(bare, name, named_here, sought) or _in_kubernetes(path, bare, texts, named_here)
        if not secret:
            inside = [each for each in _inside(value, named_here) if each.value not in sought.secrets]
            found += [Found(path, beside.owned(each, path, value), True) for each in inside]
        elif secret.stage == UNKNOWN and not is_shaped(secret.value) and beside.is_anothers(path, name):
            of_others.add(secret.value)
        else:
            found.append(Found(path, beside.owned(secret, path), False))
    return Among(found, of_others)


def _own_name(path: Path) -> str:
    """Return the name of a value by its path: entries of lists have that of the list, `value` that of what has it."""
    names = [step for step in path if isinstance(step, str)]
    if len(names) > 1 and names[-1].lower() in _VALUES:
        return names[-2]
    return names[-1] if names else ""


def _is_an_id(value: str) -> bool:
    """Tell whether a client id stands there, and no placeholder for one."""
    return len(value) >= 8 and not is_placeholder(value) and not re.search(r"[\s<>]|your|change", value, re.IGNORECASE)


def unquoted(value: str) -> str:
    """Return a value without what belongs to its place in some formats: white space, and quotes in INI files."""
    bare = value.strip()
    if len(bare) > 1 and bare[0] in "'\"" and bare.endswith(bare[0]):
        return bare[1:-1]
    return bare


def _told_names(texts: Sequence[Tuple[Path, str]]) -> Dict[Path, str]:
    """Return the names of values that have them beside, by the paths of the values."""
    told: Dict[Path, List[str]] = {}
    for path, value in texts:
        if _last_name(path) in _NAMES and len(value) <= 100:
            told.setdefault(_entry(path), []).append(value)
    found: Dict[Path, str] = {}
    for path, _value in texts:
        # The text of an element may be named by its own attribute.
        names = told.get(path) or (told.get(_entry(path)) if _last_name(path) in _VALUES else None)
        if names:
            found[path] = next(filter(names_a_secret, names), names[0])
    return found


def _last_name(path: Path) -> str:
    """Return the last name of a path; in XML, the number of an element stands behind it."""
    names = [step for step in path[-2:] if isinstance(step, str)]
    return names[-1].lower() if names else ""


def _entry(path: Path) -> Path:
    """Return the path of what holds a value: in XML, an element is two steps."""
    return path[:-1] if isinstance(path[-1], str) else path[:-2]


def _in_kubernetes(path: Path, value: str, texts: Sequence[Tuple[Path, str]], named_here: bool) -> Optional[Secret]:
    """Return an unknown secret in the ``data`` of a Secret of Kubernetes, which is in base64."""
    if len(path) < 2 or path[-2] != "data" or not names_a_secret(str(path[-1])):
        return None
    inner = decoded(value)
    if (path[:-2] + ("kind",), "Secret") not in texts:
        return None
    return Secret(inner, "", UNKNOWN, BASE64) if named_here and is_literal(inner) else None


def _inside(value: str, named_here: bool) -> Iterator[Secret]:
    """Yield unknown secrets that are a part of a value; where known ones stand is found by their letters."""
    seen: Set[str] = set()
    for match in shaped_in(value):
        seen.add(match.group())
    setting = _SET.fullmatch(value)
    pairs = [setting.groups()] if setting else _members(value) or parts_in(value)
    for name, text in pairs:
        bare = unquoted(text)
        if named_here and names_a_secret(name) and is_literal(bare):
            seen.add(bare)
    return (Secret(each, "", UNKNOWN) for each in sorted(seen))


def _members(value: str) -> List[Tuple[str, str]]:
    """Return names and texts of a JSON object in a value."""
    if value.lstrip()[:1] not in ("{", "["):
        return []
    try:
        return list(_pairs(json.loads(value), 0))
    except (ValueError, RecursionError):
        return []


def _pairs(tree: Any, depth: int) -> Iterator[Tuple[str, str]]:
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, entry in entries:
        if isinstance(entry, str):
            yield str(name), entry
        elif depth < _DEEP:
            yield from _pairs(entry, depth + 1)


class Beside:
    """What stands beside a value: in the same object, element or section, or further around it."""

    def __init__(self, texts: Sequence[Tuple[Path, str]], sought: Sought) -> None:
        self._texts, self._sought = texts, sought
        self._places = [(path, name) for path, value in texts for name in client_ids_in(value, sought)]
        #: What stands where a client id belongs, by the name of the secret that would belong to it.
        self._twins: Dict[str, List[str]] = {}
        for path, value in texts:
            twin = _twin_of(_joined(path))
            if twin:
                self._twins.setdefault(twin, []).append(value)

    def owned(self, secret: Secret, path: Path, around: str = "") -> Secret:
        """Return the secret with the client id beside it, unless it says itself whose it is."""
        if secret.client_id:
            return secret
        inside = _one(client_ids_in(around, self._sought))
        if inside:
            return secret._replace(client_id=inside, near=True)
        client_id, depth = self._nearest(path)
        return secret._replace(client_id=client_id, near=depth >= len(_entry(path)))

    def _nearest(self, path: Path) -> Tuple[str, int]:
        """Return the client id that stands nearest around a value, and how deep what holds both is."""
        for depth in range(len(path) - 1, -1, -1):
            names = {name for place, name in self._places if place[:depth] == path[:depth]}
            if len(names) > 1:
                twins = self._twins.get(_plain(_joined(path)), ())
                return _one([name for value in twins for name in client_ids_in(value, self._sought)]), len(path)
            if names:
                return names.pop(), depth
        return "", 0

    def is_anothers(self, path: Path, name: str) -> bool:
        """Tell whether a secret is one of another product: its name says so, or the client id that belongs to it."""
        if names_another_product(f"{_joined(path)}.{name}"):
            return True
        own = self._twins.get(_plain(_joined(path)), ())
        if not own or any(client_ids_in(value, self._sought) or not _is_an_id(value) for value in own):
            return False
        entry = _entry(path)
        around = [value.lower() for place, value in self._texts if entry and place[: len(entry)] == entry]
        return not any(host in value for host in self._sought.hosts for value in around)


def are_twins(name_of_id: str, name_of_secret: str) -> bool:
    """Tell whether two names differ only by what they are for: CRM_CLIENT_ID and CRM_CLIENT_SECRET."""
    return _twin_of(name_of_id) == _plain(name_of_secret)


def _twin_of(name: str) -> str:
    """Return the plain name of the secret that belongs to a client id; empty where the name is not that of one."""
    plain = _plain(name)
    twin = plain.replace("clientid", "clientsecret").replace("consumerkey", "consumersecret")
    return twin if twin != plain else ""


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("", name.lower())


def _joined(path: Path) -> str:
    return ".".join(map(str, path))


def client_ids_in(value: str, sought: Sought) -> List[str]:
    """Return the client ids that a value is, or has in it."""
    if value in sought.client_ids:
        return [value]
    if len(value) < 24:
        return []
    words = dict.fromkeys(re.findall(r"[A-Za-z0-9_-]+", value))
    return [word for word in words if word in sought.client_ids]


def _one(names: Sequence[str]) -> str:
    return names[0] if len(set(names)) == 1 else ""
