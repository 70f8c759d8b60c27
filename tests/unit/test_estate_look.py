# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at the estate brings the estate, or words of our own; nothing of it runs on when it is ended."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_look import Look, LookFailed

_WORDS = ["--inventory", "my hosts.yml", "--vault-id", "store@password"]


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def _look(tmp_path: Path, script: str, timeout: float = 60) -> Look:
    """Return a look by a program that stands for ansible-playbook; `$estate` is where it is told to write."""
    program = tmp_path / "ansible-playbook"
    program.write_text(
        '#!/bin/sh\nfor last; do :; done\nestate=$(printf %s "$last" | sed \'s/.*: "//; s/"}$//\')\n' + script
    )
    program.chmod(0o700)
    return Look(_WORDS, tmp_path, timeout, str(program))


def _failure(look: Look) -> str:
    with pytest.raises(LookFailed) as failed:
        asyncio.run(look())
    return failed.value.found


def test_what_the_playbook_writes_is_returned_and_nothing_is_left(tmp_path: Path) -> None:
    look = _look(tmp_path, 'pwd > seen; printf "%s\\n" "$@" >> seen; echo \'{"schema": 1}\' > "$estate"\n')
    assert asyncio.run(look()) == {"schema": 1}
    where, *words = (tmp_path / "seen").read_text().splitlines()
    assert Path(where).samefile(tmp_path)
    assert words[:-1] == ["keyturn.sfmc.status", *_WORDS, "--extra-vars"]
    assert set(json.loads(words[-1])) == {"sfmc_status_path"}
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_person_can_do_is_one_command(tmp_path: Path) -> None:
    said = _look(tmp_path, "").by_hand
    assert said.endswith("ansible-playbook keyturn.sfmc.status --inventory 'my hosts.yml' --vault-id store@password")


@pytest.mark.parametrize(
    ("printed", "meant"),
    (
        ("Attempting to decrypt but no vault secrets found.", "and this look has none"),
        ("the file store is encrypted with Ansible\n Vault. Expected", "the store needs a vault secret"),
        ("found a wrong vault password, or", "the vault secret does not open the store"),
        ("SFMC over the Python library requests. Expected", "has no requests"),
        ("ERROR! Specified inventory leaves us with no hosts to target.", "no host that is meant"),
        ("the playbook: keyturn.sfmc.status could not be found", "cannot be found"),
    ),
    ids=("vault", "store", "password", "requests", "hosts", "collection"),
)
def test_a_failure_that_is_known_is_said_in_words_of_our_own(tmp_path: Path, printed: str, meant: str) -> None:
    secret = os.urandom(16).hex()
    found = _failure(_look(tmp_path, f"cat <<'E' >&2\n{secret} {printed}\nE\nexit 2\n"))
    assert found.startswith("ansible-playbook ended with status 2: ") and meant in found and secret not in found


def test_i_27_output_of_a_failure_that_is_not_known_goes_nowhere(tmp_path: Path) -> None:
    secret = os.urandom(16).hex()
    assert _failure(_look(tmp_path, f"echo {secret}; exit 7\n")) == "ansible-playbook ended with status 7"


@pytest.mark.parametrize("written", ("", "no JSON", "[1]"), ids=("nothing", "no-json", "a-list"))
def test_what_is_no_estate_is_a_failure(tmp_path: Path, written: str) -> None:
    script = f"echo '{written}' > \"$estate\"\n" if written else ""
    assert "no estate" in _failure(_look(tmp_path, script))


def test_a_machine_without_room_for_a_look_is_a_failure_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event source says that it is blind, and looks again later."""
    look = _look(tmp_path, "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert _failure(look) == "there is no room for what a look writes: No such file or directory"


def test_a_program_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    look = Look([], None, 5, str(tmp_path / "missing"))
    assert "cannot be started" in _failure(look)
    assert "cannot be started" in _failure(Look([], tmp_path / "no-folder", 5, "/bin/true"))


_RUNS_ON = 'sleep 300 & echo $! > child; echo $$ > own; touch ready; trap "" TERM; wait; wait; sleep 300\n'


def test_a_look_that_takes_too_long_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_look._TO_THE_END_SECONDS", 0.1)
    assert "took longer than 0.5 seconds" in _failure(_look(tmp_path, _RUNS_ON, timeout=0.5))
    _gone(tmp_path)


def test_a_look_that_is_cancelled_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_look._TO_THE_END_SECONDS", 0.1)

    async def cancelled() -> None:
        running = asyncio.create_task(_look(tmp_path, _RUNS_ON)())  # type: ignore[arg-type]
        while not (tmp_path / "ready").exists():
            assert not running.done(), running
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(asyncio.wait_for(cancelled(), 60))
    _gone(tmp_path)


def _gone(folder: Path) -> None:
    """See that no process of a look runs, and that its folder is away. One that was killed may still be reaped."""
    deadline = time.monotonic() + 30
    for name in ("own", "child"):
        stat = Path("/proc") / (folder / name).read_text().strip() / "stat"
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in "ZX":
            assert time.monotonic() < deadline, f"{name} still runs"
    assert list((folder / "tmp").iterdir()) == []
