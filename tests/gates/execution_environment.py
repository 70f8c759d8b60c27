# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder finds out about the collection: exactly the Python packages that ``meta/`` declares."""

from __future__ import annotations

import subprocess
import sys

import yaml

from .tree import copy_for, private_environment


def main() -> int:
    """Introspect a copy of the tree and compare; return the exit status."""
    copy = copy_for("execution-environment")
    lines = (copy / "meta" / "ee-requirements.txt").read_text("utf-8").splitlines()
    declared = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    pinned = sorted(name for name in declared if not name.isidentifier())
    if pinned:
        print(f"meta/ee-requirements.txt: expected bare names, found {', '.join(pinned)}; leave versions to the image")
        return 1
    command = ["ansible-builder", "introspect", str(copy.parents[2])]
    environment = private_environment()
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    print(done.stdout, done.stderr)
    if done.returncode != 0:
        return done.returncode
    found = {line.split()[0] for line in (yaml.safe_load(done.stdout) or {}).get("python", [])}
    if found != declared:
        print(f"expected the Python packages {sorted(declared)}, ansible-builder found {sorted(found)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
