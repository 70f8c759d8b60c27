# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP itself, in one long process: what it reads in a file, and the tokens that it takes it apart into."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

#: A place (``$name``, ``\\NAME``, ``return`` ...) and the keys of arrays.
ValuePath = tuple["str | int", ...]

_SCRIPT = Path(__file__).with_name("reference.php")
#: Nothing that a test makes up by chance can touch the machine.
_WITHOUT = (
    "exec,shell_exec,system,passthru,popen,proc_open,mail,eval,assert,unserialize,rename,copy,rmdir,mkdir,symlink"
)


class Token(NamedTuple):
    """One token as PHP names it; positions count bytes."""

    kind: str
    position: int
    text: bytes


class PhpProcess:
    """A running PHP. End it with :meth:`close`."""

    def __init__(self) -> None:
        """Start PHP.

        :raises FileNotFoundError: there is none.
        """
        program = shutil.which("php")
        if program is None:
            raise FileNotFoundError("there is no php on PATH; `make setup` installs php-cli where it may")
        command = [program, "-d", "display_errors=0", "-d", "log_errors=0", "-d", f"disable_functions={_WITHOUT}"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([*command, str(_SCRIPT)], stdin=pipe, stdout=pipe)

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def values(self, content: bytes) -> dict[ValuePath, bytes | str] | None:
        """Return all values after PHP included a file: texts as bytes, others as their type; None for a broken file."""
        answer = self._answer("values", content)
        if answer is None:
            return None
        values: dict[ValuePath, bytes | str] = {}
        for place, value in answer.items():
            _flatten(value, (place,), values)
        return values

    def tokens(self, content: bytes) -> list[Token]:
        """Return the tokens of a file, which need not be valid."""
        answer = self._answer("tokens", content)
        return [Token(kind, position, base64.b64decode(text)) for kind, position, text in answer]

    def _answer(self, ask: str, content: bytes) -> Any:
        request = json.dumps({"ask": ask, "file": base64.b64encode(content).decode()})
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(request.encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "php ended; it needs its extensions pcntl, posix and tokenizer, which Debian's php-cli has"
        return json.loads(answer)


def _flatten(value: Any, path: ValuePath, values: dict[ValuePath, bytes | str]) -> None:
    if isinstance(value, str):
        values[path] = value
    elif "text" in value:
        values[path] = base64.b64decode(value["text"])
    elif not value["entries"]:
        values[path] = "empty"
    else:
        for key, entry in value["entries"]:
            _flatten(entry, (*path, key if isinstance(key, int) else base64.b64decode(key["text"]).decode()), values)
