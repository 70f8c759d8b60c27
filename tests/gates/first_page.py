# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README.md as Galaxy shows it: Galaxy has one page of a collection, and no files beside it.

A link or picture of the repository leads to the tag of the release there, so that it shows what belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def for_galaxy(text: str, galaxy: Mapping[str, Any]) -> str:
    """Return a page with all its links whole; ``galaxy`` is what galaxy.yml says."""
    at = f"{galaxy['repository']}/{{}}/{galaxy['version']}/"
    return _LINK.sub(
        lambda found: f"{found[1]}[{found[2]}]({at.format('raw' if found[1] else 'blob')}{found[3]})", text
    )


def write_for_galaxy(collection: Path) -> None:
    """Make the links of a copied collection's first page whole."""
    page = collection / "README.md"
    galaxy = yaml.safe_load((collection / "galaxy.yml").read_text("utf-8"))
    page.write_text(for_galaxy(page.read_text("utf-8"), galaxy), "utf-8")
