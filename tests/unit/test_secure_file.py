# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The atomic, private write, on real files."""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils import _file_snapshot, _replaceable, _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

OLD, NEW = b"key=old\n", b"key=new\n" * 1000
IS_ROOT = os.geteuid() == 0

#: Every system call by which the file or its directory can be changed or made durable.
WRITING = ("open", "write", "fchown", "fchmod", "setxattr", "removexattr", "fsync", "rename")
READING = ("stat", "fstat", "read", "statvfs", "listxattr", "getxattr", "listdir")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with an owner, a mode and an attribute of its own."""
    file = tmp_path / "app.env"
    file.write_bytes(OLD)
    if IS_ROOT:
        os.chown(file, 12345, 23456)
    file.chmod(0o640)
    os.setxattr(file, "user.note", b"kept")
    return file


def _replace(path: Path, content: bytes = NEW) -> _secure_file.Snapshot:
    return _secure_file.replace(_secure_file.read(str(path)), content)


def _access(path: Path) -> tuple[int, int, int, dict[str, bytes]]:
    facts = path.stat()
    attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    return stat.S_IMODE(facts.st_mode), facts.st_uid, facts.st_gid, attributes


def _refused(act: Callable[[], Any], found: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        act()
    assert found in refused.value.found
    assert OLD.decode().strip() not in str(refused.value) and "key=new" not in str(refused.value)
    return refused.value


def test_i26_content_changes_and_owner_mode_and_attributes_stay(path: Path) -> None:
    before = _access(path)
    new = _replace(path)
    assert path.read_bytes() == NEW == new.content
    assert _access(path) == before
    assert before[3]["user.note"] == b"kept"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o604, 0o644, 0o660, 0o777, 0o4755])
def test_i26_every_mode_stays(path: Path, mode: int) -> None:
    path.chmod(mode)
    _replace(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_snapshot_after_the_write_serves_for_the_next_one(path: Path) -> None:
    second = _secure_file.replace(_replace(path), OLD)
    assert path.read_bytes() == OLD == second.content


def test_i15_the_same_content_is_not_written(path: Path) -> None:
    before = path.stat()
    _replace(path, OLD)
    assert path.stat() == before


def test_a_snapshot_does_not_show_its_content(path: Path) -> None:
    assert "old" not in repr(_secure_file.read(str(path)))


def _access_list(user: int, rights: int, mask: int) -> bytes:
    """Build a POSIX access list as the kernel keeps it: version, then (tag, rights, id) for each entry."""
    everyone = 0xFFFFFFFF
    entries = [(1, 6, everyone), (2, rights, user), (4, 0, everyone), (16, mask, everyone), (32, 0, everyone)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def test_i26_an_access_list_stays(path: Path) -> None:
    os.setxattr(path, "system.posix_acl_access", _access_list(user=4242, rights=4, mask=4))
    before = _access(path)
    _replace(path)
    assert _access(path) == before
    assert "system.posix_acl_access" in before[3]


def test_i25_an_access_list_of_the_directory_does_not_open_the_file(path: Path) -> None:
    os.setxattr(path.parent, "system.posix_acl_default", _access_list(user=4242, rights=6, mask=6))
    _replace(path)
    assert "system.posix_acl_access" not in os.listxattr(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_i26_links_are_followed_and_stay(path: Path) -> None:
    first, second = path.parent / "first", path.parent / "sub" / "second"
    second.parent.mkdir()
    second.symlink_to("../app.env")
    first.symlink_to(second)
    _replace(first)
    assert first.is_symlink() and second.is_symlink()
    assert path.read_bytes() == NEW
    assert sorted(os.listdir(path.parent)) == ["app.env", "first", "sub"]


def test_i26_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "dangling").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name, found in (
            ("loop", "ELOOP"),
            ("fifo", "a named pipe"),
            (".", "a directory"),
            ("socket", "a socket"),
            ("/dev/null", "a device"),
            ("missing", "ENOENT"),
            ("dangling", "ENOENT"),
        ):
            refusal = _refused(partial(_secure_file.read, str(tmp_path / name)), found)
            assert refusal.offender == str(tmp_path / name)


def test_i26_a_file_with_hard_links_is_refused(path: Path) -> None:
    os.link(path, path.parent / "other")
    _refused(lambda: _secure_file.check_replaceable(_secure_file.read(str(path))), "2 hard links")
    _refused(lambda: _replace(path), "2 hard links")


def test_a_file_above_the_limit_is_refused(path: Path) -> None:
    assert _secure_file.read(str(path), limit=len(OLD)).content == OLD
    _refused(lambda: _secure_file.read(str(path), limit=len(OLD) - 1), f"{len(OLD)} bytes")


def _rewrite(path: Path) -> None:
    path.write_bytes(b"key=theirs\n")


def _rewrite_unnoticeably(path: Path) -> None:
    facts = path.stat()
    path.write_bytes(OLD.upper())
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _swap(path: Path) -> None:
    other = path.with_name("swap")
    other.write_bytes(OLD)
    other.rename(path)


def _make_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    "change", [_rewrite, _rewrite_unnoticeably, _swap, _make_link, lambda p: p.chmod(0o600), Path.unlink]
)
def test_i24_a_file_that_changed_since_it_was_read_is_left_alone(path: Path, change: Callable[[Path], None]) -> None:
    snapshot = _secure_file.read(str(path))
    change(path)
    names = sorted(os.listdir(path.parent))
    contents = [(path.parent / name).read_bytes() for name in names]
    for act in (lambda: _secure_file.replace(snapshot, NEW), lambda: _secure_file.check_replaceable(snapshot)):
        with pytest.raises(Refusal):
            act()
    assert sorted(os.listdir(path.parent)) == names
    assert [(path.parent / name).read_bytes() for name in names] == contents


def test_i24_a_change_during_the_write_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = _secure_file.read(str(path))
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        real_fsync(descriptor)
        _rewrite(path)

    monkeypatch.setattr(os, "fsync", fsync)
    _refused(lambda: _secure_file.replace(snapshot, NEW), "changed or replaced")
    assert path.read_bytes() == b"key=theirs\n"
    assert os.listdir(path.parent) == [path.name]


def test_i25_nothing_is_ever_wider_than_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each system call, every file has at most the bits of the old one, and its owner's right to write."""
    path.chmod(0o440)
    seen: set[int] = set()

    def watch(call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            try:
                return call(*args, **options)
            finally:
                seen.update(stat.S_IMODE(os.lstat(entry).st_mode) for entry in os.scandir(path.parent))

        return watched

    snapshot = _secure_file.read(str(path))
    for name in WRITING:
        monkeypatch.setattr(os, name, watch(getattr(os, name)))
    umask = os.umask(0)
    try:
        _secure_file.replace(snapshot, NEW)
    finally:
        os.umask(umask)
    assert seen == {0o600, 0o440}


class _Calls:
    """Counts the system calls of a write, and lets something happen at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[str], None]) -> None:
        self.count = 0
        self.at = at
        self.act = act
        self.renamed = False
        for name in WRITING + READING:
            monkeypatch.setattr(os, name, self._wrap(name, getattr(os, name)))

    def _wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self.act(name)
            result = call(*args, **options)
            self.renamed = self.renamed or name == "rename"
            return result

        return wrapped


def _fail(_name: str) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def _number_of_calls(path: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        calls = _Calls(patch, 0, _fail)
        _replace(path)
    _replace(path, OLD)
    return calls.count


def test_i26_a_failure_of_any_system_call_leaves_the_old_file_or_the_new_one(path: Path) -> None:
    access = _access(path)
    total = _number_of_calls(path)
    assert total > 30
    for at in range(1, total + 1):
        with pytest.MonkeyPatch.context() as patch:
            calls = _Calls(patch, at, _fail)
            with pytest.raises(Refusal) as refused:
                _replace(path)
        assert "EIO" in refused.value.found, at
        assert path.read_bytes() == (NEW if calls.renamed else OLD), at
        assert _access(path) == access, at
        assert os.listdir(path.parent) == [path.name], at
        if calls.renamed:
            _replace(path, OLD)


def test_i26_the_content_is_on_the_disk_before_it_takes_the_files_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut there is the old file or the new one, never an empty one."""
    order: list[str] = []

    def noted(name: str) -> Callable[..., Any]:
        call = getattr(os, name)

        def noting(*args: Any, **options: Any) -> Any:
            order.append(name)
            return call(*args, **options)

        return noting

    for name in ("write", "fsync", "rename"):
        monkeypatch.setattr(os, name, noted(name))
    _replace(path)
    assert order == ["write", "fsync", "rename", "fsync"]


def test_i25_an_interrupt_leaves_no_temporary_file(path: Path) -> None:
    def interrupt(_name: str) -> None:
        raise KeyboardInterrupt

    for at in range(1, _number_of_calls(path) + 1):
        with pytest.MonkeyPatch.context() as patch:
            calls = _Calls(patch, at, interrupt)
            with pytest.raises(KeyboardInterrupt):
                _replace(path)
        assert os.listdir(path.parent) == [path.name], at
        if calls.renamed:
            _replace(path, OLD)


def test_i13_after_a_kill_the_file_is_whole_and_the_next_write_cleans_up(path: Path) -> None:
    other = path.parent / ".keyturn-of-another-file"
    other.write_bytes(b"")
    leftovers = 0
    for at in range(1, _number_of_calls(path) + 1):
        child = os.fork()
        if child == 0:  # a real process, really killed
            _Calls(pytest.MonkeyPatch(), at, lambda _name: os.kill(os.getpid(), signal.SIGKILL))
            _replace(path)
            os._exit(1)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        assert path.read_bytes() in (OLD, NEW)
        for name in set(os.listdir(path.parent)) - {path.name, other.name}:
            leftovers += 1
            assert stat.S_IMODE((path.parent / name).stat().st_mode) & ~0o640 == 0
        _replace(path, OLD + b"again\n")
        _replace(path, OLD)
        assert sorted(os.listdir(path.parent)) == [other.name, path.name]
    assert leftovers


def _refuses(*_given: Any, **_options: Any) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_i25_a_temporary_file_that_the_directory_keeps_is_emptied_and_named(path: Path) -> None:
    """I-42: a directory that is append-only: files are made there, and never renamed or removed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "rename", _refuses)
        patch.setattr(os, "unlink", _refuses)
        refusal = _refused(lambda: _replace(path), "the temporary file is still there, without its content")
        assert path.read_bytes() == OLD
        (left,) = [entry for entry in path.parent.iterdir() if entry != path]
        assert left.read_bytes() == b"" and str(left) in refusal.found and "EPERM" in refusal.found
        # No run adds another one.
        _refused(lambda: _replace(path), "an earlier run left it")
        assert sorted(path.parent.iterdir()) == sorted([left, path])
    _replace(path)
    assert path.read_bytes() == NEW and os.listdir(path.parent) == [path.name]


def test_i25_a_temporary_file_that_can_be_removed_is_removed_although_the_rename_failed(path: Path) -> None:
    """A directory with the sticky bit, for example, in which the file is another user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "rename", _refuses)
        _refused(lambda: _replace(path), "EPERM")
    assert path.read_bytes() == OLD and os.listdir(path.parent) == [path.name]


def test_i25_a_temporary_file_that_stays_with_its_secret_is_told(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("rename", "unlink", "ftruncate"):
            patch.setattr(os, name, _refuses)
        _refused(lambda: _replace(path), "the temporary file is still there, and holds a secret")


def test_short_writes_are_continued(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real_write(descriptor, data[:100]))
    _replace(path)
    assert path.read_bytes() == NEW


def test_what_does_not_read_back_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        real_fsync(descriptor)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            _rewrite(path)

    monkeypatch.setattr(os, "fsync", fsync)
    _refused(lambda: _replace(path), "another content")


def test_a_file_system_that_cannot_sync_directories_is_no_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert _replace(path).content == NEW


def test_a_file_system_without_attributes_is_no_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def listxattr(_descriptor: int) -> list[str]:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "listxattr", listxattr)
    assert _replace(path).content == NEW


def _as_user(user: int, group: int, act: Callable[[], Any]) -> str:
    """Run ``act`` in a process of another user, if this one is root; return what was refused, or an empty text."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        if IS_ROOT:
            os.setgroups([])
            os.setresgid(group, group, group)
            os.setresuid(user, user, user)
        try:
            act()
            found = ""
        except Refusal as refusal:
            found = refusal.found
        os.write(writer, found.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return found


@pytest.fixture
def open_path(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, in directories through which every user can pass."""
    base = tmp_path_factory.getbasetemp()
    for directory in (path.parent, base, base.parent, base.parent.parent):
        if directory.name.startswith(("pytest-", "test_", "popen-")):
            directory.chmod(directory.stat().st_mode | 0o011)
    return path


def test_a_directory_without_write_permission_is_refused_before_anything_is_written(open_path: Path) -> None:
    user, group = open_path.stat().st_uid, open_path.stat().st_gid
    open_path.parent.chmod(0o555)
    try:
        for act in (
            lambda: _replace(open_path),
            lambda: _secure_file.check_replaceable(_secure_file.read(str(open_path))),
        ):
            assert "is not writable for user" in _as_user(user, group, act)
    finally:
        open_path.parent.chmod(0o755)
    assert open_path.read_bytes() == OLD


def test_the_owner_of_a_file_can_replace_it(open_path: Path) -> None:
    facts = open_path.stat()
    if IS_ROOT:
        os.chown(open_path.parent, facts.st_uid, facts.st_gid)
    access = _access(open_path)
    assert _as_user(facts.st_uid, facts.st_gid, lambda: _replace(open_path)) == ""
    assert open_path.read_bytes() == NEW
    assert _access(open_path) == access


def test_i26_another_user_cannot_keep_the_owner_and_is_refused(
    open_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_path.chmod(0o644)
    open_path.parent.chmod(0o777)
    if not IS_ROOT:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert "a file of user" in _as_user(54321, 54321, lambda: _replace(open_path))
    assert os.listdir(open_path.parent) == [open_path.name]
    assert open_path.read_bytes() == OLD


def test_i26_a_group_that_cannot_be_kept_is_refused(open_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = open_path.stat().st_uid
    if not IS_ROOT:
        monkeypatch.setattr(os, "getegid", lambda: 54321)
        monkeypatch.setattr(os, "getgroups", list)
    open_path.parent.chmod(0o777)
    open_path.chmod(0o644)
    assert "a file of user" in _as_user(user, 54321, lambda: _replace(open_path))


def test_a_read_only_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(path)
    values = [*real[:8], real.f_flag | os.ST_RDONLY, real.f_namemax]
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(values))
    _refused(lambda: _replace(path), "read-only file system")


def test_a_full_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = list(os.statvfs(path))
    values[4] = 0
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(values))
    _refused(lambda: _replace(path), "0 bytes free")


def test_a_file_that_is_a_mount_point_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_replaceable, "_mount_points", lambda: [str(path)])
    _refused(lambda: _replace(path), "mounted on its own")


def test_mount_points_are_read_from_the_system() -> None:
    assert "/" in _replaceable._mount_points()


def test_a_file_that_changes_while_it_is_read_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_read = os.read

    def read(descriptor: int, size: int) -> bytes:
        piece = real_read(descriptor, size)
        with path.open("ab") as file:
            file.write(b"more\n")
        return piece

    monkeypatch.setattr(os, "read", read)
    monkeypatch.setattr(_file_snapshot, "_CHUNK", 1024)
    _refused(lambda: _secure_file.read(str(path), limit=len(OLD)), "while it was read")
