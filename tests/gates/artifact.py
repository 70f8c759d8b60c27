# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artifact; import it as Galaxy would.

python -m ...gates.artifact build     leaves it in dist/
python -m ...gates.artifact import    builds one aside and runs galaxy-importer over it
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from .tree import ROOT, WORK, copy_for, private_environment, run


def build(output: Path, gate: str) -> int:
    """Build the artifact into ``output``; return the exit status."""
    command = ["ansible-galaxy", "collection", "build", "--force", "--output-path", str(output), "."]
    return run(command, cwd=copy_for(gate), env=private_environment())


def import_artifact() -> int:
    """Build and import; an error or a warning that the importer only mentions counts as a failure too."""
    output = WORK / "import"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    if build(output, "import") != 0:
        return 1
    artifact = next(output.glob("keyturn-sfmc-*.tar.gz"))
    # Linting is a gate of its own, with a stricter profile.
    environment = private_environment(GALAXY_IMPORTER_RUN_ANSIBLE_LINT="false")
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", artifact.name],
        cwd=output,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    complaints = [line for line in done.stdout.splitlines() if line.startswith(("ERROR", "WARNING"))]
    return 1 if complaints else done.returncode


def main(arguments: list[str]) -> int:
    """Do what the first argument says; return the exit status."""
    match arguments:
        case ["build"]:
            return build(ROOT / "dist", "build")
        case ["import"]:
            return import_artifact()
    print("expected: build | import", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
