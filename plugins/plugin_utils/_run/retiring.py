# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only way by which a registry shrinks (I-11)."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import gate_blockers, transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run


def retire(run: Run, dependent_id: str, reason: str, check_mode: bool) -> bool:
    """Take a dependent out of the registry; Refusal while the inventory declares it. Tell whether it was there."""
    if run.integration.policy.sliced or run.declares(dependent_id):
        sees_all = not run.integration.policy.sliced
        raise gate_blockers.still_declared(run.integration.name, dependent_id, sees_all)
    known = dependent_id in registered_ids(run)
    if known and not check_mode:
        run.note("retired", lambda journal, at: transitions.retired(journal, dependent_id, reason, at))
    return known


def registered_ids(run: Run) -> list[str]:
    """Return the ids of the whole registry."""
    return [item.id for item in run.registry(run.keeper.load().journal)]


def has_retired(run: Run, dependent_id: str) -> bool:
    """Tell whether the history says that this dependent was taken out."""
    history = run.keeper.load().journal.history
    return any(event.what == "retired" and event.detail.startswith(f"{dependent_id}: ") for event in history)
