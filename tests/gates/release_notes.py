# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers the fragments into CHANGELOG.md and changelogs/changelog.yaml, for the version that galaxy.yml names.

The fragments are taken away, as they are in the changelog then. Run again, it adds fragments that came since.
"""

from __future__ import annotations

import sys

from .tree import ROOT, private_environment, run

_COMMANDS = (
    ["antsibull-changelog", "lint"],
    ["antsibull-changelog", "release", "--reload-plugins", "--update-existing"],
    ["antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml"],
)


def main() -> int:
    """Write the changelog; return the exit status."""
    return next((status for command in _COMMANDS if (status := run(command, ROOT, private_environment()))), 0)


if __name__ == "__main__":
    sys.exit(main())
