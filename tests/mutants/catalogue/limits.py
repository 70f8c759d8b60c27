# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-9, I-37, I-41, I-45: clocks, holds, too many tries, a journal that is not to be believed."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_DECIDE = "plugin_utils/_rotation/decide.py"
_LIMITS = "plugin_utils/_rotation/limits.py"
_GATE = "plugin_utils/_rotation/gate.py"
_ENDING = "plugin_utils/_rotation/ending.py"
_CALLING = "plugin_utils/_run/calling.py"
_STORE = "module_utils/_document_folder.py"
_SFMC = "plugin_utils/_sfmc.py"

MUTANTS = (
    mutant(
        "I-9",
        "clocks may differ",
        _DECIDE,
        "    limits.clocked,\n",
        "",
        "unit/rotation/test_decide_gate.py::test_clocks_that_differ_stop_what_rests_on_time_I_9",
    ),
    mutant(
        "I-9",
        "the controller's clock decides",
        _SFMC,
        "self.skew = datetime.fromtimestamp(date, timezone.utc) - self._clock()",
        "self.skew = timedelta(0)",
        "unit/test_sfmc_client.py::test_every_answer_tells_sfmcs_time_also_a_refusal",
    ),
    mutant(
        "I-37",
        "a hold is ignored",
        _DECIDE,
        "    limits.held,\n",
        "",
        "unit/rotation/test_decide_due.py::test_a_hold_stops_every_step_forward_I_37",
    ),
    mutant(
        "I-37",
        "a hold ends never",
        _LIMITS,
        "return hold.until is None or now < hold.until",
        "return True",
        "unit/rotation/test_decide_due.py::test_a_hold_lasts_until_its_end_to_the_second_I_37",
    ),
    mutant(
        "I-37",
        "a hold keeps broken hosts from the active secret",
        _LIMITS,
        'mending = situation.policy.hold, decision.desired == "active"',
        "mending = situation.policy.hold, False",
        "unit/rotation/test_decide_due.py::test_a_hold_does_not_keep_broken_hosts_from_the_active_secret_I_37",
    ),
    mutant(
        "I-37",
        "a reason that is done beats a later hold",
        "plugin_utils/_rotation/calendar.py",
        "return bool(situation.policy.force) and (situation.journal.open_rotation is not None or is_forced(situation))",
        "return bool(situation.policy.force)",
        "unit/rotation/test_decide_due.py::test_a_reason_that_is_done_and_left_in_the_inventory_beats_no_later_hold_I_37",
    ),
    mutant(
        "I-41",
        "activations are tried for ever",
        _GATE,
        "if len(sent) >= policy.activations_at_most:",
        "if False:",
        "unit/run/test_run_crashes.py::test_activations_that_never_work_are_bounded_and_then_a_person_is_asked",
    ),
    mutant(
        "I-41",
        "an orphaned rotation goes on by itself",
        _GATE,
        "if rotation.orphaned_at is not None:",
        "if False:",
        "unit/rotation/test_decide_gate.py::test_orphaned_waits_for_a_person_and_sees_what_they_did_I_41",
    ),
    mutant(
        "I-41",
        "a refusal after an earlier try is not counted",
        _CALLING,
        "            if sent:\n",
        "            if False:\n",
        "unit/run/test_run_crashes.py::test_i41_a_refusal_after_an_earlier_try_counts_as_a_try",
    ),
    mutant(
        "I-41",
        "what was given up is never over",
        _ENDING,
        '    return Decision(phase, Step.FORGET, desired="active")\n',
        '    return Decision(phase, Step.NONE, desired="active")\n',
        "unit/run/test_run_endings.py::test_a_rotation_can_be_given_up_before_its_activation",
    ),
    mutant(
        "I-45",
        "a journal of another schema is read",
        "plugin_utils/_rotation/journal.py",
        "    if schema != SCHEMA:\n",
        "    if False:\n",
        "unit/rotation/test_journal.py::test_another_schema_is_refused_a_newer_one_with_an_upgrade",
    ),
    mutant(
        "I-45",
        "a journal with fields that nobody understands is read",
        "plugin_utils/_rotation/journal.py",
        "if fields.keys() != value.keys():",
        "if fields.keys() - value.keys():",
        "unit/rotation/test_journal.py::test_an_unknown_field_is_refused_without_its_name_or_value",
    ),
    mutant(
        "I-45",
        "another integration's journal is taken for this one's",
        "plugin_utils/_records.py",
        "if journal.client_id != client_id:",
        "if False:",
        "unit/test_records.py::test_i45_the_journal_of_another_integration_is_refused",
    ),
    mutant(
        "I-45",
        "a journal is kept in a folder that ends with the job",
        "plugin_utils/_run/lasting.py",
        "    if is_default or any(real.is_relative_to(folder) for folder in folders):",
        "    if False:",
        "unit/stores/test_file_store.py::test_on_awx_the_default_folder_is_refused_and_one_that_lasts_is_taken",
    ),
    mutant(
        "I-45",
        "a journal is kept in a layer of the job's container",
        "plugin_utils/_run/lasting.py",
        "    elif _PRIVATE in os.environ and _ends_with_the_container(real):",
        "    elif False:",
        "unit/stores/test_file_store.py::test_on_awx_a_layer_of_the_image_is_refused_and_what_is_mounted_is_taken",
    ),
    mutant(
        "I-45",
        "a file that cannot be read is taken for one that is not there",
        _STORE,
        '        except OSError as error:\n            raise self._unusable(name, "readable", error) from None\n',
        "        except OSError:\n            return None\n",
        "unit/stores/test_file_store.py::test_a_file_that_cannot_be_read_is_no_missing_file",
    ),
    mutant(
        "I-45",
        "a journal that fell back goes on from there",
        _DECIDE,
        "    limits.behind,\n",
        "",
        "unit/run/test_run_rebuilds.py::test_a_journal_that_fell_back_stops_everything",
    ),
    mutant(
        "I-45",
        "a journal that was edited by hand is believed",
        "plugin_utils/_records.py",
        "if seal != journal_seal(key, stored):",
        "if False:",
        "unit/run/test_run_rebuilds.py::test_a_journal_edited_by_hand_is_refused_and_nothing_is_done",
    ),
    mutant(
        "I-45",
        "a line that was taken out of the history does not show",
        "plugin_utils/_records.py",
        "    if line is not None:\n",
        "    if False:\n",
        "unit/run/test_run_rebuilds.py::test_a_line_of_history_that_is_taken_out_shows",
    ),
    mutant(
        "I-45 I-1",
        "a rebuilt journal takes hosts for what it does not know",
        "plugin_utils/_rotation/transitions.py",
        'Rotation(rotation_id, "rebuilt", at, distribution_at=at, abandoned_at=at, batches=batches)',
        'Rotation(rotation_id, "rebuilt", at, abandoned_at=at, batches=batches)',
        "unit/run/test_run_rebuilds.py::test_the_active_secret_is_proved_everywhere_before_a_rebuilt_journal_generates",
    ),
    mutant(
        "I-45 I-1",
        "a hand-in silences that the journal fell back",
        "plugin_utils/_run/handing_in.py",
        "    if record.journal.fence < fence:\n        raise",
        "    if False:\n        raise",
        "unit/run/test_run_rebuilds.py::test_i45_a_hand_in_does_not_silence_that_the_journal_fell_back",
    ),
    mutant(
        "I-45 I-1",
        "a distribution leaves no mark beside the journal",
        "plugin_utils/_rotation/transitions.py",
        "    journal = _further(journal)\n",
        "",
        "unit/run/test_run_rebuilds.py::test_i45_a_journal_of_before_the_distribution_is_missed",
    ),
    mutant(
        "I-6 I-45",
        "a rebuild drops what an activation may still make the active secret",
        "plugin_utils/_run/changes.py",
        "    _check_nothing_lands(record.journal, now, lands)\n",
        "",
        "unit/run/test_run_rebuilds.py::test_i6_a_rebuild_waits_for_an_activation_whose_answer_was_lost",
    ),
    mutant(
        "I-17 I-18",
        "handing the activated secret in again closes its rotation",
        "plugin_utils/_run/changes.py",
        "if active is None or active.reveal() != text:",
        "if True:",
        "unit/run/test_run_taken_in.py::test_i17_handing_in_what_was_just_activated_does_not_cut_the_soak_short",
    ),
    mutant(
        "I-32",
        "a dead active secret replaces a known one",
        "module_utils/_host_deployment.py",
        "if proved_first and not check_mode:",
        "if False:",
        "unit/run/test_run_verifying.py::test_i_32_nothing_is_mended_with_a_secret_that_works_no_more",
    ),
    mutant(
        "I-3 I-34",
        "an approval covers whose proof ends after it",
        "plugin_utils/_rotation/seals.py",
        "        sorted(breaks),\n",
        "",
        "unit/run/test_run_decisions.py::test_an_approval_does_not_cover_whose_proof_ends_after_it",
    ),
)
