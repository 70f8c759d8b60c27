# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of dependent is: its `options` in `sfmc_dependents`, and what tells two of its places apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of dependent.

    :param options: an Ansible argument specification; what lets us in is `no_log`.
    :param system: the options that say which system it is, whose documents have names of their own.
    :param document: the options that say which document of it: what is read and written as a whole. Two writers of one
        document wait for each other, also where one of them names the system in another way (environment, profile).
    :param member: the options that say what in the document.
    :param required_one_of: as in an argument specification, and so are `mutually_exclusive` and `required_if`.
    :param digested: those of them that a name shows as a checksum only.
    :param not_with_soak: options with values that a soak cannot be declared with.
    :param urls: the options that are URLs which see the secret.
    :param template: the option that says what is written, with marks such as `${secret}`, beside `read`.
    :param files: the options that are paths of files on the dependent's host, never what is in them.
    """

    options: Mapping[str, Any]
    system: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    member: tuple[str, ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    digested: tuple[str, ...] = ()
    not_with_soak: tuple[tuple[str, str], ...] = ()
    urls: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    template: str = ""

    @property
    def identity(self) -> tuple[str, ...]:
        """The options that say which place it is; a proof counts for that place only."""
        return self.system + self.document + self.member

    @property
    def rules(self) -> Mapping[str, Any]:
        """What the argument specification says of several options together."""
        return {
            "required_one_of": self.required_one_of,
            "mutually_exclusive": self.mutually_exclusive,
            "required_if": self.required_if,
        }


TEXT: Mapping[str, Any] = {"type": "str"}
NEEDED: Mapping[str, Any] = {"type": "str", "required": True}
#: The name of a member is no secret, though Ansible takes any option called so for one.
KEY: Mapping[str, Any] = {"type": "str", "no_log": False}
CREDENTIAL: Mapping[str, Any] = {"type": "str", "no_log": True}
SWITCH: Mapping[str, Any] = {"type": "bool"}
ENCODING: Mapping[str, Any] = {"type": "str", "default": "plain", "choices": ["plain", "base64"]}
