# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-7, I-13: several runs at once, and runs that end anywhere."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_DECIDE = "plugin_utils/_rotation/decide.py"
_LIMITS = "plugin_utils/_rotation/limits.py"
_ENDING = "plugin_utils/_rotation/ending.py"
_RECORDING = "plugin_utils/_run/recording.py"
_CALLING = "plugin_utils/_run/calling.py"
_STORE = "module_utils/_document_folder.py"

MUTANTS = (
    mutant(
        "I-7",
        "a late holder of an old version writes",
        _STORE,
        "if (None if present is None else version_of(present)) != expected:",
        "if False:",
        "unit/stores/test_store_conformance.py::test_a_late_holder_of_an_old_version_is_refused_and_changes_nothing",
    ),
    mutant(
        "I-7",
        "two processes write at once",
        _STORE,
        "            fcntl.flock(descriptor, fcntl.LOCK_EX)\n",
        "",
        "unit/stores/test_file_store.py::test_i7_a_second_writer_waits_for_the_first_and_comes_too_late",
    ),
    mutant(
        "I-7",
        "a late holder of an old version writes into HashiCorp Vault",
        "plugin_utils/_stores/vault_access.py",
        "create_or_update_secret(path, dict(data), seen, self.mount)",
        "create_or_update_secret(path, dict(data), None, self.mount)",
        "unit/stores/test_store_conformance.py::test_a_late_holder_of_an_old_version_is_refused_and_changes_nothing",
    ),
    mutant(
        "I-7",
        "a late controller takes what services read in AWS back",
        "plugin_utils/_stores/aws_services.py",
        "            stored = load()\n            wanted = stored.document if stored is not None else document\n",
        "            wanted = document\n",
        "unit/stores/test_aws_store.py::test_a_late_controller_does_not_take_services_back",
    ),
    mutant(
        "I-13",
        "what a killed controller left for services in AWS is left",
        "plugin_utils/_stores/aws.py",
        "if stored is not None and shown(stored.document):",
        "if False:",
        "unit/stores/test_aws_store.py::test_i13_what_a_killed_controller_left_is_completed_by_the_next",
    ),
    mutant(
        "I-7",
        "an effect is committed on another rotation than the one that was decided on",
        _RECORDING,
        "if standing(record) != self.decided_on:",
        "if False:",
        "unit/run/test_run_endings.py::test_an_activation_that_was_decided_on_is_not_sent_once_somebody_gave_up",
    ),
    mutant(
        "I-7",
        "a batch is begun for a rotation that was given up",
        "plugin_utils/_run/distributing.py",
        'if journal.open_rotation is None or desired_secret(journal, beginning=True) != "staged":',
        "if journal.open_rotation is None:",
        "unit/run/test_run_batches.py::test_i7_a_batch_is_not_begun_for_a_rotation_that_was_given_up_since",
    ),
    mutant(
        "I-7",
        "a staged secret is forgotten while a batch may still write it",
        _ENDING,
        "until = max(lands_until, batches_end_at(situation))",
        "until = lands_until",
        "unit/rotation/test_decide_gate.py::test_a_staged_secret_is_kept_while_another_run_may_still_write_it_I_7",
    ),
    mutant(
        "I-7",
        "what a batch that died may have written is not brought back",
        _ENDING,
        "late = written_late(situation)",
        "late = ()",
        "unit/rotation/test_decide_gate.py"
        "::test_what_a_batch_that_died_may_have_written_late_is_brought_back_once_more_I_7",
    ),
    mutant(
        "I-7",
        "a proof of a secret that is over counts",
        "plugin_utils/_rotation/transitions.py",
        "        if item.fingerprint != wanted\n    )\n",
        "        if False\n    )\n",
        "unit/rotation/test_transitions.py::test_a_secret_that_is_not_wanted_any_more_is_no_evidence_I_7",
    ),
    mutant(
        "I-7",
        "a secret that was given up is not known where it is found",
        "plugin_utils/_rotation/transitions.py",
        "return remembered(journal, staged.fingerprint)",
        "return journal",
        "unit/run/test_run_batches.py::test_i7_the_journal_remembers_the_fingerprint_of_what_was_given_up",
    ),
    mutant(
        "I-7",
        "the lease of another run is not waited for",
        _DECIDE,
        "    limits.leased,\n",
        "",
        "unit/run/test_run_leases.py::test_an_abandoned_rotation_is_forgotten_only_when_no_call_can_be_on_its_way",
    ),
    mutant(
        "I-7",
        "who was overtaken sends its call all the same",
        _CALLING,
        " if about.lease == lease else about)\n        raise Conflict",
        " if about.lease == lease else about)\n        return\n        raise Conflict",
        "unit/run/test_run_together.py::test_i7_the_lease_is_looked_at_right_before_the_call",
    ),
    mutant(
        "I-7 I-3",
        "an intent is sent although its rotation was given up, or a proof is gone",
        _CALLING,
        "if standing(kept) == standing(record) and",
        "if",
        "unit/run/test_run_leases.py::test_an_intent_that_was_abandoned_before_its_call_is_not_sent",
    ),
    mutant(
        "I-7 I-1",
        "a person hands in while a run waits for its answer",
        "plugin_utils/_run/changes.py",
        "if journal.lease is not None and now < journal.lease.until:",
        "if False:",
        "unit/run/test_run_leases.py::test_a_person_does_not_hand_in_while_a_run_waits_for_its_answer",
    ),
    mutant(
        "I-7 I-1",
        "an answer that comes late replaces what others use",
        "plugin_utils/_run/changes.py",
        "elif fence != journal.fence and required(journal.open_rotation).staged is not None:",
        "elif False:",
        "unit/run/test_run_together.py::test_i7_an_answer_of_an_earlier_lease_replaces_no_staged_secret",
    ),
    mutant(
        "I-7 I-13",
        "the lease of a dead controller lasts for hours",
        _LIMITS,
        " or situation.now >= lease.until:\n        return None\n    return lease.until\n",
        " or situation.now >= lease.until + 100 * situation.policy.lease:\n        return None\n"
        "    return lease.until + 100 * situation.policy.lease\n",
        "unit/run/test_run_leases.py::test_the_lease_of_a_dead_controller_runs_out",
    ),
    mutant(
        "I-13",
        "the intent to generate is not kept",
        "plugin_utils/_run/changes.py",
        "    return record.with_journal(transitions.generation_sent(record.journal, now, lease))\n",
        "    return record\n",
        "unit/run/test_run_crashes.py::test_a_run_killed_at_any_effect_is_finished_by_a_plain_rerun",
    ),
    mutant(
        "I-13 I-6",
        "a secret whose answer was lost is not retrieved",
        _DECIDE,
        "    if policy.retrieves:\n",
        "    if False:\n",
        "unit/run/test_run_crashes.py::test_a_run_killed_at_any_effect_is_finished_by_a_plain_rerun",
    ),
    mutant(
        "I-13",
        "the intent to activate is not kept",
        "plugin_utils/_run/changes.py",
        "    return record.with_journal(transitions.activation_sent(record.journal, now, lease))\n",
        "    return record\n",
        "unit/run/test_run_order.py::test_the_effects_of_a_whole_rotation_come_in_the_safe_order",
    ),
)
