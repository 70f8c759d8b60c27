# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person hands in: checked, kept, seen to be accepted. Check mode checks the same and keeps nothing."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, checked_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Rotation
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import changes
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run


def hand_in(run: Run, text: str, check_mode: bool = False) -> None:
    """Keep a staged secret that a person hands in; handing the same one in again changes nothing.

    :raises Refusal: as `changes.kept` does, or the journal fell back: a step further, that would show no more.
    """
    fence, record = run.pace.load().fence, run.keeper.load()
    if record.journal.fence < fence:
        raise blockers.fell_back(record.journal, fence)
    if record.secrets.staged is not None and record.secrets.staged.reveal() == text:
        return
    secret = checked_secret(text, f"the secret for {run.integration.name}")
    if check_mode:
        changes.kept(record, secret, run.client.measured_now(), run.integration.policy.usable_delay)
    else:
        run.pace.reached(run.keep_staged(secret).journal.fence)


def adopt(
    run: Run, text: str, generated_at: datetime | None, check_mode: bool = False, rebuild: bool = False
) -> Decision:
    """Take in the active secret, if SFMC accepts it.

    :param rebuild: nobody knows what hosts hold, as the journal was lost. So it is, too, when the journal fell back.
    """
    name, pace = run.integration.name, run.integration.policy.pace
    seen = run.client.sight(run.integration.client_id, checked_secret(text, f"the secret for {name}"))
    fence = run.pace.load().fence

    def adopting(record: Record) -> Record:
        unsure = _given_up(record.journal.open_rotation) or _came_back(record, text)
        if rebuild or record.journal.fence < fence or unsure:
            return changes.rebuilt(record, text, generated_at, seen, run.client.measured_now(), fence, pace)
        return changes.adopted(record, text, generated_at, seen, run.client.measured_now())

    if check_mode:
        adopting(run.keeper.load())
    elif run.commit("adopted", adopting).secrets.previous is not None:
        run.tell(
            f"{name}: hosts that hold the former secret get this one from a play with keyturn.sfmc.deployed_secret"
        )
    return run.look()


def _given_up(rotation: Rotation | None) -> bool:
    """Tell whether hosts may hold what a rotation brought that was given up, and that nothing could take back."""
    return rotation is not None and rotation.abandoned_at is not None and rotation.activated_at is None


def _came_back(record: Record, text: str) -> bool:
    """Tell whether this is the former secret of an activation, which then was none: hosts hold what is staged (I-1)."""
    rotation, former = record.journal.open_rotation, record.secrets.previous
    activated = rotation is not None and rotation.activated_at is not None
    return activated and former is not None and former.reveal() == text
