# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What was not looked at, and why: said once each, so many lines and no more."""

from collections import Counter
from typing import Any, Dict, List, Set, Tuple

#: Lines of a report, and how many of them may have the same reason: a thousand binaries must not hide a refused folder.
LINES = 200
ALIKE = 40


def shown(path: bytes) -> str:
    """Return a path as text that any output takes: bytes that are no UTF-8 stand as `\\xNN`."""
    return path.decode("utf-8", "backslashreplace")


def native(path: str) -> bytes:
    """Return the bytes of a path that somebody gave, whatever the locale of this process."""
    return path.encode("utf-8", "surrogateescape")


class Skips:
    """The list of what was skipped."""

    def __init__(self) -> None:
        self._lines: List[Dict[str, str]] = []
        self._said: Set[Tuple[str, str]] = set()
        self._alike: Counter[str] = Counter()
        self._more: Counter[str] = Counter()

    def say(self, place: str, why: str) -> bool:
        """Add a line, or count it where there are enough of them; return whether it stands in the list."""
        if (place, why) in self._said:
            return True
        if len(self._lines) >= LINES or self._alike[why] >= ALIKE:
            self._more[why] += 1
            return False
        self._said.add((place, why))
        self._alike[why] += 1
        self._lines.append({"place": place, "why": why})
        return True

    def as_result(self) -> Dict[str, Any]:
        """Return the lines, and how many more there were for each reason."""
        # Not `skipped`: with that in its result, Ansible takes a task for one that was skipped.
        result: Dict[str, Any] = {"left_out": list(self._lines)}
        if self._more:
            result["left_out_more"] = dict(sorted(self._more.items()))
        return result
