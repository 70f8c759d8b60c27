# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution environments, as far as ansible-builder goes without a container engine.

`ansible-builder introspect` finds exactly the packages that ``meta/`` declares; `ansible-builder create` makes of
``execution-environment.yml`` a build context that holds exactly what is declared there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .tree import copy_for, private_environment

_SCRIPTS = "_build/scripts/"
_FILES = {"Containerfile", "_build/requirements.txt", "_build/requirements.yml"}


def lines_of(path: Path) -> list[str]:
    """Return what a list of packages says, less comments and blank lines."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def collection_complaints(root: Path, found: Mapping[str, Any]) -> Iterator[str]:
    """Compare what `introspect` found with what the collection declares in ``meta/``."""
    for kind, name in (("python", "ee-requirements.txt"), ("system", "ee-bindep.txt")):
        declared = set(lines_of(root / "meta" / name))
        seen = {line.partition("#")[0].strip() for line in found.get(kind) or ()}
        if seen != declared:
            yield f"meta/{name}: expected {sorted(declared)}, ansible-builder found {sorted(seen)}"
    pinned = [name for name in lines_of(root / "meta" / "ee-requirements.txt") if not name.isidentifier()]
    if pinned:
        yield f"meta/ee-requirements.txt: expected bare names, found {pinned}; leave versions to the image"


def context_complaints(definition: Mapping[str, Any], context: Path) -> Iterator[str]:
    """Compare a build context with the definition that it was made of."""
    files = {str(path.relative_to(context)) for path in context.rglob("*") if path.is_file()}
    others = {name for name in files if not name.startswith(_SCRIPTS)}
    if others != _FILES:
        yield f"the context: expected {sorted(_FILES)} beside ansible-builder's scripts, found {sorted(others)}"
        return
    dependencies = definition["dependencies"]
    packages = lines_of(context / "_build" / "requirements.txt")
    if packages != dependencies["python"]:
        yield f"_build/requirements.txt: expected {dependencies['python']}, found {packages}"
    collections = yaml.safe_load((context / "_build" / "requirements.yml").read_text("utf-8"))
    if collections != dependencies["galaxy"]:
        yield f"_build/requirements.yml: expected {dependencies['galaxy']}, found {collections}"
    containerfile = (context / "Containerfile").read_text("utf-8")
    arguments = {
        "EE_BASE_IMAGE": definition["images"]["base_image"]["name"],
        "PYPKG": dependencies["python_interpreter"]["package_system"],
        "PYCMD": dependencies["python_interpreter"]["python_path"],
    }
    wanted = [f'ARG {name}="{value}"' for name, value in arguments.items()]
    wanted += [dependencies[name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    for text in wanted:
        if text not in containerfile:
            yield f"Containerfile: expected {text}, found none"


def main() -> int:
    """Introspect and create in a copy of the tree; return the exit status."""
    copy = copy_for("execution-environment")
    introspected = _builder("introspect", str(copy.parents[2]))
    file, context = copy / "execution-environment.yml", copy.parents[2] / "context"
    created = _builder("create", "--file", str(file), "--context", str(context), "--output-filename", "Containerfile")
    failed = [done.returncode for done in (introspected, created) if done.returncode != 0]
    if failed:
        return failed[0]
    complaints = [*collection_complaints(copy, yaml.safe_load(introspected.stdout) or {})]
    complaints += context_complaints(yaml.safe_load(file.read_text("utf-8")), context)
    print("\n".join(complaints))
    return 1 if complaints else 0


def _builder(*words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["ansible-builder", *words],
        env=private_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, done.stderr)
    return done


if __name__ == "__main__":
    sys.exit(main())
