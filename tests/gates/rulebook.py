# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook in the real ansible-rulebook, which has a virtual environment of its own and needs Java."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv

from .tree import ROOT, WORK, environment, private_environment, run

HOME = WORK / "rulebook"
JAVA = 17


def java() -> int:
    """Return the version of Java on the path; 0 where there is none."""
    program = shutil.which("java")
    if program is None:
        return 0
    said = subprocess.run([program, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(found[1]) if found else 0


def left_out(found: int) -> list[str]:
    """Say that the gate cannot run here, and why."""
    return [] if found >= JAVA else [f"left out: ansible-rulebook, for want of Java {JAVA}"]


def main() -> int:
    """Install what is not there yet, run the test; return the exit status."""
    if why := left_out(java()):
        print("\n".join(why))
        return 0
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--requirement", "tests/requirements/eda.txt"]
    test = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--durations=3", "tests/eda"]
    return run(install, cwd=ROOT, env=private_environment()) or run(test, cwd=ROOT, env=environment())


if __name__ == "__main__":
    sys.exit(main())
