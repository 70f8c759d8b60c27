# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two processes share the files of a scan: in order, each once, and whatever happens to one of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _side_by_side
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._reading import Examined
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._side_by_side import examined
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found

NUMBER = 11


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    """Files of several batches; however small they are, they are shared."""
    monkeypatch.setattr(_side_by_side, "_FILES", 4)
    monkeypatch.setattr(_side_by_side, "_FEW_BYTES", 1)
    paths = [tmp_path / f"{number:02}" for number in range(NUMBER)]
    for path in paths:
        path.write_bytes(b"x" * 100)
    return [Found(os.fsencode(path), path.stat(), False) for path in paths]


def by_whom(found: Found) -> Examined:
    """Say which process has examined a file."""
    return Examined([{"place": os.fsdecode(found.path)}], [(str(os.getpid()), "")], found.status.st_size)


def told(files: list[Found], examine: Callable[[Found], Examined]) -> list[tuple[str, int]]:
    """Return each file with the process that has examined it."""
    return [
        (came_to.uses[0]["place"], int(came_to.skipped[0][0]))
        for found, came_to in examined(iter(files), examine, 2)
        if came_to.uses[0]["place"] == os.fsdecode(found.path)
    ]


def test_each_file_comes_once_and_in_order_from_two_processes(files: list[Found]) -> None:
    answers = told(files, by_whom)
    assert [place for place, _pid in answers] == [os.fsdecode(found.path) for found in files]
    pids = [pid for _place, pid in answers]
    # Of each batch of four, the first half is this process's.
    assert [pid == os.getpid() for pid in pids] == [
        True,
        True,
        False,
        False,
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]


def test_what_a_process_that_died_had_to_do_is_done_all_the_same(files: list[Found]) -> None:
    own = os.getpid()

    def examine(found: Found) -> Examined:
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return by_whom(found)

    assert told(files, examine) == [(os.fsdecode(found.path), own) for found in files]


def test_a_host_that_makes_no_process_is_searched_by_one(files: list[Found], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    before = len(os.listdir("/proc/self/fd"))
    assert told(files, by_whom) == [(os.fsdecode(found.path), os.getpid()) for found in files]
    assert len(os.listdir("/proc/self/fd")) == before, "no pipe is left open"


def test_a_few_bytes_are_worth_no_process(files: list[Found], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_side_by_side, "_FEW_BYTES", 10_000)
    assert {pid for _place, pid in told(files, by_whom)} == {os.getpid()}
