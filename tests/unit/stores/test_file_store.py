# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file store: modes, failures of the file system, damaged files, wrong passwords."""

from __future__ import annotations

import base64
import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import lasting
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict, Store
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret

from .conftest import PASSWORD, vault_secrets

NAME = "0a1b2c3d4e5f6g7h8i9j0k1l"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the store will be."""
    return tmp_path / "inventory" / "keyturn"


@pytest.fixture
def store(folder: Path) -> Store:
    """Return the store."""
    return Stores(vault_secrets()).open({"path": str(folder)})


def test_the_folder_and_its_files_are_private_whatever_the_umask(store: Store, folder: Path) -> None:
    """I-25."""
    former = os.umask(0)
    try:
        store.save(NAME, {}, None)
        store.prove_writable(NAME)
    finally:
        os.umask(former)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        f"{NAME}.vault.txt": 0o600,
        ".lock": 0o600,
    }


def test_no_secret_is_in_clear_anywhere_in_the_folder(store: Store, folder: Path) -> None:
    """I-25: not in the file's bytes, not in its hexadecimal body, not in a name."""
    secret = make_new_secret()
    version = store.save(NAME, {"secrets": {"active": secret}}, None)
    store.save(NAME, {"secrets": {"active": secret, "staged": secret[::-1]}}, version)
    for path in folder.rglob("*"):
        content = path.read_bytes() + path.name.encode()
        for form in (secret, secret[::-1]):
            for text in (form.encode(), base64.b64encode(form.encode())[:40], form.encode().hex().encode()):
                assert text not in content


def test_an_unwritable_place_is_found_before_anything_is_generated(store: Store, folder: Path) -> None:
    """I-5: a file stands where the folder should be; this holds for root too."""
    folder.parent.mkdir()
    folder.write_text("a file")
    for act in (
        lambda: store.prove_writable(NAME),
        lambda: store.save(NAME, {}, None),
        lambda: store.load(NAME),
        store.names,
    ):
        with pytest.raises(Refusal, match=r"I-5.*nothing was generated") as caught:
            act()
        assert str(folder) in caught.value.offender


CALLS = {
    "no temporary file": (tempfile, "mkstemp", errno.EROFS),
    "a full disk": (os, "fsync", errno.ENOSPC),
    "no renaming": (os, "replace", errno.EACCES),
    "no locks": (fcntl, "flock", errno.ENOLCK),
}


def test_i7_a_second_writer_waits_for_the_first_and_comes_too_late(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the version and the rename nobody else writes."""
    version, other = store.save(NAME, {"n": 1}, None), Stores(vault_secrets()).open({"path": str(folder)})
    asks_for_the_lock, late = threading.Event(), []
    flock, replace = fcntl.flock, os.replace

    def write() -> None:
        try:
            other.save(NAME, {"n": 3}, version)
        except Conflict as conflict:
            late.append(conflict)

    second = threading.Thread(target=write)

    def locking(descriptor: int, how: int) -> None:
        if threading.current_thread() is second:
            asks_for_the_lock.set()
        flock(descriptor, how)

    def replacing(temporary: str, path: Path) -> None:
        if threading.current_thread() is not second:
            second.start()
            assert asks_for_the_lock.wait(20), "the second writer did not ask for the lock"
        replace(temporary, path)

    monkeypatch.setattr(fcntl, "flock", locking)
    monkeypatch.setattr(os, "replace", replacing)
    store.save(NAME, {"n": 2}, version)
    second.join(20)
    assert len(late) == 1
    stored = store.load(NAME)
    assert stored is not None and stored.document == {"n": 2}


@pytest.mark.parametrize("what", CALLS)
def test_a_file_system_that_fails_leaves_the_old_document_and_no_temporary_file(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """I-5, I-25, I-26."""
    module, call, number = CALLS[what]
    version = store.save(NAME, {"n": 1}, None)

    def fail(*arguments: Any, **more: Any) -> NoReturn:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(module, call, fail)
        for act in (lambda: store.prove_writable(NAME), lambda: store.save(NAME, {"n": 2}, version)):
            with pytest.raises(Refusal, match="I-5") as caught:
                act()
            assert caught.value.found == os.strerror(number)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", f"{NAME}.vault.txt"]
    stored = store.load(NAME)
    assert stored is not None and (stored.document, stored.version) == ({"n": 1}, version)


def test_a_file_that_cannot_be_read_is_no_missing_file(store: Store, folder: Path) -> None:
    """I-5: a directory stands where the file should be."""
    (folder / f"{NAME}.vault.txt").mkdir(parents=True)
    with pytest.raises(Refusal, match="readable"):
        store.load(NAME)


KILLED = """
import os, signal, sys
from ansible.parsing.vault import VaultSecret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import Stores
def stopped(*arguments):
    print("there", flush=True)
    signal.pause()
os.replace = stopped
store = Stores([("default", VaultSecret(sys.argv[2].encode()))]).open({"path": sys.argv[1]})
store.save(sys.argv[3], {"n": 2}, sys.argv[4])
"""


def test_a_killed_process_loses_nothing_blocks_nobody_and_what_it_left_goes_away(store: Store, folder: Path) -> None:
    """I-7, I-13, I-25: killed between the temporary file and its renaming."""
    version = store.save(NAME, {"n": 1}, None)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), PASSWORD, NAME, version],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        assert process.stdout is not None and process.stdout.readline() == "there\n"
        assert len(list(folder.glob(".keyturn-*"))) == 1
        with (folder / ".lock").open("rb") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # Between its look and its write nobody else gets in.
        process.send_signal(signal.SIGKILL)
    stored = store.load(NAME)
    assert stored is not None and stored.document == {"n": 1}
    store.save(NAME, {"n": 3}, version)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", f"{NAME}.vault.txt"]


def test_a_wrong_password_is_refused_and_nothing_is_changed(store: Store, folder: Path) -> None:
    version = store.save(NAME, {"n": 1}, None)
    other = Stores(vault_secrets("another")).open({"path": str(folder)})
    with pytest.raises(Refusal, match="a wrong vault password, or a damaged file"):
        other.load(NAME)
    stored = store.load(NAME)
    assert stored is not None and stored.version == version


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", b"\xff\xfe", b"$ANSIBLE_VAULT", b"$ANSIBLE_VAULT;1.1;AES256\n"])
def test_a_file_that_is_no_vault_file_is_refused(store: Store, folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / f"{NAME}.vault.txt").write_bytes(content)
    with pytest.raises(Refusal, match="nothing was changed") as caught:
        store.load(NAME)
    assert caught.value.offender.endswith(f"{NAME}.vault.txt")


def test_a_truncated_or_damaged_file_is_refused_wherever_the_damage_is(store: Store, folder: Path) -> None:
    """I-26: never half a document."""
    store.save(NAME, {"secrets": {"active": make_new_secret()}}, None)
    path = folder / f"{NAME}.vault.txt"
    whole = path.read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole) - 1, 29)]
    damaged += [whole[:place] + b"?" + whole[place + 1 :] for place in range(0, len(whole) - 1, 97)]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(Refusal):
            store.load(NAME)


@pytest.mark.parametrize("plain", [b"[]", b"nothing", b'"text"', b"{", b"\xff"])
def test_a_vault_file_with_something_else_inside_is_refused_without_showing_it(
    store: Store, folder: Path, plain: bytes
) -> None:
    """I-27."""
    folder.mkdir(parents=True)
    cipher = store._cipher  # type: ignore[attr-defined]
    (folder / f"{NAME}.vault.txt").write_bytes(cipher.encrypt(plain + b" "))
    with pytest.raises(Refusal, match="a JSON object") as caught:
        store.load(NAME)
    assert "nothing" not in caught.value.found


#: As an execution environment sees it: layers, what AWX mounts, a volume, and one that goes with the pod.
MOUNTS = r"""
21 1 0:50 / / rw,relatime - KIND overlay rw,lowerdir=/a:/b
22 21 0:51 / /proc rw - proc proc rw
23 21 8:1 /tmp/awx_7_x /runner rw - ext4 /dev/sda1 rw
24 21 0:60 / FOLDER/lasting rw shared:1 - nfs4 files:/keyturn rw
25 21 8:1 /volumes/web FOLDER/same\\040device rw - ext4 /dev/sda1 rw
26 21 8:1 /var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/x FOLDER/pod rw - ext4 /dev/sda1 rw
"""


def _in_a_container(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str = "overlay", marked: bool = False) -> None:
    table = folder / "mountinfo"
    table.write_text(MOUNTS.replace("FOLDER", str(folder)).replace("KIND", kind).replace("\\\\", "\\"))
    monkeypatch.setattr(lasting, "_MOUNTS", table)
    monkeypatch.setattr(lasting, "_MARKS", (table,) if marked else ())


def test_on_awx_the_default_folder_is_refused_and_one_that_lasts_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-45."""
    job = tmp_path / "job"
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", str(job))
    _in_a_container(monkeypatch, tmp_path, "xfs")
    (tmp_path / "lasting").mkdir()
    (tmp_path / "link").symlink_to(job / "inside")
    for settings in (
        {"path": str(tmp_path / "inventory" / "keyturn"), "path_is_default": True},
        {"path": str(job)},
        {"path": str(job / "project" / "keyturn")},
        {"path": str(tmp_path / "lasting" / ".." / "job" / "keyturn")},
        {"path": str(tmp_path / "link" / "keyturn")},
    ):
        with pytest.raises(Refusal, match="I-45"):
            Stores(vault_secrets()).open(settings)
    Stores(vault_secrets()).open({"path": str(tmp_path / "lasting")}).save(NAME, {}, None)


@pytest.mark.parametrize(
    ("kind", "marked"),
    [("overlay", False), ("fuse.fuse-overlayfs", False), ("xfs", True)],
    ids=["overlay", "rootless", "other"],
)
def test_on_awx_a_layer_of_the_image_is_refused_and_what_is_mounted_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, marked: bool
) -> None:
    """I-45: such as a folder beside a playbook of the collection; a volume counts, on whatever device."""
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", "/tmp/awx_7_x")
    monkeypatch.setenv("AWX_ISOLATED_DATA_DIR", "/runner/artifacts/7")
    _in_a_container(monkeypatch, tmp_path, kind, marked)
    (tmp_path / "lasting").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "lasting")
    for lost in ("keyturn", "not yet/there", "lasting more", "pod/keyturn"):
        with pytest.raises(Refusal, match=r"I-45.*container.*mount a volume"):
            Stores(vault_secrets()).open({"path": str(tmp_path / lost)})
    for kept in ("lasting", "lasting/not yet/there", "same device/keyturn", "link/keyturn"):
        Stores(vault_secrets()).open({"path": str(tmp_path / kept)})


@pytest.mark.parametrize(
    ("variable", "kind"),
    [("AWX_PRIVATE_DATA_DIR", "xfs"), ("AWX_ISOLATED_DATA_DIR", "overlay"), ("NOBODY", "overlay")],
    ids=["AWX on a machine", "ansible-runner without AWX", "neither"],
)
def test_where_no_container_ends_with_the_job_its_root_is_a_folder_that_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, kind: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "job" / "artifacts" / "7"))
    _in_a_container(monkeypatch, tmp_path, kind)
    Stores(vault_secrets()).open({"path": str(tmp_path / "keyturn")})


def test_a_store_needs_a_vault_secret_and_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"--vault-password-file.*AWX vault credential"):
        Stores([]).open({"path": str(tmp_path)})
