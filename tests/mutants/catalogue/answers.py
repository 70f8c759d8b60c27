# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-20, I-21, I-31, I-44: what is unclear justifies nothing, what only looks changes nothing."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_DECIDE = "plugin_utils/_rotation/decide.py"
_ENDING = "plugin_utils/_rotation/ending.py"
_RUN = "plugin_utils/_run/run.py"
_PROTOCOL = "module_utils/_token_protocol.py"
_SFMC = "plugin_utils/_sfmc.py"

MUTANTS = (
    mutant(
        "I-20",
        "every 401 is taken for a bad secret",
        _PROTOCOL,
        'if status == 401 and error == "invalid_client":',
        "if status == 401:",
        "unit/test_token_protocol.py::test_only_a_401_of_this_form_is_a_no_and_only_a_whole_token_a_yes_I_20",
    ),
    mutant(
        "I-20",
        "a proxy's HTML is taken for a bad secret",
        _PROTOCOL,
        'return Answer(UNKNOWN, "not_json",',
        'return Answer(REJECTED, "not_json",',
        "unit/test_token_protocol.py::test_a_refusal_that_is_no_json_is_nobodys_verdict_I_20",
    ),
    mutant(
        "I-20",
        "half a token is taken for one",
        _PROTOCOL,
        "if not fields or not isinstance(token, str) or not token or life is None:",
        "if not fields:",
        "unit/test_token_protocol.py::test_a_200_without_a_whole_token_is_unknown_I_20",
    ),
    mutant(
        "I-20",
        "no answer is taken for a bad secret",
        _PROTOCOL,
        "    return Answer(UNKNOWN, reason, detail)\n",
        "    return Answer(REJECTED, reason, detail)\n",
        "unit/test_token_protocol.py::test_no_answer_is_unknown_I_20",
    ),
    mutant(
        "I-20",
        "an unclear answer before the activation lets a step through",
        _DECIDE,
        "        if sighting.verdict is Verdict.UNKNOWN:\n"
        "            return stop(phase, blockers.unknown_answer(journal, which, sighting))\n",
        "        if False:\n            return stop(phase, blockers.unknown_answer(journal, which, sighting))\n",
        "unit/rotation/test_decide_probe.py::test_an_unclear_staged_secret_stops_whatever_the_other_says_I_20",
    ),
    mutant(
        "I-20",
        "an unclear answer after the activation lets a step through",
        _ENDING,
        "        if sighting.verdict is Verdict.UNKNOWN:\n"
        '            return stop(phase, blockers.unknown_answer(journal, which, sighting), desired="active")\n',
        "        if False:\n"
        '            return stop(phase, blockers.unknown_answer(journal, which, sighting), desired="active")\n',
        "unit/rotation/test_decide_probe.py::test_an_unclear_staged_secret_stops_whatever_the_other_says_I_20",
    ),
    mutant(
        "I-20",
        "a token without knowing whose it is counts",
        _SFMC,
        "return Sighting(Verdict.UNKNOWN, detail)",
        "return Sighting(Verdict.ACCEPTED, detail)",
        "unit/test_sfmc_client.py::test_a_token_without_knowing_whose_it_is_is_unknown",
    ),
    mutant(
        "I-21",
        "a host asks without a bound",
        "module_utils/_host_client.py",
        "_TRIES = 4",
        "_TRIES = 40",
        "unit/test_host_client.py::test_anything_else_is_unknown_and_asked_a_bounded_number_of_times",
    ),
    mutant(
        "I-21",
        "the controller asks without a bound",
        _SFMC,
        "_TRIES = 3",
        "_TRIES = 30",
        "unit/test_sfmc_client.py::test_what_stays_unknown_is_asked_a_bounded_number_of_times",
    ),
    mutant(
        "I-21",
        "a wrong secret is asked about again and again",
        _SFMC,
        "if answer.reason not in TRANSIENT or pause > _LONGEST_PAUSE or attempt == _TRIES - 1:",
        "if answer.outcome == ACCEPTED or pause > _LONGEST_PAUSE or attempt == _TRIES - 1:",
        "unit/test_sfmc_client.py::test_a_secret_that_does_not_work_is_rejected_and_asked_once",
    ),
    mutant(
        "I-21",
        "Retry-After is not honoured",
        "module_utils/_host_client.py",
        "pause = answer.retry_after if answer.retry_after is not None else 1.0 + attempt",
        "pause = 1.0 + attempt",
        "unit/test_host_client.py::test_retry_after_is_honoured",
    ),
    mutant(
        "I-21",
        "all hosts ask at once",
        "plugin_utils/_pacing.py",
        "turns[client_id] = turn + 1 / per_second",
        "turns[client_id] = turn",
        "unit/test_pacing.py::test_i21_requests_of_one_client_id_are_spaced",
    ),
    mutant(
        "I-21 I-15",
        "an idle run asks SFMC",
        _RUN,
        "        if decision.step is Step.NONE:\n            return decision\n        registry",
        "        self._probe = self._measured(record)\n        registry",
        "unit/run/test_run_endings.py::test_before_it_is_due_nothing_is_asked_and_nothing_is_touched",
    ),
    mutant(
        "I-31",
        "check mode writes files",
        "module_utils/_deployment.py",
        "            if not check_mode:\n                _secure_file",
        "            if True:\n                _secure_file",
        "unit/test_deployment.py::test_check_mode_says_what_would_change_and_changes_nothing",
    ),
    mutant(
        "I-31",
        "check mode restarts and checks",
        "module_utils/_host_deployment.py",
        "    if not check_mode:\n        _care(standing, upkeep)",
        "    _care(works, upkeep)",
        "unit/test_deployment.py::test_i31_check_mode_restarts_and_checks_nothing",
    ),
    mutant(
        "I-31",
        "check mode takes the steps",
        "plugin_utils/_control.py",
        "(lambda run: run.look()) if self.check_mode else act",
        "act",
        "unit/run/test_control.py::test_i31_check_mode_looks_and_says_what_would_change",
    ),
    mutant(
        "I-31",
        "check mode says that nothing would change",
        "plugin_utils/_control.py",
        'result["changed"] = any(outcome.decision and outcome.decision.step in steps for outcome in outcomes)',
        'result["changed"] = False',
        "unit/run/test_control.py::test_i31_check_mode_looks_and_says_what_would_change",
    ),
    mutant(
        "I-31",
        "a look changes something",
        _RUN,
        "        record = self.keeper.load()\n        self.decided_on = standing(record)\n",
        '        record = self.note("seen", transitions.verified)\n        self.decided_on = standing(record)\n',
        "unit/run/test_run_gate.py::test_a_look_has_no_effect_in_any_phase",
    ),
    mutant(
        "I-44",
        "a refusal does not name the way out",
        "module_utils/_refusal.py",
        " Way out: {self.way_out}",
        "",
        "unit/test_refusal.py::test_all_five_texts_are_in_its_one_line_I_44",
    ),
    mutant(
        "I-44",
        "the closed gate does not say why",
        "plugin_utils/_rotation/steps.py",
        "reasons = {failure.dependent: failure.reason for failure in rotation.failures} if rotation else {}",
        "reasons: dict[str, str] = {}",
        "unit/run/test_run_gate.py::test_a_host_that_fails_keeps_the_gate_closed_and_is_named_with_its_reason",
    ),
)
