# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks in the EXAMPLES of plugins, and the arguments that a module documents."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).absolute().parents[2]
_FRAGMENTS = ROOT / "plugins" / "doc_fragments"
#: What a documented option has beyond its specification.
_PROSE = ("description", "version_added")


def tasks(kind: str) -> dict[str, list[dict[str, Any]]]:
    """Return the tasks of the EXAMPLES of all plugins of a kind (``modules``, ``lookup``), by plugin."""
    found = {}
    for path in sorted((ROOT / "plugins" / kind).glob("*.py")):
        found[path.stem] = list(yaml.safe_load(_texts(path)["EXAMPLES"]))
    return found


def arguments(module: str) -> dict[str, Any]:
    """Return a module's argument specification as its documentation has it; ``ansible-test`` sees that they agree."""
    documented = yaml.safe_load(_texts(ROOT / "plugins" / "modules" / f"{module}.py")["DOCUMENTATION"])
    options = dict(documented.get("options") or {})
    for name in documented.get("extends_documentation_fragment", []):
        fragment = name.split(".")
        if fragment[:2] == ["keyturn", "sfmc"]:
            text = _texts(_FRAGMENTS / f"{fragment[2]}.py")
            options.update(yaml.safe_load(text[(fragment[3:] or ["DOCUMENTATION"])[0].upper()]).get("options") or {})
    return {name: _specification(option) for name, option in options.items()}


def _specification(option: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in option.items() if name not in (*_PROSE, "suboptions")}
    if "suboptions" in option:
        said["options"] = {name: _specification(each) for name, each in option["suboptions"].items()}
    return said


def _texts(path: Path) -> dict[str, str]:
    """Return the texts that a file assigns to names, in itself or in its one class."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[node.targets[0].id] = value.value
    return found
