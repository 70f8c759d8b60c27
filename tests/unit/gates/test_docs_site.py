# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site has the guides in the order of their list, and forgets none."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.gates.docs_site import in_order
from ansible_collections.keyturn.sfmc.tests.support.pages import ROOT


def test_guides_come_in_the_order_of_their_list_and_one_that_is_not_listed_comes_last(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text(
        "| [b.md](b.md) | who | \n| [a.md](a.md) | see [c.md](c.md) |\n", encoding="utf-8"
    )
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").touch()
    assert in_order(tmp_path) == ["guides/index", "guides/b", "guides/a", "guides/c"]


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"| [{page.name}]({page.name}) |" in listed, page.name
