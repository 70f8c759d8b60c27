# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ansible-lint``, production profile, every warning counts, on a copy of the tree."""

from __future__ import annotations

import sys

from .tree import copy_for, private_environment, run


def main() -> int:
    """Run ansible-lint; return the exit status."""
    copy = copy_for("lint")
    environment = private_environment(ANSIBLE_COLLECTIONS_PATH=str(copy.parents[2]))
    command = ["ansible-lint", "--offline", "--profile", "production", "--strict", "--nocolor"]
    return run(command, cwd=copy, env=environment)


if __name__ == "__main__":
    sys.exit(main())
