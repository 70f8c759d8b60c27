# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host for each Python that is here and that this ansible-core works with: searched, rehearsed, served, verified.

`make test` takes the oldest and the newest; `make matrix` all of them (`KEYTURN_HOST_PYTHONS=all`), with each
ansible-core. All hosts are one estate, so that a further Python costs one host.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from ansible.release import __version__

from ansible_collections.keyturn.sfmc.tests.gates.cores import CORES
from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.support.pythons import pythons
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
)
from ansible_collections.keyturn.sfmc.tests.testbed.estates import PLACES

_CORE = next(core for core in CORES if __version__.startswith(f"{core.name}."))
_REACHED = {f"3.{minor}": path for minor, path in pythons().items() if minor >= _CORE.oldest_host}
_ALL = os.environ.get("KEYTURN_HOST_PYTHONS") == "all"
_PYTHONS = {version: _REACHED[version] for version in (_REACHED if _ALL else [*_REACHED][:: max(1, len(_REACHED) - 1)])}
#: One of each way to read and write. YAML needs PyYAML, which a host may be without; each file more is one proof more.
_FILES = tuple(PLACES[name] for name in ("json", "shell", "toml", "xml"))
_ALL_AT_ONCE = {"sfmc_serial": ["100%"], "sfmc_max_fail_percentage": 100}


@dataclass(frozen=True)
class Runs:
    """What every playbook said, in the order in which they were run."""

    operations: Operations
    ended: dict[str, Outcome]


def _host(version: str) -> str:
    return f"prod-python{version}"


@pytest.fixture(scope="module")
def runs(bring_up_once: BringUp) -> Iterator[Runs]:
    """One estate, and the whole of a rotation over it."""
    hosts = tuple(Host(_host(version), "prod", (Dependent("crm_sync", "shop", _FILES),)) for version in _PYTHONS)
    integration = Integration("crm_sync", "CRM Sync", age_days=170)
    operations = bring_up_once(Declaration("host-pythons", (Environment("prod", (integration,)),), hosts))
    for version, path in _PYTHONS.items():
        root = str(operations.estate.host(_host(version)))
        operations.declare_variables(_host(version), ansible_python_interpreter=path, sfmc_scan_roots=[root])
        served = {"restart": {"command": ["true"]}, "check": {"command": ["true"]}}
        operations.declare_host(_host(version), lambda items, served=served: items[0].update(served))  # type: ignore[misc]
    operations.hand_in_active("crm_sync")
    ended = {
        "discover": operations.playbook("discover"),
        "rehearse": operations.playbook("rehearse", **_ALL_AT_ONCE),
        "rotate": operations.rotate(**_ALL_AT_ONCE),
        "verify": operations.playbook("verify"),
    }
    yield Runs(operations, ended)


@pytest.mark.parametrize("version", _PYTHONS)
def test_a_host_is_searched_rehearsed_served_and_verified_by_its_python(runs: Runs, version: str) -> None:
    asked = [_PYTHONS[version], "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == version
    for name, run in runs.ended.items():
        counts = run.recap.get(_host(version), {})
        assert counts and not counts["failed"] and not counts["unreachable"], (name, run)
    values = runs.operations.estate.values("prod", "crm_sync")
    held = {place: value for place, value in values.items() if _host(version) in str(place)}
    assert len(held) == len(_FILES), values.keys()
    assert set(held.values()) == {runs.operations.secret("crm_sync")}, "a file has another value"


def test_the_whole_of_it_succeeded(runs: Runs) -> None:
    for name, run in runs.ended.items():
        assert run.status == 0, (name, run)
    assert runs.operations.sent("crm_sync") == ["generate", "activate"]
    assert runs.operations.rotation("crm_sync").outcome == "rotated"
