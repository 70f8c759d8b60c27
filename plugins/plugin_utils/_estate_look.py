# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at the estate from a program that is not Ansible: the playbook `status`, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_PLAYBOOK = "keyturn.sfmc.status"
_TO_THE_END_SECONDS = 10.0
_READ_BYTES = 100_000
#: What Ansible says, in small letters, and what it means. Nothing else of its output goes on: it may hold anything.
_KNOWN = {
    "no vault secrets": "the inventory or the store needs a vault secret, and this look has none",
    "encrypted with ansible vault": "the store needs a vault secret, and this look has none",
    "decryption failed": "the vault secret does not open the inventory",
    "a wrong vault password": "the vault secret does not open the store",
    "python library requests": "the Python that runs ansible-playbook has no requests",
    "i-45": "the store is in a folder that does not last",
    "no hosts to target": "the inventory has no host that is meant",
    "no hosts matched": "the inventory has no host that is meant",
    "unable to parse": "the inventory cannot be read",
    "could not be found": "the playbook, the inventory or a file that is named cannot be found",
}


class LookFailed(Exception):
    """Nothing was learnt. `found` says why in words of our own: output of other programs may hold a secret."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class Look:
    """How the estate is looked at: the words of a command, and where it runs."""

    def __init__(self, words: Sequence[str], directory: Path | None, timeout: float, program: str = "") -> None:
        """Take the options of ansible-playbook, none of them a secret, its working directory, and the seconds it has.

        :param program: the ansible-playbook; without it, the one beside this Python, or on the PATH.
        """
        self._program = program
        self._words = list(words)
        self._directory = directory
        self._timeout = timeout

    @property
    def by_hand(self) -> str:
        """The command for a person who wants to see what it says."""
        place = f"cd {shlex.quote(str(self._directory))} && " if self._directory else ""
        return place + shlex.join(["ansible-playbook", _PLAYBOOK, *self._words])

    async def __call__(self) -> Mapping[str, Any]:
        """Look, and return the estate.

        :raises LookFailed: there is none.
        """
        try:
            return await self._looked()
        except OSError as error:
            raise LookFailed(f"there is no room for what a look writes: {error.strerror}") from None

    async def _looked(self) -> Mapping[str, Any]:
        with TemporaryDirectory(prefix="keyturn-look-") as folder:
            estate, output = Path(folder) / "estate.json", Path(folder) / "output"
            status = await self._run(estate, output)
            if status != 0:
                raise LookFailed(_reason(status, output))
            try:
                read = json.loads(estate.read_text(encoding="utf-8"))
            except (OSError, ValueError, RecursionError):
                raise LookFailed("ansible-playbook ended well and wrote no estate") from None
        if not isinstance(read, dict):
            raise LookFailed("what ansible-playbook wrote is no estate")
        return read

    async def _run(self, estate: Path, output: Path) -> int:
        places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
        program = self._program or shutil.which("ansible-playbook", path=places)
        if program is None:
            raise LookFailed("there is no ansible-playbook beside this Python or on the PATH")
        given = json.dumps({"sfmc_status_path": str(estate)})
        with output.open("wb") as said:
            try:
                process = await asyncio.create_subprocess_exec(
                    program,
                    _PLAYBOOK,
                    *self._words,
                    "--extra-vars",
                    given,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=said,
                    stderr=asyncio.subprocess.STDOUT,
                    cwd=self._directory,
                    env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
                    start_new_session=True,
                )
            except OSError as error:
                raise LookFailed(f"ansible-playbook cannot be started: {error.strerror}") from None
            try:
                return await asyncio.wait_for(process.wait(), self._timeout)
            except asyncio.TimeoutError:
                raise LookFailed(
                    f"ansible-playbook took longer than {self._timeout:g} seconds, and was ended"
                ) from None
            finally:
                await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a command that still runs, with all that it started."""
    if process.returncode is not None:
        return
    _signal(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _TO_THE_END_SECONDS)
    except asyncio.TimeoutError:
        pass  # what comes next does not ask
    _signal(process.pid, signal.SIGKILL)
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass  # nothing of it runs any more


def _reason(status: int, output: Path) -> str:
    said = " ".join(output.read_bytes()[-_READ_BYTES:].decode("utf-8", "replace").lower().split())
    known = next((meaning for words, meaning in _KNOWN.items() if words in said), "")
    return f"ansible-playbook ended with status {status}" + (f": {known}" if known else "")
