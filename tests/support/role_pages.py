# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what a role's page says of its options from ``meta/argument_specs.yml``; the rest is written by hand.

python -m ansible_collections.keyturn.sfmc.tests.support.role_pages            writes every role's README.md
python -m ansible_collections.keyturn.sfmc.tests.support.role_pages --check    says which are stale, with status 1

What stands between the two marks is generated, whatever stood there. A role without a page gets one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.keyturn.sfmc.tests.support.wrapped import wrapped

ROLES = Path(__file__).absolute().parents[2] / "roles"
BEGIN = "<!-- generated from meta/argument_specs.yml: begin -->"
END = "<!-- generated from meta/argument_specs.yml: end -->"
_HEAD = """\
<!--
Copyright: (c) 2026, Keyturn
SPDX-License-Identifier: GPL-3.0-or-later
-->
# keyturn.sfmc.{role}

"""


def roles() -> list[Path]:
    """Return the folders of all roles."""
    return sorted(path.parents[1] for path in ROLES.glob("*/meta/argument_specs.yml"))


def page(role: Path) -> str:
    """Return the page of a role as it should be.

    :raises ValueError: its page lacks one of the marks, has one twice, or has them the wrong way round.
    """
    path = role / "README.md"
    there = path.read_text(encoding="utf-8") if path.exists() else f"{_HEAD.format(role=role.name)}{BEGIN}\n{END}\n"
    parts = re.split(f"({re.escape(BEGIN)}|{re.escape(END)})", there)
    if parts[1::2] != [BEGIN, END]:
        raise ValueError(f"{path}: expected the lines {BEGIN!r} and {END!r}, once and in that order")
    return f"{parts[0]}{BEGIN}\n{generated(role)}\n{END}{parts[4]}"


def is_stale(role: Path) -> bool:
    """Tell whether the page of a role is missing or says something else than its specification."""
    path = role / "README.md"
    return not path.exists() or path.read_text(encoding="utf-8") != page(role)


def generated(role: Path) -> str:
    """Return what a role's argument specification says, as Markdown: of its main task file, then of others."""
    read = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    specifications: dict[str, Any] = read["argument_specs"]
    texts = []
    for name in sorted(specifications, key=lambda name: (name != "main", name)):
        headline = [] if name == "main" else [f"## tasks_from: {name}", ""]
        texts.append("\n".join([*headline, *_lines(specifications[name])]))
    return "\n\n".join(texts)


def _lines(specification: Mapping[str, Any]) -> list[str]:
    said = specification.get("description", [])
    points = [said] if isinstance(said, str) else said
    items = wrapped("\n".join(f"- {as_said(text)}" for text in points)).split("\n") if points else []
    lines = [f"{specification['short_description']}.", "", *items]
    options = specification.get("options") or {}
    if options:
        lines += ["", "| variable | type | default | what it is |", "| --- | --- | --- | --- |"]
    for name, option in options.items():
        lines += _rows(name, option)
    return lines


def _rows(name: str, option: Mapping[str, Any]) -> list[str]:
    """Return the row of an option, and below it those of its own options, by their path."""
    kind = f"list of {option.get('elements', 'raw')}" if option.get("type") == "list" else option.get("type", "str")
    default = option.get("default", "")
    text = default if isinstance(default, str) else json.dumps(default)
    shown = "**required**" if option.get("required") else f"`{text}`" if text else ""
    said = option["description"]
    described = as_said(said if isinstance(said, str) else " ".join(said))
    if option.get("choices"):
        described += " One of " + ", ".join(f"`{_choice(choice)}`" for choice in option["choices"]) + "."
    rows = [f"| `{name}` | {kind} | {shown} | {described} |".replace("|  |", "| |").replace("|  |", "| |")]
    for inner, each in (option.get("options") or {}).items():
        rows += _rows(f"{name}.{inner}", each)
    return rows


def _choice(choice: object) -> str:
    return choice if isinstance(choice, str) else json.dumps(choice)


def as_said(text: str) -> str:
    """Return a description as a page has it: Ansible's markup is Markdown's, and a cell of a table is one line."""
    links = re.sub(r"L\(([^,)]*), *([^)]*)\)", r"[\1](\2)", text)
    code = re.sub(r"(?<!\w)[CMOVE]\(([^)]*)\)", r"`\1`", links)
    return " ".join(re.sub(r"(?<!\w)[BI]\(([^)]*)\)", r"*\1*", code).replace("|", r"\|").split())


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    parser = argparse.ArgumentParser(prog="role_pages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args(arguments).check
    stale = [role for role in roles() if is_stale(role)]
    for role in stale:
        print(f"roles/{role.name}/README.md {'is stale' if check else 'is written'}")
        if not check:
            (role / "README.md").write_text(page(role), encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
