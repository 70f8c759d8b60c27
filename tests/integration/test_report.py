# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module report as people run it: files, what counts as a change, refusals that leave everything as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.support.estates_of_report import estate

ROOT = Path(__file__).resolve().parents[2]
Play = Callable[..., list[dict[str, Any]]]
_PLAY = """---
- name: Report
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write
      keyturn.sfmc.report: "{{ item }}"
      loop: "{{ each }}"
      loop_control:
        label: ""
      ignore_errors: true
      register: written

    - name: Show
      ansible.builtin.copy:
        content: "{{ written.results | to_json }}"
        dest: "{{ playbook_dir }}/result"
        mode: "0600"
      check_mode: false
"""


@pytest.fixture(name="play")
def _play(tmp_path: Path) -> Play:
    """Run the module once with each of these arguments, all in one play; return its results."""
    (tmp_path / "play.yml").write_text(_PLAY, encoding="utf-8")

    def play(*each: dict[str, Any], options: Sequence[str] = ()) -> list[dict[str, Any]]:
        (tmp_path / "vars.json").write_text(json.dumps({"each": each}), encoding="utf-8")
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local"]
            + ["play.yml", "-e", "@vars.json", "-e", f"ansible_python_interpreter={sys.executable}", *options],
            cwd=tmp_path,
            env={
                **os.environ,
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".work" / "collections"),
                "ANSIBLE_HOME": str(tmp_path / "ansible"),
                "ANSIBLE_INJECT_FACT_VARS": "false",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found: list[dict[str, Any]] = json.loads((tmp_path / "result").read_text(encoding="utf-8"))
        return found

    return play


def test_page_and_json_are_written_once_and_the_second_time_is_no_change(play: Play, tmp_path: Path) -> None:
    first = {"path": "r.html", "json_path": "r.json", "title": "Ours", "estate": estate(3, 2)}
    later = {**first, "estate": {**estate(3, 2), "generated_at": "2026-11-26T01:50:00Z"}}
    other = {**first, "estate": estate(4, 2)}
    results = play(first, later, other)
    assert [result["written"] for result in results] == [["r.html", "r.json"], [], ["r.html", "r.json"]]
    assert [result["changed"] for result in results] == [True, False, True]
    assert all(result["pictures"] for result in results)
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == estate(4, 2)
    assert (tmp_path / "r.html").stat().st_mode & 0o777 == 0o640
    # Whoever reads it sees how old it is, though nothing has changed.
    play(other | {"estate": {**estate(4, 2), "generated_at": "2026-11-26T01:55:00Z"}})
    assert "2026-11-26 01:55" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_what_cannot_be_done_is_refused_and_everything_is_as_it_was(play: Play, tmp_path: Path) -> None:
    (tmp_path / "notes.html").write_text("my notes", encoding="utf-8")
    good = estate(2, 1)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"estate": {**good, "schema": 9}, "path": "r.html"}, "a report is made of an estate"),
        ({"estate": good}, "a report is written to a file of its own"),
        ({"estate": good, "path": "r.x", "json_path": "./r.x"}, "a report is written to a file of its own"),
        ({"estate": good, "path": "missing/r.html"}, "a report is written where the controller may write"),
        ({"estate": good, "path": "notes.html"}, "a report replaces a former report, and nothing else"),
        ({"estate": good, "path": "r.html", "mode": "rw"}, "the permissions of a report are a number"),
        ({"path": "r.html"}, "I-38: an empty plan is not a success"),
        ({"path": "r.html", "estate": "all"}, "arguments are as the documentation"),
    ]
    results = play(*(arguments for arguments, _rule in refused))
    for result, (_arguments, rule) in zip(results, refused, strict=True):
        assert result["failed"] is True
        assert rule in result["refusal"]["rule"]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"ansible", "notes.html", "play.yml", "result", "vars.json"}
    assert (tmp_path / "notes.html").read_text(encoding="utf-8") == "my notes"


def test_the_playbook_writes_a_report_of_what_it_finds(pair_of_hosts: Operations, tmp_path: Path) -> None:
    """A rotation is open: its dependents stand in the matrix, with what each has shown."""
    operations = pair_of_hosts
    assert operations.rotate(sfmc_wait=0).status == 0
    places = {"sfmc_report_path": str(tmp_path / "r.html"), "sfmc_report_json_path": str(tmp_path / "r.json")}
    run = operations.playbook("report", **places, sfmc_report_title="Ours & <theirs>")
    assert run.status == 0 and run.changed == 1, str(run)
    (item,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["integrations"]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert item["rotation_id"] is not None and item["matrix"]
    assert all(row["dependent"] in page for row in item["matrix"])
    assert "Ours &amp; &lt;theirs&gt;" in page
    for which in ("active", "staged"):
        assert operations.secret("crm_sync", which) not in page


def test_check_mode_says_what_would_be_new_and_writes_nothing(play: Play, tmp_path: Path) -> None:
    (result,) = play({"path": "r.html", "estate": estate(3, 2)}, options=["--check"])
    assert (result["changed"], result["written"]) == (True, ["r.html"])
    assert not (tmp_path / "r.html").exists()
