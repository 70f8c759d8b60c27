# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal: what would stop a rotation of one integration, found out without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import CHECK_PASSES, RESTART_WORKS
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import DeclaredDependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import Order
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation import blockers, gate_blockers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL, Dependent, Journal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.preview import standing_hold, under_way
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Policy, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import is_about
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import Run

#: A reason that no rotation is opened for: with it, `decide` says what it would do if one were due now.
_REASON = "a rehearsal"
_TAKES_PART = "a rotation needs an answer from every host that holds the secret"


@dataclass(frozen=True)
class Trouble:
    """What would stop a rotation: at a dependent `HOST/NAME`, a host, or an integration."""

    where: str
    why: Refusal

    def as_dict(self) -> dict[str, str]:
        """Return the place and the five texts."""
        return {"where": self.where, **self.why.as_dict()}


@dataclass
class Preflight:
    """What the controller sees of one integration before any host is asked.

    :param rehearsed: whether its hosts take part.
    """

    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rehearsed: bool = True


def preflight(run: Run, check_mode: bool) -> Preflight:
    """See to store, secret, clocks, pace, registry and provider, as if a rotation were due now."""
    found, name, policy = Preflight(), run.integration.name, run.integration.policy
    try:
        journal = run.keeper.load().journal
        if journal.open_rotation is not None:
            raise under_way(journal)
    except Refusal as refusal:
        return Preflight([Trouble(name, refusal)], rehearsed=False)
    for look in (_store, _decided, _kept_up, _sent):
        try:
            found.troubles += [Trouble(name, why) for why in look(run, journal, policy, found.notes, check_mode)]
        except Refusal as refusal:
            found.troubles.append(Trouble(name, refusal))
    found.rehearsed = journal.active is not None
    return found


def _store(run: Run, journal: Journal, _policy: Policy, _notes: list[str], check_mode: bool) -> Iterable[Refusal]:
    """See that the store takes a write; before the first hand-in there is none to be seen."""
    if journal.active is not None and not check_mode:
        run.keeper.prove_writable()
    return ()


def _decided(run: Run, _journal: Journal, policy: Policy, notes: list[str], _check_mode: bool) -> Iterable[Refusal]:
    """Ask `decide`, and with it SFMC."""
    declared = run.integration
    run.integration = replace(declared, policy=replace(policy, force=_REASON, hold=None))
    try:
        decision = run.look()
    finally:
        run.integration = declared
    if decision.step is Step.WAIT and decision.not_before is not None:
        notes.append(f"the account's pace would hold a generation up until {blockers.moment(decision.not_before)}")
    return decision.blockers if decision.step is Step.STOP else ()


def _kept_up(run: Run, journal: Journal, policy: Policy, notes: list[str], _check_mode: bool) -> Iterable[Refusal]:
    """Look at what people have said: a hold, a registry with more than the inventory has, no activation."""
    hold = standing_hold(journal, policy, run.client.now())
    gone = tuple(item.id for item in run.registry(journal) if not run.declares(item.id))
    if not policy.activate:
        notes.append("stops before the activation, as sfmc_activate: false says")
    if policy.approval:
        notes.append("stops before the activation until somebody approves the evidence")
    if policy.operator:
        notes.append("a person generates and activates in Setup")
    people = [item.id for item in run.registry(journal) if item.kind == MANUAL and run.declares(item.id)]
    if people:
        notes.append(f"a person brings the secret to {gate_blockers.named(tuple(people), {}, most=5)}: not rehearsed")
    return [*([hold] if hold else []), *([gate_blockers.gone(journal, gone)] if gone else [])]


def _sent(run: Run, journal: Journal, _policy: Policy, _notes: list[str], _check_mode: bool) -> Iterable[Refusal]:
    """See that the provider's calls can be made, and do not live by what they rotate (I-40); none is sent."""
    run.provider.rehearse(Order(run.integration.client_id, run.integration.package, "rehearsal"))
    active = run.keeper.load().secrets.active
    call = run.provider.call_with(active.reveal()) if active else None
    return [blockers.feeds_itself(journal, call)] if call else ()


# --- what hosts report -----------------------------------------------------------------------------------------------


def host_troubles(
    reports: Mapping[str, Iterable[Mapping[str, Any]]], declared: Iterable[DeclaredDependent]
) -> list[Trouble]:
    """Return what hosts stumbled over, and who did not answer (I-12).

    :param reports: by host, as `sorted_evidence` takes them.
    """
    found: dict[tuple[str, str], Trouble] = {}
    for item in declared:
        own = reports_about(item, reports)
        for trouble in [each for report in own for each in _troubles(report, item.dependent)]:
            found.setdefault((trouble.where, str(trouble.why)), trouble)
        if not own:
            found[item.dependent.host, ""] = Trouble(item.dependent.host, _silent(item.dependent.host, "no answer"))
    return list(found.values())


def reports_about(
    item: DeclaredDependent, reports: Mapping[str, Iterable[Mapping[str, Any]]]
) -> list[Mapping[str, Any]]:
    """Return what its host reports of a dependent."""
    return [report for report in reports.get(item.dependent.host, ()) if is_about(report, item)]


def unproved(reports: Mapping[str, Iterable[Mapping[str, Any]]], declared: Iterable[DeclaredDependent]) -> list[str]:
    """Return the ids of the dependents that are well as far as can be seen, and of which nothing could be proved."""
    return [
        item.dependent.id
        for item in declared
        for report in reports_about(item, reports)
        if not _troubles(report, item.dependent) and not report.get("proof")
    ]


def is_shaken(trouble: Trouble) -> bool:
    """Tell whether a restart or a check failed: what comes next is not put at the same risk."""
    return trouble.why.rule in (RESTART_WORKS, CHECK_PASSES)


def not_reached(host: str) -> Trouble:
    """Return the trouble of a host whose batch never came."""
    return Trouble(host, _silent(host, "its batch was not reached"))


def _troubles(report: Mapping[str, Any], dependent: Dependent) -> list[Trouble]:
    if report.get("failure"):
        where = dependent.id if "name" in report else dependent.host
        return [Trouble(where, _silent(where, str(report["failure"])))]
    if report.get("refusal"):
        return [Trouble(dependent.id, Refusal(**report["refusal"]))]
    before = report.get("before")
    if before and before != report["fingerprint"]:
        return [Trouble(dependent.id, _other(report, before))]
    return []


def _silent(where: str, found: str) -> Refusal:
    return Refusal(
        _TAKES_PART,
        where,
        "an answer of the module deployed_secret",
        " ".join(found.split()).removeprefix("Task failed: ")[:200],
        f"see that the host can be reached and worked on: ansible {where.split('/', 1)[0]} -m ansible.builtin.ping",
    )


def _other(report: Mapping[str, Any], before: str) -> Refusal:
    return Refusal(
        "a place holds the secret that works now, before it gets another",
        str(report.get("place") or report["name"]),
        f"the active secret, {report['fingerprint']}",
        f"another known secret, {before}",
        "put the active secret there: a task of your own with this dependent's kind, or by hand",
    )
