# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scan of a host finds every use that was planted, claims no other, and the next one reads what changed only."""

from __future__ import annotations

import collections
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _gentle, _side_by_side, _state
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._containers import Engines
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Declared, Sought
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan.scan import Host, Order, scan
from ansible_collections.keyturn.sfmc.plugins.modules import secret_scan
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._options import SCAN
from ansible_collections.keyturn.sfmc.tests.bench import scanning
from ansible_collections.keyturn.sfmc.tests.support.planted import Planted, plant
from ansible_collections.keyturn.sfmc.tests.unit.scan._engine import Estate
from ansible_collections.keyturn.sfmc.tests.unit.scan.test_naming_planted import summary

ESTATE = Estate()
LINE = f"SFMC_CLIENT_SECRET={ESTATE.new[0]}\n".encode()


class Machine:
    """A folder that is searched again and again, at times that a test sets."""

    def __init__(self, folder: Path) -> None:
        self.root, self.state = folder / "root", folder / "state.json"
        self.root.mkdir()
        self.now = 0.0
        self.later()

    def later(self, seconds: float = 10.0) -> None:
        """Let so much time pass since the youngest file."""
        self.now = max(os.stat(self.root).st_ctime, self.now) + seconds

    def write(self, name: str, content: bytes = LINE) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def scan(self, sought: Sought | None = None, declared: Declared | None = None, **options: Any) -> dict[str, Any]:
        told = {"roots": [str(self.root)], "state": str(self.state), "processes": False, "containers": False, **options}
        host = Host(now=lambda: self.now, mounted=dict)
        return scan(Order(**told), sought or ESTATE.sought(), declared or [], host)

    def places(self, **options: Any) -> list[str]:
        return [use["place"][len(str(self.root)) + 1 :] for use in self.scan(**options)["uses"]]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def found(planted: Planted) -> dict[str, Any]:
    sought = Sought(planted.known.integrations, planted.known.secrets, planted.known.fingerprint_keys)
    engines = Engines((str(planted.docker),), (str(planted.podman),), ())
    return scan(Order([str(planted.root)]), sought, [], Host(mounted=dict, proc=str(planted.proc), engines=engines))


def test_every_planted_use_is_found_and_no_other(planted: Planted, found: dict[str, Any]) -> None:
    claimed = collections.Counter(summary(use) for use in found["uses"])
    wanted = collections.Counter([*planted.expected, *planted.expected_elsewhere])
    assert claimed - wanted == collections.Counter(), "claimed"
    assert wanted - claimed == collections.Counter(), "missed"
    assert {use["place"] for use in found["mentions"]} == set(planted.mentions)


@pytest.mark.parametrize("at_a_time", [1, 2, 3])
def test_a_result_is_the_same_however_many_files_are_read_at_a_time(
    planted: Planted, found: dict[str, Any], at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_side_by_side, "_FILES", 3)
    sought = Sought(planted.known.integrations, planted.known.secrets, planted.known.fingerprint_keys)
    host = Host(mounted=dict, workers=lambda: at_a_time)
    result = scan(Order([str(planted.root)], processes=False, containers=False), sought, [], host)
    assert result["uses"] == [use for use in found["uses"] if use["kind"] not in ("process", "container")]
    assert result["mentions"] == found["mentions"]
    assert result["scanned"]["files"] == found["scanned"]["files"]


def test_a_result_says_how_much_was_looked_at(found: dict[str, Any]) -> None:
    assert found["changed"] is False
    scanned = found["scanned"]
    assert scanned["files"] > 40
    assert scanned["bytes"] > 1_000_000
    assert scanned["processes"] > 0
    assert scanned["containers"] > 0
    assert scanned["full"] is True
    json.dumps(found).encode("ascii")


def test_no_secret_is_in_a_result_or_a_state(planted: Planted, found: dict[str, Any], tmp_path: Path) -> None:
    sought = Sought(planted.known.integrations, planted.known.secrets, planted.known.fingerprint_keys)
    state = tmp_path / "state.json"
    scan(Order([str(planted.root)], processes=False, containers=False, state=str(state)), sought, [])
    secrets = [value for name, value in vars(planted.known).items() if name not in ("crm", "forms")]
    said = json.dumps(found) + state.read_text("ascii")
    assert len(secrets) >= 7
    assert not [number for number, value in enumerate(secrets) if value in said or value[5:30] in said]


def test_an_unchanged_tree_is_not_read_again_and_its_uses_stay(machine: Machine) -> None:
    machine.write("a.env")
    machine.write("b.txt", b"nothing")
    machine.later()
    first = machine.scan()
    machine.later()
    again = machine.scan()
    assert again["uses"] == first["uses"] != []
    assert (again["scanned"]["files"], again["scanned"]["unchanged"], again["scanned"]["full"]) == (0, 2, False)


def changes() -> Iterator[Any]:
    def written(machine: Machine) -> None:
        machine.write("b.txt")

    def added(machine: Machine) -> None:
        machine.write("new/c.env")

    def removed(machine: Machine) -> None:
        (machine.root / "a.env").unlink()

    def renamed(machine: Machine) -> None:
        (machine.root / "a.env").rename(machine.root / "z.env")

    def moved_in(machine: Machine) -> None:
        """A folder whose files are older than the last scan."""
        (machine.root.parent / "elsewhere").rename(machine.root / "moved")

    def folder_renamed(machine: Machine) -> None:
        (machine.root / "deep").rename(machine.root / "other")

    def cleaned(machine: Machine) -> None:
        machine.write("a.env", b"nothing")

    def old_times(machine: Machine) -> None:
        os.utime(machine.write("b.txt"), (0, 0))

    for change, places in (
        (written, ["a.env", "b.txt", "deep/d/e.env"]),
        (added, ["a.env", "deep/d/e.env", "new/c.env"]),
        (removed, ["deep/d/e.env"]),
        (renamed, ["z.env", "deep/d/e.env"]),
        (moved_in, ["a.env", "deep/d/e.env", "moved/in/f.env"]),
        (folder_renamed, ["a.env", "other/d/e.env"]),
        (cleaned, ["deep/d/e.env"]),
        (old_times, ["a.env", "b.txt", "deep/d/e.env"]),
    ):
        yield pytest.param(change, places, id=change.__name__)


@pytest.mark.parametrize(("change", "places"), list(changes()))
def test_the_next_scan_says_what_a_full_one_says(machine: Machine, change: Any, places: list[str]) -> None:
    machine.write("a.env")
    machine.write("b.txt", b"nothing")
    machine.write("deep/d/e.env")
    machine.write("../elsewhere/in/f.env")
    # The system's clock stamps a change; the last scan began before it, and long after all else.
    machine.now = os.stat(machine.root).st_ctime + 1.0
    assert machine.places() == ["a.env", "deep/d/e.env"]
    change(machine)
    assert machine.places() == places
    assert machine.places(full=True) == places


def test_what_changed_when_the_last_scan_began_is_read_again(machine: Machine) -> None:
    """Clocks of file systems tick coarsely, and a file may change while it is read."""
    path = machine.write("a.txt", b"nothing")
    machine.now = os.stat(path).st_mtime + 1.5
    machine.scan()
    assert machine.scan()["scanned"]["files"] == 1


@pytest.mark.parametrize(
    "options",
    [
        {"exclude": ["*.tmp"]},
        {"max_bytes": 1000},
        {"full": True},
        {"sought": ESTATE.sought(active=ESTATE.new[0])},
        {"sought": Estate().sought()},
        {"declared": [{"name": "app", "client_id": ESTATE.client_ids[0], "files": [], "services": ["app"]}]},
    ],
    ids=["exclude", "max-bytes", "full", "a-rotation", "other-integrations", "declared"],
)
def test_everything_is_read_when_something_else_is_asked(machine: Machine, options: dict[str, Any]) -> None:
    machine.write("a.env")
    machine.later()
    machine.scan()
    machine.later()
    scanned = machine.scan(**options)["scanned"]
    assert (scanned["files"], scanned["full"]) == (1, True)


def test_everything_is_read_when_the_clock_was_set_back(machine: Machine) -> None:
    machine.write("a.env")
    machine.later()
    machine.scan()
    machine.now -= 5
    assert machine.scan()["scanned"]["full"] is True


def test_nothing_is_remembered_where_a_secret_has_no_fingerprint(machine: Machine) -> None:
    sought = Sought(ESTATE.integrations, ESTATE.secrets, {})
    machine.scan(sought)
    assert not machine.state.exists()


def test_a_state_can_be_read_by_its_owner_only_and_is_no_place_itself(machine: Machine) -> None:
    machine.state = machine.root / "state.json"
    machine.write("a.env")
    for _time in range(2):
        machine.later()
        assert machine.places() == ["a.env"]
    assert stat.S_IMODE(machine.state.stat().st_mode) == 0o600
    assert sorted(path.name for path in machine.root.iterdir()) == ["a.env", "state.json"]


def test_check_mode_finds_the_same_and_writes_no_state(machine: Machine) -> None:
    machine.write("a.env")
    assert machine.places(check_mode=True) == ["a.env"]
    assert not machine.state.exists()


def damages() -> Iterator[Any]:
    def cut(state: Path) -> None:
        state.write_bytes(state.read_bytes()[:-5])

    def no_object(state: Path) -> None:
        state.write_text("[1, 2]")

    def other_types(state: Path) -> None:
        content = json.loads(state.read_text())
        state.write_text(json.dumps({**content, "files": {"/x": 7}}))

    def deep(state: Path) -> None:
        state.write_text("[" * 100_000)

    def other_version(state: Path) -> None:
        content = json.loads(state.read_text())
        state.write_text(json.dumps({**content, "version": _state.VERSION + 1}))

    def writable(state: Path) -> None:
        state.chmod(0o666)

    def a_link(state: Path) -> None:
        state.rename(state.with_name("real"))
        state.symlink_to("real")

    def a_folder(state: Path) -> None:
        state.unlink()
        state.mkdir()

    for damage in (cut, no_object, other_types, deep, other_version, writable, a_link, a_folder):
        yield pytest.param(damage, id=damage.__name__)


@pytest.mark.parametrize("damage", list(damages()))
def test_a_state_that_cannot_be_believed_means_a_full_scan_and_is_said(machine: Machine, damage: Any) -> None:
    machine.write("a.env")
    machine.later()
    machine.scan()
    damage(machine.state)
    machine.later()
    result = machine.scan()
    assert result["scanned"]["full"] is True
    assert len(result["uses"]) == 1
    assert [line["place"] for line in result["left_out"] if "everything was read" in line["why"]] == [
        str(machine.state)
    ]


def test_another_users_state_means_a_full_scan(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.write("a.env")
    machine.later()
    machine.scan()
    monkeypatch.setattr(_state.os, "geteuid", lambda: os.getuid() + 1)
    result = machine.scan()
    assert result["scanned"]["full"] is True
    assert "another user" in result["left_out"][0]["why"]


def test_a_state_that_cannot_be_written_is_said_and_leaves_nothing(machine: Machine) -> None:
    machine.write("a.env")
    machine.state = machine.root / "missing/state.json"
    result = machine.scan()
    assert len(result["uses"]) == 1
    assert [line["place"] for line in result["left_out"]] == [str(machine.state)]
    machine.state = machine.root / "a-folder"
    machine.state.mkdir()
    machine.scan()
    assert list(machine.state.iterdir()) == []
    assert sorted(path.name for path in machine.root.iterdir()) == ["a-folder", "a.env"]


def test_what_was_skipped_of_an_unchanged_file_is_said_again(machine: Machine) -> None:
    path = machine.write("a.gz", b"\x1f\x8b\x08 is no gzip")
    machine.later()
    first = machine.scan()["left_out"]
    machine.later()
    again = machine.scan()
    assert again["left_out"] == first != []
    assert first[0]["place"] == str(path)
    assert again["scanned"]["files"] == 0


def test_a_declared_place_is_named(machine: Machine) -> None:
    path = machine.write("a.env")
    file = {"path": str(path), "format": "dotenv", "key": "SFMC_CLIENT_SECRET"}
    declared = [{"name": "app", "client_id": ESTATE.client_ids[0], "files": [file], "services": []}]
    assert [use["declared"] for use in machine.scan(declared=declared)["uses"]] == ["app"]
    assert [use["declared"] for use in machine.scan()["uses"]] == [""]


@pytest.mark.parametrize(
    "options",
    [{"roots": []}, {"roots": ["relative"]}, {"roots": ["/a\0b"]}, {"max_bytes": 0}, {"state": "relative"}],
    ids=["no-root", "relative-root", "zero-in-root", "no-bytes", "relative-state"],
)
def test_an_order_that_is_none_is_refused(machine: Machine, options: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="a scan is told where to look"):
        machine.scan(**options)


def test_a_gentle_scan_steps_back_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    stepped: list[bool] = []
    monkeypatch.setattr(_gentle, "step_back", lambda: stepped.append(True))
    machine.scan()
    assert stepped == []
    machine.scan(gentle=True)
    assert stepped == [True]


def test_stepping_back_is_what_the_system_says_it_is() -> None:
    get = {"x86_64": 252, "aarch64": 31}[os.uname().machine]
    asked = f"import ctypes; print(os.nice(0), ctypes.CDLL(None).syscall({get}, 1, 0) >> 13)"
    program = (
        f"import os, sys; sys.path[:0] = {sys.path!r}; from {_gentle.__name__} import step_back; step_back(); {asked}"
    )
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout.split() == [
        b"19",
        b"3",
    ]


def test_the_benchmark_plants_what_both_programs_find(tmp_path: Path) -> None:
    sought = scanning.Sought.make(2)
    scanning.make_tree(tmp_path / "tree", 100, [sought])
    result = json.loads(scanning.run_module(sought.arguments(tmp_path / "tree", "", full=True)).output)
    assert len(result["uses"]) == 40
    assert result["scanned"]["files"] == 100
    grep = scanning.run_grep(tmp_path / "tree", sought).output
    assert len(grep.splitlines()) == 80


def test_module_and_action_have_the_same_options_and_defaults() -> None:
    for option, spec in SCAN.items():
        assert secret_scan.ARGUMENTS[option].get("default") == spec.get("default"), option


def test_a_scan_says_which_roots_were_there(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(machine.root)
    scanned = machine.scan(roots=[str(link), str(tmp_path / "missing")])["scanned"]
    assert scanned["roots"] == [str(machine.root.resolve())]
