# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of Azure with every package that azure.azcollection asks for, in a virtual environment of their own.

The other gates have the few that its modules work with; the rest of its imports are filled in by the test.
"""

from __future__ import annotations

import sys
import venv

from .tree import ROOT, WORK, private_environment, run

TEST = "tests/integration/test_kinds_clouds.py"


def main() -> int:
    """Install what is not there yet, run the test; return the exit status."""
    home = WORK / "azure"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    environment = private_environment(KEYTURN_WHOLE_AZURE_SDK="yes")
    install = [str(python), "-m", "pip", "install", "--quiet", "--requirement", "tests/requirements/azure.txt"]
    test = [str(python), "-m", "pytest", "-q", "--durations=3", "-p", "no:cacheprovider", TEST]
    return run(install, cwd=ROOT, env=environment) or run(test, cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
