# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that several dependents of a host read, or that are declared by several paths; no SFMC is asked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import Answer
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent

KEY = "ab" * 16
ID, OTHER = "0a1b2c3d4e5f6g7h8i9j0k1l", "1a1b2c3d4e5f6g7h8i9j0k1l"


class Host:
    """A folder with one file of two keys, each with the former secret of its integration."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.former, self.staged = secrets.token_hex(12), secrets.token_hex(12)
        self.file = root / "app.env"
        self.file.write_text(f"A={self.former}\nB={self.former}\n")

    def place(self, key: str = "A", path: Path | None = None) -> dict[str, str]:
        """Declare a place, of the one file unless another path is given."""
        return {"path": str(path or self.file), "format": "dotenv", "key": key}

    def noting(self, word: str, status: int = 0) -> dict[str, Any]:
        """Return a restart that notes a word."""
        words = ["sh", "-c", f"echo {word} >> {self.root}/said; exit {status}"]
        none = dict.fromkeys(("service", "supervisor", "container", "engine"))
        return {**none, "command": words, "daemon_reload": False, "timeout": 30}

    @property
    def said(self) -> list[str]:
        """What restarts noted, in order."""
        path = self.root / "said"
        return path.read_text().split() if path.exists() else []

    def deploy(self, *dependents: dict[str, Any], check_mode: bool = False) -> list[dict[str, Any]]:
        """Bring the staged secret to dependents."""
        known = {name: fingerprint(KEY, getattr(self, name)) for name in ("former", "staged")}
        targets = {each: Target(each, "http://127.0.0.1:1", KEY, self.staged, known) for each in (ID, OTHER)}

        def upkeep(seen: list[str]) -> Upkeep:
            return Upkeep(lambda url, certs: "", seen, lambda seconds: None)

        return deploy(list(dependents), targets, _nobody, upkeep, check_mode)

    def one(self, files: list[dict[str, str]], name: str = "app", client_id: str = ID, **more: Any) -> dict[str, Any]:
        """Return a dependent that is proved without a request."""
        return dependent(client_id, files, name, proof="fingerprint", **more)


def _nobody(_auth_url: str, _client_id: str, _secret: str) -> Answer:
    raise AssertionError("nobody is asked")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Return a host."""
    yield Host(tmp_path)


def test_i14_every_dependent_of_a_file_that_was_written_is_restarted(host: Host) -> None:
    """The second finds the file right already, because of the first."""
    web, worker = (host.one([host.place()], name, restart=host.noting(name)) for name in ("web", "worker"))
    found = host.deploy(web, worker)
    assert [(item["changed"], item["restarted"], item["refusal"]) for item in found] == [(True, True, None)] * 2
    assert host.said == ["web", "worker"]
    again = host.deploy(web, worker)
    assert [(item["changed"], item["restarted"]) for item in again] == [(False, False)] * 2
    assert host.said == ["web", "worker"]


def test_i31_check_mode_says_the_same_of_a_shared_file(host: Host) -> None:
    works = [host.one([host.place()], name, restart=host.noting(name)) for name in ("web", "worker")]
    assert [item["changed"] for item in host.deploy(*works, check_mode=True)] == [True, True]
    assert host.said == []


def test_i14_a_program_that_reads_a_file_by_another_path_is_restarted_too(host: Host) -> None:
    link = host.root / "link.env"
    link.symlink_to(host.file)
    works = [
        host.one([host.place()], "web", restart=host.noting("web")),
        host.one([host.place(path=link)], "worker", restart=host.noting("worker")),
    ]
    assert [item["refusal"] for item in host.deploy(*works)] == [None, None]
    assert host.said == ["web", "worker"]


def test_i14_a_restart_is_owed_although_the_dependent_that_wrote_the_file_failed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = host.root / "second.env"
    second.write_text(f"A={host.former}\n")
    real = _secure_file.replace

    def fails(snapshot: Any, content: bytes) -> Any:
        if snapshot.path == str(second):
            raise Refusal("a rule", snapshot.path, "room", "none", "make some")
        return real(snapshot, content)

    monkeypatch.setattr(_secure_file, "replace", fails)
    failed, shared = host.deploy(
        host.one([host.place(), host.place(path=second)], "web", restart=host.noting("web")),
        host.one([host.place()], "worker", restart=host.noting("worker")),
    )
    assert failed["refusal"]["found"] == "none" and (failed["changed"], failed["restarted"]) == (True, False)
    assert (shared["changed"], shared["restarted"], shared["refusal"]) == (True, True, None)
    assert host.said == ["worker"]


def test_i14_a_file_that_was_replaced_before_its_write_was_refused_counts_as_changed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its directory could not be synced, for example."""
    real = _secure_file.replace

    def late(snapshot: Any, content: bytes) -> Any:
        real(snapshot, content)
        raise Refusal("a rule", snapshot.path, "a synced directory", "another one", "look at the disk")

    monkeypatch.setattr(_secure_file, "replace", late)
    (evidence,) = host.deploy(host.one([host.place()]))
    assert evidence["refusal"] is not None and evidence["changed"] is True


def test_one_file_by_two_paths_is_written_once_with_all_of_its_keys(host: Host) -> None:
    """I-24: nothing is refused as changed by somebody else, and neither key is lost."""
    link = host.root / "link.env"
    link.symlink_to(host.file)
    (evidence,) = host.deploy(host.one([host.place("A"), host.place("B", link), host.place("A", link)]))
    assert evidence["refusal"] is None
    assert host.file.read_text() == f"A={host.staged}\nB={host.staged}\n" and link.is_symlink()
    places = [(item["path"], item["key"]) for item in evidence["files"]]
    assert places == [(str(host.file), "A"), (str(link), "B"), (str(link), "A")]


def test_two_integrations_in_one_file_by_two_paths_do_not_disturb_each_other(host: Host) -> None:
    """I-24, I-4: the first sees another content when it looks again, with its own secret in it."""
    link = host.root / "link.env"
    link.symlink_to(host.file)
    found = host.deploy(host.one([host.place("A")], "a"), host.one([host.place("B", link)], "b", OTHER))
    assert [item["refusal"] for item in found] == [None, None]
    assert host.file.read_text() == f"A={host.staged}\nB={host.staged}\n"


def test_i4_a_path_that_leads_elsewhere_after_the_write_is_seen(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    link, former = host.root / "link.env", host.root / "former.env"
    link.symlink_to(host.file)
    former.write_bytes(host.file.read_bytes())
    real = _secure_file.replace

    def relinked(snapshot: Any, content: bytes) -> Any:
        written = real(snapshot, content)
        link.unlink()
        link.symlink_to(former)
        return written

    monkeypatch.setattr(_secure_file, "replace", relinked)
    (evidence,) = host.deploy(host.one([host.place("A"), host.place("B", link)]))
    assert evidence["refusal"]["rule"].startswith("I-4") and str(link) in evidence["refusal"]["offender"]
