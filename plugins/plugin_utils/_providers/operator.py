# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider that works on every tenant today: an administrator clicks, the collection asks and checks."""

from __future__ import annotations

from typing import NoReturn

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import Order


class OperatorProvider:
    """Says exactly what to click. Nothing is ever sent by it."""

    operator = True
    retrieves = False

    def call_with(self, secret: str) -> str | None:
        """There are no calls."""
        return None

    def generate(self, order: Order) -> NoReturn:
        """Never called: a person generates."""
        raise LookupError("a person generates")

    def retrieve(self, order: Order) -> NoReturn:
        """Never called: a person hands in."""
        raise LookupError("a person hands in")

    def activate(self, order: Order) -> NoReturn:
        """Never called: a person activates."""
        raise LookupError("a person activates")

    def rehearse(self, order: Order) -> None:
        """Nothing to see: a person acts."""

    def to_generate(self, order: Order, name: str) -> str:
        """Return the clicks up to the hand-in (SFMC guide "Rotate an OAuth 2.0 Secret")."""
        return (
            f"Setup > Quick Find: packages > Installed Packages > {order.package} > section Staged Secret > Generate >"
            f" description: {order.description} > Next > copy the secret (it is shown once) > Finish. Then:"
            f" ansible-playbook keyturn.sfmc.hand_in -e sfmc_hand_in_integration={name}"
        )

    def to_activate(self, order: Order) -> str:
        """Return the clicks of the activation."""
        return (
            f"Setup > Quick Find: packages > Installed Packages > {order.package} >"
            f" section Staged Secret ({order.description}) > Activate. The former secret dies at once."
            " The next run finds out by probing."
        )
