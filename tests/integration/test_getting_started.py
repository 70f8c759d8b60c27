# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/getting-started.md and docs/migrating.md, word by word: their files, their commands, what they print."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.integration.shell import Shell
from ansible_collections.keyturn.sfmc.tests.support.pages import ROOT, blocks

PAGE = ROOT / "docs" / "getting-started.md"
MIGRATING = ROOT / "docs" / "migrating.md"
#: The section of the first page after which the second one begins.
_READY = "## 3. "


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[tuple[Shell, Path]]:
    """A shell in a folder that holds the artifact and nothing else; the rest of the machine knows no collection."""
    # A short path, as people have: long ones are wrapped in what is shown.
    folder, source = Path(mkdtemp(prefix="kt-")), tree.copied_to(tmp_path / "source")
    home = tmp_path / "home"
    home.mkdir()
    environment = tree.environment(HOME=str(home))
    environment.pop("PYTHONPATH", None)
    build = ["ansible-galaxy", "collection", "build", "--output-path", str(folder)]
    subprocess.run(build, cwd=source, env=environment, stdin=subprocess.DEVNULL, check=True, capture_output=True)
    with Shell(folder, environment) as shell:
        yield shell, folder
    shutil.rmtree(folder)


def test_a_newcomer_comes_from_an_empty_folder_to_a_closed_rotation(newcomer: tuple[Shell, Path]) -> None:
    shell, folder = newcomer
    before = ""
    for block in blocks(PAGE):
        shell.follow(block)
        present = folder / "app" / ".env"
        before = before or (present.read_text(encoding="utf-8") if present.exists() else "")
    after = present.read_text(encoding="utf-8")
    assert before.startswith("SFMC_CLIENT_SECRET=") and after.startswith("SFMC_CLIENT_SECRET="), "the file is whole"
    assert after != before, "the application has a new secret"
    assert not (folder / "sfmc-url").exists(), "the simulator has ended, as it takes this file away"


def test_from_a_playbook_by_hand_and_back_again(newcomer: tuple[Shell, Path]) -> None:
    shell, folder = newcomer
    page = PAGE.read_text(encoding="utf-8")
    ready = page.count("\n", 0, page.index(_READY))
    for block in [*(block for block in blocks(PAGE) if block.line < ready), *blocks(MIGRATING)]:
        shell.follow(block)
    assert {path.name for path in folder.iterdir()} >= {"site.yml", "group_vars"}
    assert not (folder / "keyturn").exists() and not (folder / "sfmc-url").exists()


def test_only_what_needs_a_registry_is_left_out() -> None:
    left_out = [command.text for block in blocks(PAGE) if block.not_run for command in block.commands]
    assert len(left_out) == 2 and "pip install" in left_out[1], left_out


@pytest.mark.parametrize("page", [PAGE, MIGRATING], ids=["getting-started", "migrating"])
def test_each_file_of_a_page_is_named_before_its_text(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    for block in blocks(page):
        said = " ".join(lines[max(0, block.line - 4) : block.line])
        assert not block.file or f"`{block.file}`" in said, f"{block.where}: nobody is told to write {block.file}"
