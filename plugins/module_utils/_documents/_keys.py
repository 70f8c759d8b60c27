# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The keys of formats with a tree: ``a.b``, ``list[0].c``, ``'a.b'.c``, ``list[client_id=x1y2].secret``."""

import re
from typing import List, Sequence, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    TEXT,
    Key,
    Path,
    Reading,
    Selector,
    bad_key,
)

_NAME = r"""(?:([^.\[\]'"=]+)|'([^']*)'|"([^"]*)")"""
#: A name at the beginning or after a dot; in a selector = ends it, elsewhere it is an ordinary character.
_NAME_STEP = re.compile(r"""(?:^|(?<=.)\.)(?:([^.\[\]'"]+)|'([^']*)'|"([^"]*)")""")
_INDEX_STEP = re.compile(r"\[(0|[1-9][0-9]{0,8})\]")
_SELECTOR_STEP = re.compile(rf"""\[({_NAME}(?:\.{_NAME})*)=(?:'([^']*)'|"([^"]*)"|([^\]'"]+))\]""")
#: Needs no quotes as a name.
_BARE_NAME = re.compile(r"""[^.\[\]'"\r\n]+""")
_SELECTOR_NAME = re.compile(rf"(?:^|\.){_NAME}")

SYNTAX = "names joined by dots, [n] or [name=text] for entries of lists, quotes for dots"


def parse_dotted(format_name: str, key: str, where: str) -> Key:
    """Split ``credentials[client_id=x1y2].'a.b'`` into its steps.

    :raises Refusal: it does not follow the syntax.
    """
    steps: List[Union[str, int, Selector]] = []
    position = 0
    while position < len(key):
        name = _NAME_STEP.match(key, position)
        index = _INDEX_STEP.match(key, position)
        selector = _SELECTOR_STEP.match(key, position)
        match = name or index or selector
        if not match:
            raise bad_key(format_name, key, SYNTAX, where)
        if name:
            steps.append(_given(name))
        elif index:
            steps.append(int(index.group(1)))
        else:
            steps.append(_selector(match))
        position = match.end()
    if not steps:
        raise bad_key(format_name, key, "at least one name", where)
    return tuple(steps)


def _given(match: "re.Match[str]") -> str:
    """Return the one group that took part."""
    return next(group for group in match.groups() if group is not None)


def _selector(match: "re.Match[str]") -> Selector:
    names = tuple(_given(name) for name in _SELECTOR_NAME.finditer(match.group(1)))
    return Selector(names, next(group for group in match.groups()[-3:] if group is not None))


def dotted(path: Path) -> str:
    """Write a path as a key; empty where no key can say it."""
    written = ""
    for step in path:
        if isinstance(step, int) and step >= 0:
            written += f"[{step}]"
            continue
        name = _written(str(step))
        if not name:
            return ""
        written += f".{name}" if written else name
    return written


def keys_of_tree(path: Path, readings: Sequence[Reading]) -> List[str]:
    """Return the keys of a value: with selectors for the entries of lists as far as they have names, and without."""
    plain = dotted(path)
    if not plain or not any(isinstance(step, int) for step in path):
        return [plain] if plain else []
    written = ""
    for depth, step in enumerate(path):
        selector = selector_of(path[: depth + 1], readings, TELLING) if isinstance(step, int) else None
        if selector:
            written += f"[{selector[0]}={_text(selector[1])}]"
        elif isinstance(step, int):
            written += dotted((step,))
        else:
            written += ("." if written else "") + _written(step)
    return list(dict.fromkeys([written, plain]))


#: Names of texts that tell the entries of a list apart.
TELLING = ("client_id", "clientId", "clientid", "key", "name", "id")
_A_CLIENT_ID = re.compile(r"[a-z0-9]{24}")
#: What is plainly a name: no text of another form gets into a key, which everybody may read.
_A_NAME = re.compile(r"(?=.{1,40}\Z)[A-Za-z]+(?:[ _.:/-]?[A-Za-z]+)*[0-9]{0,3}")


def selector_of(entry: Path, readings: Sequence[Reading], names: Sequence[str]) -> Sequence[str]:
    """Return name and text of what only this entry of its list says; nothing where there is none."""
    depth = len(entry)
    own = {
        path[depth]: value
        for path, kind, value in readings
        if kind == TEXT and path[:depth] == entry and len(path) == depth + 1
    }
    for name in names:
        text = own.get(name, "")
        is_name = _A_CLIENT_ID.fullmatch(text) if name.lower().endswith("id") else None
        if (is_name or _A_NAME.fullmatch(text)) and _is_only(entry, name, text, readings):
            return (name, text)
    return ()


def _is_only(entry: Path, name: str, text: str, readings: Sequence[Reading]) -> bool:
    depth = len(entry) - 1
    found = [
        path
        for path, _kind, value in readings
        if value == text and len(path) == depth + 2 and path[:depth] == entry[:depth] and path[-1] == name
    ]
    return len(found) == 1


def _written(name: str) -> str:
    """Return a name as a step of a key; empty where it has quotes of both kinds."""
    if _BARE_NAME.fullmatch(name):
        return name
    quote = "'" if "'" not in name else '"'
    return "" if quote in name else f"{quote}{name}{quote}"


def _text(text: str) -> str:
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else f"'{text}'"
