# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of this collection: from its manifest where it is installed, from galaxy.yml in a checkout."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import yaml

_ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def version() -> str:
    """Return the version, empty where nothing says it."""
    manifest, galaxy = _ROOT / "MANIFEST.json", _ROOT / "galaxy.yml"
    if manifest.is_file():
        return str(json.loads(manifest.read_text("utf-8"))["collection_info"]["version"])
    return str(yaml.safe_load(galaxy.read_text("utf-8"))["version"]) if galaxy.is_file() else ""
