# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the tree in which one protection after the other is taken away and put back, and tests are run."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.gates.__main__ import end_session
from ansible_collections.keyturn.sfmc.tests.mutants.model import Mutant

#: Red for one of these, a test saw code that is broken, not a protection that is missing.
BROKEN = frozenset(
    {
        "AttributeError",
        "ImportError",
        "IndentationError",
        "ModuleNotFoundError",
        "NameError",
        "SyntaxError",
        "TypeError",
        "UnboundLocalError",
    }
)

KILLED, SURVIVED, UNFIT = "killed", "SURVIVED", "UNFIT"


class Ran(NamedTuple):
    """How a run of pytest ended: whether all was green, the first test that was not and why, and what it printed."""

    green: bool
    test: str
    reason: str
    collected: bool
    output: str


class Workplace:
    """One copy of the tree. The files of a mutant are put back before the next one."""

    def __init__(self, base: Path) -> None:
        """Lay the copy out, with the import path and the virtual environment of the real one."""
        self.root = tree.copied_to(base / "sfmc")
        collections = self.root / ".work" / "collections"
        link = collections / "ansible_collections" / "keyturn" / "sfmc"
        link.parent.mkdir(parents=True)
        link.symlink_to(self.root)
        (self.root / ".venv").symlink_to(tree.ROOT / ".venv")
        self._report = base / "report.xml"
        self._environment = tree.environment(PYTHONPATH=str(collections), TMPDIR=str(base))
        # Python takes compiled code for current while the second of the last change and the size are the same.
        self._ages = itertools.count(1)
        self._process: subprocess.Popen[str] | None = None

    @contextmanager
    def without(self, mutant: Mutant) -> Iterator[None]:
        """Take the protection away for as long as the `with` lasts.

        :raises Misfit: a snippet is not there exactly once.
        """
        changed = mutant.files(self.root)
        kept = {path: path.read_bytes() for path in changed}
        try:
            for path, text in changed.items():
                self._write(path, text.encode("utf-8"))
            yield
        finally:
            for path, content in kept.items():
                self._write(path, content)

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        age = 1_000_000_000 + next(self._ages)
        os.utime(path, (age, age))

    def test(self, tests: Sequence[str], seconds: float) -> Ran:
        """Run tests until the first is red.

        :param seconds: after which all of it is ended.
        """
        self._report.unlink(missing_ok=True)
        quiet = ("-x", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", f"--junitxml={self._report}")
        names = [f"tests/{name}" for name in tests]
        process = self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *quiet, *names],
            cwd=self.root,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, _none = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            end_session(process)
            return Ran(False, "", f"no end within {seconds:.0f} s", False, "")
        if process.returncode == 0:
            return Ran(True, "", "", True, output)
        return self._red(process.returncode, output)

    def stop(self) -> None:
        """End the tests that run here, if any do."""
        if self._process is not None:
            end_session(self._process)

    def _red(self, status: int, output: str) -> Ran:
        """Read pytest's own report: a test that failed is one thing, a test that could not be run another."""
        try:
            cases = list(ElementTree.parse(self._report).iter("testcase"))
        except (OSError, ElementTree.ParseError):
            cases = []
        for case in cases:
            failure = case.find("failure")
            if failure is not None and status == 1:
                return Ran(False, str(case.get("name")), str(failure.get("message")), True, output)
        return Ran(False, "", f"pytest ended with {status} and no failed test", False, output)


class Verdict(NamedTuple):
    """What became of a mutant, and by which test."""

    mutant: Mutant
    verdict: str
    by: str
    seconds: float
    output: str = ""


def judged(mutant: Mutant, tested: Ran, seconds: float) -> Verdict:
    """Say whether the tests saw that the protection is missing."""
    if tested.green:
        return Verdict(mutant, SURVIVED, "no test went red", seconds, tested.output)
    kind = tested.reason.split(":", 1)[0].rsplit(".", 1)[-1]
    if not tested.collected or kind in BROKEN:
        return Verdict(mutant, UNFIT, tested.reason.splitlines()[0][:100], seconds, tested.output)
    return Verdict(mutant, KILLED, tested.test, seconds)
