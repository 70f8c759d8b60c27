# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal says at its end: a line for each trouble, what to do about it, what was not seen. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import WIDTH, wrapped

_WHERE = 30


def lines_of(
    troubles: Sequence[Mapping[str, str]],
    integrations: Iterable[Mapping[str, Any]],
    dependents: Sequence[str],
    unproved: Sequence[str],
) -> list[str]:
    """Return the lines of the report.

    :param troubles: with `where` and the five texts of a refusal.
    :param integrations: `name`, and `notes` on what stops nothing.
    :param dependents: ids of those that took part.
    :param unproved: ids of those of which nothing could be proved, as nobody can read them back.
    """
    notes = [f"{item['name']}: {note}" for item in integrations for note in item["notes"]]
    if unproved:
        notes.append("cannot be read, so nothing is proved of it: " + ", ".join(unproved))
    noted = [line for note in notes for line in wrapped(f"note: {note}", "      ")]
    hosts = len({name.split("/", 1)[0] for name in dependents})
    rehearsed = f"{counted(len(dependents), 'dependent')} on {counted(hosts, 'host')} rehearsed"
    if not troubles:
        return [*noted, f"{rehearsed}: nothing would stop a rotation"]
    table = table_of(troubles, "WHAT WOULD STOP IT")
    return [*table, "", *noted, f"{rehearsed}: {counted(len(troubles), 'thing')} would stop a rotation"]


def counted(number: int, what: str) -> str:
    """Return so many of something."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def found_lines(troubles: Iterable[Mapping[str, str]]) -> list[str]:
    """Return what is said of each trouble while the rehearsal goes on; all of it is said at the end."""
    return [line for each in troubles for line in wrapped(f"{each['where']}: {_what(each)}")]


def table_of(troubles: Sequence[Mapping[str, str]], title: str) -> list[str]:
    """Return a row for each trouble and its number of a way out; many share theirs."""
    ways = list(dict.fromkeys(each["way_out"] for each in troubles))
    where = min(_WHERE, max(len("WHERE"), *(len(each["where"]) for each in troubles)))
    what = WIDTH - where - len("  ") - len("  DO")
    rows = [("WHERE", title, "DO")]
    for each in troubles:
        places = textwrap.wrap(each["where"], where, break_on_hyphens=False)
        texts = textwrap.wrap(_what(each), what, break_on_hyphens=False)
        number = f"{ways.index(each['way_out']) + 1:>2}"
        for line in range(max(len(places), len(texts))):
            rows.append((_at(places, line), _at(texts, line), "" if line else number))
    widest = min(what, max(len(row[1]) for row in rows))
    table = [f"{row[0]:<{where}}  {row[1]:<{widest}}  {row[2]}".rstrip() for row in rows]
    numbered = [line for number, way in enumerate(ways, 1) for line in wrapped(f"{number:>2}: {way}")]
    return [*table, "", *numbered]


def _what(trouble: Mapping[str, str]) -> str:
    """Return what is amiss: at which place of it, where that is not said already."""
    offender, found = trouble["offender"], trouble["found"]
    if found.startswith("none"):
        found = f"expected {trouble['expected']}; found {found}"
    return found if offender in trouble["where"] else f"{offender}: {found}"


def _at(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""
