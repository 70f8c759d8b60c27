# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that is handed in as a file: read whole, or refused without a word of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._handed_file import handed_in
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret


def _file(folder: Path, content: str, mode: int = 0o600) -> str:
    path = folder / "handed"
    path.write_text(content, encoding="utf-8", newline="")
    path.chmod(mode)
    return str(path)


def _handed(path: str | None, value: str | None = None) -> str | None:
    return handed_in({"client_secret": value, "client_secret_file": path})


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["bare", "newline", "windows"])
def test_one_newline_at_the_end_is_left_out(tmp_path: Path, end: str) -> None:
    secret = make_new_secret()
    assert _handed(_file(tmp_path, secret + end)) == secret


@pytest.mark.parametrize("end", [" ", "\n\n", "\nmore"], ids=["blank", "two newlines", "second line"])
def test_anything_else_stays_for_the_check_of_the_form_to_refuse(tmp_path: Path, end: str) -> None:
    secret = make_new_secret()
    assert _handed(_file(tmp_path, secret + end)) != secret


@pytest.mark.parametrize("value", [None, "", "None"], ids=["none", "empty", "no terminal"])
def test_a_prompt_that_nobody_answered_is_no_second_secret(tmp_path: Path, value: str | None) -> None:
    secret = make_new_secret()
    assert _handed(_file(tmp_path, secret), value) == secret


def test_without_a_file_the_value_counts() -> None:
    assert _handed(None, "typed") == "typed"
    assert _handed(None) is None


def test_a_value_and_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="one secret is handed in at a time"):
        _handed(_file(tmp_path, make_new_secret()), "typed")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620], ids=oct)
def test_i22_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    """I-22."""
    secret = make_new_secret()
    with pytest.raises(Refusal, match=f"mode 0600; found mode {mode:04o}") as refused:
        _handed(_file(tmp_path, secret, mode))
    assert secret not in str(refused.value)


def test_i22_what_is_no_small_file_is_refused(tmp_path: Path) -> None:
    """I-22."""
    with pytest.raises(Refusal, match="No such file"):
        _handed(str(tmp_path / "missing"))
    with pytest.raises(Refusal, match="more than 4096 bytes"):
        _handed(_file(tmp_path, "x" * 5000))
    with pytest.raises(Refusal, match="Is a directory"):
        _handed(str(tmp_path))


def test_i22_a_pipe_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    """I-22."""
    path = tmp_path / "pipe"
    os.mkfifo(path, 0o600)
    with pytest.raises(Refusal, match="a regular file"):
        _handed(str(path))
