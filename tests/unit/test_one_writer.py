# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One writer at a time for each document of another system; the lock ends with its process."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import document_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._one_writer import only_writer


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def _hold(folder: Path, told: Connection) -> None:
    with only_writer("a document", folder, "here"):
        told.send("held")
        told.recv()


def _try(folder: Path, document: str = "a document", patience: float = 0.0) -> float:
    """Return how long it took, in seconds of a clock of its own."""
    clock = _Clock()
    with only_writer(document, folder, "http#write.url=https://x", patience, clock.sleep, clock):
        return clock.now


def test_i23_a_second_writer_waits_until_the_first_ones_process_has_ended(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    mine, theirs = multiprocessing.Pipe()
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(folder, theirs))
    holder.start()
    try:
        assert mine.recv() == "held"
        with pytest.raises(Refusal, match=r"http#write.url=https://x.*one writer at a time.*still at work"):
            _try(folder, patience=5)
        assert _try(folder, "another document") == 0
    finally:
        holder.kill()
        holder.join()
    assert _try(folder) == 0


def test_locks_are_for_their_owner_and_name_no_document(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "locks"
    assert _try(folder, "prod/sfmc/crm-sync") == 0
    (lock,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700 and lock.stat().st_mode & 0o777 == 0o600
    assert len(lock.name) == 64 and lock.read_bytes() == b""


def test_a_folder_that_cannot_be_made_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(Refusal, match=r"File exists|Not a directory.*ANSIBLE_HOME"):
        _try(tmp_path / "home" / "locks")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("aws_lambda", {"variable": "A"}, {"variable": "B", "region": "eu-west-1", "profile": "prod"}),
        ("azure_functionapp", {"setting": "A"}, {"setting": "B", "subscription_id": "0"}),
        (
            "http",
            {"key": "a", "write": {"url": "https://x/y", "method": "PUT"}},
            {"key": "b", "write": {"url": "https://x/y"}},
        ),
        ("hashi_vault_kv2", {"key": "a"}, {"key": "b", "token": "t"}),
        ("spool", {"key": "a"}, {"key": "b"}),
    ],
)
def test_members_of_one_document_share_a_lock(kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    """Also where one of them names its system, and the other one leaves it to the environment."""
    place = {"name": "orders", "path": "a/b", "resource_group": "rg", "place": "/p"}
    shared = document_of(kind, {**place, **one})
    assert shared is not None and shared == document_of(kind, {**place, **other})
    elsewhere = {"name": "billing", "path": "a/c", "resource_group": "rg", "place": "/q", "write": {"url": "https://z"}}
    assert document_of(kind, {**place, **one}) != document_of(kind, {**one, **elsewhere})


@pytest.mark.parametrize(
    ("kind", "options"), [("command", {"write": ["x"]}), ("manual", {"where": "x"}), ("spool", {"key": "a"})]
)
def test_what_is_no_document_has_no_lock(kind: str, options: dict[str, Any]) -> None:
    assert document_of(kind, options) is None
