# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is not as declared leaves its dependent alone, blocks the activation, and spares the other hosts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations

Wreck = Callable[[Path], object]


def _append(text: str) -> Wreck:
    return lambda path: path.write_text(path.read_text() + text)


def _replace(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_elsewhere(path: Path) -> None:
    target = path.with_name("elsewhere")
    shutil.copy2(path, target)
    path.unlink()
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("wreck", "says"),
    (
        pytest.param(os.unlink, ("No such file",), id="missing"),
        pytest.param(_folder, ("a folder", "director"), id="a folder in its place"),
        pytest.param(_append("SFMC_CLIENT_SECRET=x\n"), ("once", "twice", "2"), id="key twice"),
        pytest.param(lambda path: _replace(path, "OTHER=1\n"), ("no such key",), id="key missing"),
        pytest.param(lambda path: _replace(path, ""), ("no such key",), id="empty file"),
        pytest.param(lambda path: _replace(path, "SFMC_CLIENT_SECRET=\n"), ("an empty value",), id="empty value"),
        pytest.param(
            lambda path: _replace(path, "SFMC_CLIENT_SECRET=VALUE_SPECIFIED_IN_NO_LOG_PARAMETER\n"),
            ("an unknown value",),
            id="redacted value (I-22)",
        ),
        pytest.param(
            lambda path: _replace(path, "SFMC_CLIENT_SECRET=" + "Z" * 24 + "\n"), ("an unknown value",), id="drift I-24"
        ),
    ),
)
def test_i_24_a_file_that_is_not_as_declared_is_left_alone(
    pair_of_hosts: Operations, wreck: Wreck, says: tuple[str, ...]
) -> None:
    """I-3, I-12, I-22, I-24, I-44: named, the other host is proved, nothing is activated; a rerun ends it."""
    operations = pair_of_hosts
    estate = operations.estate
    path = estate.host("prod-a") / "srv/shop/.env"
    whole = path.read_bytes()
    neighbour = estate.host("prod-a") / "opt/batch/config.json"
    untouched = neighbour.read_bytes()
    wreck(path)
    wrecked = path.read_bytes() if path.is_file() else None

    run = operations.rotate(sfmc_max_fail_percentage=100)

    assert run.status == 2, str(run)
    assert str(path) in run.said and "prod-a/web shop" in run.said, str(run)
    assert any(text in run.said for text in says), f"none of {says} in {run}"
    assert "Way out:" in run.said, str(run)
    assert (path.read_bytes() if path.is_file() else None) == wrecked, "it was written to"
    assert neighbour.read_bytes() == untouched, "another file of the same dependent was written"
    assert [each.dependent for each in operations.rotation("crm_sync").attestations] == ["prod-b/mule"]
    assert operations.sent("crm_sync") == ["generate"]

    if path.is_dir():
        path.rmdir()
    path.write_bytes(whole)
    again = operations.rotate()
    assert again.status == 0, str(again)
    assert operations.sent("crm_sync") == ["generate", "activate"]
    assert path.read_text().count(operations.secret("crm_sync")) == 1


def test_a_file_that_nobody_can_open_is_named(pair_of_hosts: Operations) -> None:
    """I-12, I-44: root may read and write whatever the modes say, so a loop of links stands for it."""
    operations = pair_of_hosts
    path = operations.estate.host("prod-b") / "opt/mule/conf/sfmc.properties"
    before = path.read_bytes()
    path.unlink()
    path.symlink_to(path.name)
    run = operations.rotate()
    assert run.status == 2, str(run)
    assert str(path) in run.said and "Way out:" in run.said, str(run)
    assert [each.dependent for each in operations.rotation("crm_sync").attestations] == ["prod-a/web shop"]
    path.unlink()
    path.write_bytes(before)
    ended = operations.rotate()
    assert ended.status == 0, str(ended)


def test_a_link_to_a_file_keeps_being_a_link_or_is_refused(pair_of_hosts: Operations) -> None:
    """I-26: symbolic links are followed on purpose or refused, never replaced by a file."""
    operations = pair_of_hosts
    path = operations.estate.host("prod-b") / "opt/mule/conf/sfmc.properties"
    _link_elsewhere(path)
    run = operations.rotate()
    assert path.is_symlink(), "the link was replaced"
    if run.status == 0:
        assert operations.secret("crm_sync").encode() in path.read_bytes()
    else:
        assert str(path) in run.said and "Way out:" in run.said, str(run)
