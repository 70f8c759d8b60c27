# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on a host: given a text, ended in time, quoted when it fails."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._program import NotEnded, ended, last_lines

#: Both keep the pipe open for as long as they live.
_HANGS = """
import os, subprocess, sys, time
pipe = os.open(sys.argv[1], os.O_WRONLY)
os.set_inheritable(pipe, True)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], close_fds=False)
os.write(pipe, b"both")
time.sleep(600)
"""


def _python(text: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", text, *arguments]


def test_a_program_gets_its_input_as_it_is_and_its_output_comes_back() -> None:
    echo = "import sys; sys.stdout.write(sys.stdin.read() + '!')"
    assert ended(_python(echo), "a secret\n", 30) == (0, "a secret\n!", "")
    assert ended(_python(echo), None, 30) == (0, "!", ""), "without an input there is nothing to read"
    assert ended(_python("import sys; print(sys.argv[1])", "$HOME ~"), None, 30) == (0, "$HOME ~\n", "")


def test_a_program_that_reads_nothing_may_end() -> None:
    assert ended(_python("pass"), "x" * 1_000_000, 30) == (0, "", "")


def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(NotEnded):
        ended(_python(_HANGS, str(tmp_path / "pipe")), "a secret", 2)
    assert os.read(pipe, 10) == b"both"
    assert select.select([pipe], [], [], 30)[0] == [pipe]
    assert os.read(pipe, 10) == b"", "nobody has it open any more"
    os.close(pipe)


def test_a_program_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ended([str(tmp_path / "keeper")], None, 30)


def test_a_program_that_fails_is_quoted_from_its_end_in_whole_lines() -> None:
    status, _output, errors = ended(
        _python("import sys; print('a\\nb\\n\\nc\\nd', file=sys.stderr); sys.exit(3)"), "", 30
    )
    assert (status, last_lines(errors)) == (3, "b\nc\nd")
    assert last_lines("\n \n") == ""
