# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to one dependent's files on its host, with real files and a simulated SFMC."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient, url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
from ansible_collections.keyturn.sfmc.tests.simulator.clock import Clock
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.server import running
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent

KEY = "ab" * 16


class Host:
    """A host with four files that hold the active secret of one package; `staged` is accepted as well."""

    def __init__(self, root: Path, world: World, url: str) -> None:
        self.root = root
        self.url = url
        self.world = world
        self.package: Package = world.add_package({"name": "CRM Sync"})
        self.active = self.package.active.value
        self.staged = world.generate(self.package.client_id).value
        world.clock.advance(300)
        world.effects.clear()
        self.files = [
            self.add(".env", "dotenv", "SFMC_CLIENT_SECRET", "# kept\nexport SFMC_CLIENT_SECRET='@@'\nOTHER=1\n"),
            self.add("sfmc.properties", "properties", "sfmc.clientSecret", "a=1\r\nsfmc.clientSecret: @@\r\n"),
            self.add("config.ini", "ini", "Web Services.clientsecret", "[Web Services]\nclientsecret = @@\n"),
            self.add("auth.json", "json", "crm.client_secret", '{"crm": {"client_secret": "@@"}, "n": [1]}'),
        ]

    def add(self, name: str, format_name: str, key: str, content: str) -> dict[str, str]:
        """Write a file with the active secret; return its declaration."""
        path = self.root / name
        path.write_bytes(content.replace("@@", self.active).encode())
        path.chmod(0o640)
        return {"path": str(path), "format": format_name, "key": key}

    def target(self, secret: str | None = None, **known: str) -> Target:
        """Return what the files should hold; the staged secret unless another one is given."""
        names = known or {"active": self.active, "staged": self.staged}
        prints = {name: fingerprint(KEY, value) for name, value in names.items()}
        return Target(self.package.client_id, self.url, KEY, secret or self.staged, prints)

    def deploy(self, check_mode: bool = False, target: Target | None = None, **more: Any) -> dict[str, Any]:
        """Deploy to all files, as those of one dependent."""
        wanted = target or self.target()
        (evidence,) = self.deploy_all([dependent(wanted.client_id, self.files, **more)], wanted, check_mode)
        return evidence

    def deploy_all(
        self,
        dependents: list[dict[str, Any]],
        target: Target,
        check_mode: bool = False,
        running_since: float | None = None,
    ) -> list[dict[str, Any]]:
        """Deploy to several dependents of one integration."""
        ask = HostClient(sleep=lambda seconds: None).fresh_token

        def upkeep(seen: list[str]) -> Upkeep:
            return Upkeep(url_status, [target.secret, *seen], sleep=lambda seconds: None)

        since = None if running_since is None else lambda _restart: running_since
        return deploy(dependents, {target.client_id: target}, ask, upkeep, check_mode, running_since=since)

    def contents(self) -> dict[str, bytes]:
        """Return every file of the host, also those that nobody declared."""
        return {path.name: path.read_bytes() for path in self.root.iterdir()}

    def asked(self) -> list[str]:
        """Return the secrets that tokens were asked for with."""
        return [line["secret"] for line in self.world.effects if line["kind"] == "token"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Return a host."""
    world = World(Clock(speed=0))
    with running(world) as url:
        yield Host(tmp_path, world, url)


def _sentence(evidence: dict[str, Any]) -> str:
    assert evidence["refusal"] is not None, evidence
    return " ".join(evidence["refusal"].values())


def test_all_files_get_the_secret_nothing_else_changes_and_one_fresh_token_proves_it(host: Host) -> None:
    """I-4, I-16, I-24."""
    before = host.contents()
    evidence = host.deploy()
    assert evidence["refusal"] is None
    assert (evidence["changed"], evidence["proof"]["outcome"]) == (True, "accepted")
    assert host.contents() == {
        name: content.replace(host.active.encode(), host.staged.encode()) for name, content in before.items()
    }
    assert host.asked() == ["staged"]
    assert {stat.S_IMODE(os.stat(file["path"]).st_mode) for file in host.files} == {0o640}


def test_the_evidence_names_places_and_fingerprints_and_no_secret(host: Host) -> None:
    """I-27, I-28."""
    evidence = host.deploy()
    assert [(file["path"], file["key"]) for file in evidence["files"]] == [
        (file["path"], file["key"]) for file in host.files
    ]
    assert {file["before"] for file in evidence["files"]} == {fingerprint(KEY, host.active)}
    assert {file["after"] for file in evidence["files"]} == {fingerprint(KEY, host.staged)}
    shown = json.dumps(evidence) + repr(host.target())
    assert host.active not in shown and host.staged not in shown


def test_a_second_run_writes_nothing_and_proves_again(host: Host) -> None:
    """I-15."""
    host.deploy()
    before = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in host.root.iterdir()}
    evidence = host.deploy()
    assert (evidence["changed"], evidence["proof"]["outcome"]) == (False, "accepted")
    assert before == {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in host.root.iterdir()}
    assert host.asked() == ["staged", "staged"]


def test_check_mode_says_what_would_change_and_changes_nothing(host: Host) -> None:
    """I-31."""
    before = host.contents()
    evidence = host.deploy(check_mode=True)
    assert (evidence["changed"], evidence["proof"], evidence["refusal"]) == (True, None, None)
    assert len(evidence["files"]) == 4
    assert host.contents() == before
    assert host.asked() == []
    host.deploy()
    evidence = host.deploy(check_mode=True)
    assert (evidence["changed"], evidence["proof"]["outcome"]) == (False, "accepted")


UNKNOWN = {
    "drift": make_new_secret(),
    "empty": "",
    "no_log": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
    "stars": "********",
    "redacted": "$REDACTED$",
    "encrypted": "$encrypted$",
    "a lone surrogate": "\ud800",
}


@pytest.mark.parametrize("place", range(4), ids=["dotenv", "properties", "ini", "json"])
@pytest.mark.parametrize("what", UNKNOWN)
def test_a_value_that_the_journal_does_not_know_leaves_every_file_alone(host: Host, what: str, place: int) -> None:
    """I-22, I-24: also the files that would have been fine."""
    value = UNKNOWN[what]
    path = Path(host.files[place]["path"])
    written = json.dumps(value)[1:-1] if not value.isascii() else value
    path.write_text(path.read_text().replace(host.active, written))
    before = host.contents()
    evidence = host.deploy()
    sentence = _sentence(evidence)
    assert str(path) in sentence
    assert (evidence["changed"], evidence["proof"]) == (False, None)
    assert host.contents() == before
    assert host.asked() == []
    if what == "drift":
        assert "I-24" in sentence and fingerprint(KEY, value) in sentence
        assert value not in sentence


@pytest.mark.parametrize("spoil", ["missing", "a folder", "no key", "not of its format", "two of the key", "two names"])
def test_a_problem_in_one_file_leaves_all_alone(host: Host, spoil: str) -> None:
    """I-24, I-26."""
    path = Path(host.files[3]["path"])
    if spoil in ("missing", "a folder"):
        path.unlink()
    if spoil == "a folder":
        path.mkdir()
    texts = {"no key": "{}", "not of its format": "{", "two of the key": '{"crm": {}, "crm": {}}'}
    if spoil in texts:
        path.write_text(texts[spoil])
    if spoil == "two names":
        os.link(path, path.with_name("another-name"))
    before = dict(_readable(host))
    evidence = host.deploy()
    assert str(path) in _sentence(evidence)
    assert dict(_readable(host)) == before
    assert host.asked() == []


@pytest.mark.parametrize("name", ["active", "staged", "previous"])
def test_any_secret_that_the_journal_knows_is_replaced(host: Host, name: str) -> None:
    """I-24: also on the way back."""
    known = {"active": make_new_secret(), "staged": host.staged, "previous": make_new_secret()}
    for file in host.files:
        path = Path(file["path"])
        path.write_text(path.read_text().replace(host.active, known[name]))
    evidence = host.deploy(target=host.target(None, **known))
    assert evidence["refusal"] is None
    assert evidence["changed"] is (name != "staged")


def test_the_same_file_with_two_keys_is_written_once(host: Host) -> None:
    path = host.root / "two.env"
    path.write_text(f"A={host.active}\nB={host.active}\n")
    host.files = [{"path": str(path), "format": "dotenv", "key": key} for key in ("A", "B")]
    evidence = host.deploy()
    assert evidence["refusal"] is None
    assert path.read_text() == f"A={host.staged}\nB={host.staged}\n"
    assert [file["key"] for file in evidence["files"]] == ["A", "B"]


def test_two_integrations_in_one_file_do_not_disturb_each_other(host: Host) -> None:
    other = host.world.add_package({"name": "Other", "enterprise_id": "2000002"})
    path = host.root / "both.json"
    path.write_text(json.dumps({"crm": {"client_secret": host.active}, "other": {"client_secret": other.active.value}}))
    host.files = [{"path": str(path), "format": "json", "key": "crm.client_secret"}]
    assert host.deploy()["refusal"] is None
    assert json.loads(path.read_text()) == {
        "crm": {"client_secret": host.staged},
        "other": {"client_secret": other.active.value},
    }
    host.files = [{"path": str(path), "format": "json", "key": "other.client_secret"}]
    evidence = host.deploy()
    assert "I-24" in _sentence(evidence)
    assert evidence["changed"] is False


@pytest.mark.parametrize("fault", ["unavailable", "bad_gateway_html", "redirect"])
def test_without_a_clear_answer_nothing_is_proved(host: Host, fault: str) -> None:
    """I-20: the file holds the secret, and the next run proves it."""
    host.world.faults.add({"fault": fault, "times": "forever"})
    evidence = host.deploy()
    assert (evidence["changed"], evidence["proof"]) == (True, None)
    assert "unknown: HTTP" in _sentence(evidence)
    host.world.faults.remove()
    evidence = host.deploy()
    assert (evidence["changed"], evidence["proof"]["outcome"]) == (False, "accepted")


def test_a_secret_that_sfmc_rejects_is_not_proved(host: Host) -> None:
    """I-16."""
    host.world.clock.advance(300)
    host.world.generate(host.package.client_id, "somebody else")
    evidence = host.deploy()
    assert evidence["proof"] is None
    assert "the secret is dead" in _sentence(evidence)


def test_the_proof_uses_what_stands_in_the_file(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-4, I-32: something puts the old secret back at the same moment."""
    real = _secure_file.replace

    def overwritten(snapshot: Any, content: bytes) -> Any:
        written = real(snapshot, content)
        Path(snapshot.path).write_bytes(snapshot.content)
        return written

    monkeypatch.setattr(_secure_file, "replace", overwritten)
    evidence = host.deploy()
    assert "I-4" in _sentence(evidence)
    assert evidence["proof"] is None
    assert host.asked() == []


def test_a_file_that_changes_after_it_was_checked_is_not_overwritten(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-24, I-26."""
    real = _secure_file.replace

    def late(snapshot: Any, content: bytes) -> Any:
        Path(snapshot.path).write_bytes(snapshot.content + b"\n# added meanwhile\n")
        return real(snapshot, content)

    monkeypatch.setattr(_secure_file, "replace", late)
    evidence = host.deploy()
    assert "changed" in _sentence(evidence)
    assert b"# added meanwhile" in Path(host.files[0]["path"]).read_bytes()
    assert host.active.encode() in Path(host.files[0]["path"]).read_bytes()


def _readable(host: Host) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in host.root.iterdir() if path.is_file()]


# --- restarts, checks, kinds of proof --------------------------------------------------------------------------------


def _restart(*command: str) -> dict[str, Any]:
    return {"command": list(command), "supervisor": None, "container": None, "daemon_reload": False, "timeout": 30}


def _check(*command: str) -> dict[str, Any]:
    return {
        "url": None,
        "command": list(command),
        "service": None,
        "retries": 0,
        "delay": 0,
        "timeout": 30,
        "settle": None,
    }


def _said(host: Host) -> list[str]:
    path = host.root / "said"
    return path.read_text().splitlines() if path.exists() else []


def _says(host: Host, word: str, status: int = 0) -> list[str]:
    """Return a command that notes a word, how many tokens were asked for, and which secret stands in the first file."""
    script = host.root / f"{word}.sh"
    script.write_text(f"#!/bin/sh\necho {word} >> {host.root}/said\nexit {status}\n")
    script.chmod(0o755)
    return [str(script)]


def test_a_secret_is_proved_before_anything_restarts_and_a_check_comes_last(host: Host) -> None:
    """I-14, I-16."""
    evidence = host.deploy(restart=_restart(*_says(host, "restart")), check=_check(*_says(host, "check")))
    assert (evidence["restarted"], evidence["refusal"]) == (True, None)
    assert _said(host) == ["restart", "check"]
    host.world.faults.add({"fault": "unavailable", "times": "forever"})
    evidence = host.deploy(target=host.target(host.active), restart=_restart(*_says(host, "restart")))
    assert evidence["restarted"] is False and "I-16" in _sentence(evidence)
    assert _said(host) == ["restart", "check"]


def test_i31_check_mode_restarts_and_checks_nothing(host: Host) -> None:
    """Neither for what would be written nor for what an earlier run owes."""
    care = {"restart": _restart(*_says(host, "restart")), "check": _check(*_says(host, "check"))}
    assert host.deploy(check_mode=True, **care)["restarted"] is False
    host.deploy()
    assert host.deploy(check_mode=True, unattested=True, **care)["restarted"] is False
    assert _said(host) == []


def test_i15_nothing_new_restarts_and_checks_nothing(host: Host) -> None:
    host.deploy()
    care = {"restart": _restart(*_says(host, "restart")), "check": _check(*_says(host, "check"))}
    assert host.deploy(**care)["restarted"] is False
    assert _said(host) == []


def test_i14_a_restart_is_owed_to_a_crash_between_write_and_attestation(host: Host) -> None:
    host.deploy()
    evidence = host.deploy(restart=_restart(*_says(host, "restart")), unattested=True)
    assert (evidence["changed"], evidence["restarted"]) == (False, True)
    assert _said(host) == ["restart"]


@pytest.mark.parametrize(("age", "owed"), [(60.0, True), (-60.0, False)], ids=["older", "younger"])
def test_i14_a_process_that_is_older_than_its_file_is_owed_a_restart(host: Host, age: float, owed: bool) -> None:
    """Who wrote the file and did not restart: configuration management, or a run that died in between."""
    host.deploy()
    wanted, restart = host.target(), _restart(*_says(host, "restart"))
    since = min(os.stat(file["path"]).st_mtime for file in host.files) - age
    works = [dependent(wanted.client_id, host.files, restart=restart)]
    (looked,) = host.deploy_all(works, wanted, check_mode=True, running_since=since)
    assert (looked["restart_owed"], looked["restarted"], _said(host)) == (owed, False, [])
    (healed,) = host.deploy_all(works, wanted, running_since=since)
    assert (healed["changed"], healed["restarted"], _said(host)) == (False, owed, ["restart"] if owed else [])


def test_i14_a_restart_that_leaves_the_older_process_running_is_no_mend(host: Host) -> None:
    """A reload, or a process id that is another's: it would be restarted again with every look."""
    host.deploy()
    wanted, restart = host.target(), _restart(*_says(host, "restart"))
    since = min(os.stat(file["path"]).st_mtime for file in host.files) - 60
    (healed,) = host.deploy_all([dependent(wanted.client_id, host.files, restart=restart)], wanted, running_since=since)
    assert healed["refusal"]["rule"].startswith("I-14")


def test_i14_a_file_from_the_future_says_nothing_of_a_process(host: Host) -> None:
    """The clock was set back: whatever is restarted is older than that."""
    host.deploy()
    wanted, restart = host.target(), _restart(*_says(host, "restart"))
    now = time.time()
    os.utime(host.files[0]["path"], (now + 3600, now + 3600))
    (looked,) = host.deploy_all(
        [dependent(wanted.client_id, host.files[:1], restart=restart)], wanted, running_since=now - 10
    )
    assert (looked["restart_owed"], _said(host)) == (False, [])


def test_dependents_that_share_a_service_restart_it_once_and_ask_for_one_token(host: Host) -> None:
    """I-15, I-21."""
    wanted, restart = host.target(), _restart(*_says(host, "restart"))
    works = [
        dependent(wanted.client_id, [file], f"app {number}", restart=restart, check=_check(*_says(host, "check")))
        for number, file in enumerate(host.files)
    ]
    found = host.deploy_all(works, wanted)
    assert [item["refusal"] for item in found] == [None] * 4
    assert [item["proof"]["outcome"] for item in found] == ["accepted"] * 4
    assert (host.asked(), _said(host)) == (["staged"], ["restart", "check"])


def test_a_restart_that_fails_proves_none_of_those_who_share_it_and_leaves_the_others(host: Host) -> None:
    wanted, restart = host.target(), _restart(*_says(host, "restart", status=1))
    first, second, third = (
        dependent(wanted.client_id, [file], file["path"], restart=care)
        for file, care in zip(host.files, [restart, restart, None], strict=False)
    )
    found = host.deploy_all([first, second, third], wanted)
    assert ["I-14" in _sentence(item) for item in found[:2]] == [True, True]
    assert [item["restarted"] for item in found] == [False, False, False]
    assert found[2]["refusal"] is None
    assert _said(host) == ["restart"]


def test_a_service_that_does_not_come_back_keeps_its_dependent_unproved(host: Host) -> None:
    evidence = host.deploy(restart=_restart(*_says(host, "restart")), check=_check(*_says(host, "check", status=1)))
    assert "is well after it got its secret" in _sentence(evidence)
    assert _said(host) == ["restart", "check"]


def test_i27_the_former_secret_is_not_shown_when_a_restart_prints_it(host: Host) -> None:
    """It stood in the file until now, and works until the activation."""
    log = host.root / "app.log"
    log.write_text(f"401 for {host.active}\n")
    evidence = host.deploy(restart=_restart("sh", "-c", f"cat {log}; exit 1"))
    assert "(401 for (a secret))" in _sentence(evidence)


def test_i4_a_restart_that_puts_the_old_file_back_is_seen(host: Host) -> None:
    """I-32: a start script that renders its configuration anew."""
    path = Path(host.files[0]["path"])
    before = path.read_bytes()
    (host.root / "old.env").write_bytes(before)
    evidence = host.deploy(restart=_restart("cp", str(host.root / "old.env"), str(path)))
    assert "I-4" in _sentence(evidence)


def test_the_thousandth_twin_is_read_back_without_a_request(host: Host) -> None:
    evidence = host.deploy(proof="fingerprint")
    assert (evidence["proof"]["outcome"], host.asked()) == ("fingerprint", [])


def test_what_is_not_restarted_is_proved_by_a_token_and_soaks(host: Host) -> None:
    evidence = host.deploy(proof="soak")
    assert (evidence["proof"]["outcome"], host.asked()) == ("soak", ["staged"])


def test_a_place_that_was_never_rotated_is_taken_over_when_the_inventory_says_so(host: Host) -> None:
    """I-24: a declared unknown secret."""
    path = Path(host.files[0]["path"])
    path.write_text(path.read_text().replace(host.active, "nobody-knows-this-one"))
    assert "I-24" in _sentence(host.deploy())
    evidence = host.deploy(accept_unknown=True)
    assert evidence["refusal"] is None
    assert host.staged in path.read_text() and "# kept" in path.read_text()
