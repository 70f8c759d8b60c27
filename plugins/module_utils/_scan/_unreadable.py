# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What both kinds of archives share: a member, and why something is not read."""

from typing import Callable, NamedTuple

#: Returns at most so many bytes, none at the end.
Read = Callable[[int], bytes]


class Unreadable(Exception):
    """Why something is not read, or not to its end."""

    @property
    def why(self) -> str:
        """Return it in words."""
        return str(self.args[0])


class Member(NamedTuple):
    """A regular file in an archive."""

    name: str
    read: Read
