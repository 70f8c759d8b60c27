# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be in the artifact, by rule: what no rule allows is a finding, and so is what must be there and is not."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_NAME = r"(?:[A-Za-z0-9_][\w.-]*/)*[A-Za-z0-9_][\w.-]*"
#: Whole names, as patterns. No name of a folder or file begins with a dot.
ALLOWED = (
    r"MANIFEST\.json|FILES\.json",
    r"README\.md|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md|CODE_OF_CONDUCT\.md",
    r"COPYING|LICENSE|LICENSES/[\w.-]+\.txt|REUSE\.toml",
    r"changelogs/(?:changelog|config)\.yaml",
    r"execution-environment\.yml|meta/[\w-]+\.(?:yml|txt)",
    rf"docs/{_NAME}\.(?:md|rst|png|svg|yml)",
    rf"extensions/(?:eda|prometheus|patterns)/{_NAME}\.(?:py|yml|md|json)",
    rf"playbooks/{_NAME}\.(?:yml|md|j2)",
    rf"plugins/{_NAME}\.(?:py|yml|j2|css|js)",
    rf"roles/{_NAME}\.(?:yml|md|j2|json)",
    rf"tests/(?:demo|simulator|testbed)/{_NAME}\.(?:py|md)",
    r"tests/config\.yml|tests/requirements/run\.txt",
)
REQUIRED = (
    "CHANGELOG.md",
    "COPYING",
    "LICENSES/BSD-2-Clause.txt",
    "LICENSES/GPL-3.0-or-later.txt",
    "README.md",
    "changelogs/changelog.yaml",
    "meta/ee-requirements.txt",
    "meta/execution-environment.yml",
    "meta/runtime.yml",
    "tests/demo/__main__.py",
    "tests/requirements/run.txt",
)
#: Made by a release, from the fragments; until then it is not there.
BY_A_RELEASE = ("CHANGELOG.md",)
_FORBIDDEN = re.compile(r"__pycache__|\.pyc$|/tests/output/|ignore-\d")


def names(artifact: Path) -> list[str]:
    """Return the files of an artifact; folders are not listed."""
    with tarfile.open(artifact) as archive:
        return sorted(member.name.removeprefix("./") for member in archive if not member.isdir())


def complaints(found: Iterable[str], expected: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with a list of files.

    :param expected: what must be there beside `REQUIRED`, as every file of the plugins.
    """
    there = set(found)
    for name in sorted(there):
        if _FORBIDDEN.search(name) or not any(re.fullmatch(rule, name) for rule in ALLOWED):
            yield f"{name}: no rule of tests/gates/contents.py allows it: add one, or a line to build_ignore"
    for name in sorted({*REQUIRED, *expected} - there):
        yield f"{name}: expected in the artifact, not found"
