# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate `rulebook` is left out where there is no Java that ansible-rulebook works with, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.gates import catalogue, rulebook


@pytest.mark.parametrize(
    ("said", "version"),
    (('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_401"', 1), ("nothing that is known", 0)),
    ids=("openjdk-17", "java-8", "another"),
)
def test_the_version_of_java_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, version: int) -> None:
    (tmp_path / "java").write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    (tmp_path / "java").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert rulebook.java() == version


def test_without_java_nothing_is_installed_and_the_gate_says_what_it_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rulebook, "HOME", tmp_path / "rulebook")
    assert rulebook.java() == 0 and rulebook.main() == 0
    assert capsys.readouterr().out == "left out: ansible-rulebook, for want of Java 17\n"
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_part_of_make_test() -> None:
    assert "rulebook" not in catalogue.TEST and catalogue.select(["rulebook"])
