# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal that a decision can rest on: one function each, so that a rule has one text."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Hold, Sighting


def moment(when: datetime | None) -> str:
    """Write a time for people: UTC, to the second."""
    return when.strftime("%Y-%m-%d %H:%M:%S UTC") if when else "an unknown time"


def _abandon(journal: Journal) -> str:
    return f"ansible-playbook keyturn.sfmc.abandon -e sfmc_abandon_integration={journal.name}"


def _hand_in_active(journal: Journal) -> str:
    name = journal.name
    return f"ansible-playbook keyturn.sfmc.hand_in -e sfmc_hand_in_integration={name} -e sfmc_hand_in_stage=active"


def active_secret_unknown(journal: Journal) -> Refusal:
    """Nobody has told the journal which secret is active."""
    return Refusal(
        "a rotation starts from a known active secret",
        journal.name,
        "the active secret in the store",
        "none",
        f"hand it in: {_hand_in_active(journal)}",
    )


def no_such_secret(journal: Journal, stage: str) -> Refusal:
    """The store holds no active, or no staged, secret."""
    if stage == "active":
        return active_secret_unknown(journal)
    return Refusal(
        "a staged secret exists from its generation to its activation",
        journal.name,
        "a staged secret in the store",
        "none",
        "see ansible-playbook keyturn.sfmc.status; stage=active is what works now",
    )


def no_dependents(journal: Journal) -> Refusal:
    """I-38."""
    return Refusal(
        "I-38: an empty plan is not a success",
        journal.name,
        "at least one dependent in sfmc_dependents of some host",
        "none in the whole inventory",
        f"declare where the secret is kept, or say `dependents: none` in sfmc_integrations.{journal.name}",
    )


def held(journal: Journal, hold: Hold) -> Refusal:
    """I-37."""
    until = f"until {moment(hold.until)}" if hold.until else "without an end"
    return Refusal(
        "I-37: a hold beats the schedule",
        journal.name,
        "no hold",
        f"a hold {until}: {hold.reason}",
        f"take `hold` out of sfmc_integrations.{journal.name}, or give a reason in sfmc_force for an emergency",
    )


def clocks_differ(journal: Journal, skew: timedelta | None, bound: timedelta) -> Refusal:
    """I-9."""
    return Refusal(
        "I-9: steps that depend on time need clocks that agree",
        journal.name,
        f"SFMC's clock and this controller's within {bound.total_seconds():.0f} s",
        "no readable Date from SFMC" if skew is None else f"{skew.total_seconds():+.0f} s between them",
        "mend the controller's clock (chronyc tracking); if SFMC's is known to be off, raise sfmc_clock_skew_seconds",
    )


def unknown_answer(journal: Journal, which: str, sighting: Sighting) -> Refusal:
    """I-20."""
    return Refusal(
        "I-20: unknown never justifies a step",
        journal.name,
        f"a clear yes or no from SFMC for the {which} secret",
        sighting.detail or "no answer",
        "see that SFMC answers from this controller, then run again; nothing was changed",
    )


def active_rejected(journal: Journal, detail: str, expires_at: datetime | None) -> Refusal:
    """The active secret is dead and nothing is staged."""
    abandon = f"{_abandon(journal)}; then "
    return Refusal(
        "a rotation needs a live active secret, for the time in which both work",
        journal.name,
        "the active secret accepted",
        f"rejected ({detail}); it was due to end at {moment(expires_at)}",
        "look at the package in Setup > Installed Packages: enabled? rotated? Then hand in its present secret: "
        + (abandon if journal.open_rotation else "")
        + _hand_in_active(journal),
    )


def both_dead(journal: Journal) -> Refusal:
    """Both secrets are rejected during a rotation."""
    return Refusal(
        "one of the two secrets must be alive",
        journal.name,
        "the active or the staged secret accepted",
        "both rejected",
        "another secret was activated, both ended, or the package is off: see Setup > Installed Packages; then"
        f" abandon ({_abandon(journal)}) and hand in the"
        " present secret",
    )


def foreign_secret(journal: Journal, what: str, active: str, staged: str) -> Refusal:
    """I-19."""
    return Refusal(
        f"I-19: the staged secret must give at least the same {what} as the active one",
        journal.name,
        active or "none",
        staged or "none",
        f"abandon this rotation and generate again for the right package: {_abandon(journal)}",
    )


def answer_lost(journal: Journal) -> Refusal:
    """I-6: the generation may have happened, and nobody holds its secret."""
    return Refusal(
        "I-6: a generation is sent once, and its answer was lost",
        journal.name,
        "the generated secret in the answer",
        "no answer that could be read",
        "take the staged secret from where it was made and hand it in"
        f" (ansible-playbook keyturn.sfmc.hand_in -e sfmc_hand_in_integration={journal.name}), or start over:"
        f" {_abandon(journal)}",
    )


def not_accepted(name: str, hint: str) -> Refusal:
    """What a person handed in never got a token."""
    return Refusal(
        "I-19: a handed-in secret must get a token for this client id",
        f"the handed-in secret for {name}",
        "accepted five minutes after it was generated",
        f"rejected ({hint})" if hint else "rejected: another package's, mistyped, or replaced by a later generation",
        "generate again in Setup if the value is gone, and hand in what is shown there; the rejected one was dropped,"
        " no host ever had it",
    )


def gone(journal: Journal, names: tuple[str, ...]) -> Refusal:
    """I-11: it may be down, renamed or taken away; only a person knows."""
    return Refusal(
        "I-11: the registry shrinks only by an explicit retire",
        journal.name,
        "every dependent of the registry proved",
        f"{len(names)} that the inventory declares no more: {named(names, {}, most=5)}",
        "declare it again if it still uses the secret; if it is gone for good:"
        " ansible-playbook keyturn.sfmc.retire -e "
        + shlex.quote(json.dumps({"sfmc_retire_dependent": names[0], "sfmc_retire_reason": "WHY"})),
    )


def given_up(journal: Journal, names: tuple[str, ...]) -> Refusal:
    """I-7: a batch came to its end after everything else had."""
    return Refusal(
        "I-7: what a batch writes is what the journal still wants",
        journal.name,
        "the rotation that the batch was begun for",
        f"none that is open, and a secret that was given up on {len(names)} dependent(s): {named(names, {}, most=5)}",
        "put the active secret back there before anything is generated: a play with keyturn.sfmc.deployed_secret over"
        " these hosts, which knows what it finds; what they hold ends at the next generation",
    )


def still_declared(name: str, dependent_id: str) -> Refusal:
    """I-11: what the inventory declares cannot be retired."""
    return Refusal(
        "I-11: a dependent is retired when it is gone from the inventory",
        f"{dependent_id} of {name}",
        "no declaration of it",
        "an entry in sfmc_dependents",
        "take the entry out of the inventory first, then retire it",
    )


def not_kept(journal: Journal, why: Refusal) -> Refusal:
    """I-5: the worst moment for a store to fail."""
    return Refusal(
        "I-5: a secret was generated, and the store could not keep it",
        journal.name,
        f"{why.offender}: {why.expected}",
        why.found,
        "mend the store and run again: a provider with `retrieve` is asked once more. Otherwise nobody has"
        f" it, nothing uses it, and the rotation is given up with: {_abandon(journal)}",
    )


def lost(journal: Journal) -> Refusal:
    """I-2."""
    return Refusal(
        "I-2: a staged secret that is rejected after its five minutes is lost",
        journal.name,
        "the staged secret accepted",
        "rejected: somebody generated again in Setup, or it was mistyped",
        "find out who generated in Setup; the active secret is back on all hosts when this phase says so; then"
        f" {_abandon(journal)}",
    )


def orphaned(journal: Journal, tries: int) -> Refusal:
    """I-41."""
    return Refusal(
        "I-41: tries are bounded",
        journal.name,
        "the staged secret active after an activation",
        f"{tries} activations sent, and the former secret still accepted",
        "look in Setup > Installed Packages: if the staged secret is still there, activate it by hand and run again; if"
        " it is active there, the former one should be dead: open a case with Salesforce. Or give up:"
        f" {_abandon(journal)}",
    )


def former_still_works(journal: Journal) -> Refusal:
    """I-18."""
    return Refusal(
        "I-18: closed means that the former secret is dead",
        journal.name,
        "the former secret rejected after the activation",
        "it is accepted",
        "open a case with Salesforce: the former secret of this package still gets tokens; the rotation stays open",
    )


def activated_is_dead(journal: Journal) -> Refusal:
    """After the activation the new secret is rejected too."""
    return Refusal(
        "the activated secret must stay alive through the soak",
        journal.name,
        "the activated secret accepted",
        "rejected",
        "look at the package in Setup > Installed Packages: disabled, or rotated again? In the second case"
        f" hand in its present secret: {_hand_in_active(journal)}",
    )


def ended_meanwhile(journal: Journal) -> Refusal:
    """The rotation was given up, and then the active secret ended by age: the staged one is the only one alive."""
    return Refusal(
        "I-36: the active secret ended before the staged one was activated",
        journal.name,
        "a live active secret to go back to",
        "only the staged secret is accepted, and nobody knows whether it is active",
        "see that it is active in Setup > Installed Packages (activate it if not), then run keyturn.sfmc.rotate with"
        " -e sfmc_activated=true",
    )


def activation_off(journal: Journal) -> Refusal:
    """The inventory stops before the activation."""
    return Refusal(
        "sfmc_activate says that a person decides about the activation",
        journal.name,
        "sfmc_activate: true",
        "false; everything is proved and ready",
        "run again with -e sfmc_activate=true",
    )


def named(missing: tuple[str, ...], reasons: dict[str, str], most: int) -> str:
    """Name the first dependents whose proof is missing, with the reason where one is known."""
    shown = [f"{item} ({reasons[item]})" if item in reasons else item for item in missing[:most]]
    return ", ".join(shown) + (f" and {len(missing) - most} more" if len(missing) > most else "")


def not_back(journal: Journal, missing: tuple[str, ...], reasons: dict[str, str]) -> Refusal:
    """I-2: the active secret has not gone everywhere yet."""
    return Refusal(
        "I-2: the active secret goes wherever another one may be",
        journal.name,
        "the active secret proved on every dependent",
        f"not yet on {len(missing)}: {named(missing, reasons, 10)}",
        "mend what is named and run again; a dependent that is gone for good:"
        " ansible-playbook keyturn.sfmc.retire -e sfmc_retire_dependent=HOST/NAME -e sfmc_retire_reason=WHY",
    )


def gate_closed(journal: Journal, missing: tuple[str, ...], reasons: dict[str, str]) -> Refusal:
    """I-3: what an activation would break now."""
    return Refusal(
        "I-3: an activation needs a fresh attestation from every dependent",
        journal.name,
        "evidence for this very secret from the whole registry",
        f"activation would break: {named(missing, reasons, 10)}",
        "mend what is named and run again (with a --limit that reaches them); a dependent that is gone for good:"
        " ansible-playbook keyturn.sfmc.retire -e sfmc_retire_dependent=HOST/NAME -e sfmc_retire_reason=WHY",
    )
