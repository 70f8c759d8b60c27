# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-1, I-2, I-5, I-6, I-8, I-19, I-40: a staged secret comes about once, is kept, and is this package's."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_DECIDE = "plugin_utils/_rotation/decide.py"
_GATE = "plugin_utils/_rotation/gate.py"
_ENDING = "plugin_utils/_rotation/ending.py"
_CALLING = "plugin_utils/_run/calling.py"
_CHANGES = "plugin_utils/_run/changes.py"
_KEEPER = "plugin_utils/_run/keeper.py"

MUTANTS = (
    mutant(
        "I-1",
        "an open rotation is not looked at",
        _DECIDE,
        "_open(situation, rotation) if rotation else _closed(situation)",
        "_closed(situation)",
        "unit/rotation/test_decide_properties.py::test_nothing_is_generated_while_a_staged_secret_is_live_I_1",
    ),
    mutant(
        "I-1 I-6",
        "an intent to generate does not ask whether there is one",
        _CHANGES,
        "if rotation is None or rotation.generation_sent_at or rotation.staged:",
        "if rotation is None:",
        "unit/run/test_run_together.py::test_i1_an_intent_to_generate_is_for_a_rotation_that_has_none",
    ),
    mutant(
        "I-2",
        "a staged secret that was accepted and is rejected is not lost",
        _DECIDE,
        "return Decision(Phase.LOST, Step.NOTE_LOST)",
        "return _overlap(situation, rotation, phase)",
        "unit/run/test_run_endings.py::test_a_staged_secret_that_somebody_replaced_is_lost_and_the_active_one_goes_back",
    ),
    mutant(
        "I-2",
        "a lost secret is not taken back from hosts",
        _ENDING,
        "if rotation.distribution_at is None or active is None:",
        "if rotation.lost_at or rotation.distribution_at is None or active is None:",
        "unit/rotation/test_decide_gate.py::test_hosts_get_the_active_secret_back_and_prove_it_after_the_end_I_2",
    ),
    mutant(
        "I-5",
        "the store is not proved writable before a generation",
        _CALLING,
        "        self.keeper.prove_writable()\n",
        "",
        "unit/run/test_run_order.py::test_the_effects_of_a_whole_rotation_come_in_the_safe_order",
    ),
    mutant(
        "I-5",
        "a secret is kept only after other things were asked and saved",
        _CALLING,
        '            self._keep_generated(text)\n        self._pace_from_now("generated_at")',
        '            self._pace_from_now("generated_at")\n            self._keep_generated(text)',
        "unit/run/test_run_order.py::test_nothing_happens_between_receiving_a_secret_and_having_read_it_back",
    ),
    mutant(
        "I-5",
        "what was saved is not read back",
        _KEEPER,
        "if version in own and record_document(record) != record_document(saved):",
        "if False:",
        "unit/run/test_keeper.py::test_i5_a_store_that_keeps_something_else_is_found_out_at_once",
    ),
    mutant(
        "I-5",
        "a store that fails once has lost the secret",
        _CALLING,
        "_CHANCES = 3",
        "_CHANCES = 1",
        "unit/run/test_run_crashes.py::test_i5_a_store_that_fails_for_a_moment_does_not_lose_the_secret",
    ),
    mutant(
        "I-5",
        "a file is not synced before it takes the place of the document",
        "module_utils/_document_folder.py",
        "                os.fsync(file.fileno())\n",
        "",
        "unit/stores/test_file_store.py::test_a_file_system_that_fails_leaves_the_old_document_and_no_temporary_file",
    ),
    mutant(
        "I-5",
        "a provider may be declared that does not say where the secret stands",
        "plugin_utils/_run/wiring.py",
        'if settings[call] and not settings[call]["secret"]:',
        "if False:",
        "unit/providers/test_operator_provider.py::test_i5_a_call_that_answers_with_a_secret_says_where_it_stands",
    ),
    mutant(
        "I-6",
        "a generation whose answer is lost is sent again",
        _DECIDE,
        "if rotation.generation_sent_at is None:\n        return _generate",
        "if True:\n        return _generate",
        "unit/rotation/test_decide_probe.py::test_a_lost_answer_is_found_out_and_never_asked_for_again_I_6",
    ),
    mutant(
        "I-6",
        "no answer is taken for a certain no",
        "plugin_utils/_providers/http.py",
        "            if error.sent:\n                raise _lost(what, request.url, error.detail) from None\n",
        "",
        "unit/providers/test_http_provider.py::test_a_call_without_a_clear_answer_is_sent_once_and_called_lost",
    ),
    mutant(
        "I-6",
        "an error of the server is taken for a certain no",
        "plugin_utils/_providers/http.py",
        "if 400 <= answer.status < 500:",
        "if 400 <= answer.status:",
        "unit/providers/test_http_provider.py::test_a_call_without_a_clear_answer_is_sent_once_and_called_lost",
    ),
    mutant(
        "I-6 I-7",
        "an intent to activate does not ask whether somebody has it",
        _CHANGES,
        "if rotation is None or len(rotation.activations_sent_at) != sent_before:",
        "if rotation is None:",
        "unit/run/test_run_together.py::test_i6_an_intent_to_activate_is_for_the_tries_that_were_seen",
    ),
    mutant(
        "I-8",
        "a staged secret is used before its five minutes",
        _DECIDE,
        "if rotation.overlap_at is None and situation.now < earliest_use(staged, policy):",
        "if False:",
        "unit/rotation/test_decide_probe.py::test_a_staged_secret_is_not_used_before_its_five_minutes_I_8",
    ),
    mutant(
        "I-8",
        "not yet accepted is lost at once",
        _DECIDE,
        "if rotation.overlap_at is None and situation.now < grace_ends:",
        "if False:",
        "unit/rotation/test_decide_probe.py::test_not_yet_accepted_is_waited_for_and_lost_only_after_the_grace_I_8",
    ),
    mutant(
        "I-8",
        "an account has no pace",
        _DECIDE,
        "    limits.paced,\n",
        "",
        "unit/rotation/test_decide_gate.py::test_an_account_generates_and_activates_once_in_five_minutes_I_8",
    ),
    mutant(
        "I-8 I-7",
        "the slot of an account is taken twice",
        _KEEPER,
        "if what in kept and now < _time(kept[what]) + pace:",
        "if False:",
        "unit/run/test_run_together.py::test_a_slot_that_another_integration_took_since_the_decision_is_waited_for",
    ),
    mutant(
        "I-8",
        "the pace counts from the request, not from the answer",
        _KEEPER,
        "{what: max(now, _time(kept[what]) if what in kept else now).isoformat()}",
        "{}",
        "unit/run/test_run_together.py::test_the_pace_counts_from_the_answer_when_sfmc_takes_its_time",
    ),
    mutant(
        "I-8",
        "two activations are not spaced",
        _GATE,
        "if sent and situation.now < sent[-1] + policy.pace:",
        "if False:",
        "unit/rotation/test_decide_gate.py::test_activations_are_spaced_and_bounded_then_orphaned_I_8_I_41",
    ),
    mutant(
        "I-19",
        "a secret of another enterprise is used",
        _DECIDE,
        "if active.enterprise_id != staged.enterprise_id:",
        "if False:",
        "unit/rotation/test_decide_probe.py::test_a_secret_of_another_package_is_never_used_I_19",
    ),
    mutant(
        "I-19",
        "a secret with fewer scopes is used",
        _DECIDE,
        "if not set(active.scopes) <= set(staged.scopes):",
        "if False:",
        "unit/rotation/test_decide_probe.py::test_a_secret_of_another_package_is_never_used_I_19",
    ),
    mutant(
        "I-19",
        "a handed-in secret that is not accepted stays",
        _DECIDE,
        "return Decision(phase, Step.DISCARD)",
        "return Decision(Phase.LOST, Step.NOTE_LOST)",
        "unit/run/test_run_operator.py::test_another_packages_secret_is_dropped_and_asked_for_again",
    ),
    mutant(
        "I-40",
        "a provider that authenticates with the secret it rotates is called",
        _CALLING,
        "        self._check_feeding()\n        policy",
        "        policy",
        "unit/run/test_run_unclaimed.py::test_a_provider_that_lives_by_the_secret_it_rotates_is_refused",
    ),
)
