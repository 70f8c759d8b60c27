# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What containers are started with is read from the files of their engine, or asked for where there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _containers
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._containers import Engines, uses_of_containers

from ._known import KNOWN, SOUGHT

_ID = "0123456789ab" + "c" * 52
_CONFIG = {"ID": _ID, "Name": "/sync", "Config": {"Env": [f"S={KNOWN.active}", "T=x"]}}


def docker(folder: Path, content: str) -> Engines:
    (folder / _ID).mkdir(parents=True)
    (folder / _ID / "config.v2.json").write_text(content)
    return Engines((str(folder),), (), ())


def program(folder: Path, listed: str, inspected: str, status: int = 0) -> None:
    """An engine: it lists containers, and says what it knows of the one that is named."""
    (folder / "inspected").write_text(inspected)
    path = folder / "docker"
    path.write_text(
        f'#!/bin/sh\ncase "$1" in\nps) echo {listed};;\ninspect) cat {folder}/inspected;;\nesac\nexit {status}\n'
    )
    path.chmod(0o755)


def test_a_container_is_reported_by_its_name_and_the_variable(tmp_path: Path) -> None:
    ((use,), looked, skipped) = uses_of_containers(SOUGHT, None, docker(tmp_path, json.dumps(_CONFIG)))
    assert (use["place"], use["kind"], use["key"], use["service"]) == ("container sync", "container", "S", "sync")
    assert (use["secret"], use["client_id"], looked, skipped) == ("active", KNOWN.crm, 1, 0)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "7", '{"ID": 7}', '{"ID": "x", "Config": []}', "[" * 100_000],
    ids=["empty", "cut", "a-list", "a-number", "a-wrong-id", "a-wrong-config", "deep"],
)
def test_what_is_no_container_is_counted(tmp_path: Path, content: str) -> None:
    assert uses_of_containers(SOUGHT, None, docker(tmp_path, content)) == ([], 0, 1)


@pytest.mark.parametrize("names", [[], None, "x", [7]], ids=["empty", "none", "a-text", "a-number"])
def test_a_container_without_a_name_has_the_beginning_of_its_id(tmp_path: Path, names: object) -> None:
    (tmp_path / _ID / "userdata").mkdir(parents=True)
    (tmp_path / "containers.json").write_text(json.dumps([{"id": _ID, "names": names}, 7]))
    (tmp_path / _ID / "userdata" / "config.json").write_text(json.dumps({"process": {"env": [f"S={KNOWN.staged}"]}}))
    ((use,), looked, skipped) = uses_of_containers(SOUGHT, None, Engines((), (str(tmp_path),), ()))
    assert (use["place"], use["secret"], looked, skipped) == ("container 0123456789ab", "staged", 1, 0)


def test_an_engine_without_files_here_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inspected = [{"Id": _ID, "Name": "sync", "Config": _CONFIG["Config"]}]
    program(tmp_path, _ID, json.dumps(inspected))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    ((use,), looked, _skipped) = uses_of_containers(SOUGHT, None, Engines((str(tmp_path / "none"),), (), ("docker",)))
    assert (use["place"], use["key"], looked) == ("container sync", "S", 1)


@pytest.mark.parametrize(
    ("inspected", "status"),
    [("no json", 0), ("{}", 0), ("[7]", 0), ("[]", 1)],
    ids=["text", "object", "number", "failed"],
)
def test_an_engine_that_answers_badly_has_no_containers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inspected: str, status: int
) -> None:
    program(tmp_path, _ID, inspected, status)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert uses_of_containers(SOUGHT, None, Engines((), (), ("docker",))) == ([], 0, 0)


def test_an_engine_that_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(_containers, "_SECONDS", 0.2)
    assert uses_of_containers(SOUGHT, None, Engines((), (), ("docker",))) == ([], 0, 0)


def test_a_container_does_not_show_its_environment(tmp_path: Path) -> None:
    containers, _skipped = _containers.containers_of(docker(tmp_path, json.dumps(_CONFIG)))
    assert KNOWN.active not in repr(containers)
