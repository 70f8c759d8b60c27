# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prose of the pages has lines of at most 120 columns; what wraps it changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.tests.support.pages import PAGES, ROOT
from ansible_collections.keyturn.sfmc.tests.support.wrapped import COLUMNS, too_long, wrapped

_WRITTEN = [page for page in PAGES if page.name != "CHANGELOG.md"]


@pytest.mark.parametrize("page", _WRITTEN, ids=[str(page.relative_to(ROOT)) for page in _WRITTEN])
def test_prose_is_wrapped(page: Path) -> None:
    lines = too_long(page.read_text(encoding="utf-8"))
    assert not lines, f"python -m ansible_collections.keyturn.sfmc.tests.support.wrapped wraps {lines}"


def test_a_long_item_keeps_its_place_and_its_code() -> None:
    item = f"- {'word ' * 22}`code with blanks` - and more"
    assert wrapped(f"# T\n\n- one\n{item}\n- three") == (
        f"# T\n\n- one\n- {'word ' * 22}".rstrip() + "\n  `code with blanks` - and more\n- three"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"| {'a cell ' * 30} |",
        f"```console\n$ {'word ' * 40}\n```",
        f"1. one\n\n   ```\n   {'word ' * 40}\n   ```",
        f"<!--\n{'word ' * 40}\n-->",
        f"# {'headline ' * 20}",
        "short\nlines",
        f"[a]({'x' * COLUMNS})",
    ],
    ids=["table", "block", "block of an item", "comment", "headline", "short", "one word"],
)
def test_what_is_no_prose_or_fits_stays(text: str) -> None:
    assert wrapped(text) == text
    assert too_long(text) == []
