# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``antsibull-docs``: the documentation of every plugin and each reference in it, on a copy of the tree."""

from __future__ import annotations

import sys

from .tree import copy_for, private_environment, run


def main() -> int:
    """Run antsibull-docs; return the exit status."""
    copy = copy_for("docs")
    command = ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all", "."]
    return run(command, cwd=copy, env=private_environment(ANSIBLE_COLLECTIONS_PATH=str(copy.parents[2])))


if __name__ == "__main__":
    sys.exit(main())
