# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A walk meets every real file once, stays out of what it should, and says of what."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _walk
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._mounts import mounts, why_not
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import ALIKE, LINES, Skips, shown
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Walk


class Walked:
    """A walk that has been gone through to its end."""

    def __init__(self, *roots: Path | str, exclude: tuple[str, ...] = (), **options: object) -> None:
        skips = Skips()
        walk = Walk([str(root) for root in roots], exclude, skips, options.pop("mounted", {}), **options)
        self.found = list(walk.files())
        self.paths = [found.path for found in self.found]
        self.skipped = {line["place"]: line["why"] for line in skips.as_result()["left_out"]}
        self.folders = walk.folders


def made(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(walked: Walked, root: Path) -> list[str]:
    return [shown(path)[len(str(root)) + 1 :] for path in walked.paths]


def test_files_are_met_in_the_same_order_each_time(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/1", "c", "b/d/e"):
        made(tmp_path / name)
    assert names(Walked(tmp_path), tmp_path) == ["c", "a/1", "b/1", "b/2", "b/d/e"]


def test_a_name_that_is_no_utf8_is_met_and_shown(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.env"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    walked = Walked(tmp_path)
    assert walked.paths == [path]
    assert shown(path).endswith("caf\\xe9.env")


def test_a_file_with_several_names_is_met_once(tmp_path: Path) -> None:
    made(tmp_path / "a")
    os.link(tmp_path / "a", tmp_path / "b")
    assert names(Walked(tmp_path), tmp_path) == ["a"]


def test_roots_within_roots_and_twice_are_walked_once(tmp_path: Path) -> None:
    made(tmp_path / "a/b/c")
    assert names(Walked(tmp_path / "a/b", tmp_path, f"{tmp_path}/./a", tmp_path), tmp_path) == ["a/b/c"]


def test_a_root_may_be_a_file_or_a_link(tmp_path: Path) -> None:
    file = made(tmp_path / "real/file")
    (tmp_path / "link").symlink_to("real")
    assert names(Walked(file), tmp_path) == ["real/file"]
    assert names(Walked(tmp_path / "link"), tmp_path) == ["real/file"]


def test_loops_of_links_come_to_an_end(tmp_path: Path) -> None:
    made(tmp_path / "root/a")
    (tmp_path / "root/up").symlink_to("..")
    (tmp_path / "root/self").symlink_to("self")
    (tmp_path / "root/nowhere").symlink_to("/nowhere/at/all")
    assert names(Walked(tmp_path / "root"), tmp_path) == ["root/a"]


def test_a_link_to_a_file_outside_of_the_roots_is_followed_once_and_named_by_the_file(tmp_path: Path) -> None:
    outside = made(tmp_path / "outside/app.env")
    root = made(tmp_path / "root/own").parent
    (root / "one").symlink_to(outside)
    (root / "two").symlink_to("one")
    (root / "within").symlink_to("own")
    assert sorted(Walked(root).paths) == sorted(map(os.fsencode, [root / "own", outside]))


def test_a_link_to_a_folder_outside_of_the_roots_is_said_and_not_followed(tmp_path: Path) -> None:
    made(tmp_path / "outside/app.env")
    root = made(tmp_path / "root/own").parent
    (root / "link").symlink_to(tmp_path / "outside")
    walked = Walked(root)
    assert names(walked, root) == ["own"]
    assert walked.skipped == {f"{root}/link": "a link to a folder outside of the roots"}


def test_a_root_that_does_not_exist_is_said_and_the_others_are_walked(tmp_path: Path) -> None:
    made(tmp_path / "here/a")
    walked = Walked(tmp_path / "gone", tmp_path / "here")
    assert names(walked, tmp_path) == ["here/a"]
    assert walked.skipped == {f"{tmp_path}/gone": "it does not exist"}


def test_a_folder_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "a/open")
    made(tmp_path / "b/closed")
    scandir = os.scandir

    def refusing(path: bytes) -> object:
        if path.endswith(b"/b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(_walk.os, "scandir", refusing)
    walked = Walked(tmp_path)
    assert names(walked, tmp_path) == ["a/open"]
    assert walked.skipped == {f"{tmp_path}/b": "permission denied"}


def test_a_folder_that_vanishes_during_the_walk_is_said(tmp_path: Path) -> None:
    made(tmp_path / "a/file")
    made(tmp_path / "b/file")
    skips = Skips()
    files = Walk([str(tmp_path)], (), skips, {}).files()
    assert next(files).path.endswith(b"a/file")
    (tmp_path / "b/file").unlink()
    (tmp_path / "b").rmdir()
    assert list(files) == []
    assert skips.as_result()["left_out"] == [{"place": f"{tmp_path}/b", "why": "it vanished during the scan"}]


def test_pipes_sockets_and_devices_are_said_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.open(tmp_path, os.O_RDONLY)
        try:
            listening.bind(f"/proc/self/fd/{folder}/socket")
        finally:
            os.close(folder)
    made(tmp_path / "file")
    walked = Walked(tmp_path)
    assert names(walked, tmp_path) == ["file"]
    assert {Path(place).name for place in walked.skipped} == {"pipe", "socket"}


@pytest.mark.parametrize("folder", [each.decode()[1:] for each in _walk.POINTLESS])
def test_stores_of_packages_and_version_control_are_left_out(tmp_path: Path, folder: str) -> None:
    made(tmp_path / folder / "deep/file")
    made(tmp_path / f"my{folder.replace('/', '_')}/file")
    walked = Walked(tmp_path)
    assert len(walked.paths) == 1
    assert walked.skipped == {f"{tmp_path}/{folder}": "a store of packages, of version control or of images"}


@pytest.mark.parametrize(
    "folder",
    ["ansible-tmp-1700000000.1-22-333", "ansible-local-4242abc_x", "ansible_secret_scan_payload_x1y2"],
)
def test_the_arguments_of_this_very_scan_are_not_found(tmp_path: Path, folder: str) -> None:
    made(tmp_path / folder / "AnsiballZ_secret_scan.py")
    assert Walked(tmp_path).paths == []


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("*.log", ["a/b.env", "a/c/d.env"]),
        ("c", ["a/b.env", "a/e.log"]),
        ("{root}/a/c", ["a/b.env", "a/e.log"]),
        ("{root}/a/c/", ["a/b.env", "a/e.log"]),
        ("{root}/a/*.env", ["a/e.log"]),
        ("[ab].env", ["a/e.log", "a/c/d.env"]),
    ],
)
def test_what_is_excluded_is_left_out(tmp_path: Path, glob: str, left: list[str]) -> None:
    for name in ("a/b.env", "a/c/d.env", "a/e.log"):
        made(tmp_path / name)
    walked = Walked(tmp_path, exclude=(glob.format(root=tmp_path),))
    assert names(walked, tmp_path) == left
    assert set(walked.skipped.values()) == {"excluded"}


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p", "ceph", "glusterfs", "autofs", "proc", "overlay"])
def test_file_systems_that_are_elsewhere_are_left_out_below_a_root(tmp_path: Path, kind: str) -> None:
    made(tmp_path / "share/deep/file")
    made(tmp_path / "shared/file")
    (tmp_path / "link").symlink_to("share/deep/file")
    walked = Walked(tmp_path, mounted={os.fsencode(tmp_path / "share"): kind})
    assert names(walked, tmp_path) == ["shared/file"]
    assert kind in walked.skipped[f"{tmp_path}/share"]


@pytest.mark.parametrize("kind", ["ext4", "xfs", "tmpfs", "btrfs", "fuseblk"])
def test_other_disks_are_walked(tmp_path: Path, kind: str) -> None:
    made(tmp_path / "disk/file")
    assert names(Walked(tmp_path, mounted={os.fsencode(tmp_path / "disk"): kind}), tmp_path) == ["disk/file"]


def test_a_share_that_is_named_as_root_is_walked(tmp_path: Path) -> None:
    made(tmp_path / "share/file")
    share = tmp_path / "share"
    assert names(Walked(share, mounted={os.fsencode(share): "nfs"}), tmp_path) == ["share/file"]


def test_a_link_into_a_share_is_not_even_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead server makes whoever asks wait for ever."""
    outside = made(tmp_path / "share/file")
    root = made(tmp_path / "root/own").parent
    (root / "link").symlink_to("../share/file")
    touched: list[bytes] = []
    real = os.stat
    monkeypatch.setattr(_walk.os, "stat", lambda path, **more: touched.append(path) or real(path, **more))
    monkeypatch.setattr(_walk.os.path, "realpath", _lexical(os.path.realpath, os.fsencode(root / "link")))
    walked = Walked(root, mounted={os.fsencode(tmp_path / "share"): "nfs"})
    assert names(walked, root) == ["own"]
    assert os.fsencode(outside) not in touched


def _lexical(realpath: object, forbidden: bytes) -> object:
    def checked(path: bytes) -> bytes:
        assert path != forbidden, "the link was resolved"
        return realpath(path)  # type: ignore[operator]

    return checked


def test_the_table_of_mounts_is_read_with_its_escapes_and_optional_fields(tmp_path: Path) -> None:
    table = made(
        tmp_path / "mountinfo",
        b"36 35 98:0 / / rw,noatime master:1 shared:2 - ext4 /dev/root rw\n"
        b"40 36 0:40 / /mnt/my\\040share rw - nfs4 server:/x rw\n"
        b"41 36 0:41 / /mnt/my\\040share rw - cifs //server/x rw\nnonsense\n",
    )
    assert mounts(str(table)) == {b"/": "ext4", b"/mnt/my share": "cifs"}
    assert mounts(str(tmp_path / "none")) == {}
    assert why_not("ext4") == ""


def test_a_folder_that_was_walked_is_known_again_until_it_is_another(tmp_path: Path) -> None:
    made(tmp_path / "a/file")
    made(tmp_path / "b/file")
    first = Walked(tmp_path)
    again = Walked(tmp_path, known=first.folders)
    assert [found.settled for found in again.found] == [True, True]
    (tmp_path / "b").rename(tmp_path / "c")
    made(tmp_path / "d/file")
    moved = Walked(tmp_path, known=first.folders)
    assert dict(zip(names(moved, tmp_path), (found.settled for found in moved.found), strict=True)) == {
        "a/file": True,
        "c/file": False,
        "d/file": False,
    }


def test_a_file_that_was_mounted_over_another_is_never_settled(tmp_path: Path) -> None:
    path = made(tmp_path / "file")
    known = Walked(tmp_path).folders
    walked = Walked(tmp_path, known=known, mounted={os.fsencode(path): "ext4"})
    assert [found.settled for found in walked.found] == [False]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "a/b", "a/b/c", "c"]), unique=True, min_size=1))
def test_each_folder_is_walked_once_whatever_the_roots(
    tmp_path_factory: pytest.TempPathFactory, roots: list[str]
) -> None:
    base = tmp_path_factory.mktemp("roots")
    for name in ("a/1", "a/b/2", "a/b/c/3", "b/4", "c/5"):
        made(base / name)
    walked = Walked(*(base / root for root in roots))
    assert len(walked.paths) == len(set(walked.paths))
    expected = {str(path) for root in roots for path in (base / root).rglob("*") if stat.S_ISREG(path.stat().st_mode)}
    assert {os.fsdecode(path) for path in walked.paths} == expected


def test_what_is_skipped_is_bounded_counted_and_no_reason_hides_another() -> None:
    skips = Skips()
    for number in range(1000):
        skips.say(f"/bin/{number}", "binary")
    assert skips.say("/etc/closed", "permission denied")
    assert skips.say("/etc/closed", "permission denied"), "the same again is no other line"
    result = skips.as_result()
    assert result["left_out_more"] == {"binary": 1000 - ALIKE}
    assert result["left_out"][-1] == {"place": "/etc/closed", "why": "permission denied"}
    for number in range(LINES):
        skips.say("/x", f"why {number}")
    assert len(skips.as_result()["left_out"]) == LINES
