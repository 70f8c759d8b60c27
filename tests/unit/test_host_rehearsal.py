# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal on a host: everything but the write, with real files and a simulated SFMC."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient, url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_rehearsal import Rehearsal
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent
from ansible_collections.keyturn.sfmc.tests.unit.test_deployment import Host


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A host whose files hold the active secret."""
    world = World(Clock(speed=0))
    with running(world) as url:
        yield Host(tmp_path, world, url)


def _rehearse(host: Host, target: Target | None = None, check_mode: bool = False, **more: Any) -> dict[str, Any]:
    wanted = target or host.target(host.active)
    declared = dependent(wanted.client_id, host.files, **{"unattested": True, **more})
    (evidence,) = deploy(
        [declared],
        {wanted.client_id: wanted},
        HostClient(sleep=lambda seconds: None).fresh_token,
        lambda seen: Upkeep(url_status, [wanted.secret, *seen], sleep=lambda seconds: None),
        check_mode,
        Rehearsal,
    )
    return evidence


def _states(host: Host) -> dict[str, tuple[int, int, int, bytes]]:
    paths = [path for path in host.root.iterdir() if path.is_file()]
    facts = {path: path.stat() for path in paths}
    return {path.name: (seen.st_ino, seen.st_mode, seen.st_mtime_ns, path.read_bytes()) for path, seen in facts.items()}


def test_i_31_all_is_proved_restarted_and_checked_and_no_file_is_another_one(host: Host) -> None:
    """I-31, I-26."""
    before, ran = _states(host), host.root.parent / "ran"
    restart = {
        "command": ["touch", str(ran)],
        "service": None,
        "supervisor": None,
        "container": None,
        "daemon_reload": False,
        "timeout": 30,
    }
    evidence = _rehearse(host, restart=restart)
    assert evidence["refusal"] is None, evidence
    assert (evidence["changed"], evidence["restarted"], evidence["proof"]["outcome"]) == (False, True, "accepted")
    assert ran.exists()
    assert host.asked() == ["active"]
    assert _states(host) == before
    assert {each["before"] == each["after"] for each in evidence["files"]} == {True}


def test_i_25_what_is_tried_beside_a_file_is_private_and_holds_no_secret(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-25, I-29: blanks, as many as the file has bytes."""
    seen: list[tuple[int, bytes]] = []
    unlink = os.unlink

    def looked_at(path: str, *, dir_fd: int | None = None) -> None:
        if dir_fd is not None:
            descriptor = os.open(path, os.O_RDONLY, dir_fd=dir_fd)
            seen.append((os.fstat(descriptor).st_mode & 0o7777, os.read(descriptor, 1 << 20)))
            os.close(descriptor)
        unlink(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", looked_at)
    assert _rehearse(host)["refusal"] is None
    sizes = sorted(os.path.getsize(file["path"]) for file in host.files)
    assert sorted(len(content) for _mode, content in seen) == sizes
    assert all(set(content) == set(b" ") and not mode & 0o007 for mode, content in seen), seen


def test_i_31_check_mode_makes_no_temporary_file_and_restarts_nothing(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-31."""
    monkeypatch.setattr(_secure_file, "rehearse", lambda snapshot: pytest.fail("a temporary file"))
    evidence = _rehearse(host, check_mode=True, restart={"command": ["false"]})
    assert (evidence["refusal"], evidence["restarted"]) == (None, False)


def test_a_right_that_is_missing_late_is_found_and_nothing_stays(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-26: the mode cannot be kept."""

    def forbidden(descriptor: int, mode: int) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    before = _states(host)
    monkeypatch.setattr(os, "fchmod", forbidden)
    evidence = _rehearse(host)
    assert "EPERM" in evidence["refusal"]["found"], evidence
    assert evidence["proof"] is None
    assert _states(host) == before


@pytest.mark.parametrize(
    ("flag", "says"),
    (
        pytest.param(0x10, "an immutable file", id="immutable"),
        pytest.param(0x20, "a file that can only be appended to", id="append only"),
    ),
)
def test_i_26_what_the_system_lets_nobody_replace_is_refused_before_anything_is_written(
    host: Host, monkeypatch: pytest.MonkeyPatch, flag: int, says: str
) -> None:
    """I-26: a rotation finds out before the first file of a dependent is written, a rehearsal before a rotation."""
    monkeypatch.setattr(fcntl, "ioctl", lambda fd, request, room: struct.pack("i", flag).ljust(len(room), b"\0"))
    before = _states(host)
    assert _rehearse(host)["refusal"]["found"] == says
    assert host.deploy()["refusal"]["found"] == says
    assert _states(host) == before


def test_i_32_another_known_secret_is_named_and_not_taken_for_the_active_one(host: Host) -> None:
    """I-32, I-24: configuration management has put the former one back."""
    former = host.active
    target = host.target(host.staged, active=host.staged, previous=former)
    evidence = _rehearse(host, target)
    assert evidence["refusal"]["found"].startswith("the previous secret, "), evidence
    assert "verify" in evidence["refusal"]["way_out"]
    assert host.asked() == []


def test_i_24_an_unknown_value_is_refused_unless_it_may_be_replaced(host: Host) -> None:
    """I-24: where it may be, the host shows that it can get a token with the active secret."""
    unknown = make_new_secret()
    for file in host.files:
        path = Path(file["path"])
        path.write_bytes(path.read_bytes().replace(host.active.encode(), unknown.encode()))
    assert _rehearse(host)["refusal"]["rule"].startswith("I-24")
    before = _states(host)
    evidence = _rehearse(host, accept_unknown=True)
    assert (evidence["refusal"], evidence["proof"]["outcome"]) == (None, "accepted")
    assert _states(host) == before


def test_a_place_that_cannot_take_a_new_secret_is_found(host: Host) -> None:
    """What stands there now says nothing about it: the whole edit is made in memory, and read again."""
    host.files = [host.add("wide", "text", "^key=(.*)$", "key=@@\n")]
    assert _rehearse(host)["refusal"] is None
    host.files = [host.add("narrow", "text", f"^key=({host.active[:12]}.*)$", "key=@@\n")]
    assert _rehearse(host)["refusal"]["rule"].startswith("I-24"), "the pattern finds this very secret and no other"


def test_i_31_a_file_that_changes_meanwhile_is_left_alone(host: Host) -> None:
    """I-24: as in a rotation."""
    snapshot = _secure_file.read(host.files[0]["path"])
    Path(host.files[0]["path"]).write_bytes(b"other\n")
    with pytest.raises(Refusal, match="I-24"):
        _secure_file.rehearse(snapshot)
