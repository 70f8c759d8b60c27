# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for people to read: a terminal's width at most, but for a command, which is there to be copied. Pure."""

from __future__ import annotations

import re
import textwrap

#: With the two blanks before each line of progress, a hundred columns.
WIDTH = 98
_OPTION = r"--?[a-z][\w-]*(?:[ =](?:'[^']*'|[^\s']+))?"
_COMMAND = re.compile(rf"\bansible-playbook keyturn\.sfmc\.\w+(?: {_OPTION})*")
#: Stands for a blank within a command, where no line ends.
_TIED = "\0"


def wrapped(text: str, indent: str = "    ") -> list[str]:
    """Return a text as lines; those after the first are indented.

    A command stays in one line, however long: half of one, copied, would do something else.
    """
    tied = _COMMAND.sub(lambda found: found[0].replace(" ", _TIED), text)
    lines = textwrap.wrap(tied, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    return [line.replace(_TIED, " ") for line in lines] or [""]
