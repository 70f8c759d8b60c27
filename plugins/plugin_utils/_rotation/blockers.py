# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of the ways to a staged secret and beyond the activation: one function each, so that a rule has one text."""

from __future__ import annotations

from datetime import datetime, timedelta

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Lease
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Hold, Sighting


def moment(when: datetime | None) -> str:
    """Write a time for people: UTC, to the second."""
    return when.strftime("%Y-%m-%d %H:%M:%S UTC") if when else "an unknown time"


def abandon_command(journal: Journal) -> str:
    """Return the command that gives the open rotation up."""
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


def fell_back(journal: Journal, fence: int) -> Refusal:
    """I-45: the store was restored from an old backup, or this document was lost."""
    return Refusal(
        "I-45: a journal that is older than what was done allows nothing",
        journal.name,
        f"the journal after its step {fence}, which the account's document has seen",
        f"one after step {journal.fence}" if journal.fence else "none, or one before its first step",
        "restore the newest backup of the store; if there is none that is new enough, hand in the secret that is active"
        f" in Setup, which is then proved on every dependent before anything else: {_hand_in_active(journal)}",
    )


def leased(journal: Journal, lease: Lease) -> Refusal:
    """I-7: a run has sent, or is about to send, what a person would now replace."""
    return Refusal(
        "I-7: the intent of a run is its own until its lease ends",
        journal.name,
        "no run that waits for the answer to its call",
        f"one: {lease.holder}, until {moment(lease.until)} at the latest",
        "wait for it, then look again: ansible-playbook keyturn.sfmc.status",
    )


def unwatched(journal: Journal, within: timedelta) -> Refusal:
    """I-43: the watch itself may have stopped."""
    hours = f"{within / timedelta(hours=1):g} hours"
    return Refusal(
        "I-43: somebody looks at the places as often as the inventory says",
        journal.name,
        f"a verify run over all of its dependents within {hours} (sfmc_verify_hours)",
        f"the last one at {moment(journal.verified_at)}" if journal.verified_at else "none yet",
        "see why the scheduled job does not run, or fails; then ansible-playbook keyturn.sfmc.verify",
    )


def feeds_itself(journal: Journal, call: str) -> Refusal:
    """I-40."""
    return Refusal(
        "I-40: what rotates a secret does not live by that secret",
        f"sfmc_provider.{call} for {journal.name}",
        "credentials of another kind: of a person, or of an integration that this provider does not rotate",
        "the client secret of this very integration",
        "give the provider credentials of its own; with this one the activation would lock the rotation out",
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
    abandon = f"{abandon_command(journal)}; then "
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
        f" abandon ({abandon_command(journal)}) and hand in the"
        " present secret",
    )


def nothing_lives(journal: Journal) -> Refusal:
    """The rotation was given up, and no secret that is known works now."""
    return Refusal(
        "I-1: what may be in use is not forgotten while nothing works",
        journal.name,
        "the active secret accepted, so that it can go back",
        "rejected, and so is the staged one that hosts may hold",
        "see whether the package is enabled in Setup > Installed Packages; if it is, hand in its present secret, which"
        f" is then proved on every dependent: {_hand_in_active(journal)}",
    )


def foreign_secret(journal: Journal, what: str, active: str, staged: str) -> Refusal:
    """I-19."""
    return Refusal(
        f"I-19: the staged secret must give at least the same {what} as the active one",
        journal.name,
        active or "none",
        staged or "none",
        f"abandon this rotation and generate again for the right package: {abandon_command(journal)}",
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
        f" {abandon_command(journal)}",
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


def not_kept(journal: Journal, why: Refusal) -> Refusal:
    """I-5: the worst moment for a store to fail."""
    return Refusal(
        "I-5: a secret was generated, and the store could not keep it",
        journal.name,
        f"{why.offender}: {why.expected}",
        why.found,
        "mend the store and run again: a provider with `retrieve` is asked once more. Otherwise nobody has"
        f" it, nothing uses it, and the rotation is given up with: {abandon_command(journal)}",
    )


def lost(journal: Journal) -> Refusal:
    """I-2."""
    return Refusal(
        "I-2: a staged secret that is rejected after its five minutes is lost",
        journal.name,
        "the staged secret accepted",
        "rejected: somebody generated again in Setup, or it was mistyped",
        "find out who generated in Setup; the active secret is back on all hosts when this phase says so; then"
        f" {abandon_command(journal)}",
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
