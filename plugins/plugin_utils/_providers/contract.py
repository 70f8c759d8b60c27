# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of a provider: whoever performs *generate* and *activate* for us (there is no public API for them)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


class AnswerLost(Refusal):
    """The call was sent and nobody knows whether it was carried out (I-6): find out by probing, never send it again."""


@dataclass(frozen=True)
class Order:
    """What a provider is asked to act on. `description` is the free text of SFMC's generate dialogue.

    :param fence: larger than that of any order before, so that an endpoint can refuse one that comes late.
    """

    client_id: str
    package: str
    rotation_id: str
    fence: int = 0

    @property
    def description(self) -> str:
        """Return the text that ties what is made to this rotation."""
        return f"keyturn {self.rotation_id}"


class Provider(Protocol):
    """Sends each call once. A Refusal: certainly not carried out. AnswerLost: it may have been."""

    @property
    def operator(self) -> bool:
        """Whether a person acts: then the methods below are never called, and `instructions` say what to click."""

    @property
    def retrieves(self) -> bool:
        """Whether a generated secret whose answer was lost can be asked for."""

    def call_with(self, secret: str) -> str | None:
        """Return the name of a call that carries this secret, None when none does (I-40)."""

    def generate(self, order: Order) -> str:
        """Generate a staged secret and return it."""

    def retrieve(self, order: Order) -> str | None:
        """Return the staged secret that this very order made, None when it certainly made none."""

    def activate(self, order: Order) -> None:
        """Activate the staged secret."""

    def rehearse(self, order: Order) -> None:
        """See that each call could be made, as far as that shows without sending anything; Refusal when not."""

    def to_generate(self, order: Order, name: str) -> str:
        """Return what a person does to generate and hand in."""

    def to_activate(self, order: Order) -> str:
        """Return what a person does to activate."""
