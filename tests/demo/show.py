# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo prints: numbered steps, commands as a user types them, Ansible's own lines less the ceremony."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

#: Ansible's lines that tell something: headlines, results for hosts, progress, failures.
_TELLING = re.compile(r"^(PLAY \[|changed: |failed: |fatal: |\[ERROR\]|\[WARNING\]|   *\S)")
_HEADLINE = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*?)\]")
_COUNTS = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")


class Broken(Exception):
    """Something that the demo says turned out not to be so."""


class Show:
    """Prints the story and keeps count of what was checked."""

    def __init__(self, verbose: bool) -> None:
        """Take whether all of Ansible's output is wanted."""
        self.checked = 0
        self._verbose = verbose
        self._step = 0

    def step(self, title: str) -> None:
        """Begin a numbered step."""
        self._step += 1
        self.say(f"\n{self._step}. {title}")

    def say(self, text: str) -> None:
        """Print at once, also into a pipe."""
        print(text, flush=True)

    def check(self, claim: str, holds: bool, found: str = "") -> None:
        """Print a claim that holds; stop at one that does not."""
        if not holds:
            raise Broken(f"not so: {claim}" + (f"; found {found}" if found else ""))
        self.checked += 1
        self.say(f"   ok: {claim}")

    def play(self, estate: Estate, *arguments: str) -> dict[str, int]:
        """Run ansible-playbook, show what it does while it does it; return the number of changes by host."""
        self.say(f"   $ ansible-playbook {shlex.join(arguments)}")
        command = [str(Path(sys.executable).parent / "ansible-playbook"), *arguments]
        changes: dict[str, int] = {}
        everything: list[str] = []
        with self._started(command, estate) as process:
            headline = ""
            for line in process.stdout or ():
                everything.append(line)
                if count := _COUNTS.match(line):
                    changes[count[1]] = int(count[2])
                headline = self._show(line.rstrip(), headline)
        if process.returncode != 0 or not changes:
            raise Broken(f"ansible-playbook ended with {process.returncode}:\n{''.join(everything[-40:])}")
        return changes

    @contextlib.contextmanager
    def _started(self, command: list[str], estate: Estate) -> Iterator[subprocess.Popen[str]]:
        """Start Ansible in a session of its own, and end all of it however the demo ends."""
        process = subprocess.Popen(
            command,
            cwd=estate.root,
            env=estate.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                raise

    def _show(self, line: str, headline: str) -> str:
        """Print a line that tells something, after the headline of its task; return the headline still to print."""
        if self._verbose:
            self.say(f"     {line}")
            return ""
        if found := _HEADLINE.match(line):
            return found[1].rpartition(" : ")[2]
        if line.startswith("PLAY RECAP") or not _TELLING.match(line):
            return headline
        if line.startswith("PLAY ["):
            self.say(f"     {line.split(']')[0][6:]}")
            return ""
        if headline:
            self.say(f"       {headline}")
        width = shutil.get_terminal_size((100, 24)).columns
        # A message goes over several lines, the others of which stand further in.
        first = " " * (11 if line.startswith("      ") else 9)
        for part in textwrap.wrap(
            line.strip(), width, initial_indent=first, subsequent_indent=" " * 11, break_on_hyphens=False
        ):
            self.say(part)
        return ""
