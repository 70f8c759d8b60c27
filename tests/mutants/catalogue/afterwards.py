# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-17, I-18, I-32, I-36, I-39, I-42, I-43: when a rotation is over, and when the next one has to begin."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_ENDING = "plugin_utils/_rotation/ending.py"

MUTANTS = (
    mutant(
        "I-17",
        "a rotation is closed without a soak",
        _ENDING,
        "    if situation.now < ends:\n",
        "    if False:\n",
        "unit/rotation/test_decide_gate.py::test_a_rotation_closes_only_after_the_soak_I_17",
    ),
    mutant(
        "I-17",
        "nobody is asked at the end of the soak whether the new secret lives",
        _ENDING,
        "    if probe.staged.rejected:\n"
        '        return stop(phase, blockers.activated_is_dead(journal), desired="active")\n',
        "",
        "unit/rotation/test_decide_probe.py::test_what_the_probe_allows",
    ),
    mutant(
        "I-18",
        "a former secret that still works is taken for dead",
        _ENDING,
        "    if probe.active.accepted:\n"
        '        return stop(phase, blockers.former_still_works(journal), desired="active")\n',
        "",
        "unit/rotation/test_decide_gate.py::test_a_former_secret_that_still_works_keeps_the_rotation_open_I_18",
    ),
    mutant(
        "I-36",
        "due dates count from the hand-in or the activation",
        "plugin_utils/_run/changes.py",
        "generated_at = rotation.generation_sent_at or rotation.opened_at",
        "generated_at = now",
        "unit/run/test_run_operator.py::test_i36_a_secret_that_is_handed_in_late_is_as_old_as_it_may_be",
    ),
    mutant(
        "I-36",
        "nothing becomes urgent",
        "plugin_utils/_rotation/calendar.py",
        "elif now >= expires - policy.urgent_before:",
        "elif False:",
        "unit/rotation/test_decide_due.py::test_urgency_rises_as_the_end_comes_near_I_36",
    ),
    mutant(
        "I-36",
        "an active secret that died of age is taken for an activation",
        "plugin_utils/_rotation/steps.py",
        "return situation.now >= expires if expires else not rotation.activations_sent_at",
        "return False",
        "unit/rotation/test_decide_age.py"
        "::test_i36_an_active_secret_past_its_end_is_dead_of_age_and_the_rollout_goes_on",
    ),
    mutant(
        "I-32",
        "another known secret at a place is no drift",
        "plugin_utils/_run/verifying.py",
        '        if file["before"] != file["after"]:\n',
        "        if False:\n",
        "unit/run/test_run_verifying.py::test_i_12_each_place_is_named_and_each_host_that_is_silent",
    ),
    mutant(
        "I-32",
        "the former secret is forgotten when its rotation closes",
        "plugin_utils/_rotation/transitions.py",
        "journal = remembered(journal, former) if former else journal",
        "journal = journal",
        "unit/run/test_run_verifying.py::test_i_32_a_secret_that_was_rotated_away_is_known_for_long",
    ),
    mutant(
        "I-43",
        "nobody misses a look at the places that never came",
        "plugin_utils/_rotation/decide.py",
        "    calendar.watched,\n",
        "",
        "unit/rotation/test_decide_due.py::test_a_look_at_the_places_that_is_overdue_is_said_I_43",
    ),
    mutant(
        "I-39",
        "an integration that nobody declares any more is not named",
        "plugin_utils/_run/unclaimed.py",
        "for client_id in sorted(integrations_in(store) - {*declared}):",
        "for client_id in sorted(set[str]()):",
        "unit/run/test_run_unclaimed.py::test_an_integration_that_left_the_inventory_is_named_with_the_ways_out",
    ),
    mutant(
        "I-39",
        "a waiver never ends",
        "plugin_utils/_run/unclaimed.py",
        "if waiver is not None and now < waiver.until:",
        "if waiver is not None:",
        "unit/run/test_run_unclaimed.py::test_a_waiver_counts_until_its_day",
    ),
    mutant(
        "I-42",
        "what could not be cleaned up is on no list",
        "plugin_utils/_rotation/transitions.py",
        "failures=tuple(item for item in rotation.failures if item.dependent not in answered) + failures,",
        "failures=(),",
        "unit/run/test_run_endings.py::test_what_could_not_be_cleaned_up_stays_on_the_list_of_the_journal_until_it_is",
    ),
    mutant(
        "I-42",
        "a staged secret is forgotten although a host may hold it",
        _ENDING,
        "    missing = _not_yet_back(situation, rotation)\n",
        "    missing = ()\n",
        "unit/run/test_run_endings.py::test_what_could_not_be_cleaned_up_stays_on_the_list_of_the_journal_until_it_is",
    ),
)
