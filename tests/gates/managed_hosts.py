# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on managed hosts: Python 3.6 grammar, standard library and ``module_utils`` only.

ansible-test knows only the versions that its ansible-core supports; this looks at the grammar of 3.6 itself.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from . import tree

FLOOR = (3, 6)
SHIPPED = (Path("plugins/module_utils"), Path("plugins/modules"))
OURS = "ansible_collections.keyturn.sfmc.plugins.module_utils"
ALLOWED = (OURS, "ansible.module_utils")
# Modules of the standard library that came after the floor; the rest of it is as old as that.
TOO_YOUNG = {
    "contextvars",
    "dataclasses",
    "graphlib",
    "importlib.metadata",
    "importlib.resources",
    "tomllib",
    "zoneinfo",
}
# What is used where a host has it; its absence is handled where it is imported.
GUARDED = {"boto3", "botocore", "nacl.public", "tomllib", "yaml"}


def guarded(module: ast.Module) -> set[ast.AST]:
    """Return the imports whose failure the file handles by itself."""
    tries = (node for node in ast.walk(module) if isinstance(node, ast.Try))
    return {
        statement
        for node in tries
        if any(isinstance(handler.type, ast.Name) and handler.type.id == "ImportError" for handler in node.handlers)
        for statement in node.body
        if isinstance(statement, ast.Import) and all(alias.name in GUARDED for alias in statement.names)
    }


def imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every import that must work; relative imports stay within module_utils."""
    optional = guarded(module)
    for node in ast.walk(module):
        if node in optional:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def may_import(name: str) -> bool:
    """Tell whether an import works on a managed host."""
    if any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED):
        return True
    return name.split(".")[0] in sys.stdlib_module_names and name not in TOO_YOUNG


def complaints(file: Path, source: str) -> Iterator[str]:
    """Yield what keeps one file from running on Python 3.6, as ``file:line: expected, found``."""
    if file.name == "__init__.py" and source:
        yield f"{file}:1: expected an empty file, as ansible-test up to 2.18 wants it, found text"
    try:
        module = ast.parse(source, str(file), feature_version=FLOOR)
    except SyntaxError as error:
        yield f"{file}:{error.lineno}: expected the grammar of Python 3.6, found: {error.msg}"
        return
    for line, name in imports(module):
        if name == "__future__":
            yield f"{file}:{line}: `from __future__ import annotations` came with Python 3.7: write annotations of 3.6"
        elif not may_import(name):
            yield f"{file}:{line}: expected the standard library of 3.6 or module_utils, found an import of {name}"


def main() -> int:
    """Check every shipped file; return the exit status."""
    shipped = [file for file in tree.files() if file.suffix == ".py" and any(home in file.parents for home in SHIPPED)]
    found = [text for file in shipped for text in complaints(file, (tree.ROOT / file).read_text("utf-8"))]
    print(*found, f"{len(shipped)} files, {len(found)} complaints", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
