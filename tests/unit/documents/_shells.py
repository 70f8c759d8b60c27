# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real shells: they source a document and say what its variables are."""

from __future__ import annotations

import functools
import pathlib
import shlex
import shutil
import subprocess
import tempfile

#: bash and dash are on every Debian; elsewhere sh stands for the second one.
BASH = "bash"
SH = "dash" if shutil.which("dash") else "sh"

_ASK = """
(
    exec 3>&1 >/dev/null 2>&1 </dev/null
    . {document}
    for name in {names}; do
        eval "printf '%s\\\\0' \\"\\${{$name-}}\\"" >&3
    done
)
printf '\\1\\0'
"""


class _Session:
    """One shell that answers many questions, each in a subshell of its own and in an empty directory."""

    def __init__(self, shell: str) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self._document = pathlib.Path(self._directory.name, "document")
        self._process = subprocess.Popen(
            [shell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._directory.name,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )

    def variables(self, content: bytes, names: tuple[str, ...]) -> list[str] | None:
        assert self._process.stdin and self._process.stdout
        self._document.write_bytes(content)
        asked = _ASK.format(document=shlex.quote(str(self._document)), names=" ".join(names))
        self._process.stdin.write(asked.encode())
        self._process.stdin.flush()
        answer = b""
        while not answer.endswith(b"\1\0"):
            answer += self._process.stdout.read1()
        values = answer.split(b"\0")[:-2]
        return [value.decode() for value in values] if len(values) == len(names) else None


@functools.cache
def _session(shell: str) -> _Session:
    return _Session(shell)


def variables(shell: str, content: bytes, *names: str) -> list[str] | None:
    """Return the values of variables after a shell has sourced a document; None if it ends the shell.

    Only documents that do no harm: their commands run, in an empty directory.
    """
    return _session(shell).variables(content, names)


def is_valid(shell: str, content: bytes) -> bool:
    """Return whether the shell can parse a document; nothing of it runs."""
    extended = ["-O", "extglob"] if shell == BASH else []
    return subprocess.run([shell, *extended, "-n"], input=content, capture_output=True, check=False).returncode == 0
