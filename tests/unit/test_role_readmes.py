# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of each role says the options of its argument specification, and no others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"
NAMES = sorted(role.name for role in ROLES.iterdir())


def _specification(role: str) -> dict[str, Any]:
    specs: dict[str, Any] = yaml.safe_load((ROLES / role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    return specs["argument_specs"]["main"]  # type: ignore[no-any-return]


def _as_said(text: str) -> str:
    """Return a description as a page has it: its markup is Markdown's."""
    return re.sub(r"[CO]\(([^)]*)\)", r"`\1`", text)


def _row(name: str, option: dict[str, Any]) -> str:
    kind = f"list of {option['elements']}" if option["type"] == "list" else option["type"]
    default = option.get("default", "")
    said = default if isinstance(default, str) else json.dumps(default)
    return f"| `{name}` | {kind} | {f'`{said}`' if said else ''} | {_as_said(option['description'])} |"


@pytest.mark.parametrize("role", NAMES)
def test_the_page_lists_the_options(role: str) -> None:
    page = (ROLES / role / "README.md").read_text(encoding="utf-8")
    rows = {line for line in page.splitlines() if line.startswith("| `")}
    assert rows == {_row(name, option) for name, option in _specification(role)["options"].items()}


@pytest.mark.parametrize("role", NAMES)
def test_the_page_says_what_the_role_says_of_itself(role: str) -> None:
    page = (ROLES / role / "README.md").read_text(encoding="utf-8")
    specification = _specification(role)
    assert f"\n{specification['short_description']}.\n" in page
    for text in specification["description"]:
        assert f"\n- {_as_said(text)}\n" in page


@pytest.mark.parametrize("role", NAMES)
def test_defaults_are_those_of_the_specification(role: str) -> None:
    defaults = yaml.safe_load((ROLES / role / "defaults/main.yml").read_text(encoding="utf-8"))
    options = _specification(role)["options"]
    assert defaults == {name: option["default"] for name, option in options.items() if "default" in option}
