# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots say what differs apart from declared secrets, and never say what stands in a file (I-24, I-25, I-26)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.testbed import snapshot
from ansible_collections.keyturn.sfmc.tests.testbed.hosts import Skeleton


@pytest.fixture
def host(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "var").mkdir()
    (tmp_path / "etc" / "app.env").write_text("A=1\nS=old\nB=2\n")
    (tmp_path / "etc" / "motd").write_text("welcome\n")
    (tmp_path / "etc" / "app.env").chmod(0o640)
    return tmp_path


def _differences(host: Path, change: Callable[[Path], object]) -> list[str]:
    skeleton = Skeleton("h", str(host / "etc/app.env"), (b"A=1\nS=", b"\nB=2\n"), (("crm_sync", "S"),))
    before = snapshot.take([host])
    change(host / "etc")
    return [
        line.removeprefix(f"{host}/etc/") for line in snapshot.differences(before, snapshot.take([host]), [skeleton])
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda etc: (etc / "app.env").write_text("A=1\nS=new\nB=2\n"), []),
        (lambda etc: (etc.parent / "var" / "log").write_text("x"), []),
        (
            lambda etc: (etc / "app.env").write_text("A=1\nS=new\nB=3\n"),
            ["app.env: content differs beside its secrets"],
        ),
        (lambda etc: (etc / "motd").write_text("x"), ["motd: content differs beside its secrets"]),
        (lambda etc: (etc / "app.env").chmod(0o644), ["app.env: mode was 640, is 644"]),
        (lambda etc: (etc / "app.env~").write_text("S=old"), ["app.env~: new"]),
        (lambda etc: (etc / "motd").unlink(), ["motd: gone"]),
        (lambda etc: (etc / "link").symlink_to("motd"), ["link: new"]),
    ],
    ids=["secret", "volatile", "beside", "other-file", "mode", "backup", "gone", "link"],
)
def test_differences(host: Path, change: Callable[[Path], object], said: list[str]) -> None:
    assert _differences(host, change) == said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_changed_owner_is_a_difference(host: Path) -> None:
    assert _differences(host, lambda etc: os.chown(etc / "motd", 65534, 65534)) == [
        "motd: owner was 0:0, is 65534:65534"
    ]
