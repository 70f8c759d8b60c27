# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store on a host: who is not reached, what an answer that is lost came to, what the host gets to see."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._document_folder import DocumentFolder, version_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.host_file import HostFileStore, Unreached
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._vault import VaultCipher
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

from .conftest import Place, vault_secrets

NAME = "0a1b2c3d4e5f6g7h8i9j0k1l"


class Bastion:
    """A host that does what the module does, and may lose the connection before or after that."""

    name = "bastion"
    is_here = True

    def __init__(self) -> None:
        self.seen: list[Mapping[str, Any]] = []
        self.loses: dict[str, str] = {}

    def run(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do it."""
        self.seen.append(arguments)
        folder, name, do = DocumentFolder(arguments["path"]), arguments.get("name", ""), arguments["do"]
        if self.loses.get(do) == "before":
            raise _lost()
        result: dict[str, Any] = {}
        if do == "load":
            present = folder.read(name)
            result = {"document": present.decode() if present is not None else None}
        if do == "save":
            result = {"saved": folder.replace(name, arguments["document"].encode(), arguments["expected"] or None)}
            result["read_back"] = version_of(folder.read(name) or b"")
        if self.loses.get(do) == "after":
            raise _lost()
        return result


def _lost() -> Unreached:
    return Unreached("rule", "bastion", "a host that answers", "Broken pipe", "way out")


@pytest.fixture
def bastion() -> Bastion:
    """Return a host."""
    return Bastion()


@pytest.fixture
def store(bastion: Bastion, tmp_path: Path) -> HostFileStore:
    """Return the store on it."""
    return HostFileStore(bastion, str(tmp_path / "store"), VaultCipher(vault_secrets()))


def test_the_host_sees_nothing_but_what_is_encrypted(store: HostFileStore, bastion: Bastion) -> None:
    """I-25: in no argument."""
    secret = make_new_secret()
    version = store.save(NAME, {"secrets": {"active": secret}}, None)
    store.save(NAME, {"secrets": {"staged": secret}}, version)
    assert secret not in json.dumps(bastion.seen)
    assert [each["document"].split("\n")[0] for each in bastion.seen] == ["$ANSIBLE_VAULT;1.1;AES256"] * 2


def test_what_the_host_reads_back_is_not_asked_for_again_and_counts_once(
    store: HostFileStore, bastion: Bastion
) -> None:
    """One call for a save and the look after it; the next look is a new one."""
    version = store.save(NAME, {"n": 1}, None)
    assert len(bastion.seen) == 1
    for calls in (1, 2, 3):
        stored = store.load(NAME)
        assert stored is not None and (stored.document, stored.version) == ({"n": 1}, version)
        assert len(bastion.seen) == calls


def test_a_save_whose_answer_was_lost_is_one_when_the_document_is_there(store: HostFileStore, bastion: Bastion) -> None:
    """I-7: the host has saved it; so it says when it is asked."""
    bastion.loses = {"save": "after"}
    version = store.save(NAME, {"n": 1}, None)
    stored = store.load(NAME)
    assert stored is not None and stored.version == version


def test_a_save_that_never_arrived_is_refused_and_may_be_tried_again(store: HostFileStore, bastion: Bastion) -> None:
    bastion.loses = {"save": "before"}
    with pytest.raises(Unreached) as caught:
        store.save(NAME, {"n": 1}, None)
    assert not isinstance(caught.value, Conflict)
    bastion.loses = {}
    assert store.load(NAME) is None
    store.save(NAME, {"n": 1}, None)


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_became_of_a_save_on_a_host_that_is_gone_is_said_to_be_unknown(
    store: HostFileStore, bastion: Bastion, when: str
) -> None:
    """I-7: neither saved nor not saved; the next run reads."""
    bastion.loses = {"save": when, "load": "before"}
    with pytest.raises(Unreached, match=r"I-7: whether a document was saved.*the next run reads the document"):
        store.save(NAME, {"n": 1}, None)


CHANGES: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any]], object], str]] = {
    "no such host": (
        lambda settings, _host: settings.update(host="nobody"),
        "a host of the inventory.*--limit.*sfmc_awx_slices: 1",
    ),
    "a port where nobody listens": (
        lambda _settings, host: host.update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=9),
        "a host that answers.*ansible HOST -m ping",
    ),
    "no such connection": (lambda _settings, host: host.update(ansible_connection="carrier.pigeon.post"), "carrier"),
    "no such become": (lambda _settings, host: host.update(ansible_become=True, ansible_become_method="luck"), "luck"),
    "a connection that nobody defines": (
        lambda _settings, host: host.update(ansible_connection="{{ nowhere }}"),
        "a connection to that host.*nowhere",
    ),
    "a become that is no boolean": (lambda _settings, host: host.update(ansible_become="perhaps"), "perhaps"),
    "no Python": (
        lambda _settings, host: host.update(ansible_python_interpreter="/nowhere/python3"),
        "an answer of the module",
    ),
    "a file in the place of the folder": (lambda settings, _host: settings.update(path="/dev/null/store"), "I-5"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_host_that_cannot_be_the_store_is_refused_with_a_way_out(on_a_host: Place, what: str) -> None:
    """I-5, I-44: unreached is not empty."""
    change, said = CHANGES[what]
    path = Path(on_a_host.given["inventory"])
    inventory = json.loads(path.read_text())
    change(on_a_host.settings, inventory["all"]["hosts"]["bastion"])
    path.write_text(json.dumps(inventory))
    with pytest.raises(Refusal, match=said) as caught:
        on_a_host().prove_writable(NAME)
    assert on_a_host.settings["host"] in caught.value.offender
    assert "bastion:bastion" not in caught.value.offender


CHECK = """
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
context.CLIARGS = ImmutableDict(check=True, diff=True)
stored = store.load(sys.argv[1])
print(stored and stored.document, store.names())
"""


def test_i31_a_run_in_check_mode_reads_what_is_there(on_a_host: Place) -> None:
    """I-31: Ansible skips modules in check mode, and an answer of a skipped one is no document."""
    on_a_host().save(NAME, {"n": 1}, None)
    looking = on_a_host.process(CHECK, NAME)
    said, _errors = looking.communicate(timeout=60)
    assert looking.returncode == 0
    assert said == f"{{'n': 1}} ['{NAME}']\n"


USER = """
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
context.CLIARGS = ImmutableDict(remote_user="of the command")
print(store._host._connected()._connection.get_option("remote_user"))
"""


@pytest.mark.parametrize(
    ("declared", "connects"),
    [({}, "of the command"), ({"ansible_user": "of the host"}, "of the host")],
    ids=["by the command", "by the inventory"],
)
def test_the_user_of_the_command_connects_unless_the_inventory_names_another(
    on_a_host: Place, declared: dict[str, str], connects: str
) -> None:
    """AWX says on the command line (`-u`) whose key a Machine credential has."""
    path = Path(on_a_host.given["inventory"])
    inventory = json.loads(path.read_text())
    inventory["all"]["hosts"]["bastion"].update(ansible_connection="ssh", **declared)
    path.write_text(json.dumps(inventory))
    said, _errors = on_a_host.process(USER).communicate(timeout=60)
    assert said == f"{connects}\n"


def test_the_folder_on_the_host_and_its_files_are_private(on_a_host: Place) -> None:
    """I-25."""
    on_a_host().save(NAME, {}, None)
    folder = Path(on_a_host.settings["path"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_on_awx_a_host_that_is_the_job_itself_keeps_nothing_that_outlives_it(
    bastion: Bastion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-45: `ansible_connection: local`, and a folder of the job."""
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", str(tmp_path))
    settings = {"kind": "host_file", "host": "bastion", "path": str(tmp_path / "store")}
    with pytest.raises(Refusal, match="I-45"):
        Stores(vault_secrets(), lambda _name: bastion).open(settings)
    bastion.is_here = False
    Stores(vault_secrets(), lambda _name: bastion).open(settings)


def test_a_run_without_an_inventory_or_a_vault_secret_says_so(bastion: Bastion) -> None:
    settings = {"kind": "host_file", "host": "bastion", "path": "/srv/keyturn"}
    with pytest.raises(Refusal, match="knows the inventory"):
        Stores(vault_secrets()).open(settings)
    with pytest.raises(Refusal, match="AWX vault credential"):
        Stores([], lambda _name: bastion).open(settings)
