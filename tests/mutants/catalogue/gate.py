# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-3, I-10, I-11, I-12, I-33, I-34, I-35, I-38: activation needs proof of everybody."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_DECIDE = "plugin_utils/_rotation/decide.py"
_COVERAGE = "plugin_utils/_rotation/coverage.py"
_TRANSITIONS = "plugin_utils/_rotation/transitions.py"
_GATE = "plugin_utils/_rotation/gate.py"
_ENDING = "plugin_utils/_rotation/ending.py"
_RUN = "plugin_utils/_run/run.py"
_RECORDING = "plugin_utils/_run/recording.py"
_EVIDENCE = "plugin_utils/_run/evidence.py"
_INVENTORY = "plugin_utils/_inventory.py"
_PROPERTY = (
    "unit/rotation/test_decide_properties.py"
    "::test_an_activation_rests_on_fresh_proof_of_this_secret_everywhere_and_on_two_live_secrets_I_3_I_33_I_34"
)

MUTANTS = (
    mutant(
        "I-3",
        "a place that nobody declares, and that holds the active secret, opens the gate",
        _GATE,
        "if situation.policy.strays_block else ()",
        "if False else ()",
        "unit/rotation/test_findings.py::test_i_3_a_place_with_the_active_secret_that_nobody_declares_closes_the_gate",
    ),
    mutant(
        "I-3",
        "the gate is open",
        _GATE,
        "if set(missing) - set(given_up):",
        "if False:",
        _PROPERTY,
    ),
    mutant(
        "I-3",
        "a proof of another secret counts",
        _COVERAGE,
        "if attestation.fingerprint == fingerprint and attestation.at >= not_before:",
        "if attestation.at >= not_before:",
        "unit/rotation/test_decide_gate.py"
        "::test_the_gate_counts_only_fresh_evidence_for_this_secret_from_every_place_I_3_I_34",
    ),
    mutant(
        "I-3",
        "a weaker proof than is declared now counts",
        _COVERAGE,
        "        and attestation.evidence in enough\n",
        "",
        "unit/rotation/test_coverage.py::test_a_proof_that_is_declared_stronger_is_shown_anew_I_3",
    ),
    mutant(
        "I-3 I-14",
        "a proof with another restart or check than is declared now counts",
        _COVERAGE,
        "        and attestation.care == dependent.care\n",
        "",
        "unit/rotation/test_coverage.py::test_a_restart_or_check_that_is_declared_anew_is_owed_I_14",
    ),
    mutant(
        "I-3",
        "a proof of some of the places counts for all",
        _COVERAGE,
        "        set(dependent.places) <= set(attestation.places)\n        and ",
        "        ",
        "unit/rotation/test_coverage.py::test_a_proof_is_of_all_places_as_they_are_declared_now_I_10",
    ),
    mutant(
        "I-3",
        "what is not restarted does not outlive its tokens before the activation",
        _GATE,
        "if soaked is not None and situation.now < soaked:",
        "if False:",
        "unit/rotation/test_decide_evidence.py"
        "::test_what_is_not_restarted_outlives_the_old_tokens_before_the_activation",
    ),
    mutant(
        "I-3",
        "an approval that is required is not waited for",
        _GATE,
        "if situation.policy.approval and (",
        "if False and (",
        "unit/run/test_run_decisions.py::test_an_activation_waits_for_the_approval_of_its_evidence",
    ),
    mutant(
        "I-3 I-33",
        "an approval counts for other evidence",
        _GATE,
        "(rotation.approval is None or rotation.approval.evidence != evidence)",
        "(rotation.approval is None)",
        "unit/run/test_run_decisions.py::test_an_approval_is_void_when_a_host_joins",
    ),
    mutant(
        "I-3",
        "a sacrifice of one opens the gate for all",
        _GATE,
        "if set(missing) - set(given_up):",
        "if missing and not given_up:",
        "unit/run/test_run_decisions.py::test_a_sacrifice_is_not_for_others_that_are_missing",
    ),
    mutant(
        "I-3",
        "a sacrifice needs no name and no reason",
        "plugin_utils/_run/approving.py",
        "if not by.strip() or not reason.strip() or not dependents:",
        "if not dependents:",
        "unit/run/test_run_decisions.py::test_a_sacrifice_without_who_why_and_whom_is_refused",
    ),
    mutant(
        "I-10",
        "each limited run forgets what the others proved",
        _TRANSITIONS,
        "attestations=with_attestations(still, attestations),",
        "attestations=attestations,",
        "unit/run/test_run_gate.py::test_attestations_add_up_over_limited_runs",
    ),
    mutant(
        "I-10",
        "a run that read a part of the inventory takes the rest for gone",
        _RUN,
        "if self.whole else None",
        "",
        "unit/run/test_run_gate.py::test_i10_a_run_of_a_batch_takes_nobody_else_for_gone",
    ),
    mutant(
        "I-10",
        "the registry is the play's, not the whole inventory's",
        _INVENTORY,
        "named = self._hosts if hosts is None else hosts",
        "named = self._hosts[:1] if hosts is None else hosts",
        "unit/run/test_control.py::test_i10_a_run_over_one_host_knows_the_dependents_of_all",
    ),
    mutant(
        "I-10",
        "the trouble of a host that knows none of the integrations holds all up",
        _INVENTORY,
        'elif of is not None and not _may_know(raw.get("sfmc_integrations"), of):',
        "elif False:",
        "unit/test_inventory.py::test_i10_a_host_that_knows_none_of_the_integrations_is_not_read",
    ),
    mutant(
        "I-11",
        "the registry shrinks with the inventory",
        _COVERAGE,
        "by_id = {dependent.id: dependent for dependent in journaled}",
        "by_id = {dependent.id: dependent for dependent in journaled if False}",
        "unit/run/test_run_gate.py::test_a_cut_inventory_does_not_shrink_the_registry_only_a_retirement_does",
    ),
    mutant(
        "I-11",
        "what is still declared can be retired",
        "plugin_utils/_run/retiring.py",
        "if run.integration.policy.sliced or run.declares(dependent_id):",
        "if False:",
        "unit/run/test_run_gate.py::test_what_the_inventory_still_declares_is_not_retired",
    ),
    mutant(
        "I-11",
        "a slice of a job takes its cut inventory for the whole",
        _DECIDE,
        "    limits.sliced,\n",
        "",
        "unit/run/test_run_decisions.py::test_a_slice_of_a_job_distributes_and_leaves_the_rest_to_a_whole_run",
    ),
    mutant(
        "I-11 I-33",
        "who joins is not remembered before its turn",
        _RUN,
        "                self._remember_declared()\n",
        "",
        "unit/run/test_run_batches.py::test_i11_who_joins_is_remembered_before_its_turn_comes",
    ),
    mutant(
        "I-12",
        "a host without a report is no failure",
        _EVIDENCE,
        "        reasons = [reason for reason in map(_reason, own) if reason]\n",
        "        reasons = [reason for reason in map(_reason, own) if reason]\n"
        "        if not own:\n"
        "            continue\n",
        "unit/run/test_evidence.py::test_i12_a_host_without_a_report_is_a_failure_and_a_silent_one",
    ),
    mutant(
        "I-12",
        "one good report makes up for a bad one",
        _EVIDENCE,
        "if reasons or not own:",
        "if len(reasons) == len(own):",
        "unit/run/test_evidence.py::test_i12_one_bad_report_of_several_proves_nothing",
    ),
    mutant(
        "I-12 I-34",
        "what fails keeps its earlier proof",
        _TRANSITIONS,
        "still = [item for item in rotation.attestations if item.dependent not in failed]",
        "still = list(rotation.attestations)",
        "unit/rotation/test_transitions.py::test_what_fails_is_proved_no_more_I_34",
    ),
    mutant(
        "I-12",
        "web servers do not wait for a database that does not answer",
        "plugin_utils/_rotation/waves.py",
        "return sorted({host for host in silent if orders[host] < first})",
        "return []",
        "unit/rotation/test_waves.py::test_web_servers_wait_for_a_database_that_does_not_answer",
    ),
    mutant(
        "I-33",
        "who joins after the attestations is not in the registry",
        _RECORDING,
        "return transitions.registered(journal, self.declared()).registry",
        "return journal.registry or transitions.registered(journal, self.declared()).registry",
        "unit/run/test_run_gate.py::test_a_host_that_joins_after_the_attestations_closes_the_gate_again",
    ),
    mutant(
        "I-33",
        "who was retired and comes back is proved already",
        _TRANSITIONS,
        "    journal = _without(replace(journal, registry=registry, adopted=adopted), dependent_id)\n",
        "    journal = replace(journal, registry=registry, adopted=adopted)\n",
        "unit/run/test_run_batches.py::test_i33_who_was_retired_and_comes_back_proves_itself_anew",
    ),
    mutant(
        "I-33",
        "who joins during the soak is not waited for",
        _ENDING,
        '    if missing:\n        return distribute(situation, phase, missing, "active")\n    if situation.now < ends:',
        "    if situation.now < ends:",
        "unit/run/test_run_gate.py::test_a_host_that_joins_during_the_soak_gets_the_new_secret_before_the_end",
    ),
    mutant(
        "I-34",
        "a proof never ages",
        _COVERAGE,
        "and (now < item.until if item.until else item.at >= now - policy.attestation_age)",
        "and (now < item.until if item.until else True)",
        "unit/rotation/test_decide_gate.py::test_the_gate_counts_only_fresh_evidence_for_this_secret_from_every_place_I_3_I_34",
    ),
    mutant(
        "I-34",
        "a proof from the future counts",
        _COVERAGE,
        "if item.at <= now + policy.clock_skew\n        and ",
        "if ",
        "unit/rotation/test_decide_age.py::test_i34_evidence_from_the_future_opens_no_gate",
    ),
    mutant(
        "I-35",
        "an acknowledgement never ends",
        _COVERAGE,
        "now < item.until if item.until else",
        "True if item.until else",
        "unit/rotation/test_decide_evidence.py::test_i35_an_acknowledgement_ends_when_its_person_said_so",
    ),
    mutant(
        "I-35",
        "a person vouches for what a machine can prove",
        _COVERAGE,
        "enough = _VOUCHED if dependent.kind == MANUAL else _ENOUGH.get(dependent.proof, frozenset())",
        "enough = _VOUCHED | _ENOUGH.get(dependent.proof, frozenset())",
        "unit/rotation/test_decide_evidence.py::test_i35_nobody_vouches_for_what_a_machine_can_prove",
    ),
    mutant(
        "I-35",
        "an acknowledgement needs no name",
        "plugin_utils/_run/acknowledging.py",
        "if not by.strip():",
        "if False:",
        "unit/run/test_acknowledging.py::test_i35_an_acknowledgement_says_who_until_when_and_for_what",
    ),
    mutant(
        "I-35",
        "an acknowledgement needs no end to come",
        "plugin_utils/_run/acknowledging.py",
        "if until is None or until <= now:",
        "if until is None:",
        "unit/run/test_acknowledging.py::test_i35_an_acknowledgement_says_who_until_when_and_for_what",
    ),
    mutant(
        "I-35",
        "an acknowledgement is taken for a dependent of any kind",
        "plugin_utils/_run/acknowledging.py",
        "if dependent.kind != MANUAL:",
        "if False:",
        "unit/run/test_acknowledging.py::test_i35_an_acknowledgement_says_who_until_when_and_for_what",
    ),
    mutant(
        "I-38",
        "a rotation begins although nothing is declared",
        _DECIDE,
        "if _has_none(situation):\n        return stop(phase, gate_blockers.no_dependents(journal))",
        "if False:\n        return stop(phase, gate_blockers.no_dependents(journal))",
        "unit/rotation/test_decide_due.py::test_no_dependents_stop_before_anything_is_asked_unless_the_integration_says_none_I_38",
    ),
    mutant(
        "I-38",
        "an empty registry opens the gate",
        _DECIDE,
        "if _has_none(situation):\n        return stop(phase, gate_blockers.no_dependents(situation.journal))",
        "if False:\n        return stop(phase, gate_blockers.no_dependents(situation.journal))",
        "unit/rotation/test_decide_gate.py::test_an_empty_registry_never_opens_the_gate_by_itself_I_38",
    ),
    mutant(
        "I-38",
        "a play without integrations is a green run",
        "plugin_utils/_control.py",
        "        if not chosen:\n            raise Refusal(",
        "        if False:\n            raise Refusal(",
        "unit/run/test_control.py::test_i38_a_play_without_integrations_is_refused",
    ),
)
