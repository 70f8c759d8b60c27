# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The keys of formats with a tree: ``a.b``, ``list[0].c``, ``'a.b'.c``, ``list[client_id=x1y2].secret``."""

import re
from typing import List, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Key, Selector, bad_key

_NAME = r"""(?:([^.\[\]'"=]+)|'([^']*)'|"([^"]*)")"""
#: A name at the beginning or after a dot; in a selector = ends it, elsewhere it is an ordinary character.
_NAME_STEP = re.compile(r"""(?:^|(?<=.)\.)(?:([^.\[\]'"]+)|'([^']*)'|"([^"]*)")""")
_INDEX_STEP = re.compile(r"\[(0|[1-9][0-9]{0,8})\]")
_SELECTOR_STEP = re.compile(rf"""\[({_NAME}(?:\.{_NAME})*)=(?:'([^']*)'|"([^"]*)"|([^\]'"]+))\]""")
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
