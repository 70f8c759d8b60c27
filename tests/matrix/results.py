# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of each cell, one file each in `.work/matrix/results`: a run that is killed goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.matrix.plan import Cell

FOLDER = tree.WORK / "matrix"
PAGE = Path("docs/compatibility.md")
_HOST = re.compile(r"\[(3\.\d+)\]$")


@dataclass(frozen=True)
class Result:
    """How a cell ended.

    :ivar versions: of ansible-core and Python, whole.
    :ivar tests: how many passed; 0 where the part counts none.
    :ivar hosts: by the Python of managed hosts, whether its tests passed.
    :ivar tree: digest of the files that were tested; ``commit`` is for people.
    """

    name: str
    core: str
    python: str
    part: str
    versions: tuple[str, str]
    passed: bool
    tests: int
    failed: int
    skipped: int
    seconds: int
    date: str
    tree: str
    commit: str
    hosts: dict[str, bool] = field(default_factory=dict)


def state_of_tree() -> tuple[str, str]:
    """Return the digest of the project's files, without the page that the matrix itself writes, and the commit."""
    digest = hashlib.sha256()
    for name in tree.files():
        path = tree.ROOT / name
        if name != PAGE:
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    changed = _git("status", "--porcelain", "--", ".", f":(exclude){PAGE}")
    return digest.hexdigest(), _git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(tree.ROOT), *words], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def kept(folder: Path = FOLDER) -> dict[str, Result]:
    """Return the newest result of each cell, by the cell's name; what cannot be read counts as not run."""
    found = {}
    for path in sorted((folder / "results").glob("*.json")):
        try:
            read = json.loads(path.read_text("utf-8"))
            found[path.stem] = Result(**{**read, "versions": tuple(read["versions"])})
        except (ValueError, TypeError, KeyError):
            continue
    return found


def keep(result: Result, folder: Path = FOLDER) -> None:
    """Write a result, whole or not at all."""
    path = folder / "results" / f"{result.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(result), indent=2) + "\n", "utf-8")
    draft.replace(path)


def is_done(cell: Cell, results: dict[str, Result], digest: str) -> bool:
    """Tell whether a cell passed with these very files."""
    result = results.get(cell.name)
    return result is not None and result.passed and result.tree == digest


def counted(report: Path) -> tuple[int, int, int]:
    """Return how many tests passed, failed and were skipped, by pytest's report; nothing where there is none."""
    if not report.is_file():
        return 0, 0, 0
    root = ElementTree.parse(report).getroot()
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    total = {
        name: sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    }
    failed = total["failures"] + total["errors"]
    return total["tests"] - failed - total["skipped"], failed, total["skipped"]


def hosts(report: Path) -> dict[str, bool]:
    """Return the Pythons of managed hosts that pytest's report names, and whether their tests passed."""
    return dict(_hosts(report)) if report.is_file() else {}


def _hosts(report: Path) -> Iterator[tuple[str, bool]]:
    for case in ElementTree.parse(report).iter("testcase"):
        named = _HOST.search(case.get("name", ""))
        if named:
            yield named.group(1), all(case.find(tag) is None for tag in ("failure", "error", "skipped"))
