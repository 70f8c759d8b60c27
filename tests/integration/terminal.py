# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at a terminal, who is asked for something and types it."""

from __future__ import annotations

import os
import pty
from collections.abc import Mapping, Sequence
from pathlib import Path


def typed(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], prompt: str, answer: str
) -> tuple[int, str]:
    """Run a command in a terminal, type an answer when the prompt has come; return status and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe(command[0], list(command), dict(environment))
    shown, answered = "", False
    while chunk := _read(terminal):
        shown += chunk
        if not answered and prompt in shown:
            os.write(terminal, f"{answer}\n".encode())
            answered = True
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def _read(terminal: int) -> str:
    """Return what was shown, nothing at the end (Linux says EIO there)."""
    try:
        return os.read(terminal, 65536).decode("utf-8", "replace")
    except OSError:
        return ""
