# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who follows a page: a shell in a terminal, one command of the page after another."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import secrets
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from ansible_collections.keyturn.sfmc.tests.support.pages import Block, fits

PATIENCE_SECONDS = 90.0
COLUMNS = 100
#: The question of the playbook `hand_in`.
QUESTION = "Client secret, as Setup shows it:"
#: How a secret looks that was shown before.
_SHOWN = re.compile(r'(?:_SECRET=|"secret": ")([A-Za-z0-9_-]{24,})')


class Shell:
    """A bash in a terminal of 100 columns, in a folder; as a context manager it is ended, with all that it started.

    :param answers: what is typed where these words come up; `hand_in` gets the secret that was shown last.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], answers: Mapping[str, Callable[[], str]] | None = None
    ) -> None:
        self._folder = folder
        self._answers = {QUESTION: self._last_shown_secret, **(answers or {})}
        # Alone on its line, so that no output is taken for it.
        self._ready = f"ready-{secrets.token_hex(8)}"
        self._shown = ""
        kept = {"ANSIBLE_NOCOLOR": "1", "TERM": "dumb", "PS1": f"\n{self._ready} $?\n", "PS2": "", "HISTFILE": ""}
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            # Without its own configuration files, which set another prompt.
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"], {**environment, **kept})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        self._until_ready("")
        self.run("stty -echo")

    def __enter__(self) -> Shell:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A shell that loses its terminal ends its jobs.
        os.kill(self._pid, signal.SIGHUP)
        os.close(self._terminal)
        os.waitpid(self._pid, 0)

    def follow(self, block: Block) -> None:
        """Do what a block says: write its file, or run its commands and compare what they print with what it shows."""
        if block.file:
            path = self._folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        for command in block.commands if not block.not_run else ():
            status, came = self.run(command.text)
            assert status == 0, f"{block.where}: {command.text} ends with {status}:\n{came}"
            assert fits(command.output, came), f"{block.where}: {command.text} prints\n{came}\nnot\n{command.output}"

    def run(self, command: str) -> tuple[int, str]:
        """Run one command; return its status and what it printed. A question for a secret is answered."""
        os.write(self._terminal, command.rstrip("\n").encode() + b"\n")
        status, came = self._until_ready(command)
        self._shown += came
        return status, came

    def _until_ready(self, command: str) -> tuple[int, str]:
        came, open_questions = "", dict(self._answers)
        deadline = time.monotonic() + PATIENCE_SECONDS
        prompt = re.compile(rf"\r?\n{self._ready} (\d+)\r?\n")
        while not (end := prompt.search(came)):
            assert select.select([self._terminal], [], [], max(0.0, deadline - time.monotonic()))[0], (
                f"{command} does not end within {PATIENCE_SECONDS:.0f} seconds:\n{came}"
            )
            came += os.read(self._terminal, 65536).decode("utf-8", "replace")
            for question in [question for question in open_questions if question in came]:
                os.write(self._terminal, _typed(open_questions.pop(question)()))
        return int(end[1]), came[: end.start()]

    def _last_shown_secret(self) -> str:
        """Return what a person copies: the secret that was shown last."""
        return _SHOWN.findall(self._shown)[-1]


def _typed(answer: str) -> bytes:
    """Return an answer with its Enter, but for one that ends with Ctrl-D: the Enter would be typed into the shell."""
    return (answer if answer.endswith("\x04") else f"{answer}\n").encode()
