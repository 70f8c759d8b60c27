# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs with a secret in its environment is reported by what restarts it; what cannot be read is counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _processes
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._processes import uses_of_processes

from ._known import KNOWN, SOUGHT, filled_in, hidden

_ID = "0123456789ab" + "c" * 52


def process(proc: Path, number: int, environment: list[str], group: str = "0::/\n", parent: int = 1) -> None:
    folder = proc / str(number)
    folder.mkdir(parents=True)
    (folder / "environ").write_bytes(b"".join(os.fsencode(filled_in(line)) + b"\0" for line in environment))
    (folder / "cgroup").write_text(group)
    (folder / "stat").write_text(f"{number} (a (name) 7) S {parent} 1 1\n")
    (folder / "comm").write_text("thing\n")
    (folder / "exe").symlink_to("/usr/bin/thing (deleted)")


@pytest.mark.parametrize(
    ("group", "place", "service"),
    [
        ("0::/system.slice/mule.service\n", "process of mule.service", "mule.service"),
        ("0::/system.slice/system-app.slice/app@1.service/sub\n", "process of app@1.service", "app@1.service"),
        ("0::/user.slice/user-7.slice/user@7.service/app.slice/x.service\n", "process of x.service", "x.service"),
        ("12:cpu:/\n1:name=systemd:/system.slice/cron.service\n", "process of cron.service", "cron.service"),
        (f"0::/system.slice/docker-{_ID}.scope\n", "process of container sync", "sync"),
        (f"4:memory:/docker/{_ID}\n", "process of container sync", "sync"),
        (f"0::/machine.slice/libpod-{'d' * 64}.scope/container\n", f"process of container {'d' * 12}", "d" * 12),
        ("0::/user.slice/user-0.slice/session-3.scope\n", "process of /usr/bin/thing", ""),
        ("", "process of /usr/bin/thing", ""),
    ],
    ids=["unit", "instance", "user", "version-1", "docker", "docker-1", "podman", "session", "none"],
)
def test_a_process_is_named_by_its_control_group(tmp_path: Path, group: str, place: str, service: str) -> None:
    process(tmp_path, 7, ["SFMC_CLIENT_SECRET={active}"], group)
    ((use,), looked, skipped) = uses_of_processes(SOUGHT, None, str(tmp_path), {_ID: "sync"})
    assert (use["place"], use["service"], use["key"]) == (place, service, "SFMC_CLIENT_SECRET")
    assert (use["kind"], use["path"], use["format"], use["line"]) == ("process", "", "", 0)
    assert (use["secret"], use["client_id"], looked, skipped) == ("active", KNOWN.crm, 1, 0)
    assert use["fingerprint"] == SOUGHT.fingerprint(KNOWN.crm, KNOWN.active)


def test_processes_of_one_service_are_one_use_for_each_variable(tmp_path: Path) -> None:
    for number in (5, 6, 7):
        process(tmp_path, number, ["A={active}", "B={active}"], "0::/system.slice/x.service\n")
    found, looked, _skipped = uses_of_processes(SOUGHT, None, str(tmp_path))
    assert ([use["key"] for use in found], looked) == (["A", "B"], 3)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        (["ID={crm}", "CLIENT_SECRET={old_unknown}"], [("CLIENT_SECRET", "unknown", "{crm}")]),
        (["X={unknown}"], [("X", "unknown", "")]),
        (['X={"a": "{active}", "b": "{of_forms}"}'], [("X", "active", "{crm}"), ("X", "active", "{forms}")]),
        (["URL=https://{host}/", "CLIENT_SECRET={old_unknown}"], [("CLIENT_SECRET", "unknown", "{crm}")]),
        (["CLIENT_SECRET={strangers}"], []),
        (["ID={crm}", "CLIENT_SECRET=changeme", "SFMC_CLIENT_SECRET_FILE=/run/secrets/sfmc_1"], []),
        (["no sign", "", "="], []),
    ],
    ids=["beside-its-id", "by-its-form", "in-json", "by-the-tenant", "of-another", "placeholders", "nothing"],
)
def test_a_variable_holds_a_secret_or_none(
    tmp_path: Path, environment: list[str], found: list[tuple[str, str, str]]
) -> None:
    process(tmp_path, 7, environment)
    uses, _looked, _skipped = uses_of_processes(SOUGHT, None, str(tmp_path))
    assert sorted((use["key"], use["secret"], hidden(use["client_id"])) for use in uses) == found


def test_who_asks_is_left_out_with_what_started_it_but_not_the_first_process(tmp_path: Path) -> None:
    process(tmp_path, 1, ["A={active}"], "0::/init.scope\n", 0)
    process(tmp_path, 20, ["B={active}"], parent=1)
    process(tmp_path, 30, ["C={active}"], parent=20)
    process(tmp_path, 31, ["D={active}"], parent=20)
    found, _looked, _skipped = uses_of_processes(SOUGHT, None, str(tmp_path), own=30)
    assert [use["key"] for use in found] == ["A", "D"]


def test_what_may_not_be_read_is_counted_and_what_has_ended_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (5, 6, 7):
        process(tmp_path, number, ["A={active}"])
    read = _processes._read

    def reading(proc: str, number: int, name: str) -> bytes:
        if name == "environ" and number == 5:
            raise PermissionError(13, "no")
        if name == "environ" and number == 6:
            raise ProcessLookupError(3, "ended")
        return read(proc, number, name)

    monkeypatch.setattr(_processes, "_read", reading)
    found, looked, skipped = uses_of_processes(SOUGHT, None, str(tmp_path))
    assert (len(found), looked, skipped) == (1, 1, 1)


def test_a_host_without_proc_has_no_processes(tmp_path: Path) -> None:
    assert uses_of_processes(SOUGHT, None, str(tmp_path / "none")) == ([], 0, 0)


def test_a_real_process_is_found_while_it_runs() -> None:
    program = [sys.executable, "-c", "print(flush=True); input()"]
    variables = {**os.environ, "KEYTURN_PLANTED": KNOWN.active}
    with subprocess.Popen(program, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout and running.stdin
        running.stdout.readline()
        found, looked, _skipped = uses_of_processes(SOUGHT)
        running.stdin.write(b"\n")
    assert looked > 1
    assert [(use["key"], use["secret"]) for use in found] == [("KEYTURN_PLANTED", "active")]
