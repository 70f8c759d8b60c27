# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set-up says what it does not do."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.keyturn.sfmc.tests.gates import prepare

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.mark.parametrize(
    ("asked", "there", "said"),
    [
        ("python3", "3.99.1 (main)", f"setup: .venv stays with Python 3.99.1; for {HERE} run make clean first\n"),
        ("python3", f"{HERE}.1 (main)", ""),
        (None, "3.99.1 (main)", ""),
    ],
    ids=["another", "the same", "not asked"],
)
def test_a_python_that_was_asked_for_is_not_passed_over_in_silence(
    asked: str | None, there: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "venv_version", lambda: there)
    monkeypatch.delenv("PYTHON", raising=False)
    if asked:
        monkeypatch.setenv("PYTHON", asked)
    prepare.make_venv()
    assert capsys.readouterr().out == said
