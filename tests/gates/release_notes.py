# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers the fragments into CHANGELOG.md and changelogs/changelog.yaml, for the version that galaxy.yml names.

The fragments are taken away, as they are in the changelog then. Run again, it adds fragments that came since.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .tree import ROOT, private_environment, run


def gathered(root: Path, *, plugins: bool = True) -> int:
    """Write the changelog of a tree; return the exit status.

    :param plugins: whether new plugins are looked for, which takes most of the time.
    """
    commands = (
        ["antsibull-changelog", "lint"],
        ["antsibull-changelog", "release", "--update-existing", *(["--reload-plugins"] if plugins else [])],
        ["antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml"],
    )
    return next((status for command in commands if (status := run(command, root, private_environment()))), 0)


if __name__ == "__main__":
    sys.exit(gathered(ROOT))
