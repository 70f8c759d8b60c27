# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read fits a terminal of a hundred columns, and what they copy is whole."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils import _control
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lines import WIDTH, wrapped

APPROVE = (
    """ansible-playbook keyturn.sfmc.approve -e '{"sfmc_approve_integration": "crm_sync","""
    """ "sfmc_approve_evidence": "7aecb6ba6fbfa360", "sfmc_approve_by": "WHO"}'"""
)
ACKNOWLEDGE = (
    """ansible-playbook keyturn.sfmc.acknowledge -e 'sfmc_acknowledge_dependent="mule1/vendor screen"'"""
    " -e sfmc_acknowledge_by=YOU -e sfmc_acknowledge_until=YYYY-MM-DD"
)
PROSE = "somebody who reads it on a screen, and is not helped by a line that ends wherever the screen does; " * 4


def test_lines_end_where_the_screen_does_and_nothing_is_lost() -> None:
    """I-44."""
    lines = wrapped(PROSE)
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(" ".join(lines).split()) == PROSE.strip()
    assert {line[:4] for line in lines[1:]} == {"    "}


@pytest.mark.parametrize(
    "command",
    [APPROVE, ACKNOWLEDGE, "ansible-playbook keyturn.sfmc.rotate --limit prod --check"],
    ids=["approve", "acknowledge", "rotate"],
)
def test_a_command_can_be_copied_from_one_line(command: str) -> None:
    """I-44: half of a command, copied, would do something else."""
    lines = wrapped(f"{PROSE}: {command}; {PROSE}")
    assert [line for line in lines if command in line]
    assert all(len(line) <= WIDTH for line in lines if command not in line)


def test_a_table_stays_as_it_is_and_a_sentence_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-44: what actions show while they run goes through one place."""
    shown: list[str] = []
    monkeypatch.setattr(_control.display, "display", lambda text, **_options: shown.extend(text.splitlines()))
    action: ControlAction = object.__new__(ControlAction)
    for text in ("INTEGRATION  CLIENT ID", "", PROSE):
        action.tell(text)
    assert shown[:2] == ["  INTEGRATION  CLIENT ID", "  "]
    assert max(map(len, shown)) <= WIDTH + len("  ")
