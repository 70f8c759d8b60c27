# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until another system is done with a change."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import Hidden
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._settling import settled

OPTIONS = {"at": "status", "busy": "InProgress", "done": "Successful", "delay": 2.0, "timeout": 10.0}


class Clock:
    """Moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _settled(*states: Any) -> tuple[Any, float]:
    clock, answers = Clock(), [{"status": state, "number": n} for n, state in enumerate(states)]
    found = settled(lambda: answers.pop(0), OPTIONS, "here", Hidden(["a-secret-state"]), clock.sleep, lambda: clock.now)
    return found["number"], clock.now


def test_what_is_done_is_taken_at_once() -> None:
    assert _settled("Successful") == (0, 0)


def test_what_is_busy_is_asked_again() -> None:
    assert _settled("InProgress", "InProgress", "Successful") == (2, 4)


@pytest.mark.parametrize("state", ["Failed", None, 5])
def test_any_other_state_is_refused(state: Any) -> None:
    with pytest.raises(Refusal, match="done with the last change"):
        _settled("InProgress", state)


def test_i27_a_state_that_holds_a_secret_is_not_shown() -> None:
    with pytest.raises(Refusal, match=r"found failed: \(a secret\)"):
        _settled("failed: a-secret-state")


def test_what_is_busy_for_too_long_is_refused() -> None:
    with pytest.raises(Refusal, match="found InProgress"):
        _settled(*["InProgress"] * 7)
