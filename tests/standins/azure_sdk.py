# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the gaps of an Azure SDK that is installed in part.

Every module of azure.azcollection imports the management packages of some thirty services, 1.5 GB of them, before it
looks what it has to do. What is not installed becomes a package that can be imported and nothing else; whoever uses
anything of it fails. What a module really works with has to be the real thing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

COMMON = Path("azure/azcollection/plugins/module_utils/azure_rm_common.py")
_NOT_OURS = ("ansible", "importlib", "urllib")
_EMPTY = '''\
"""Stands in for a package that is not installed: it can be imported, and that is all."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)

    def use(*arguments, **options):
        raise RuntimeError(__name__ + "." + name + " is not installed here")

    return type(name, (), {"__init__": use})
'''


def fill_gaps(collections: Path, folder: Path) -> list[str]:
    """Make the packages that azure.azcollection imports and nobody installed; return their names.

    :param collections: the folder ``ansible_collections`` with the collection in it.
    :param folder: where they are made, for ``PYTHONPATH``.
    """
    missing = [name for name in dict.fromkeys(_imported(collections / COMMON)) if not _is_installed(name)]
    for name in missing:
        package = folder.joinpath(*name.split("."))
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(_EMPTY, encoding="utf-8")
    return missing


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        else:
            continue
        yield from (name for name in names if not name.startswith(_NOT_OURS))


def _is_installed(name: str) -> bool:
    """Tell whether the package that a module belongs to is there; not every release has every module."""
    steps = name.split(".")
    for length in range(1, len(steps) + 1):
        found = find_spec(".".join(steps[:length]))
        if found is None:
            return False
        if found.origin is not None:
            return True
    return False
