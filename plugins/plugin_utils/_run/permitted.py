# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an integration may do, by a fresh token and a read-only call, beside what the inventory declares."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import findings
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Permissions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.permissions import compared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run

_AS_DECLARED = "an integration may do what it declares, and no more"
_SETUP = "Setup > Installed Packages > the package > API Integration"


def permission_troubles(run: Run, check_mode: bool) -> Iterator[Refusal]:
    """Ask SFMC with the active secret, keep what it says, and return where that is not what the inventory wants.

    An integration without an active secret is passed over. What one refuses holds up no other.
    """
    try:
        yield from _troubles(run, check_mode)
    except Refusal as refusal:
        yield refusal


def _troubles(run: Run, check_mode: bool) -> Iterator[Refusal]:
    active = run.keeper.load().secrets.active
    if active is None:
        return
    seen, trouble = run.client.permissions(run.integration.client_id, active)
    if seen is None:
        yield _not_answered(run, trouble)
        return
    before = run.keeper.load().journal.permissions
    if not check_mode:
        run.note("permitted", lambda journal, _at: findings.permitted(journal, seen))
    yield from _differences(run, seen, before)


def _differences(run: Run, seen: Permissions, before: Permissions | None) -> Iterator[Refusal]:
    name, scopes = run.integration.name, run.integration.scopes
    both = compared(seen, scopes, run.integration.business_unit) or {}
    if both["excess"]:
        way_out = f"take them away in {_SETUP}, or declare them in scopes of sfmc_integrations.{name}"
        yield _differs(name, "scopes", "no others than declared", "also " + ", ".join(both["excess"]), way_out)
    if both["missing"]:
        way_out = f"give them in {_SETUP}, or take them out of scopes of sfmc_integrations.{name}"
        missing = ", ".join(both["missing"])
        yield _differs(name, "scopes", missing, f"a token without {missing}", way_out)
    unit = run.integration.business_unit
    if unit and seen.business_unit != unit:
        way_out = f"see which package the client id belongs to, or correct business_unit of sfmc_integrations.{name}"
        found = f"a token for {seen.business_unit or 'none'}, not for {unit}"
        yield _differs(name, "business_unit", unit, found, way_out)
    if scopes is None and before is not None and before.scopes != seen.scopes:
        changed = sorted(set(before.scopes) ^ set(seen.scopes))
        way_out = f"find out who changed the package; declare scopes in sfmc_integrations.{name} to keep them"
        yield _differs(name, "scopes", "those of the last look", f"others: {', '.join(changed)}", way_out)


def _differs(name: str, what: str, expected: str, found: str, way_out: str) -> Refusal:
    return Refusal(_AS_DECLARED, f"{what} of {name}", expected, found, way_out)


def _not_answered(run: Run, trouble: str) -> Refusal:
    return Refusal(
        "I-16: only a fresh token is proof",
        f"{run.integration.name} from the controller",
        "a token for the active secret, and an answer to tokenContext",
        trouble,
        "ansible-playbook keyturn.sfmc.status says what SFMC makes of the secret",
    )
