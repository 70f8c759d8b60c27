# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Around a token of a PHP file: whose names are used there, and the brackets."""

from typing import NamedTuple, Optional, Set, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Path

#: Variables that are the same one everywhere.
_SUPERGLOBALS = frozenset(["$_ENV", "$_SERVER", "$_GET", "$_POST", "$_COOKIE", "$_REQUEST", "$_FILES", "$_SESSION"])


class Scope(NamedTuple):
    """To whom names belong.

    :param prefix: what stands before them: ``Class::``, ``function()::``; empty for the file itself.
    :param class_prefix: ``Class::`` of the class around, or empty.
    :param shared: the variables that a function takes from the file.
    :param again: another class or function of the file has the same name.
    """

    prefix: str
    class_prefix: str
    shared: Set[str]
    again: bool

    def variable(self, name: str) -> str:
        """Return the full name of a variable that is used here."""
        return name if name in _SUPERGLOBALS or name in self.shared else self.prefix + name


class Frame:
    """The inside of a pair of brackets.

    :ivar array: the path of the array that the brackets are; None for other brackets.
    :ivar members: this is the body of a class.
    :ivar body: what the next braces are the inside of; None if they only group statements.
    :ivar constants: a ``const`` statement goes on.
    """

    def __init__(self, scope: Scope, array: Optional[Path] = None, members: bool = False) -> None:
        self.scope = scope
        self.array = array
        self.members = members
        self.body: Optional[Frame] = None
        self.constants = False
        self._outer = scope
        self._next: Optional[int] = 0

    def end_expression(self) -> None:
        """Leave an arrow function, which ends with its expression."""
        self.scope = self._outer

    def number(self) -> Optional[int]:
        """Return the number of the next entry without a key; None if only PHP can tell."""
        number = self._next
        if number is not None:
            self._next = number + 1
        return number

    def take_key(self, key: Union[str, int, None]) -> None:
        """Note the key of an entry; None for one that only PHP can tell."""
        if key is None:
            self._next = None
        elif isinstance(key, int) and self._next is not None:
            # Versions of PHP differ in what follows after a negative number.
            self._next = None if key < -1 and not self._next else max(self._next, key + 1)
