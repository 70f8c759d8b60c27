# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates: name, command, what it is for. The order is the order in which they start."""

from __future__ import annotations

import sys
from typing import NamedTuple

from . import cores, tree

PACKAGE = "ansible_collections.keyturn.sfmc.tests.gates"
TYPED = (
    "plugins/module_utils",
    "plugins/plugin_utils",
    "plugins/action",
    "plugins/lookup",
    "extensions",
    "tests/gates",
    "tests/simulator",
    "tests/standins",
    "tests/testbed",
    "tests/demo",
    "tests/bench",
    "tests/leaks",
    "tests/matrix",
    "tests/mutants",
    "tests/support",
)


class Gate(NamedTuple):
    """One thing that has to pass.

    :param alone: runs by itself, after those that run side by side: it measures time or uses every core.
    :param timeout: seconds after which it counts as hung and is ended.
    """

    name: str
    about: str
    command: tuple[str, ...]
    alone: bool = False
    timeout: int = 900


def _own(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"{PACKAGE}.{name}", *arguments)


def _pytest(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-q", "--durations=5", *arguments)


def _mypy() -> tuple[str, ...]:
    """Name the typed folders that exist by their import path, so that mypy sees one module under one name."""
    base = ".work/collections/ansible_collections/keyturn/sfmc"
    folders = [f"{base}/{folder}" for folder in TYPED if any((tree.ROOT / folder).rglob("*.py"))]
    return (sys.executable, "-m", "mypy", *folders)


GATES = (
    Gate("sanity", "ansible-test sanity, no ignores", _own("sanity"), timeout=1800),
    Gate("ansible-lint", "ansible-lint, production profile, strict", _own("lint")),
    Gate("ruff", "ruff check", (sys.executable, "-m", "ruff", "check", ".")),
    Gate("format", "ruff format --check", (sys.executable, "-m", "ruff", "format", "--check", ".")),
    Gate("mypy", "mypy --strict of what is typed", _mypy()),
    Gate("yamllint", "yamllint --strict", (sys.executable, "-m", "yamllint", "--strict", ".")),
    Gate("managed-hosts", "what runs on managed hosts is Python 3.6", _own("managed_hosts")),
    Gate("hygiene", "no secrets, machine's paths, registries", _own("hygiene")),
    Gate("import", "build, then import as Galaxy does", _own("artifact", "import")),
    Gate(
        "artifact", "the demo, from the artifact installed into an empty folder", _own("artifact", "demo"), alone=True
    ),
    Gate("docs", "documentation of every plugin", _own("docs")),
    Gate("docs-site", "site of plugins, roles and guides, without a warning", _own("docs_site")),
    Gate("changelog", "changelog fragments", ("antsibull-changelog", "lint")),
    Gate("reuse", "every file says its licence", (sys.executable, "-m", "reuse", "lint")),
    Gate("execution-environment", "declared packages, and an image's build context", _own("execution_environment")),
    Gate("unit", "unit tests", _pytest("-n", "auto", "tests/unit"), alone=True),
    Gate(
        "unit-quick",
        "those that `make check` runs",
        _pytest("-n", "auto", "-m", "not exhaustive", "tests/unit"),
        alone=True,
    ),
    Gate(
        "integration",
        "integration tests over real hosts",
        # The leak suite is a gate of its own.
        _pytest("-n", "2", "--dist", "loadfile", *(f"--ignore={path}" for path in cores.SUITE), "tests/integration"),
        alone=True,
        timeout=1800,
    ),
    Gate("leaks", "leak suite, a rotation on every ansible-core", _own("cores"), alone=True, timeout=1800),
    Gate("molecule", "molecule scenarios over real hosts", ("molecule", "test", "--all"), alone=True, timeout=1200),
    Gate("azure", "kinds of Azure with all 1.5 GB of its packages", _own("azure"), alone=True, timeout=3600),
    Gate("rulebook", "the rulebook in ansible-rulebook, where Java is", _own("rulebook"), alone=True),
)
CHECK = ("ruff", "format", "mypy", "yamllint", "managed-hosts", "hygiene", "unit-quick")
# The whole of it; a gate that is not to run with `make test` is named here.
NOT_IN_TEST: tuple[str, ...] = ("azure", "rulebook", "unit-quick")
TEST = tuple(gate.name for gate in GATES if gate.name not in NOT_IN_TEST)
GROUPS = {"check": CHECK, "test": TEST}


def select(names: list[str]) -> list[Gate]:
    """Return the named gates, each once, in the catalogue's order.

    :raises KeyError: a name is neither a gate's nor a group's.
    """
    known = {gate.name for gate in GATES}
    wanted: set[str] = set()
    for name in names:
        wanted |= {name} if name in known else set(GROUPS[name])
    return [gate for gate in GATES if gate.name in wanted]
