# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person decides about an activation: to let it come, or what it may break in an emergency (I-3)."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import transitions
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.gate_blockers import named
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Rotation
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run

_APPROVAL = "an approval is for the evidence that was looked at, by name"
_SACRIFICE = "I-3: an emergency names whom it gives up, who decided that, and why"


def approve(run: Run, evidence: str, by: str, check_mode: bool = False) -> bool:
    """Record that a person lets the activation come; tell whether that is news.

    :param evidence: the digest of what the person has looked at, as the run that waits for it shows it.
    :raises Refusal: no name, other evidence than there is now, or nothing that waits for an approval.
    """
    decision, rotation = run.look(), run.keeper.load().journal.open_rotation
    if decision.step is not Step.APPROVE:
        if evidence and rotation and rotation.approval and rotation.approval.evidence == evidence:
            return False
        raise _refused(run, "an integration that waits for an approval", f"the phase {decision.phase.value}")
    if not by.strip():
        raise _refused(run, "who approves", "no name")
    if evidence != decision.evidence:
        raise _refused(run, f"the evidence as it is now, {decision.evidence}", f"{evidence or 'none'}")
    if not check_mode:
        run.note_on(rotation, "approved", lambda journal, at: transitions.approved(journal, evidence, by.strip(), at))
    return True


def sacrifice(run: Run, dependents: Sequence[str], by: str, reason: str, check_mode: bool = False) -> bool:
    """Record which dependents the activation of the open rotation may break; tell whether that is news.

    :raises Refusal: no name, no reason, no rotation that comes to an activation, or dependents that it would not break.
    """
    record = run.keeper.load()
    rotation, name = record.journal.open_rotation, run.integration.name
    if rotation is None or not _comes_to_an_activation(rotation):
        raise _not_given_up(name, "a rotation whose staged secret is being distributed", "none")
    if not by.strip() or not reason.strip() or not dependents:
        raise _not_given_up(name, "dependents, who gives them up, and why", "one of them missing")
    if {*dependents} <= {item.dependent for item in rotation.sacrifices}:
        return False
    unsafe = run.unsafe()
    safe = tuple(item for item in dependents if item not in unsafe)
    if safe:
        raise _not_given_up(
            name, f"dependents that an activation would break: {named(unsafe, {}, 10) or 'none'}", named(safe, {}, 5)
        )
    if not check_mode:
        run.note_on(
            rotation,
            "sacrificed",
            lambda journal, at: transitions.given_up(journal, dependents, by.strip(), reason.strip(), at),
        )
    return True


def _comes_to_an_activation(rotation: Rotation) -> bool:
    return bool(rotation.overlap_at) and not (rotation.activated_at or rotation.abandoned_at or rotation.lost_at)


def _refused(run: Run, expected: str, found: str) -> Refusal:
    variables = {"sfmc_approve_integration": run.integration.name, "sfmc_approve_evidence": "DIGEST"}
    command = shlex.quote(json.dumps({**variables, "sfmc_approve_by": "WHO"}))
    return Refusal(
        _APPROVAL,
        run.integration.name,
        expected,
        found,
        "look at ansible-playbook keyturn.sfmc.status, which shows what is waited for and the digest; then"
        f" ansible-playbook keyturn.sfmc.approve -e {command}",
    )


def _not_given_up(name: str, expected: str, found: str) -> Refusal:
    variables = {
        "sfmc_sacrifice_integration": name,
        "sfmc_sacrifice_dependents": ["HOST/NAME"],
        "sfmc_sacrifice_by": "WHO",
        "sfmc_sacrifice_reason": "WHY",
    }
    return Refusal(
        _SACRIFICE,
        name,
        expected,
        found,
        f"ansible-playbook keyturn.sfmc.sacrifice -e {shlex.quote(json.dumps(variables))}; nothing was changed",
    )
