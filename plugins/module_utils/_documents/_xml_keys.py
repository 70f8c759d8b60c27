# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The keys of XML, a small part of XPath: ``/a/b[2]/c``, ``/a/add[@key='x']/@value``, ``/a/server[id='x']/password``.

An element is two steps of a path: its name as the file writes it, and its number among the siblings of that name, from
1. An attribute is one step, ``@name``.
"""

import re
from typing import List, Sequence, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    Key,
    Only,
    Path,
    Reading,
    Selector,
    bad_key,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import selector_of

_START = (
    r":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
#: The name of an element or an attribute, with its prefix (``ns:name``).
NAME = rf"[{_START}][{_START}.\-0-9\u00b7\u0300-\u036f\u203f\u2040]*"

_NUMBER = r"\[([1-9][0-9]{0,8})\]"
_CONDITION = rf"""\[ *(?:((?:{NAME}/)*@?{NAME}) *= *(?:'([^']*)'|"([^"]*)")) *\]"""
_ELEMENT_STEP = re.compile(rf"/({NAME})(?:{_NUMBER}|{_CONDITION})?")
_ATTRIBUTE_STEP = re.compile(rf"/(@{NAME})\Z")

SYNTAX = "/name/name, each perhaps with [2], [@attribute='text'] or [child='text'], at the end perhaps /@attribute"


def parse_xpath(key: str, where: str) -> Key:
    """Split a key into its steps.

    :raises Refusal: it does not follow the syntax.
    """
    steps: List[Union[str, int, Only, Selector]] = []
    position = 0
    while position < len(key):
        attribute = _ATTRIBUTE_STEP.match(key, position) if steps else None
        if attribute:
            steps.append(_named(attribute.group(1)))
            break
        element = _ELEMENT_STEP.match(key, position)
        if not element:
            raise bad_key("XML", key, SYNTAX, where)
        name, number, condition, *texts = element.groups()
        steps.append(_named(name))
        if number:
            steps.append(int(number))
        elif condition:
            steps.append(_selector(condition, next(text for text in texts if text is not None)))
        else:
            steps.append(Only(name))
        position = element.end()
    if not steps:
        raise bad_key("XML", key, SYNTAX, where)
    return tuple(steps)


def _named(name: str) -> Union[str, Only]:
    """Return the step to a name: with a prefix as the file writes it, without one whatever the prefix there."""
    if ":" in name:
        return name
    if name.startswith("@"):
        return Only(name, rf"@(?!xmlns:)(?:[^:]+:)?{re.escape(name[1:])}")
    return Only(name, rf"(?:[^@:]+:)?{re.escape(name)}")


def _selector(condition: str, text: str) -> Selector:
    names: List[Union[str, Only]] = []
    for name in condition.split("/"):
        names.append(_named(name))
        if not name.startswith("@"):
            names.append(Only(name))
    return Selector(tuple(names), text, trimmed=not condition.rpartition("/")[2].startswith("@"))


#: Names of attributes, and of elements, that tell elements of one name apart.
_TELLING = ("@clientId", "@key", "@name", "@id")


def keys_of_xml(path: Path, readings: Sequence[Reading]) -> List[str]:
    """Return the keys of a value: with selectors, with the numbers that are needed, with all numbers."""
    selected = needed = numbered = ""
    for depth in range(0, len(path) - len(path) % 2, 2):
        name, entry = str(path[depth]), path[: depth + 2]
        plain = f"/{name}"
        number = f"{plain}[{path[depth + 1]}]"
        alone = _is_alone(entry, readings)
        selector = () if alone else selector_of(entry, readings, _TELLING)
        step = plain if alone else number
        needed += step
        selected += f"{plain}[{selector[0]}='{selector[1]}']" if selector else step
        numbered += number
    attribute = f"/{path[-1]}" if len(path) % 2 else ""
    return list(dict.fromkeys(key + attribute for key in (selected, needed, numbered)))


def _is_alone(entry: Path, readings: Sequence[Reading]) -> bool:
    """Tell whether no element beside this one could be meant by its name."""
    depth, local = len(entry) - 2, str(entry[-2]).rpartition(":")[2]
    return not any(
        path[:depth] == entry[:depth]
        and path[depth : depth + 2] != entry[-2:]
        and str(path[depth]).rpartition(":")[2] == local
        for path, _kind, _value in readings
        if len(path) >= depth + 2
    )
