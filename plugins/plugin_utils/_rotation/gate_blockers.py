# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals around the registry and the gate: one function each, so that a rule has one text."""

from __future__ import annotations

import json
import shlex

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal, printable
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.blockers import abandon_command
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, Stray


def _retire(dependent: str) -> str:
    """Return the command that takes a dependent out of the registry; blanks in its name stay a part of it."""
    variables = {"sfmc_retire_dependent": dependent, "sfmc_retire_reason": "WHY"}
    return f"ansible-playbook keyturn.sfmc.retire -e {shlex.quote(json.dumps(variables))}"


def no_dependents(journal: Journal) -> Refusal:
    """I-38."""
    return Refusal(
        "I-38: an empty plan is not a success",
        journal.name,
        "at least one dependent in sfmc_dependents of some host",
        "none in the whole inventory",
        f"declare where the secret is kept, or say `dependents: none` in sfmc_integrations.{journal.name}",
    )


def gone(journal: Journal, names: tuple[str, ...]) -> Refusal:
    """I-11: it may be down, renamed or taken away; only a person knows."""
    return Refusal(
        "I-11: the registry shrinks only by an explicit retire",
        journal.name,
        "every dependent of the registry proved",
        f"{len(names)} that the inventory declares no more: {named(names, {}, most=5)}",
        f"declare it again if it still uses the secret; if it is gone for good: {_retire(names[0])}",
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


def still_declared(name: str, dependent_id: str, whole: bool = True) -> Refusal:
    """I-11: what the inventory declares cannot be retired, nor what a slice of a job cannot see."""
    return Refusal(
        "I-11: a dependent is retired when it is gone from the inventory",
        f"{dependent_id} of {name}",
        "no declaration of it",
        "an entry in sfmc_dependents" if whole else "a part of the inventory only, as this is a slice (sfmc_sliced)",
        "take the entry out of the inventory first, then retire it"
        + ("" if whole else ", with a job that sees all of it"),
    )


def orphaned(journal: Journal, tries: int) -> Refusal:
    """I-41."""
    return Refusal(
        "I-41: tries are bounded",
        journal.name,
        "the staged secret active after an activation",
        f"{tries} activations sent, and the former secret still accepted, or ended by its age",
        "look in Setup > Installed Packages: if the staged secret is still there, activate it by hand and run again; if"
        " it is active there, the former one should be dead: open a case with Salesforce, or, where it had ended by its"
        " age, run with -e sfmc_activated=true. Or give up:"
        f" {abandon_command(journal)}",
    )


def strays(journal: Journal, found: tuple[Stray, ...]) -> Refusal:
    """Somebody uses the secret where nobody brings the next one."""
    return Refusal(
        "I-3: an activation breaks whoever still has the active secret, declared or not",
        journal.name,
        "no place with the active secret that nobody declares",
        f"{len(found)} that discoveries have found: {places(found)}",
        "declare each in sfmc_dependents, or say in sfmc_accepted_places why it may break, then run"
        " ansible-playbook keyturn.sfmc.discover -e sfmc_become=true again, which prints both; or, as for a host"
        " that is gone, decide with -e sfmc_strays=warn",
    )


def places(found: tuple[Stray, ...]) -> str:
    """Name the first places."""
    whole = (f"{item.host}: {item.place}" + (f", key {item.key}" if item.key else "") for item in found)
    return named(tuple(map(printable, whole)), {}, most=5)


def activation_off(journal: Journal) -> Refusal:
    """The inventory stops before the activation."""
    return Refusal(
        "sfmc_activate says that a person decides about the activation",
        journal.name,
        "sfmc_activate: true",
        "false; nothing else is missing",
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
        f"mend what is named and run again; a dependent that is gone for good: {_retire('HOST/NAME')}",
    )


def gate_closed(journal: Journal, missing: tuple[str, ...], reasons: dict[str, str]) -> Refusal:
    """I-3: what an activation would break now."""
    return Refusal(
        "I-3: an activation needs a fresh attestation from every dependent",
        journal.name,
        "evidence for this very secret from the whole registry",
        f"activation would break: {named(missing, reasons, 10)}",
        "mend what is named and run again (with a --limit that reaches them); a dependent that is gone for good:"
        f" {_retire('HOST/NAME')}",
    )
