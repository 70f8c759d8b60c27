# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The one exception of the collection: a step that is not taken, and why."""

from typing import Dict


class Refusal(Exception):
    """A step that is refused.

    Every text names things by path, name or fingerprint; none of them ever holds a secret.

    :param rule: what must hold, as a sentence; begins with the id of the hazard where there is one (``I-24: ...``).
    :param offender: the thing that breaks the rule: a host, a file, an integration, a request.
    :param expected: what would have been right.
    :param found: what was there instead.
    :param way_out: what a person does now: a command, a setting, a place to look.
    """

    def __init__(self, rule: str, offender: str, expected: str, found: str, way_out: str) -> None:
        super().__init__(rule, offender, expected, found, way_out)
        self.rule = rule
        self.offender = offender
        self.expected = expected
        self.found = found
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.offender}: {self.rule}. Expected {self.expected}; found {self.found}. Way out: {self.way_out}"

    def as_dict(self) -> Dict[str, str]:
        """Return the five texts by name, as results and journals carry them."""
        return {
            "rule": self.rule,
            "offender": self.offender,
            "expected": self.expected,
            "found": self.found,
            "way_out": self.way_out,
        }


def printable(text: str) -> str:
    """Return a text without what a terminal would obey, or take for the end of a line: names come from hosts."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
